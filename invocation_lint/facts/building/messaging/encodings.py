"""How the body of a message is written: as JSON, as JSON within JSON, as an object, as Python's text of one."""

from __future__ import annotations

import libcst as cst

from invocation_lint.facts.building.messaging.resolving import Resolver
from invocation_lint.facts.building.scopes import called_name, text_of

_DUMPS = frozenset(f"{name}.dumps" for name in ("json", "simplejson", "ujson", "orjson", "rapidjson"))
_OBJECTS = (cst.Dict, cst.List, cst.Set, cst.Tuple, cst.DictComp, cst.ListComp, cst.SetComp)
_TEXTS = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)
_LOOKS_LIKE_JSON = ("{", "[", '"')


def encoding_of(node: cst.BaseExpression, resolver: Resolver) -> str | None:
    """A word of the fact's `encoding`; None where it is not seen."""
    value = resolver.value_of(node)
    if value is None:
        return None
    if isinstance(value, _OBJECTS) or (isinstance(value, cst.Call) and _is_named(value, "dict")):
        return "object"
    if isinstance(value, cst.SimpleString):
        text = value.evaluated_value
        if isinstance(text, bytes):
            return "bytes"
        return "json" if text.lstrip().startswith(_LOOKS_LIKE_JSON) else "text"
    if isinstance(value, cst.FormattedString):
        return "python" if _shows_mapping(value, resolver) else None
    if isinstance(value, _TEXTS):
        return None
    return _of_call(value, resolver) if isinstance(value, cst.Call) else None


def _of_call(value: cst.Call, resolver: Resolver) -> str | None:
    if _is_dumps(value, resolver):
        inner = resolver.value_of(value.args[0].value)
        return "json_twice" if isinstance(inner, cst.Call) and _is_dumps(inner, resolver) else "json"
    if called_name(value) == "model_dump_json":
        return "json"
    if called_name(value) == "model_dump" or resolver.code.meaning(value.func) == "dataclasses.asdict":
        return "object"
    if called_name(value) == "encode" and isinstance(value.func, cst.Attribute):
        return "bytes" if _is_text(value.func.value, resolver) else None
    if _replaces_quotes(value):
        assert isinstance(value.func, cst.Attribute)
        inner = resolver.value_of(value.func.value)
        is_text = isinstance(inner, cst.Call) and (_is_named(inner, "str") or _is_named(inner, "repr"))
        return "quotes_replaced" if is_text else None
    if (_is_named(value, "str") or _is_named(value, "repr")) and len(value.args) == 1:
        inner = resolver.value_of(value.args[0].value)
        return "python" if inner is not None and (_is_mapping(inner) or _is_detail(inner, resolver)) else None
    return None


def _is_text(node: cst.BaseExpression, resolver: Resolver) -> bool:
    """Whether an expression is surely a text, so that `encode` makes bytes of it."""
    value = resolver.value_of(node)
    return isinstance(value, _TEXTS) or (
        isinstance(value, cst.Call) and (_is_dumps(value, resolver) or called_name(value) in {"str", "model_dump_json"})
    )


def _shows_mapping(value: cst.FormattedString, resolver: Resolver) -> bool:
    """Whether it is `f"{order}"` of a mapping, and nothing else."""
    if len(value.parts) != 1 or not isinstance(value.parts[0], cst.FormattedStringExpression):
        return False
    shown = resolver.value_of(value.parts[0].expression)
    return shown is not None and _is_mapping(shown)


def _is_detail(value: cst.BaseExpression, resolver: Resolver) -> bool:
    """Whether it is the detail of an event of EventBridge, which is an object: `event["detail"]` in a handler."""
    if not isinstance(value, cst.Subscript) or not isinstance(value.value, cst.Name) or len(value.slice) != 1:
        return False
    function = resolver.function
    return (
        function is not None
        and len(function.positional) == EVENT_AND_CONTEXT
        and function.positional[0] == value.value.value == "event"
        and text_of(value.slice[0].slice) == "detail"
    )


EVENT_AND_CONTEXT = 2
"""The parameters of a handler."""


def _is_mapping(value: cst.BaseExpression) -> bool:
    return isinstance(value, (cst.Dict, cst.DictComp)) or (isinstance(value, cst.Call) and _is_named(value, "dict"))


def _is_named(call: cst.Call, name: str) -> bool:
    return isinstance(call.func, cst.Name) and call.func.value == name


def _is_dumps(call: cst.Call, resolver: Resolver) -> bool:
    """Whether it is `json.dumps(..)`, under whatever name, with something in it."""
    return bool(call.args) and resolver.code.meaning(call.func) in _DUMPS


def _replaces_quotes(call: cst.Call) -> bool:
    """Whether it is `text.replace("'", '"')`."""
    if called_name(call) != "replace" or not isinstance(call.func, cst.Attribute) or len(call.args) < 2:
        return False
    texts = [one.value.evaluated_value for one in call.args[:2] if isinstance(one.value, cst.SimpleString)]
    return texts == ["'", '"']


__all__ = ["encoding_of"]
