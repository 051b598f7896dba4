"""Objects of libraries that invoke for their caller: Airflow's hooks, Zappa's tasks, Chalice's clients.

Such an object is its class's name with `()`, bound to the keywords that it was made with; a call of one of its methods
is looked up by the dotted name (`data/doors.json`).
"""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    NONE,
    Client,
    FunctionRef,
    Partial,
    SdkSession,
    Symbol,
    Value,
)
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.data.doors import doors

_TASKS = {
    "zappa.asynchronous.task": "lambda",
    "zappa.asynchronous.task_sns": "sns",
    "zappa.async.task": "lambda",
    "zappa.async.task_sns": "sns",
}
"""Zappa's decorators, and the service by which they send."""

_PREFIXES = ("airflow.", "chalice.", "zappa.")


def call_symbol(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """An object of such a library, its client, or a decorated task; None for any other function."""
    if not name.startswith(_PREFIXES):
        return None
    if name in _TASKS:
        return _task(name, arguments)
    if name in doors().made:
        given = dict(zip(doors().made_with.get(f"{name}()", ()), arguments.args, strict=False)) | arguments.plain()
        return Value((Partial(Value((Symbol(f"{name}()"),)), (), tuple(given.items()), arguments.open),))
    owner, _, method = name.rpartition(".")
    if method in doors().clients.get(owner, ()):
        return _client(frame, node)
    return Value((SdkSession("boto3"),)) if owner in doors().clients and method == "get_session" else None


def makes_task(name: str) -> bool:
    """Whether a function outside the program is a decorator that sends calls of what it decorates to Lambda."""
    return name in _TASKS


def attribute(frame: Frame, atom: Partial, name: str, node: cst.CSTNode) -> Value | None:
    """`hook.conn`, `task.sync`, or a method of such an object with what it was made with; None for another partial."""
    symbol = atom.target.single
    if isinstance(symbol, Symbol) and symbol.dotted == "@zappa.task":
        return atom.args[0] if name == "sync" else None
    if not isinstance(symbol, Symbol) or "()" not in symbol.dotted:
        return None
    if name == "conn" and name in doors().clients.get(symbol.dotted, ()):
        return _client(frame, node)
    return Value((replace(atom, target=Value((Symbol(f"{symbol.dotted}.{name}"),))),))


def _client(frame: Frame, node: cst.CSTNode) -> Value:
    return Value((Client("lambda", "boto3", None, frame.place(node)),))


def _task(name: str, arguments: Arguments) -> Value:
    """A decorator of Zappa: `@task`, or `@task(service=.., remote_aws_lambda_function_name=..)`."""
    options = arguments.plain()
    functions = [atom for value in arguments.args[:1] for atom in value.of(FunctionRef)]
    if not functions:
        return Value((Partial(Value((Symbol(name),)), (), tuple(options.items())),))
    remote = options.get("remote_aws_lambda_function_name", NONE)
    return Value((Partial(Value((Symbol("@zappa.task"),)), (Value((functions[0],)), remote)),))


__all__ = ["attribute", "call_symbol", "makes_task"]
