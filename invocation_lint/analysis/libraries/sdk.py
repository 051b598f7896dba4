"""Clients of AWS: how boto3, botocore, aioboto3 and aiobotocore make them."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    AwsObject,
    Client,
    ConfigValue,
    Const,
    Pending,
    SdkSession,
    Slot,
    Typed,
    Value,
    unknown,
)
from invocation_lint.analysis.domain.state import Obj, freeze
from invocation_lint.analysis.domain.values import text_constant
from invocation_lint.analysis.libraries.outside import responses
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.traced import note_escape

_SESSIONS = {
    "boto3.Session": "boto3",
    "boto3.session.Session": "boto3",
    "botocore.session.get_session": "botocore",
    "botocore.session.Session": "botocore",
    "aioboto3.Session": "aioboto3",
    "aioboto3.session.Session": "aioboto3",
    "aiobotocore.session.get_session": "aiobotocore",
    "aiobotocore.session.AioSession": "aiobotocore",
    "aiobotocore.get_session": "aiobotocore",
}

_CLIENTS = {"boto3.client": "boto3", "aioboto3.client": "aioboto3"}


def call_symbol(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """A client, session or Config made by a function of an SDK; None for any other function."""
    if name in _CLIENTS:
        return make_client(frame, _CLIENTS[name], arguments, node)
    if name in _SESSIONS:
        return Value((SdkSession(_SESSIONS[name]),))
    if name in {"boto3.resource", "aioboto3.resource"}:
        return _resource(arguments)
    if name in {
        "botocore.config.Config",
        "botocore.client.Config",
        "boto3.session.Config",
        "aiobotocore.config.AioConfig",
    }:
        options = tuple((key, freeze(frame.live, value)) for key, value in sorted(arguments.plain().items()))
        return Value((ConfigValue(options, arguments.open is not None or arguments.star),))
    return None


def _resource(arguments: Arguments) -> Value:
    return Value((AwsObject("resource", arguments.get(0, "service_name")),))


def make_client(frame: Frame, sdk: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`client(service, ..., config=..)`."""
    service = text_constant(arguments.get(0, "service_name") or unknown())
    if service is None:
        if arguments.open is not None or arguments.get(0, "service_name") is not None:
            return unknown("a client whose service is not known")
        return unknown("a client without a service")
    config = _config(arguments)
    pending = sdk.startswith("aio")
    return Value((Client(service, sdk, config, frame.place(node), pending),))


def _config(arguments: Arguments) -> ConfigValue | None:
    value = arguments.plain().get("config")
    if value is None:
        return None if arguments.open is not None else ConfigValue()
    atom = value.single
    if isinstance(atom, ConfigValue):
        return atom
    return ConfigValue() if isinstance(atom, Const) and atom.value is None else None


_ITEMS = {
    "get_item": "Item",
    "query": "Items",
    "scan": "Items",
    "update_item": "Attributes",
    "batch_get_item": "Responses",
}

_LEFT_OUT = frozenset({"get_item", "update_item"})
"""The methods that leave their key out: `Item` where no item matches, `Attributes` where none are asked for (AWS:
DynamoDB API reference, GetItem and UpdateItem). `Items` is left out where only a count is selected."""


def call_resource(frame: Frame, atom: AwsObject, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """A method of a resource or table; a table's items hold their numbers as Decimal (boto3, DynamoDB types)."""
    if name == "Table":
        named = arguments.get(0, "name")
        return Value((AwsObject("table", freeze(frame.live, named) if named is not None else None),))
    for value in arguments.values():
        note_escape(frame, value, "stored", node)
    if atom.name == "paginator" and name == "paginate":
        return responses.paginated(atom)
    if atom.name == "table" and name in _ITEMS:
        limited = "Limit" if "Limit" in arguments.kwargs else ""
        item = Value((Typed("dynamodb_item", f"{name}({limited}).{_ITEMS[name]}"),))
        may_lack = name in _LEFT_OUT or "Select" in arguments.kwargs or arguments.open is not None
        slot = Slot("maybe" if may_lack else "yes", item)
        return frame.allocate(node, Obj("dict", {_ITEMS[name]: slot}, "an answer of DynamoDB"))
    return unknown(f"an answer of a {atom.name}", f"{name}()")


def call_method(frame: Frame, atom: Client | SdkSession, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """A method of a client or session, other than an invocation."""
    if isinstance(atom, SdkSession):
        if name in {"client", "create_client"}:
            return make_client(frame, atom.sdk, arguments, node)
        if name == "resource":
            return _resource(arguments)
        return unknown("the result of a method of a session")
    if name == "exceptions":
        return unknown("exceptions of a client")
    if name == "__aenter__":
        return Value((atom,))
    for value in arguments.values():
        note_escape(frame, value, "stored", node)
    if name == "get_paginator":
        return responses.paginator(atom.service, arguments)
    answer = responses.answer(frame, atom.service, name, node, arguments.kwargs)
    if (atom.service, name) == ("ssm", "get_parameter"):
        answer = _parameter(frame, arguments, node) or answer
    return Value((Pending(answer),)) if atom.sdk.startswith("aio") else answer


def _parameter(frame: Frame, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """The answer of `get_parameter` of Systems Manager, whose name is told."""
    name = text_constant(arguments.get(0, "Name") or unknown())
    if not name:
        return None
    place = frame.place(node)
    value = Slot("yes", Value((Typed("str", f"{SETTING}{name}"),)))
    inner = frame.allocate_at(
        (place, "dict", "Parameter"), Obj("dict", {"Value": value}, "an answer of ssm", made=place)
    )
    return frame.allocate(node, Obj("dict", {"Parameter": Slot("yes", inner)}, "an answer of ssm", made=place))


SETTING = "ssm:"
"""How the sources of values begin that are parameters of Systems Manager; their names follow."""

__all__ = ["call_method", "call_symbol", "make_client"]
