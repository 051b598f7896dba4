"""How large a payload is, or what in it has no bound: the contents of a file, the rows of a query, base64 data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import Const, Encoded, Param, Struct, Text, Typed, Unknown, Value
from invocation_lint.analysis.program.model import FunctionInfo, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.data.limits import limits
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Range
from invocation_lint.facts.base import Unknown as UnknownAnswer

_DEEPEST = 6
"""Levels of a payload that are looked into."""

_ALL_ROWS = re.compile(r"(?:^|\.)(?:fetchall|fetch_all)\(\)$|^scan\(\)\.Items$")
_MEASURES = frozenset({"len", "getsizeof", "sys.getsizeof", "os.path.getsize", "getsize"})
_SIZE = re.compile(r"(?i)(?:^|[._])(?:st_size|nbytes|size|sizes|content_length|contentlength|size_bytes|length|bytes)$")


def with_size(
    payload: facts.Payload, value: Value, mode: Any, api: str, functions: Iterable[FunctionInfo]
) -> facts.Payload:
    """The fact of a payload with what is known of its size; `functions` lead to the call, one of which may measure."""
    limit = size_limit(mode, api)
    if isinstance(payload.size_bytes, UnknownAnswer):
        least = smallest(value)
        if least > limits()["invoke_async_request_bytes"]:
            payload = replace(payload, size_bytes=Range(least, float("inf")))
    known = payload.size_bytes.min if isinstance(payload.size_bytes, Range) else payload.size_bytes
    if isinstance(known, (int, float)) and known > limits()["invoke_async_request_bytes"]:
        return replace(payload, size_limit=limit, extent=f"{int(known):,} bytes")
    extent = next(_unbounded(value, 0), None) if isinstance(payload.size_bytes, UnknownAnswer) else None
    if extent is None:
        return replace(payload, size_limit=limit)
    measured = any(_measures(function) for function in functions)
    return replace(payload, size_limit=limit, extent=extent, size_compared="yes" if measured else "no")


def size_limit(mode: Any, api: str) -> Any:
    """How many bytes an operation takes in a mode."""
    if api == "invoke_async":
        return limits()["invoke_async_request_bytes"]
    names = {"RequestResponse": "sync_request_bytes", "Event": "async_request_bytes"}
    if isinstance(mode, str):
        return limits()[names[mode]] if mode in names else None
    return UnknownAnswer("the mode is not known")


def smallest(value: Value) -> int:
    """How many bytes of a payload are surely sent: those of the texts in it."""
    return min((_smallest(atom, 0) for atom in value.atoms), default=0)


def _smallest(atom: Any, level: int) -> int:
    if level > _DEEPEST:
        return 0
    if isinstance(atom, Const):
        return len(atom.value) if isinstance(atom.value, (str, bytes)) else 0
    if isinstance(atom, Text):
        return sum(len(piece) if isinstance(piece, str) else _least(piece, level) for piece in atom.pieces)
    if isinstance(atom, Encoded):
        inner = _least(atom.value, level)
        return inner * 4 // 3 if atom.how == "base64" else inner
    if isinstance(atom, Struct):
        sure = sum(_least(slot.value, level) for _, slot in atom.slots if slot.presence == "yes")
        return sure + sum(_least(item, level) for item in atom.items)
    return 0


def _least(value: Value, level: int) -> int:
    return min((_smallest(atom, level + 1) for atom in value.atoms), default=0)


def _unbounded(value: Value, level: int) -> Iterator[str]:
    """What is in a value that may be of any size, in words; the likeliest to be large first is not asked for."""
    if level > _DEEPEST or len(value.atoms) != 1:
        return
    atom = value.atoms[0]
    if isinstance(atom, Typed) and atom.source == "read()":
        yield "the contents of a file"
    elif isinstance(atom, (Unknown, Typed)) and _ALL_ROWS.search(atom.source):
        yield "all rows of a query"
    elif isinstance(atom, Encoded):
        inner = atom.value.single
        if atom.how == "base64" and _may_be_anything(inner):
            yield "base64 data"
        else:
            yield from _unbounded(atom.value, level + 1)
    elif isinstance(atom, Struct):
        for _, slot in atom.slots:
            yield from _unbounded(slot.value, level + 1)
        for item in atom.items:
            yield from _unbounded(item, level + 1)


def _may_be_anything(atom: Any) -> bool:
    """Whether base64 is made of something other than a text or an object that is written here."""
    if isinstance(atom, Encoded) and atom.how == "bytes":
        return _may_be_anything(atom.value.single)
    if isinstance(atom, Typed):
        return atom.type in {"bytes", "bytearray", "binary_file"}
    return atom is None or isinstance(atom, (Unknown, Param))


@lru_cache(maxsize=4096)
def _measures(function: FunctionInfo) -> bool:
    """Whether a function compares a size with something."""
    for node in own_nodes(function.node):
        if isinstance(node, cst.Comparison):
            for part in (node.left, *(target.comparator for target in node.comparisons)):
                if _is_size(part):
                    return True
    return False


def _is_size(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.BinaryOperation):
        return _is_size(node.left) or _is_size(node.right)
    if isinstance(node, cst.Call):
        return dotted(node.func) in _MEASURES
    if isinstance(node, cst.Subscript):
        texts = [item.slice.value for item in node.slice if isinstance(item.slice, cst.Index)]
        return any(isinstance(text, cst.SimpleString) and _SIZE.search(text.raw_value) for text in texts)
    name = node.attr.value if isinstance(node, cst.Attribute) else dotted(node)
    return _SIZE.search(name) is not None
