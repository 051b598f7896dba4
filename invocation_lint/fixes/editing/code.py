"""A file's tree as fixes ask for it: nodes by place, what stands around them, and the stretches of text they fill."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import libcst as cst

from invocation_lint.findings import Place
from invocation_lint.fixes.editing.contents import Contents
from invocation_lint.source.parsing.positions import line_starts
from invocation_lint.source.parsing.tree import SourceFile
from invocation_lint.source.parsing.walk import children, walk

Node = TypeVar("Node", bound=cst.CSTNode)
Made = TypeVar("Made")
Span = tuple[int, int]


class DoesNotApply(Exception):
    """The fix is not certain to be right here, so there is none; the text is for whoever debugs."""


class Code:
    """Nodes by place, and parents, of one file."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.text = source.text
        self._made: dict[Hashable, Any] = {}
        self._starts = line_starts(self.text)
        self._parents: dict[int, cst.CSTNode] = {}
        self._at: dict[Span, list[cst.CSTNode]] = defaultdict(list)
        for node in walk(source.module):
            for child in children(node):
                self._parents[id(child)] = node
            if isinstance(node, (cst.BaseExpression, cst.Arg, cst.DictElement)):
                self._at[source.span(node)].append(node)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, made when it is first asked for by this key: a file may have many findings to mend."""
        if key not in self._made:
            self._made[key] = make()
        made: Made = self._made[key]
        return made

    def at(self, place: Place, kind: type[Node]) -> Node:
        """The node of that kind that fills a place of this file. DoesNotApply when there is none."""
        if place.path == self.source.name:
            for node in self._at.get(self.source.offsets(place), ()):
                if isinstance(node, kind):
                    return node
        raise DoesNotApply(f"no {kind.__name__} stands there")

    def expression_at(self, place: Place) -> cst.BaseExpression:
        """The expression that fills a place of this file, the outermost one; of a dictionary's entry the value."""
        if place.path == self.source.name:
            for node in self._at.get(self.source.offsets(place), ()):
                if isinstance(node, cst.DictElement):
                    return node.value
                if isinstance(node, cst.BaseExpression):
                    return node
        raise DoesNotApply("no expression stands there")

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """What the node stands in; None for the module."""
        return self._parents.get(id(node))

    def around(self, node: cst.CSTNode, kind: type[Node]) -> Node | None:
        """The innermost node of that kind around a node."""
        found = self.parent(node)
        while found is not None and not isinstance(found, kind):
            found = self.parent(found)
        return found

    def function(self, node: cst.CSTNode) -> cst.FunctionDef | cst.Module:
        """The function around a node, or the module."""
        return self.around(node, cst.FunctionDef) or self.source.module

    def contents(self, function: cst.FunctionDef | cst.Module) -> Contents:
        """What is written in a function or in the module."""
        return self.once(("contents", id(function)), lambda: Contents(function, self.is_free))

    def span(self, node: cst.CSTNode) -> Span:
        """Start and end, without parentheses around it."""
        return self.source.span(node)

    def outer_span(self, node: cst.BaseExpression) -> Span:
        """Start and end with the parentheses around it. DoesNotApply where a comment stands between them."""
        start, end = self.span(node)
        for _ in getattr(node, "lpar", ()):
            while self.text[start - 1 : start].isspace():
                start -= 1
            while self.text[end : end + 1].isspace():
                end += 1
            start, end = start - 1, end + 1
            if self.text[start] != "(" or self.text[end - 1] != ")":
                raise DoesNotApply("a comment stands between the parentheses")
        return start, end

    def written(self, node: cst.BaseExpression) -> str:
        """The text of an expression, with the parentheses around it."""
        start, end = self.outer_span(node)
        return self.text[start:end]

    def line_start(self, offset: int) -> int:
        """Where the line of an offset starts."""
        return self._starts[bisect_right(self._starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before its newline."""
        line = bisect_right(self._starts, offset)
        if line == len(self._starts):
            return len(self.text)
        end = self._starts[line] - 1
        return end - 1 if self.text[end - 1 : end + 1] == "\r\n" and end > offset else end

    def indentation(self, offset: int) -> str:
        """The space before the first character of the line of an offset."""
        start = self.line_start(offset)
        line = self.text[start : self.line_end(offset)]
        return line[: len(line) - len(line.lstrip())]

    def bound(self, name: cst.Name) -> cst.BaseExpression:
        """The value that is bound to a name which is bound once and used once, in its function or in the module.
        DoesNotApply for any other: it serves others, too."""
        said = self.contents(self.source.module).names.get(name.value, ())
        for target in said if len(said) == 2 else ():
            holder = self.parent(target)
            assign = self.parent(holder) if isinstance(holder, cst.AssignTarget) else None
            is_near = self.function(target) in (self.function(name), self.source.module)
            if is_near and isinstance(assign, cst.Assign) and len(assign.targets) == 1:
                return assign.value
        raise DoesNotApply(f"{name.value} serves others, too")

    def quote(self, at: cst.CSTNode) -> str:
        """The quotation mark that plain texts mostly have in the function of a node; in the file, if it has none."""
        return self.contents(self.function(at)).quote or self.contents(self.source.module).quote or '"'

    def is_free(self, text: cst.SimpleString) -> bool:
        """Whether a text has the quotes of its author's choice: inside an f-string they are those that are left."""
        return self.around(text, cst.FormattedStringExpression) is None

    @property
    def newline(self) -> str:
        """How this file ends its lines."""
        return str(self.source.module.default_newline)
