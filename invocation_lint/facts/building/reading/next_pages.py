"""Which lists of a function anything asks for the next page of.

Names and texts such as `LastEvaluatedKey`, `next_token` or `has_more` are looks. A look is about the lists whose answer
or request stands in its statement, and in the statements of the names that it shares with these; a function may follow
the pages of one list and not those of another. Where a look can be told of no list, it may be about any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.source.parsing.tree import SourceFile
from invocation_lint.source.parsing.walk import walk

_LOOKS = re.compile(
    r"paginat|next_?page|page_?token|next_?token|last_?evaluated|start_?key|start_?after|marker|is_?truncated|cursor"
    r"|continuation|has_?more|key_?count|fetch_all_pages",
    re.IGNORECASE,
)
_WEAK = re.compile(r"(?:^|_)(?:offset|token)$", re.IGNORECASE)
"""Names that other things have as well: looks where they are bound to a part of an answer."""

_COMPOUND = (cst.If, cst.While, cst.For, cst.With, cst.Match, cst.Try, cst.FunctionDef, cst.Lambda)


def may_look(text: str) -> bool:
    """Whether a name or text may speak of a next page."""
    return len(text) < 60 and (_LOOKS.search(text) is not None or _WEAK.search(text) is not None)


class Pages:
    """The lists of one function, and what it looks for of each; `looks` are the nodes that `may_look`."""

    def __init__(
        self,
        source: SourceFile,
        scope: Scope,
        calls: Sequence[cst.Call],
        looks: Sequence[cst.Name | cst.SimpleString],
    ) -> None:
        self._source = source
        self._scope = scope
        self._calls = calls
        self._joined: dict[object, object] = {}
        self._bound: dict[str, list[tuple[tuple[int, int], cst.Call]]] = {}  # names to the answers that they get
        for call in calls:
            unit = self._unit(call)
            for name in _bound(unit, call):
                self._bound.setdefault(name, []).append((self._start(unit), call))
            for name in _spread(call):
                self._join(call, name)
        looks = [node for node in looks if not _is_given_none(scope.parents.get(node), node)]
        known = {name for name in self._joined if isinstance(name, str)}
        known |= {node.value for node in looks if isinstance(node, cst.Name)}
        strong: list[object] = []
        paginated: dict[object, str] = {}
        for node in looks:
            unit = self._unit(node)
            if not _LOOKS.search(node.value) and node not in set(_targets(unit)):
                continue
            inside = set(walk(unit))
            about: list[object] = [one for one in calls if one in inside]
            for name in _names(unit):
                about += self._answers(name, unit)
                about += [name] if name in known else []
            for one in about:
                self._join(node, one)
            operation = _paginated(unit)
            if operation:
                paginated[node] = operation
            elif _LOOKS.search(node.value) and not _opens_cursor(unit, node):
                strong.append(node)
        groups = {self._group(call) for call in calls}
        self._told = {self._group(node) for node in looks} & groups
        self._paginated = {operation for node, operation in paginated.items() if self._group(node) not in groups}
        follows = {self._group(node) for node in paginated}
        self._is_loose = any(self._group(node) not in groups | follows for node in strong)

    def looks_on(self, call: cst.Call, operation: str, given: frozenset[str]) -> bool:
        """Whether anything may ask for the page after that of a call; `given` are the tokens that its request takes."""
        if self._is_loose or self._group(call) in self._told or operation in self._paginated:
            return True
        return any(
            self._group(other) in self._told and called_name(other) == called_name(call) and _alike(other, call, given)
            for other in self._calls
        )

    def _unit(self, node: cst.CSTNode) -> cst.CSTNode:
        """The simple statement, or the part of a compound one, in which a node stands; of a key that is only read, as
        in `page.get("NextToken")`, the reading."""
        inner = node
        reading: cst.CSTNode | None = None
        for outer in self._scope.around(node):
            if isinstance(outer, (cst.Assign, cst.AnnAssign, cst.AugAssign, cst.NamedExpr)):
                return outer
            if isinstance(outer, (cst.BaseSmallStatement, *_COMPOUND)):
                return reading or (outer if isinstance(outer, cst.BaseSmallStatement) else inner)
            if isinstance(node, cst.SimpleString) and reading is None and _reads_key(outer, node):
                reading = outer
            inner = outer
        return reading or inner

    def _start(self, unit: cst.CSTNode) -> tuple[int, int]:
        place = self._source.place(unit)
        return place.line, place.column

    def _answers(self, name: str, unit: cst.CSTNode) -> list[cst.Call]:
        """The call whose answer a name holds in a statement: the last one that was bound to it before, or the first."""
        bound = self._bound.get(name, ())
        before = [call for start, call in bound if start < self._start(unit)]
        return before[-1:] or [call for _, call in bound[:1]]

    def _group(self, one: object) -> object:
        while (above := self._joined.get(one, one)) != one:
            one = above
        return one

    def _join(self, one: object, other: object) -> None:
        self._joined.setdefault(other, other)
        self._joined.setdefault(one, one)
        self._joined[self._group(one)] = self._group(other)


def _is_given_none(parent: cst.CSTNode | None, node: cst.CSTNode) -> bool:
    """Whether a token is given as None, as for the first page: `{"NextToken": None}`."""
    if isinstance(parent, cst.DictElement):
        value = parent.value if parent.key is node else None
    else:
        value = parent.value if isinstance(parent, cst.Arg) and parent.keyword is node else None
    return isinstance(value, cst.Name) and value.value == "None"


def _reads_key(outer: cst.CSTNode, key: cst.SimpleString) -> bool:
    if isinstance(outer, cst.Subscript):
        return any(isinstance(one.slice, cst.Index) and one.slice.value is key for one in outer.slice)
    if isinstance(outer, cst.Call):
        return called_name(outer) in {"get", "pop"} and any(arg.value is key for arg in outer.args)
    return isinstance(outer, cst.Comparison) and outer.left is key


def _bound(unit: cst.CSTNode, call: cst.Call) -> Iterator[str]:
    """The names that a statement binds to what a call gives, or to what it holds."""
    for target in _targets(unit):
        yield from _names(target)
    for node in walk(unit):
        if isinstance(node, cst.NamedExpr) and any(inner is call for inner in walk(node.value)):
            yield from _names(node.target)


def _targets(unit: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(unit, cst.Assign):
        yield from (one.target for one in unit.targets)
    elif isinstance(unit, (cst.AnnAssign, cst.NamedExpr)):
        yield unit.target


def _spread(call: cst.Call) -> Iterator[str]:
    for arg in call.args:
        if arg.star == "**":
            yield from _names(arg.value)


def _names(node: cst.CSTNode) -> Iterator[str]:
    """The names of an expression, and the attributes of objects as they are written."""
    for part in walk(node):
        if isinstance(part, cst.Attribute) and dotted(part):
            yield dotted(part)
        elif isinstance(part, cst.Name):
            yield part.value


def _paginated(unit: cst.CSTNode) -> str:
    """The operation whose paginator a statement makes."""
    for node in walk(unit):
        if isinstance(node, cst.Call) and called_name(node) == "get_paginator" and node.args:
            return text_of(node.args[0].value)
    return ""


def _opens_cursor(unit: cst.CSTNode, node: cst.Name | cst.SimpleString) -> bool:
    """Whether a look is the cursor of a database that the statement opens or uses."""
    words = {called_name(part) for part in walk(unit) if isinstance(part, cst.Call)}
    return "cursor" in node.value.lower() and bool(
        words & {"cursor", "execute", "executemany", "fetchone", "fetchall", "fetchmany", "close"}
    )


def _alike(one: cst.Call, other: cst.Call, given: frozenset[str]) -> bool:
    """Whether two calls ask the same, but for the page."""

    def asked(call: cst.Call) -> set[str]:
        return {arg.keyword.value for arg in call.args if arg.keyword is not None} - given

    assert isinstance(one.func, cst.Attribute) and isinstance(other.func, cst.Attribute)
    return dotted(one.func.value) == dotted(other.func.value) and asked(one) == asked(other)


__all__ = ["Pages", "may_look"]
