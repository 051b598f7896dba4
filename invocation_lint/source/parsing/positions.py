"""Positions of the nodes of a tree, from one pass of libcst's code generator.

libcst's PositionProvider notes every node, line and column wise; noting offsets of the nodes that matter takes a
fraction of its time. The pass rests on the class `CodegenState` of a private module: where libcst differs,
PositionProvider is used.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field
from functools import lru_cache
from typing import Any

import libcst as cst

from invocation_lint.records import mutable
from invocation_lint.source.parsing.walk import children

try:
    from libcst._nodes.internal import CodegenState
except ImportError:  # pragma: no cover - a libcst that is laid out differently
    CodegenState = None  # type: ignore[assignment, misc]

Span = tuple[int, int]
Definition = cst.FunctionDef | cst.Lambda | cst.ClassDef


_DEFINING = frozenset({cst.FunctionDef, cst.Lambda, cst.ClassDef})


@mutable
class Notes:
    """What the pass found; offsets count the characters of `code`, the text that the tree writes.

    `spans` maps the id of a node to its start and end (end exclusive). `definitions` are the functions, lambdas and
    classes, and `awaited` what stands directly behind `await`.
    """

    code: str = ""
    spans: dict[int, Span] = field(default_factory=dict)
    definitions: list[Definition] = field(default_factory=list)
    awaited: set[cst.CSTNode] = field(default_factory=set)

    def span(self, node: cst.CSTNode) -> Span | None:
        """Start and end of a node; of one that was not noted itself, the stretch that its children cover. None for
        layout, and for a node of another tree."""
        found = self.spans.get(id(node))
        is_parameter = type(node) is cst.Param  # libcst's span of a parameter is its name alone
        if found is not None and not is_parameter:
            return found
        if not is_parameter and _is_always_noted(type(node)):
            return None
        covered = [span for span in map(self.span, children(node)) if span is not None]
        if found is not None:
            covered.append(found)
        whole = (min(start for start, _ in covered), max(end for _, end in covered)) if covered else None
        if whole is not None and not is_parameter:
            self.spans[id(node)] = whole
        return whole


@lru_cache(maxsize=512)
def _is_always_noted(kind: type[cst.CSTNode]) -> bool:
    """Whether each node of a kind is noted: what has no span is of another tree, and its children need no look."""
    return issubclass(kind, (cst.BaseExpression, cst.BaseSmallStatement, cst.BaseStatement))


def take_notes(module: cst.Module) -> Notes:
    """One pass over the tree. Its recursion goes as deep as the tree does: run it where the stack is large."""
    if CodegenState is not None:
        try:
            return _notes_by_codegen(module)
        except (AttributeError, TypeError, KeyError):  # a private interface has changed
            pass
    return notes_by_provider(module)


if CodegenState is not None:

    class _Recorder(CodegenState):
        """Writes the code as libcst does and notes the offsets; it is also the context manager that it hands out."""

        def __init__(self, module: cst.Module, notes: Notes) -> None:
            super().__init__(
                default_indent=module.default_indent,
                default_newline=module.default_newline,
            )
            self.offset = 0
            self.notes = notes
            self.spans = notes.spans
            self.definitions = notes.definitions
            self.awaited = notes.awaited
            self.open: list[tuple[int, int, cst.CSTNode | None, cst.CSTNode | None]] = []

        def add_token(self, value: str) -> None:
            self.tokens.append(value)
            self.offset += len(value)

        def add_indent_tokens(self) -> None:
            for token in self.indent_tokens:
                self.tokens.append(token)
                self.offset += len(token)

        def before_codegen(self, node: cst.CSTNode) -> None:
            kind = type(node)
            if kind in _DEFINING:
                self.definitions.append(node)  # type: ignore[arg-type]
            elif kind is cst.Await:
                self.awaited.add(node.expression)  # type: ignore[attr-defined]

        def record_syntactic_position(  # type: ignore[override]
            self,
            node: cst.CSTNode,
            *,
            start_node: cst.CSTNode | None = None,
            end_node: cst.CSTNode | None = None,
        ) -> _Recorder:
            self.open.append((id(node), self.offset, start_node, end_node))
            return self

        def __enter__(self) -> None:
            return None

        def __exit__(self, *_: object) -> None:
            key, start, start_node, end_node = self.open.pop()
            end = self.offset
            if start_node is not None:
                start = (self.notes.span(start_node) or (start,))[0]
            if end_node is not None:
                end = (self.notes.span(end_node) or (end,))[-1]
            self.spans[key] = (start, end)


def _notes_by_codegen(module: cst.Module) -> Notes:
    notes = Notes()
    state = _Recorder(module, notes)
    module._codegen(state)
    notes.code = "".join(state.tokens)
    return notes


def notes_by_provider(module: cst.Module) -> Notes:
    """The same notes from libcst's public PositionProvider, at several times the cost."""
    from libcst.metadata import MetadataWrapper, PositionProvider

    positions = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    notes = Notes(code=module.code)
    starts = line_starts(notes.code)

    def offset(position: Any) -> int:
        line, column = int(position.line), int(position.column)
        return starts[line - 1] + column

    for node, where in positions.items():
        notes.spans[id(node)] = (offset(where.start), offset(where.end))
        if isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            notes.definitions.append(node)
        elif isinstance(node, cst.Await):
            notes.awaited.add(node.expression)
    return notes


def line_starts(text: str) -> list[int]:
    """The offset at which each line starts. Lines end at \\n, \\r\\n or \\r and nowhere else: a form feed ends none."""
    starts = [0]
    if "\r" not in text:
        at = text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = text.find("\n", at + 1)
        return starts
    size = len(text)
    for at, char in enumerate(text):
        if char == "\n" or (char == "\r" and not (at + 1 < size and text[at + 1] == "\n")):
            starts.append(at + 1)
    return starts


def line_and_column(starts: list[int], offset: int) -> tuple[int, int]:
    """The line and column, both from 1, of an offset."""
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def align(code: str, text: str) -> list[int] | None:
    """For each offset of `code` the offset in `text`, where `text` holds more layout than `code`; None if equal.

    libcst drops a form feed before indentation and a continued line before the first statement; everything else of the
    text is in the code, in order.
    """
    if code == text:
        return None
    places: list[int] = []
    at = 0
    size = len(text)
    for char in code:
        while at < size and text[at] != char:
            at += 1
        places.append(at)
        at = min(at + 1, size)
    places.append(size)
    return places
