"""Invocations by a library for its caller, as `data/doors.json` describes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    NONE,
    Client,
    Const,
    Encoded,
    EnvVar,
    FunctionRef,
    Slot,
    Struct,
    Text,
    Value,
    const,
    join_values,
    unknown,
)
from invocation_lint.analysis.domain.events import Argument, Raised, Visit
from invocation_lint.analysis.domain.state import freeze
from invocation_lint.analysis.python import told
from invocation_lint.analysis.python.errors import tries
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.kinds import Kind
from invocation_lint.analysis.python.traced import begin, note_escape
from invocation_lint.data.doors import Door, doors

_PACKAGES = ("airflow.", "zappa.", "chalice.", "@zappa.")
_JINJA = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
_PULLED = re.compile(r"""\A\s*\{\{[^{}]*xcom_pull\([^{}]*task_ids?\s*=\s*\[?\s*["']([\w.-]+)["'][^{}]*\}\}\s*\Z""")


def by_door(frame: Frame, kind: Kind[Frame], name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """The invocation that a call of a library's function makes, and what that gives; None where it is no door."""
    if "." not in name or not name.startswith(_PACKAGES):
        return None
    door = doors().by_call.get(name)
    return None if door is None else _invoked(frame, kind, door, name, arguments, node)


def _invoked(frame: Frame, kind: Kind[Frame], door: Door, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    place = frame.place(node)
    given = dict(_given(frame, door, name, arguments, node))
    runs_later = door.runs == "later"
    visit = Visit(
        (place,),
        "invoke",
        Client("lambda", "boto3" if door.gives == "response" else "", None),
        tuple(given.values()),
        False,
        arguments.open or ("arguments that are not known are given with *" if arguments.star else None),
        frame.function.key if frame.function else f"{frame.module.name}:<module>",
        frame.function.is_async if frame.function else False,
        None if runs_later else frame.loops[-1].info if frame.loops else None,
        "parameter",
        "awaited",
        runs_later=runs_later,
    )
    frame.events.append(visit)
    answer = begin(frame, kind, node, "boto3" if door.gives == "response" else "")
    for value in arguments.values():
        note_escape(frame, value, "handed_over", node, deep=False)
    if not runs_later:
        frame.raises.extend(Raised((place,), family) for family in tries.FAMILIES)
        told.note_sent(frame, ((place,),))
    if door.gives == "response":
        return Value((answer,))
    kind.escape(frame, answer, "handed_over", node)
    return unknown("what a library gives that invokes", name.rpartition(".")[2] + "()")


def _given(
    frame: Frame, door: Door, name: str, arguments: Arguments, node: cst.CSTNode
) -> Iterator[tuple[str, Argument]]:
    place = frame.place(node)
    bound = list(arguments.args)
    remote: Value | None = None
    if name == "@zappa.task":
        bound, remote = bound[2:], bound[1]
    for parameter, keyword, position in door.takes:
        argument = arguments.kwargs.get(keyword)
        value = argument.value if argument is not None else None
        if value is None and position is not None and position < len(bound):
            value = bound[position]
        if parameter == "FunctionName" and door.itself:
            value = _own_name(remote if remote is not None else value)
        if parameter == "Payload" and door.payload == "task":
            continue
        if value is None or value == NONE:  # which is left out
            continue
        value = _as_sent(frame, door, parameter, value, node)
        where = argument.place if argument is not None else place
        yield parameter, Argument(parameter, freeze(frame.live, value), where, argument.presence if argument else "yes")
    if door.mode:
        yield "InvocationType", Argument("InvocationType", const(door.mode), place)
    if door.payload == "task":
        is_run = name != "@zappa.task"
        yield (
            "Payload",
            Argument("Payload", freeze(frame.live, _message(frame, arguments, bound, node, is_run=is_run)), place),
        )


def _own_name(value: Value | None) -> Value:
    """The function that runs, where no other is named."""
    own = Value((EnvVar("AWS_LAMBDA_FUNCTION_NAME"),))
    if value is None or value == NONE:
        return own
    return Value(tuple(atom for atom in value.atoms if atom != NONE.single)) if NONE.single in value.atoms else value


def _as_sent(frame: Frame, door: Door, parameter: str, value: Value, node: cst.CSTNode) -> Value:
    if door.templates == "jinja":
        value = join_values([_rendered(frame, atom) for atom in value.atoms])
    if parameter == "Payload" and door.payload == "encoded":
        return Value((Encoded("json", freeze(frame.live, value), "str", "json", True, frame.place(node)),))
    return value


def _rendered(frame: Frame, atom: Any) -> Value:
    """A text in which a template engine fills in what is not known here."""
    if isinstance(atom, Encoded) and atom.how == "json" and isinstance(held := atom.value.single, Const):
        pulled = _PULLED.match(held.value) if isinstance(held.value, str) else None
        if pulled is not None and _is_payload_of(frame, pulled[1]):
            payload = Struct("dict", open="what another function answered")
            inner = Encoded("json", Value((payload,)), "str", "json", True, atom.place)
            return Value((Encoded("json", Value((inner,)), atom.type, atom.encoder, True, atom.place, atom.compact),))
    if not isinstance(atom, Const) or not isinstance(atom.value, str) or "{" not in atom.value:
        return Value((atom,))
    parts = [part for part in _JINJA.split(atom.value) if part]
    if not any(_JINJA.match(part) for part in parts):
        return Value((atom,))
    pieces = tuple(unknown("what a template fills in") if _JINJA.match(part) else part for part in parts)
    return Value((Text(pieces),))


def _is_payload_of(frame: Frame, task: str) -> bool:
    """Whether a task of the module is an invocation, so that what it keeps is the payload of an answer, as text."""
    text = frame.module.source.text
    made = rf"""LambdaInvokeFunctionOperator\([^()]*\btask_id\s*=\s*["']{re.escape(task)}["']"""
    return re.search(made, text) is not None


def _message(frame: Frame, arguments: Arguments, bound: list[Value], node: cst.CSTNode, *, is_run: bool) -> Value:
    """What Zappa sends for a task: its name and its arguments, as JSON."""
    place = frame.place(node)
    if is_run:
        items = _frozen(frame, arguments.get(1, "args")) or Value((Struct("list", made=place),))
        fields = _frozen(frame, arguments.get(2, "kwargs")) or Value((Struct("dict", made=place),))
    else:
        rest = unknown("an argument") if arguments.star else None
        held = tuple(freeze(frame.live, value) for value in bound)
        named = tuple(
            (one.name, Slot(one.presence, freeze(frame.live, one.value), one.place))
            for one in arguments.kwargs.values()
        )
        items = Value((Struct("list", items=held, rest=rest, made=place),))
        fields = Value((Struct("dict", named, arguments.open, made=place),))
    function = next((atom for value in arguments.args[:1] for atom in value.of(FunctionRef)), None)
    task = const(function.key.rpartition(":")[2]) if function is not None else unknown("the name of a task")
    message = {"task_path": task, "args": items, "kwargs": fields, "command": const("route_lambda_task")}
    slots = tuple((key, Slot("yes", value, place)) for key, value in message.items())
    whole = Value((Struct("dict", slots, made=place),))
    return Value((Encoded("json", whole, "str", "json", False, place),))


def _frozen(frame: Frame, value: Value | None) -> Value | None:
    return None if value is None else freeze(frame.live, value)
