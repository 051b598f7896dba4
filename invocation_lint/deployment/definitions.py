"""Definitions of state machines, in JSON or YAML, wherever they stand.

Amazon States Language (states-language.net/spec.html); AWS: Step Functions developer guide, service integrations with
Lambda. A definition is nodes; what a text in it stands for is told by who knows the template around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from invocation_lint.deployment.documents.nodes import get, items, mapping, text
from invocation_lint.deployment.documents.yaml_nodes import key_place, place_of
from invocation_lint.deployment.values import Case, Text, Value, both, known, pieces_of, together, value_of
from invocation_lint.deployment.values import text as joined
from invocation_lint.documents.nodes import Node
from invocation_lint.findings import Place
from invocation_lint.records import record


@record
class State:
    """One state of a state machine. `path` are the names of the states around it and its own, outermost first."""

    path: tuple[str, ...]
    type: str  # "Task", "Choice", "Map", ...
    place: Place
    resource: Value | None = None  # of a task
    function: Value | None = None  # which function it invokes: name or ARN; None: none
    invocation_type: Value | None = None  # None: the state waits for the answer
    waits_for_token: bool = False
    payload: Value | None = None  # what is sent; None: the input of the state
    parameters: Value | None = None  # Parameters or Arguments as a whole
    timeout_seconds: Value | None = None
    heartbeat_seconds: Value | None = None
    retried_errors: tuple[Value, ...] = ()
    caught_errors: tuple[Value, ...] = ()
    next: tuple[str, ...] = ()  # names of the states that may follow
    retry_place: Place | None = None


@record
class Definition:
    """What a state machine does. `path` is the file where it is written."""

    path: str
    start: str
    states: tuple[State, ...]
    place: Place
    timeout_seconds: Value | None = None
    language: str = "JSONPath"  # or "JSONata"


MAX_STATES = 5_000

INVOKES = "states:::lambda:invoke"
TOKEN = ".waitForTaskToken"
_FUNCTION_ARN = re.compile(r":lambda:[\w-]*:[\w*${}-]*:function:")

ValueOf = Callable[[Node], Value]


def may_be_definition(node: Node | None) -> bool:
    """Whether a node is laid out as a definition."""
    return bool(text(get(node, "StartAt"))) and bool(mapping(get(node, "States")))


def read_definition(path: str, node: Node, value_of: ValueOf) -> Definition:
    """The states of a definition; `value_of` tells what a node in it stands for."""
    found = []
    for state in _states(node, (), value_of):
        found.append(state)
        if len(found) >= MAX_STATES:
            break
    timeout = get(node, "TimeoutSeconds")
    return Definition(
        path,
        text(get(node, "StartAt")),
        tuple(found),
        place_of(node),
        value_of(timeout) if timeout is not None else None,
        text(get(node, "QueryLanguage")) or "JSONPath",
    )


def _states(machine: Node, around: tuple[str, ...], value_of: ValueOf) -> Iterator[State]:
    states = get(machine, "States")
    for name, node in mapping(states).items():
        path = (*around, name)
        if states is not None and isinstance(node.value, dict):
            yield _state(path, node, key_place(states, name), value_of)
            for inner in [get(node, "Iterator"), get(node, "ItemProcessor"), *items(get(node, "Branches"))]:
                if inner is not None:
                    yield from _states(inner, path, value_of)


def _state(path: tuple[str, ...], node: Node, place: Any, value_of: ValueOf) -> State:
    def told(*keys: str) -> Value | None:
        for key in keys:
            one = get(node, key)
            if one is not None:
                return value_of(one)
        return None

    resource = told("Resource")
    parameters = get(node, "Parameters") or get(node, "Arguments")
    retry = get(node, "Retry")
    function, payload, mode = _invoked(resource, parameters, value_of)
    return State(
        path,
        text(get(node, "Type")),
        place,
        resource=resource,
        function=function,
        invocation_type=mode,
        waits_for_token=_shown(resource).endswith(TOKEN),
        payload=payload,
        parameters=value_of(parameters) if parameters is not None else None,
        timeout_seconds=told("TimeoutSeconds", "TimeoutSecondsPath"),
        heartbeat_seconds=told("HeartbeatSeconds", "HeartbeatSecondsPath"),
        retried_errors=tuple(_errors(retry, value_of)),
        caught_errors=tuple(_errors(get(node, "Catch"), value_of)),
        next=tuple(dict.fromkeys(_following(node))),
        retry_place=place_of(retry) if retry is not None else None,
    )


def _invoked(
    resource: Value | None, parameters: Node | None, value_of: ValueOf
) -> tuple[Value | None, Value | None, Value | None]:
    """The function that a task invokes, what it sends, and how."""
    if resource is None:
        return None, None, None
    shown = _shown(resource)
    if INVOKES in shown:
        named = _either(parameters, "FunctionName")
        payload = _either(parameters, "Payload")
        mode = get(parameters, "InvocationType")
        return (
            value_of(named) if named is not None else None,
            value_of(payload) if payload is not None else None,
            value_of(mode) if mode is not None else None,
        )
    if ":states:" in shown or not (_FUNCTION_ARN.search(shown) or resource.attributes() or "${" in shown):
        return None, None, None
    return resource, value_of(parameters) if parameters is not None else None, None


def _either(parameters: Node | None, key: str) -> Node | None:
    """What stands under a key, whose name ends in `.$` where a path of the input stands there."""
    return get(parameters, key) or get(parameters, f"{key}.$")


def _shown(value: Value | None) -> str:
    content = value.contents[0] if value is not None else ""
    return content if isinstance(content, str) else content.shown() if isinstance(content, Text) else ""


def _errors(handlers: Node | None, value_of: ValueOf) -> Iterator[Value]:
    for one in items(handlers):
        for error in items(get(one, "ErrorEquals")):
            yield value_of(error)


def _following(node: Node) -> Iterator[str]:
    for one in [node, *items(get(node, "Choices")), *items(get(node, "Catch"))]:
        if text(get(one, "Next")):
            yield text(get(one, "Next"))
    if text(get(node, "Default")):
        yield text(get(node, "Default"))


def filled_in(pieces: tuple[Any, ...], marks: str = "\ue000") -> tuple[str, ValueOf]:
    """The text of a definition that is put together from pieces, with marks for those that are open; and what a node
    that is read from it stands for."""
    open_parts: list[Any] = []
    found = ""
    for piece in pieces:
        if isinstance(piece, str):
            found += piece
        else:
            found += f"{marks}{len(open_parts)}{marks}"
            open_parts.append(piece)

    def replaced(content: str) -> list[Any]:
        parts = content.split(marks)
        return [
            open_parts[int(part)] if index % 2 and part.isdigit() and int(part) < len(open_parts) else part
            for index, part in enumerate(parts)
        ]

    return found, lambda node: _value(node, lambda content: [Case(joined(replaced(content)))])


def substituted(told: ValueOf, given: Mapping[str, Value]) -> ValueOf:
    """What a node of a definition stands for, with `${Name}` in its texts for the values that are given."""
    return (lambda node: _filled(told(node), given)) if given else told


def _filled(value: Value, given: Mapping[str, Value]) -> Value:
    found: list[Case] = []
    for case in value.cases:
        content = case.content
        if isinstance(content, tuple):
            found.append(Case(tuple(_filled(one, given) for one in content), case.when))
        elif isinstance(content, dict):
            found.append(Case({key: _filled(one, given) for key, one in content.items()}, case.when))
        else:
            for one in _cases(content, given):
                when = both(case.when, one.when)
                if when is not None:
                    found.append(Case(one.content, when))
    return value_of(found, value.place)


def _cases(content: Any, given: Mapping[str, Value]) -> list[Case]:
    pieces = pieces_of(content) if isinstance(content, (str, Text)) else None
    if pieces is None or not any(isinstance(piece, str) and "${" in piece for piece in pieces):
        return [Case(content)]
    parts: list[list[Case]] = []
    for piece in pieces:
        if not isinstance(piece, str):
            parts.append([Case(Text((piece,)))])
            continue
        end = 0
        for match in _SUBSTITUTED.finditer(piece):
            value = given.get(match[1])
            if value is not None and all(one is None or pieces_of(one) is not None for one in value.contents):
                parts += [[Case(piece[end : match.start()])], list(value.cases)]
                end = match.end()
        parts.append([Case(piece[end:])])
    return together(parts)


_SUBSTITUTED = re.compile(r"\$\{([\w.-]{1,200})\}")


def plain(node: Node) -> Value:
    """What a node of a definition stands for about which nothing else is known."""
    return _value(node, lambda content: [Case(content)])


def _value(node: Node, cases_of: Callable[[str], list[Case]]) -> Value:
    place = place_of(node)
    if isinstance(node.value, str):
        return value_of(cases_of(node.value), place)
    if isinstance(node.value, list):
        return known(tuple(_value(one, cases_of) for one in node.value), place)
    if isinstance(node.value, dict):
        return known({key: _value(one, cases_of) for key, one in node.value.items()}, place)
    return known(node.value, place)
