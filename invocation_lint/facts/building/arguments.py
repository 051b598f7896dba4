"""The keywords of an invocation, its mode, its client context and its client."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from invocation_lint.analysis.domain.atoms import Client, Const, Encoded, Struct, Text, Typed, Value
from invocation_lint.analysis.domain.events import Argument, Visit
from invocation_lint.data.lambda_api import lambda_api
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Range
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.merging import join_answers
from invocation_lint.facts.building.near import is_near
from invocation_lint.findings import Place

DEFAULT_READ_TIMEOUT = 60
"""botocore.config.Config, read_timeout, in seconds."""

DEFAULT_CONNECTIONS = 10
"""botocore.config.Config, max_pool_connections."""

REQUESTS_BY_MODE = {"legacy": 5, "standard": 3, "adaptive": 3}
"""Requests for one call that is never answered (measured with botocore 1.43 and 1.44)."""

REQUESTS_BY_DEFAULT = Range(3, 5)
"""3 since botocore 1.44, 5 before and under aiobotocore."""

_SYNC_ONLY = {
    "LogType": "the response comes before the function runs, and has no LogResult",
    "ClientContext": "the function finds None in context.client_context",
}

ON_SOME_PATHS = UnknownAnswer("it depends on the path taken")


def arguments_fact(visit: Visit, note: Callable[[str, Place | None], None]) -> facts.Arguments:
    """What boto3 refuses of the call's arguments before it sends anything; `note` is told where each of them stands."""
    operation = lambda_api().operations[visit.api]
    given = {argument.name for argument in visit.arguments}
    missing = () if visit.open else tuple(facts.Named(name) for name in sorted(operation.required - given))
    unknown = tuple(_unknown(name, operation.parameters, given) for name in sorted(given - operation.parameters))
    refused: list[facts.RefusedArgument] = []
    if visit.positional:
        refused.append(facts.RefusedArgument("the first argument", "positional"))
    misspelled = {str(item.near) for item in unknown if item.near}
    refused.extend(
        facts.RefusedArgument(item.name, "missing")
        for item in missing
        if item.name not in misspelled and not visit.positional
    )
    sometimes = {argument.name for argument in visit.arguments if argument.presence != "yes"}
    refused.extend(
        facts.RefusedArgument(name, "missing", always=ON_SOME_PATHS) for name in sorted(operation.required & sometimes)
    )
    for item in unknown:
        always = ON_SOME_PATHS if item.name in sometimes else "yes"
        if item.near is not None:
            refused.append(facts.RefusedArgument(item.name, "misspelled", item.near, always))
        elif item.operation is not None:
            refused.append(facts.RefusedArgument(item.name, "of another operation", item.operation, always))
    refused_names = {item.name for item in refused}
    for argument in visit.arguments:
        if argument.name in refused_names:
            note(f"arguments.refused[{argument.name}]", argument.place)
    return facts.Arguments(
        positional="yes" if visit.positional else "no",
        missing=missing,
        unknown=unknown,
        refused=tuple(refused),
        open="yes" if visit.open else "no",
        sync_only=tuple(_sync_only(visit, note)),
    )


def _sync_only(visit: Visit, note: Callable[[str, Place | None], None]) -> Iterator[facts.SyncOnly]:
    """What is given and is for synchronous invocations alone (AWS: Invoke, LogType and ClientContext)."""
    for argument in visit.arguments:
        if argument.presence != "yes" or argument.name not in _SYNC_ONLY:
            continue
        values = [atom.value for atom in argument.value.of(Const)]
        if len(values) == len(argument.value.atoms) and set(values) <= {None, "None"}:
            continue
        if argument.name == "LogType" and (len(values) != len(argument.value.atoms) or set(values) != {"Tail"}):
            continue
        note(f"arguments.sync_only[{argument.name}]", argument.place)
        yield facts.SyncOnly(argument.name, _SYNC_ONLY[argument.name])


def _unknown(name: str, parameters: frozenset[str], given: set[str]) -> facts.UnknownArgument:
    near = next((known for known in sorted(parameters) if is_near(name, known)), None)
    other = lambda_api().parameters_of_other_operations.get(name)
    if near is None and other is None:
        other = next((op for op, spec in lambda_api().operations.items() if name in spec.parameters), None)
    return facts.UnknownArgument(name, near, other)


def find(visit: Visit, name: str) -> Argument | None:
    """The argument of that name, or None."""
    return next((argument for argument in visit.arguments if argument.name == name), None)


def client_context_fact(visit: Visit) -> facts.ClientContext | None:
    """The ClientContext argument, or None when it is left out."""
    argument = find(visit, "ClientContext")
    if argument is None:
        return None
    kinds, encodings = [], []
    for atom in argument.value.atoms:
        kind, encoding = _context(atom)
        kinds.append(kind)
        encodings.append(encoding)
    return facts.ClientContext(join_answers(kinds), join_answers(encodings))


def _context(atom: Any) -> tuple[Any, Any]:
    if isinstance(atom, Const):
        kind = {"str": "str", "bytes": "bytes", "NoneType": "none"}.get(atom.kind, "other")
        plain = isinstance(atom.value, (str, bytes)) and atom.value[:1] in ("{", b"{")
        return kind, "plain" if plain else UnknownAnswer("a constant text")
    if isinstance(atom, Encoded):
        inner = atom
        while inner.how == "bytes" and isinstance(inner.value.single, Encoded):
            inner = inner.value.single
        encoding = {"base64": "base64", "json": "plain"}.get(inner.how, UnknownAnswer("its encoding is not known"))
        return atom.type, encoding
    if isinstance(atom, Struct):
        return "dict" if atom.kind == "dict" else "other", None
    if isinstance(atom, (Text, Typed)):
        return atom.type if atom.type in {"str", "bytes", "dict"} else "other", UnknownAnswer("it is not known")
    return UnknownAnswer("it is not known"), UnknownAnswer("it is not known")


def client_fact(visit: Visit) -> facts.Client:
    """The client: its SDK, how long it waits, how often one call may be sent."""
    client = visit.client
    if client is None:
        unsure = UnknownAnswer("the client is made where it cannot be followed")
        return facts.Client(unsure, unsure, unsure, unsure, unsure)
    if not client.sdk:
        unsure = UnknownAnswer("a wrapper has the client")
        return facts.Client(unsure, unsure, unsure, unsure, unsure)
    return facts.Client(client.sdk, _read_timeout(client), _requests(client), _connections(client), visit.created)


def _connections(client: Client) -> Any:
    if client.config is None or client.config.open:
        return UnknownAnswer("its configuration is not known")
    value = _option(client, "max_pool_connections")
    return DEFAULT_CONNECTIONS if value is None else join_answers(_seconds(atom) for atom in value.atoms)


def _option(client: Client, name: str) -> Value | None:
    if client.config is None:
        return None
    return dict(client.config.options).get(name)


def _read_timeout(client: Client) -> Any:
    if client.config is None or client.config.open:
        return UnknownAnswer("its configuration is not known")
    value = _option(client, "read_timeout")
    if value is None:
        return DEFAULT_READ_TIMEOUT
    return join_answers(_seconds(atom) for atom in value.atoms)


def _seconds(atom: Any) -> Any:
    if isinstance(atom, Const):
        if atom.value is None:
            return Range(math.inf, math.inf)
        if isinstance(atom.value, (int, float)):
            return atom.value
    return UnknownAnswer("the number is not known")


def _requests(client: Client) -> Any:
    if client.config is None or client.config.open:
        return UnknownAnswer("its configuration is not known")
    value = _option(client, "retries")
    default: Any = 5 if client.sdk.startswith("aio") else REQUESTS_BY_DEFAULT
    if value is None:
        return default
    atom = value.single
    if not isinstance(atom, Struct) or atom.kind != "dict" or atom.open:
        return UnknownAnswer("its retries are not known")
    slots = {key: slot.value.single for key, slot in atom.slots}
    for key, more in (("total_max_attempts", 0), ("max_attempts", 1)):
        if key in slots:
            held = slots[key]
            return (
                held.value + more
                if isinstance(held, Const) and isinstance(held.value, int)
                else UnknownAnswer("a number")
            )
    mode = slots.get("mode")
    return REQUESTS_BY_MODE.get(mode.value, default) if isinstance(mode, Const) else default
