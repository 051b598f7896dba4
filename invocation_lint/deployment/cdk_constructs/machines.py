"""State machines of the CDK whose definition is a text or a file (AWS: CDK API reference, aws-stepfunctions).

Of one that is put together from tasks, each task says by itself which function it invokes.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment.cdk_constructs.making import Making, prop, refer, told, valued
from invocation_lint.deployment.cdk_constructs.texts import content_of
from invocation_lint.deployment.cdk_constructs.things import Call, Choice, Obj, Thing
from invocation_lint.deployment.definitions import (
    Definition,
    ValueOf,
    filled_in,
    may_be_definition,
    plain,
    read_definition,
    substituted,
)
from invocation_lint.deployment.documents.yaml_nodes import Unreadable, read_nodes, read_text
from invocation_lint.deployment.model import Resource, StateMachine
from invocation_lint.deployment.triggers import with_tasks
from invocation_lint.deployment.values import Value, pieces_of
from invocation_lint.documents.nodes import Node

MACHINES = frozenset({"StateMachine", "CfnStateMachine"})


def has_definition(making: Making, thing: Thing) -> bool:
    """Whether the definition of a state machine is read."""
    return _definition(making, thing)[0] is not None


def is_put_together(making: Making, thing: Thing) -> bool:
    """Whether a construct is a state machine whose definition is put together from tasks."""
    is_machine = (
        thing.kind in MACHINES and thing.module.endswith("stepfunctions") and thing.path and not thing.is_imported
    )
    return bool(is_machine) and not has_definition(making, thing)


def state_machine(making: Making, thing: Thing) -> Iterator[Resource]:
    """A state machine, and the functions that the tasks of its definition invoke."""
    definition, why = _definition(making, thing)
    role = prop(thing, "role")
    machine = StateMachine(
        thing.key,
        f"aws_cdk.{thing.kind}",
        thing.place,
        thing.when,
        told(thing, "stateMachineName"),
        kind=told(thing, "stateMachineType"),
        role=refer(role if role is not None else prop(thing, "roleArn"), thing.place),
        definition=definition,
        definition_unknown=why,
    )
    yield from with_tasks(machine, refer(thing, thing.place))


def _definition(making: Making, thing: Thing) -> tuple[Definition | None, str]:
    """The definition of a state machine, which is read once; why there is none."""
    if thing not in making.definitions:
        making.definitions[thing] = _definition_of(making, thing)
    found: tuple[Definition | None, str] = making.definitions[thing]
    return found


def _definition_of(making: Making, thing: Thing) -> tuple[Definition | None, str]:
    body = prop(thing, "definitionBody")
    given = _substitutions(thing)
    if isinstance(body, Call) and body.args:
        first = body.args[0]
        if body.name == "fromFile":
            return _of_file(making, thing, first, given)
        if body.name == "fromString":
            return _of_text(thing, first, given)
    text = prop(thing, "definitionString")
    if text is not None:
        return _of_text(thing, text, given)
    return None, "the definition is put together from tasks"


def _substitutions(thing: Thing) -> dict[str, Value]:
    value = prop(thing, "definitionSubstitutions")
    entries = value.entries if isinstance(value, Obj) else {}
    return {name: valued(one, thing.place) for name, one in entries.items()}


def _of_file(making: Making, thing: Thing, where: Any, given: dict[str, Value]) -> tuple[Definition | None, str]:
    if not isinstance(where, str):
        return None, "the path of the definition is not known"
    for folder in (making.program.base_of(thing.place.path), posixpath.dirname(thing.place.path)):
        path = posixpath.normpath(posixpath.join(folder, where))
        data = making.program.read(path)
        if data is not None:
            return _read(path, read_nodes(path, data), plain, given)
    return None, f"there is no file {posixpath.basename(where)}"


def _of_text(thing: Thing, text: Any, given: dict[str, Value]) -> tuple[Definition | None, str]:
    pieces = pieces_of(content_of(text)) if not isinstance(text, Choice) else None
    if pieces is None:
        return None, "the definition is no text that can be read"
    source, stands_for = filled_in(pieces)
    return _read(thing.place.path, read_text(thing.place.path, source), stands_for, given, thing)


def _read(
    path: str, node: Node | Unreadable, stands_for: ValueOf, given: dict[str, Value], thing: Thing | None = None
) -> tuple[Definition | None, str]:
    if isinstance(node, Unreadable):
        return None, node.message
    if not may_be_definition(node):
        return None, "it is no definition"
    if thing is not None:
        _move(node, thing)
    return read_definition(path, node, substituted(stands_for, given)), ""


def _move(node: Node, thing: Thing) -> None:
    """Give nodes of a text in the application the place of the construct."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        current.line, current.column = thing.place.line, thing.place.column
        current.end = (thing.place.line, thing.place.column)
        current.keys = dict.fromkeys(current.keys, (thing.place.line, thing.place.column))
        if isinstance(current.value, dict):
            waiting.extend(current.value.values())
        elif isinstance(current.value, list):
            waiting.extend(current.value)
