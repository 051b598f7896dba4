"""Except clauses: which errors of an invocation their types cover, and what their bodies do.

The coverage is botocore's class hierarchy: ClientError and BotoCoreError are disjoint, the builtin ConnectionError and
TimeoutError take none of botocore's errors, OSError takes the time-outs only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.domain.atoms import ClassRef, Const, Ref, Symbol, Value
from invocation_lint.analysis.program.acts import is_log_line
from invocation_lint.analysis.program.model import own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import conditions
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.guards import CaughtType
from invocation_lint.data.lambda_api import lambda_api
from invocation_lint.findings import Place

_BOTOCORE = {
    "ClientError": ("yes", "no"),
    "BotoCoreError": ("no", "yes"),
    "EventStreamError": ("partly", "no"),
}

_PARTLY_TRANSPORT = frozenset(
    {"HTTPClientError", "ConnectionError", "ReadTimeoutError", "ConnectTimeoutError", "EndpointConnectionError",
     "ConnectionClosedError", "SSLError", "ProxyConnectionError", "ParamValidationError", "NoCredentialsError",
     "PartialCredentialsError", "IncompleteReadError", "ResponseStreamingError", "NoRegionError"}
)  # fmt: skip

_GENERIC = frozenset({"builtins.Exception", "builtins.BaseException"})


_OF_OTHERS = frozenset(
    {"asyncio", "socket", "requests", "concurrent", "pydantic", "pydantic_core", "http", "fastapi", "starlette",
     "flask", "werkzeug", "django", "rest_framework", "marshmallow", "jsonschema", "sqlalchemy", "psycopg", "psycopg2",
     "asyncpg", "pymysql", "mysql", "sqlite3", "pymongo", "redis", "httpx", "aiohttp", "jwt", "jose", "click", "typer",
     "subprocess", "zipfile", "csv", "yaml", "slack_sdk", "stripe", "openai", "anthropic"}
)  # fmt: skip
"""Packages whose own exceptions are no base of botocore's: a clause for one of them takes no error of a client."""


def caught_types(frame: Frame, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> list[CaughtType]:
    """The types of an except clause; a bare one is generic."""
    if handler.type is None:
        return [CaughtType("", "generic", "yes", "yes")]
    return types_of(frame, handler.type)


def types_of(frame: Frame, node: cst.BaseExpression) -> list[CaughtType]:
    """The exception types that an expression names: one, or a tuple of them."""
    if isinstance(node, cst.Tuple):
        return [found for element in node.elements for found in types_of(frame, element.value)]
    value = conditions.quietly(frame, node)
    return _types_of_value(frame, value, dotted(node))


def _types_of_value(frame: Frame, value: Value, written: str) -> list[CaughtType]:
    found: list[CaughtType] = []
    for atom in value.atoms:
        if isinstance(atom, Symbol):
            found.append(_symbol_type(atom.dotted, written))
        elif isinstance(atom, Ref) and frame.state is not None and atom.id in frame.state.heap:
            for item in frame.state.heap[atom.id].elements():
                found.extend(_types_of_value(frame, item, written))
        elif isinstance(atom, ClassRef):
            found.append(CaughtType(written, "builtin", "no", "no"))
        else:
            found.append(CaughtType(written, "builtin", "unknown", "unknown"))
    return found or [CaughtType(written, "builtin", "unknown", "unknown")]


def _symbol_type(full: str, written: str) -> CaughtType:
    last = full.rpartition(".")[2]
    if full in _GENERIC:
        return CaughtType(last, "generic", "yes", "yes")
    if full.startswith(("@lambda.exceptions.", "@unknown.exceptions.")):
        if last == "ClientError":
            return CaughtType(written, "botocore", "yes", "no")
        if full.startswith("@unknown") and last not in lambda_api().service_errors:
            return CaughtType(written, "modelled", "unknown", "no")
        kind = "modelled" if last in lambda_api().service_errors else "unmodelled"
        return CaughtType(written, kind, "partly", "no")
    if full.startswith("@"):
        return CaughtType(written, "modelled", "no", "no")
    if full.startswith("botocore.vendored"):
        return CaughtType(written, "vendored", "no", "no")
    if full.startswith(("botocore.", "boto3.", "aiobotocore.")):
        if "." in written and _is_made_by_client(full, last):  # imported by its name, it fails long before
            return CaughtType(written, "unmodelled", "partly", "no")
        if last in _BOTOCORE:
            return CaughtType(last, "botocore", *_BOTOCORE[last])
        return CaughtType(last, "botocore", "no", "partly" if last in _PARTLY_TRANSPORT else "no")
    if full.startswith("builtins."):
        if last in {"OSError", "IOError", "EnvironmentError"}:
            return CaughtType(last, "builtin", "no", "partly")
        return CaughtType(last, "builtin", "no", "no")
    if full.startswith(("json.", "urllib")) or full.partition(".")[0] in _OF_OTHERS:
        return CaughtType(written, "builtin", "no", "no")
    return CaughtType(written, "builtin", "unknown", "unknown")


def _is_made_by_client(full: str, last: str) -> bool:
    """Whether a module of the SDK lacks a name: each client makes the classes of its errors, no module holds them."""
    module = full.rpartition(".")[0]
    if module == "botocore.errorfactory":
        return last not in _OF_ERRORFACTORY
    known = lambda_api().service_errors | lambda_api().unmodelled_codes
    of_service = last in known or last in {"ThrottlingException", "ThrottledException"}
    if module == "boto3.exceptions":
        return of_service or last in _BOTOCORE
    return module == "botocore.exceptions" and of_service


_OF_ERRORFACTORY = frozenset({"ClientError", "BaseClientExceptions", "ClientExceptionsFactory"})


@lru_cache(maxsize=1024)
def raised_type(handler: cst.CSTNode) -> str:
    """The dotted name that a clause raises instead; empty when it re-raises what it caught."""
    name = ""
    if isinstance(handler, (cst.ExceptHandler, cst.ExceptStarHandler)) and handler.name is not None:
        name = getattr(handler.name.name, "value", "")
    found = ""
    for node in own_nodes(handler):
        if isinstance(node, cst.Raise):
            if node.exc is None or (isinstance(node.exc, cst.Name) and node.exc.value == name):
                return ""
            raised = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
            found = dotted(raised) or "another exception"
    return found


def do_the_same(one: cst.CSTNode, other: cst.CSTNode) -> bool:
    """Whether two clauses do the same, but for what they log and the words of what they raise."""
    return _course(one) == _course(other)


def _course(handler: cst.CSTNode) -> tuple[str, ...]:
    """What a clause does, in words that are equal for clauses that do the same."""
    body = getattr(getattr(handler, "body", None), "body", ())
    name = getattr(handler, "name", None)
    caught = getattr(name.name, "value", "") if name is not None else ""
    told = []
    for statement in body:
        smalls = statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement]
        for small in smalls:
            if isinstance(small, cst.Raise):
                raised = small.exc.func if isinstance(small.exc, cst.Call) else small.exc
                told.append(f"raise {'' if raised is None or dotted(raised) == caught else dotted(raised)}")
            elif not (isinstance(small, cst.Expr) and isinstance(small.value, cst.Call) and is_log_line(small.value)):
                lines = cst.Module([]).code_for_node(small).splitlines()
                told += [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return tuple(re.sub(rf"\b{caught}\b", "<error>", line) for line in told) if caught else tuple(told)


def does_besides(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> str:
    """Whether a clause raises again or logs, itself and not in a clause within it: reraises, logs, or nothing of it."""
    inside = {
        part for node in own_nodes(handler.body) if isinstance(node, cst.ExceptHandler) for part in own_nodes(node)
    }
    found = ""
    for node in own_nodes(handler.body):
        if node in inside:
            continue
        if isinstance(node, cst.Raise):
            return "reraises"
        if isinstance(node, cst.Call) and is_log_line(node):
            found = "logs"
    return found


_OWN_CALLS = frozenset(
    {"invoke", "invoke_async", "invoke_with_response_stream", "client", "dumps", "loads", "load", "read", "encode",
     "decode", "get", "str", "len", "int", "dict", "info", "debug", "warning", "error", "exception", "print", "format",
     "getenv", "append", "update", "isoformat", "join", "log", "items", "keys", "strip", "Config"}
)  # fmt: skip
"""Calls that go with an invocation and raise nothing of the network themselves."""


def may_raise_otherwise(frame: Frame, body: cst.CSTNode, entered: frozenset[str] = frozenset()) -> bool:
    """Whether something in guarded statements, other than the invocation and its encoding, may raise.

    Functions of the same file are looked into; `entered` are those on the way.
    """
    for node in own_nodes(body):
        if isinstance(node, (cst.With, cst.Await)):
            return True
        if isinstance(node, cst.Call):
            func = node.func
            name = func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")
            if name in _OWN_CALLS or name in entered:
                continue
            named = [info for info in frame.module.functions.values() if info.name == name]
            inside = entered | {name}
            if not named or any(may_raise_otherwise(frame, info.node.body, inside) for info in named):
                return True
    return False


@lru_cache(maxsize=1024)
def response_reads(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> str:
    """How a clause reads `e.response`: unguarded, guarded (a test of it or getattr stands before), or no."""
    if handler.name is None or not isinstance(handler.name.name, cst.Name):
        return "no"
    name = handler.name.name.value
    reads = guards = False
    for node in own_nodes(handler.body):
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.args:
            first = node.args[0].value
            if node.func.value in {"isinstance", "hasattr", "getattr"} and getattr(first, "value", "") == name:
                guards = True
        if isinstance(node, (cst.If, cst.IfExp)) and _reads_response(node.test, name, subscripted=False):
            guards = guards or not any(
                _reads_response(inner, name, subscripted=True) for inner in [node.test, *own_nodes(node.test)]
            )
        if isinstance(node, cst.Subscript) and _is_response(node.value, name):
            reads = True
        if isinstance(node, cst.Attribute) and _is_response(node.value, name):
            reads = True
        if isinstance(node, cst.Try):
            guards = True
    return "no" if not reads else "guarded" if guards else "unguarded"


def _is_response(node: cst.CSTNode, name: str) -> bool:
    return (
        isinstance(node, cst.Attribute)
        and node.attr.value == "response"
        and isinstance(node.value, cst.Name)
        and node.value.value == name
    )


def _reads_response(node: cst.CSTNode, name: str, *, subscripted: bool) -> bool:
    if subscripted:
        return isinstance(node, cst.Subscript) and _is_response(node.value, name)
    return any(_is_response(inner, name) for inner in [node, *own_nodes(node)])


def compared_codes(frame: Frame, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> Iterator[tuple[str, Place]]:
    """The error codes that a clause compares with `e.response["Error"]["Code"]`."""
    codes = _code_names(handler)
    for node in own_nodes(handler.body):
        if not isinstance(node, cst.Comparison):
            continue
        for target in node.comparisons:
            sides = (node.left, target.comparator)
            if not any(_is_code(side, codes) for side in sides):
                continue
            for side in sides:
                yield from ((text, frame.place(node)) for text in _texts(frame, side))


def _code_names(handler: cst.CSTNode) -> set[str]:
    names: set[str] = set()
    for node in own_nodes(handler):
        if isinstance(node, cst.Assign) and _is_code(node.value, set()):
            names |= {t.target.value for t in node.targets if isinstance(t.target, cst.Name)}
    return names


def _is_code(node: cst.CSTNode, names: set[str]) -> bool:
    if isinstance(node, cst.Name):
        return node.value in names
    if isinstance(node, cst.Subscript) and isinstance(node.slice[0].slice, cst.Index):
        key = node.slice[0].slice.value
        return isinstance(key, cst.SimpleString) and key.raw_value == "Code"
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "get":
        first = node.args[0].value if node.args else None
        return isinstance(first, cst.SimpleString) and first.raw_value == "Code"
    return False


def _texts(frame: Frame, node: cst.BaseExpression) -> Iterator[str]:
    if isinstance(node, (cst.Tuple, cst.List, cst.Set)):
        for element in node.elements:
            yield from _texts(frame, element.value)
        return
    for atom in conditions.quietly(frame, node).atoms:
        if isinstance(atom, Const) and isinstance(atom.value, str):
            yield atom.value


__all__ = ["caught_types", "compared_codes", "raised_type", "types_of"]
