"""libcst's tree of a file, read bit by bit: bodies of functions and classes are parsed when somebody looks into them.

The module is parsed with a placeholder for each body. A `LazyBlock` takes its place in the tree; the first look at its
statements parses the lines of the body. So the tree is the same for whoever reads it, and costs what is read of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property

import libcst as cst

from invocation_lint.source.parsing.positions import Definition, Notes, align, take_notes
from invocation_lint.source.parsing.python_tree import PLACEHOLDER, Body
from invocation_lint.source.parsing.stack import on_large_stack
from invocation_lint.source.pause import collector_paused

_HEADER = "def f():\n"
Statements = Sequence[cst.BaseStatement]
REFUSALS = (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError, MemoryError)
"""What is raised for code that libcst does not take."""


class LazyBlock(cst.IndentedBlock):
    """A block whose statements are parsed at the first look."""

    __slots__ = ("_parse", "_statements")  # type: ignore[misc]
    _parse: Callable[[], Statements]
    _statements: Statements | None

    @classmethod
    def instead_of(cls, block: cst.IndentedBlock, parse: Callable[[], Statements]) -> LazyBlock:
        """A block with the layout of a placeholder's."""
        made = cls.__new__(cls)
        for name in ("header", "indent", "footer"):
            object.__setattr__(made, name, getattr(block, name))
        object.__setattr__(made, "_parse", parse)
        object.__setattr__(made, "_statements", None)
        return made

    @property
    def body(self) -> Statements:  # type: ignore[override]
        """The statements of the block."""
        found = self._statements
        if found is None:
            found = self._parse()
            object.__setattr__(self, "_statements", found)
        return found


class Trees:
    """What has been parsed of a file, with the places of its nodes as offsets in the text.

    `round_trips` is False once the code that a tree writes is not the text that was read.
    """

    def __init__(self, text: str, bodies: Sequence[Body], broken: Callable[[Exception], None]) -> None:
        self.notes = Notes()
        self.by_start: dict[int, Definition] = {}
        self.round_trips = True
        self._text = text
        self._bodies = bodies
        self._broken = broken
        self._waiting: dict[int, LazyBlock] = {}  # the bodies not parsed yet, by their index
        self._module: cst.Module | None = None
        self._kept: list[cst.CSTNode] = []  # what was parsed around a body: spans are kept by id, which must stay taken

    @property
    def module(self) -> cst.Module:
        """The module; errors of libcst go to `broken`, and leave it empty."""
        if self._module is None:
            try:
                self.read()
            except REFUSALS as error:
                self._broken(error)
                self._module = cst.Module([])
        assert self._module is not None
        return self._module

    def read(self) -> None:
        """Parse the module, without the bodies that can wait. Raises what libcst raises."""
        self._module = on_large_stack(self._parse_module)

    def complete(self) -> None:
        """Parse all bodies that are still waiting."""
        assert self.module is not None
        while self._waiting:
            assert next(iter(self._waiting.values())).body is not None

    def definition(self, start: int) -> Definition:
        """The function, lambda or class that starts at an offset. KeyError when there is none."""
        assert self.module is not None
        if start not in self.by_start:
            index = bisect_right(self._bodies, start, key=lambda body: body.start) - 1
            around: list[int] = []
            while index >= 0:
                around.append(index)
                index = self._bodies[index].outer
            for index in reversed(around):
                block = self._waiting.get(index)
                if block is not None and start < self._bodies[index].end:
                    assert block.body is not None
        return self.by_start[start]

    # -- parsing -----------------------------------------------------------------------------------------------------

    def _parse_module(self) -> cst.Module:
        if not self._bodies:
            return self._parsed(self._text, 0)
        text, marks = self._shortened(0, len(self._text), self._inside[-1], 0)
        return self._parsed(text, marks)

    @cached_property
    def _inside(self) -> dict[int, list[int]]:
        """The indexes of the bodies that stand directly in a body, by its index; those of the module under -1."""
        found: dict[int, list[int]] = {}
        for index, body in enumerate(self._bodies):
            found.setdefault(body.outer, []).append(index)
        return found

    def _shortened(self, start: int, end: int, inside: list[int], size: int) -> tuple[str, _Marks]:
        """A stretch of the text with placeholders for the bodies in it; so many characters will stand before it."""
        parts: list[str] = []
        marks = _Marks(start - size)
        at = start
        for index in inside:
            body = self._bodies[index]
            kept = self._text[at : body.start]
            indent = self._text[body.start : body.first].partition("@")[0]
            marker = PLACEHOLDER.format(index)
            parts += [kept, indent, marker]
            marks.add(size + len(kept), len(indent), len(marker), body)
            size += len(kept) + len(indent) + len(marker)
            at = body.end
        parts.append(self._text[at:end])
        return "".join(parts), marks

    def _leave_out(self, definition: cst.FunctionDef | cst.ClassDef) -> None:
        """Let a body that is a placeholder be parsed when it is looked at."""
        found = definition.body
        line = found.body[0] if isinstance(found, cst.IndentedBlock) and found.body else None
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and line.body else None
        name = small.value.value if isinstance(small, cst.Expr) and isinstance(small.value, cst.Name) else ""
        if not name.startswith("__body_"):
            return
        assert isinstance(found, cst.IndentedBlock)
        index = int(name[len("__body_") : -len("__")])
        block = LazyBlock.instead_of(found, lambda: self._parse_body(index))
        self._waiting[index] = block
        self.notes.spans[id(block)] = self.notes.spans[id(found)]
        object.__setattr__(definition, "body", block)
        self._kept.append(found)

    def _parse_body(self, index: int) -> Statements:
        body = self._bodies[index]
        self._waiting.pop(index)
        inside = self._inside.get(index)
        places: int | _Marks = body.start - len(_HEADER)
        if inside:
            written, places = self._shortened(body.start, body.end, inside, len(_HEADER))
        else:
            written = self._text[body.start : body.end]
        try:
            module = on_large_stack(lambda: self._parsed(f"{_HEADER}{written}\n", places, skip=1))
        except REFUSALS as error:
            self._broken(error)
            return ()
        self._kept.append(module)
        function = module.body[0]
        assert isinstance(function, cst.FunctionDef) and isinstance(function.body, cst.IndentedBlock)
        return function.body.body

    def _parsed(self, text: str, places: int | _Marks, skip: int = 0) -> cst.Module:
        """The tree of a text. `places` tells where its offsets are in the file: so much further, or where marks say;
        of the definitions in it the first `skip` are not of the file."""
        with collector_paused():
            module = cst.parse_module(text)
            self._adopt(take_notes(module), text, places, skip)
        return module

    def _adopt(self, notes: Notes, text: str, places: int | _Marks, skip: int) -> None:
        shift = align(notes.code, text)
        self.round_trips = self.round_trips and shift is None
        offset = _offset(places, shift)
        spans = self.notes.spans
        if shift is None and places == 0:
            spans.update(notes.spans)
        elif shift is None and isinstance(places, int):
            spans.update({key: (start + places, end + places) for key, (start, end) in notes.spans.items()})
        elif shift is None:
            spans.update({key: (offset(start), offset(end)) for key, (start, end) in notes.spans.items()})
        else:  # what was dropped before the end is not of the node
            for key, (start, end) in notes.spans.items():
                spans[key] = offset(start), (offset(end - 1) + 1 if end > start else offset(end))
        definitions = notes.definitions[skip:]
        self.notes.definitions += definitions
        self.by_start.update((spans[id(node)][0], node) for node in definitions)
        self.notes.awaited |= notes.awaited
        if isinstance(places, _Marks):
            for node in definitions:
                if not isinstance(node, cst.Lambda):
                    self._leave_out(node)


def _offset(places: int | _Marks, shift: list[int] | None) -> Callable[[int], int]:
    """How an offset in the code of a tree becomes one in the file."""
    moved = places.offset if isinstance(places, _Marks) else places.__add__
    return moved if shift is None else lambda at: moved(shift[at])


class _Marks:
    """Where the placeholders stand, and so which offset of the file an offset of the shortened text is: before the
    first one, it is so much further."""

    def __init__(self, before: int) -> None:
        self._before = before
        self._starts: list[int] = []
        self._places: list[tuple[int, int, Body]] = []

    def add(self, start: int, indent: int, size: int, body: Body) -> None:
        """A placeholder's line starts at `start`."""
        self._starts.append(start)
        self._places.append((start + indent, start + indent + size, body))

    def offset(self, at: int) -> int:
        """The offset in the file."""
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return at + self._before
        begins, ends, body = self._places[index]
        if at > ends:
            return at - ends + body.end
        if at == ends:
            return body.last
        return body.first if at >= begins else body.start + at - self._starts[index]
