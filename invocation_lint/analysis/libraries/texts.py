"""Methods of text, bytes and other values that are no objects of the heap."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    MAX_TEXT,
    Const,
    Encoded,
    EnumMember,
    EnvVar,
    Text,
    Typed,
    Value,
    const,
    unknown,
)
from invocation_lint.analysis.domain.state import Obj
from invocation_lint.analysis.libraries import forms
from invocation_lint.analysis.libraries.tables import METHOD_RESULTS
from invocation_lint.analysis.python import iteration, operators, traced
from invocation_lint.analysis.python.calls.unfollowed import open_objects
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame

_SAME = frozenset({"strip", "rstrip", "lstrip"})


def call_method(frame: Frame, atom: Any, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """`atom.name(..)` where the atom is text, bytes or of a known type; None for anything else."""
    alone = Value((atom,))
    if isinstance(atom, EnvVar):
        return alone if name in _SAME else Value((Typed("str"),))
    if isinstance(atom, EnumMember) and atom.mixin:
        return call_method(frame, atom.value.single, name, arguments, node) if atom.value.single else None
    kind = _kind(atom)
    if kind is None:
        return None
    if name == "encode" and kind == "str":
        if isinstance(atom, Const):
            return const(atom.value.encode("utf-8", "replace"))
        return Value((Encoded("bytes", alone, "bytes", "utf-8"),))
    if isinstance(atom, Encoded) and name == "replace" and atom.how in {"repr", "replaced"}:
        return _repr_with(atom, arguments)
    if name == "decode" and kind == "bytes":
        return decoded(atom)
    if name in _SAME and isinstance(atom, (Encoded, Text)):
        return alone
    if isinstance(atom, Const) and kind == "str" and name != "join":
        return _constant_method(frame, atom.value, name, arguments, node)
    if name == "join":
        joined = _joined(frame, atom, arguments)
        elements = [iteration.element_of(frame, value) for value in arguments.args[:1]]
        traced.note_operation(frame, elements, (joined,), node)
        return joined
    if isinstance(atom, Encoded) and kind == "binary_file" and name in {"read", "getvalue"}:
        return Value((replace(atom, type="bytes"),))
    result = METHOD_RESULTS.get((kind, name))
    if result is not None:
        if isinstance(atom, Typed) and name == "read" and kind in {"binary_file", "text_file"}:
            return forms.read_whole(atom, result, node, whole=not arguments.values())
        return Value((Typed(result, "read()" if kind == "Path" and name in {"read_text", "read_bytes"} else ""),))
    if kind in {"str", "bytes"}:
        if name in {"split", "rsplit", "splitlines"}:
            return frame.allocate(node, Obj("list", rest=Value((Typed(kind),)), made=frame.place(node)))
        if name.startswith("is") or name in {"startswith", "endswith"}:
            return Value((Typed("bool"),))
        return Value((Typed(kind),))
    for value in arguments.values():
        open_objects(frame, value, "it is handed to code that is not followed")
    return unknown("the result of a method", name)


def _repr_with(atom: Encoded, arguments: Arguments) -> Value:
    """`repr(..).replace("'", '"')`: the text of an object, with the words that are replaced in it; ? for any that is
    not that of JSON."""
    given = arguments.args[:2]
    word, other = (value.single for value in given) if len(given) == 2 else (None, None)
    if not isinstance(word, Const) or not isinstance(other, Const):
        return Value((Typed("str"),))
    words = atom.encoder.split("|") if atom.how == "replaced" else []
    words.append(word.value if _OF_JSON.get(word.value) == other.value else "?")
    return Value((replace(atom, how="replaced", encoder="|".join(words)),))


_OF_JSON = {"'": '"', "True": "true", "False": "false", "None": "null"}


def _joined(frame: Frame, atom: Any, arguments: Arguments) -> Value:
    """`separator.join(texts)`."""
    items = iteration.iteration_items(frame, arguments.args[0]) if arguments.args else None
    texts = all(_kind(item.single) == "str" for item in items or [])
    if not items or not texts or not isinstance(atom, Const) or atom.kind != "str":
        return Value((Typed(_kind(atom) or "str"),))
    pieces: list[str | Value] = [items[0]]
    for item in items[1:]:
        pieces += [atom.value, item]
    return operators.make_text(frame, pieces)


def _kind(atom: Any) -> str | None:
    if isinstance(atom, Const):
        return atom.kind
    if isinstance(atom, (Text, Encoded, Typed)):
        return atom.type
    return None


def decoded(atom: Any) -> Value:
    """What `atom.decode()` gives of bytes."""
    if isinstance(atom, Encoded) and atom.how == "bytes":
        return atom.value
    if isinstance(atom, Encoded):
        return Value((Encoded(atom.how, atom.value, "str", atom.encoder, atom.lenient, atom.place, atom.compact),))
    if isinstance(atom, Const):
        return const(atom.value.decode("utf-8", "replace"))
    return Value((replace(atom, type="str", source="") if isinstance(atom, Typed) and atom.form else Typed("str"),))


def _constant_method(frame: Frame, text: str, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    if name == "format":
        return _format(frame, text, arguments)
    if name in {"lower", "upper", "strip", "title", "capitalize", "rstrip", "lstrip"} and not arguments.args:
        return const(getattr(text, name)())
    values = [value.single for value in arguments.args]
    if name in {"replace", "removeprefix", "removesuffix"} and all(isinstance(v, Const) for v in values):
        if name == "replace" and _may_grow(text, values):
            return Value((Typed("str"),))
        try:
            return const(getattr(text, name)(*(v.value for v in values if isinstance(v, Const))))
        except TypeError:
            return Value((Typed("str"),))
    if name in {"split", "rsplit"}:
        separator = values[0].value if values and isinstance(values[0], Const) else None
        if len(values) <= 1 and (separator is None or isinstance(separator, str)) and separator != "":
            items = tuple(const(part) for part in text.split(separator, iteration.MAX_ITEMS)[: iteration.MAX_ITEMS])
            if len(items) == iteration.MAX_ITEMS:
                return frame.allocate(node, Obj("list", rest=Value((Typed("str"),)), made=frame.place(node)))
            return frame.allocate(node, Obj("list", items=items, made=frame.place(node)))
        return frame.allocate(node, Obj("list", rest=Value((Typed("str"),)), made=frame.place(node)))
    if name in {"startswith", "endswith"} and len(values) == 1 and isinstance(values[0], Const):
        part = values[0].value
        return const(getattr(text, name)(part)) if isinstance(part, str) else Value((Typed("bool"),))
    if name.startswith("is") or name in {"startswith", "endswith"}:
        return Value((Typed("bool"),))
    return Value((Typed("int" if name in {"find", "count", "index"} else "str"),))


def _may_grow(text: str, values: list[Any]) -> bool:
    """Whether `text.replace(..)` may give a text that is too long to be kept."""
    longest = max((len(v.value) for v in values if isinstance(v, Const) and isinstance(v.value, str)), default=0)
    return (len(text) + 1) * (longest + 1) > MAX_TEXT


def _format(frame: Frame, template: str, arguments: Arguments) -> Value:
    pieces: list[str | Value] = []
    position = 0
    try:
        for literal, field, spec, conversion in string.Formatter().parse(template):
            pieces.append(literal)
            if field is None:
                continue
            name = field or str(position)
            position += field == ""
            value = arguments.get(int(name), "") if name.isdigit() else arguments.plain().get(name)
            plain = not spec and conversion in {None, "s"}
            pieces.append(value if value is not None and plain else unknown("a formatted value", name))
    except ValueError:
        return Value((Typed("str"),))
    return operators.make_text(frame, pieces)
