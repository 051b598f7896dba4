"""What a payload's value is, layer by layer: its Python type, its encodings, and the object inside."""

from __future__ import annotations

import json
import math
from typing import Any

from invocation_lint.analysis.domain.atoms import (
    Const,
    Encoded,
    EnumMember,
    EnvVar,
    Param,
    Slot,
    Struct,
    Text,
    Traced,
    Typed,
    Value,
    const,
)
from invocation_lint.analysis.domain.state import ANSWER as DICT_OF_AWS
from invocation_lint.analysis.tracing.answer_parts import NAME as ANSWER
from invocation_lint.facts.base import Text as TextAnswer
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.sent import notation, python_text
from invocation_lint.findings import Place
from invocation_lint.records import record

HTTP_KEYS = frozenset(
    {"httpMethod", "requestContext", "routeKey", "rawPath", "path", "resource", "headers", "queryStringParameters",
     "pathParameters", "isBase64Encoded", "version", "multiValueHeaders", "stageVariables"}
)  # fmt: skip
"""Keys of the events of API Gateway, Function URLs and load balancers (AWS: proxy integration event formats)."""


@record
class Decoded:
    """What one atom is behind its text layers.

    `layers` counts the JSON decodings (None: not known, but `at_least` so many);
    `how` is the outermost encoding that is not JSON, or json, or
    plain; `parses` whether the text is one JSON document; `inner` the value behind all layers that were seen.
    """

    layers: int | None
    how: TextAnswer
    parses: TextAnswer
    inner: Any
    encoder: str = ""
    lenient: bool = False
    at_least: int = 0


NOT_KNOWN = UnknownAnswer("its content is not known")


def python_type(atom: Any) -> TextAnswer:
    """The Python type of a Payload argument, in the words of the fact."""
    if isinstance(atom, Const):
        return {"str": "str", "bytes": "bytes", "NoneType": "none"}.get(atom.kind, "other")
    if isinstance(atom, (Text, Encoded)):
        return atom.type
    if isinstance(atom, EnvVar):
        return "str" if atom.default is None else UnknownAnswer("the variable may not be set")
    if isinstance(atom, EnumMember):
        return "str" if atom.mixin in {"str", "StrEnum"} else "other"
    if isinstance(atom, Struct):
        if _is_answered(atom):
            return "answer"
        known = {"dict", "list", "tuple", "generator"}
        return atom.kind if atom.kind in known else UnknownAnswer("an object") if atom.kind == "instance" else "other"
    if isinstance(atom, Traced) and atom.kind == ANSWER and not atom.path and atom.default is None:
        return "answer"  # of another invocation
    if isinstance(atom, Typed):
        if atom.type == "StreamingBody":
            return "stream"
        words = {"str", "bytes", "bytearray", "binary_file", "text_file", "generator", "dict", "list", "tuple"}
        return atom.type if atom.type in words else "other"
    return NOT_KNOWN


def _is_answered(atom: Struct) -> bool:
    """Whether an operation of AWS answered with an object, or with a list of such."""
    inner = atom.rest.single if atom.kind == "list" and atom.rest is not None and not atom.items else None
    return atom.cls == DICT_OF_AWS or (isinstance(inner, Struct) and inner.cls == DICT_OF_AWS)


def decode(atom: Any) -> Decoded:
    """Take off the layers of one atom."""
    if isinstance(atom, Encoded):
        return _decode_encoded(atom)
    if isinstance(atom, Const) and isinstance(atom.value, (str, bytes)):
        return _decode_constant(atom)
    if isinstance(atom, Text):
        return _decode_text(atom)
    if isinstance(atom, Struct):
        return Decoded(0, "plain", "no", atom)
    if isinstance(atom, Const) or notation.form_of(atom) is not None:
        return Decoded(0, "plain", "no", atom)
    return Decoded(None, NOT_KNOWN, NOT_KNOWN, atom)


def _decode_encoded(atom: Encoded) -> Decoded:
    if atom.how == "bytes":
        inner = atom.value.single
        return decode(inner) if inner is not None else Decoded(None, NOT_KNOWN, NOT_KNOWN, None)
    if atom.how == "json":
        return _decode_json(atom)
    if atom.how == "base64":
        return Decoded(0, "base64", "no", atom.value.single)
    if atom.how == "replaced":
        parses = python_text.replaced_is_json(atom.value, atom.encoder.split("|"))
    else:
        parses = python_text.repr_is_json(atom.value)
    layers = 1 if parses == "yes" else 0 if parses == "no" else None  # that of an empty dict is a JSON document
    return Decoded(layers, "repr", parses, atom.value.single)


def _decode_json(atom: Encoded) -> Decoded:
    inner = atom.value.single
    if inner is None:
        kinds = {holds(one) for one in atom.value.atoms}
        objects = kinds <= {"object", "array"}
        return Decoded(1 if objects else None, "json", "yes", None, atom.encoder, atom.lenient)
    if isinstance(inner, (Encoded, Text)) or (isinstance(inner, Const) and isinstance(inner.value, str)):
        deeper = decode(inner)
        if deeper.how == "json" or (isinstance(inner, Const) and deeper.layers):
            layers = None if deeper.layers is None else deeper.layers + 1
            least = max(deeper.at_least, 1) + 1
            return Decoded(layers, "json", "yes", deeper.inner, atom.encoder, atom.lenient, least)
        return Decoded(1 if isinstance(inner, Const) else None, "json", "yes", inner, atom.encoder, atom.lenient)
    if isinstance(inner, (Struct, Const)):
        return Decoded(1, "json", "yes", inner, atom.encoder, atom.lenient)
    if isinstance(inner, Typed) and inner.type not in {"str", "bytes"}:
        return Decoded(1, "json", "yes", inner, atom.encoder, atom.lenient)
    return Decoded(None, "json", "yes", inner, atom.encoder, atom.lenient)


def _decode_constant(atom: Const) -> Decoded:
    try:
        data = json.loads(atom.value)
    except (ValueError, RecursionError):
        return Decoded(0, "plain", "no" if atom.value else "yes", atom)  # nothing is sent as `{}`
    layers = 1
    while isinstance(data, str):
        try:
            deeper = json.loads(data)
        except (ValueError, RecursionError):
            break
        if not isinstance(deeper, (dict, list, str)):
            break
        data, layers = deeper, layers + 1
    value = from_data(data).single
    return Decoded(layers, "json", "yes", value)


def from_data(data: Any, level: int = 0) -> Value:
    """Plain data as a frozen value."""
    if level > 6:
        return const(None)
    if isinstance(data, dict):
        slots = tuple((key, Slot("yes", from_data(item, level + 1))) for key, item in list(data.items())[:64])
        return Value((Struct("dict", slots, "it is long" if len(data) > 64 else None),))
    if isinstance(data, list):
        return Value((Struct("list", items=tuple(from_data(item, level + 1) for item in data[:64])),))
    return const(data)


def _decode_text(atom: Text) -> Decoded:
    """A text with holes: when it is JSON whatever digits fill them, what no filling changes is known."""
    first, second = (_filled(atom, filler) for filler in ("0", "1"))
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        slots = tuple((key, Slot("yes", _same_in_both(first[key], second[key]))) for key in first)
        return Decoded(1, "json", UnknownAnswer("it depends on the pieces"), Struct("dict", slots))
    if notation.form_of(atom) is not None:
        return Decoded(0, "plain", "no", atom)
    return Decoded(None, NOT_KNOWN, NOT_KNOWN, atom)


def _filled(atom: Text, filler: str) -> Any:
    try:
        return json.loads("".join(piece if isinstance(piece, str) else filler for piece in atom.pieces))
    except (ValueError, RecursionError):
        return None


def _same_in_both(one: Any, other: Any) -> Value:
    if one == other:
        return from_data(one)
    return Value((Typed("str" if isinstance(one, str) else "unknown"),))


_JSON_TYPES = {"str": "string", "int": "number", "float": "number", "number": "number", "bool": "boolean",
               "dict": "object", "list": "array", "tuple": "array", "NoneType": "null"}  # fmt: skip


def json_type(atom: Any) -> TextAnswer:
    """The JSON type that an atom is written as."""
    if isinstance(atom, Const):
        return _JSON_TYPES.get(atom.kind, UnknownAnswer("a constant that JSON does not know"))
    if isinstance(atom, (Text, Encoded)) and atom.type == "str":
        return "string"
    if isinstance(atom, EnvVar) and atom.default is None:
        return "string"
    if isinstance(atom, Struct):
        return {"dict": "object", "list": "array", "tuple": "array"}.get(atom.kind, NOT_KNOWN)
    if isinstance(atom, Typed):
        return _JSON_TYPES.get(atom.type, NOT_KNOWN)
    if isinstance(atom, EnumMember) and atom.mixin and atom.value.single is not None:
        return json_type(atom.value.single)
    return NOT_KNOWN


def holds(atom: Any) -> str:
    """What an encoded text holds once it is decoded: object, array, text, number or other."""
    kind = json_type(atom)
    if not isinstance(kind, str):
        return "other"
    return {"object": "object", "array": "array", "string": "text", "number": "number"}.get(kind, "other")


def size_bytes(value: Value) -> int | None:
    """The size of a fully known payload, encoded as the SDK sends it: the least, where its JSON may be compact."""
    atom = value.single
    if isinstance(atom, Const):
        return len(atom.value.encode("utf-8", "surrogatepass")) if isinstance(atom.value, str) else (
            len(atom.value) if isinstance(atom.value, bytes) else None)  # fmt: skip
    if isinstance(atom, Encoded) and atom.how == "bytes":
        return size_bytes(atom.value)
    if isinstance(atom, Encoded) and atom.how == "json":
        try:
            if atom.compact:
                return len(json.dumps(_plain(atom.value), separators=(",", ":"), ensure_ascii=False).encode())
            return len(json.dumps(_plain(atom.value)).encode())
        except (TypeError, ValueError):
            return None
    return None


def _plain(value: Value) -> Any:
    atom = value.single
    if isinstance(atom, Const):
        return atom.value
    if isinstance(atom, Struct) and atom.kind == "dict" and not atom.open and _all_sure(atom):
        return {key: _plain(slot.value) for key, slot in atom.slots}
    if isinstance(atom, Struct) and atom.kind in {"list", "tuple"} and atom.rest is None:
        return [_plain(item) for item in atom.items]
    raise TypeError("not fully known")


def _all_sure(atom: Struct) -> bool:
    return all(slot.presence == "yes" for _, slot in atom.slots)


def is_nan(atom: Any) -> str:
    """ "nan" or "infinity" for such a float constant, else empty."""
    if isinstance(atom, Const) and isinstance(atom.value, float):
        return "nan" if math.isnan(atom.value) else "infinity" if math.isinf(atom.value) else ""
    return ""


__all__ = ["Decoded", "Param", "Place", "decode", "from_data", "holds", "is_nan", "json_type", "size_bytes"]
