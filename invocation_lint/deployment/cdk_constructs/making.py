"""From what a run made to resources of the model: what all kinds share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment.cdk_constructs.attributes import VERSIONS
from invocation_lint.deployment.cdk_constructs.runs import Application, BaseRun
from invocation_lint.deployment.cdk_constructs.things import (
    Call,
    Choice,
    ClassOf,
    Closure,
    Lib,
    Obj,
    Seconds,
    Thing,
    cases_of,
    is_nameless,
)
from invocation_lint.deployment.merging import merged
from invocation_lint.deployment.model import Output, Parameter, Resource
from invocation_lint.deployment.references import resolved
from invocation_lint.deployment.values import (
    Attribute,
    Case,
    Hole,
    Key,
    Text,
    Unknown,
    Value,
    both,
    known,
    unknown,
    value_of,
)
from invocation_lint.findings import Place

MAX_DEPTH = 8


class Making:
    """The resources that are made, by the file in which each is."""

    def __init__(self, run: BaseRun, program: Application) -> None:
        self.run = run
        self.program = program
        self.resources: dict[str, list[Resource]] = defaultdict(list)
        self.outputs: dict[str, list[Output]] = defaultdict(list)
        self.parameters: dict[str, list[Parameter]] = defaultdict(list)
        self.definitions: dict[Thing, Any] = {}  # of state machines, and why there is none
        self._machines: dict[tuple[int, str], list[Thing]] = defaultdict(list)
        self._numbers: dict[tuple[str, str], int] = defaultdict(int)
        self._added: dict[tuple[Key, type[Resource]], list[tuple[str, Resource]]] = defaultdict(list)

    def note_machine(self, machine: Thing) -> None:
        """Take a state machine that is put together from tasks."""
        self._machines[id(machine.parent), machine.deployment].append(machine)

    def machine_around(self, task: Thing) -> Thing | None:
        """The state machine that a task belongs to: the only one that is made in the same construct."""
        found = self._machines.get((id(task.parent), task.deployment), []) if task.parent is not None else []
        return found[0] if len(found) == 1 else None

    def add(self, resource: Resource, deployment: str = "") -> None:
        """Add a resource of a deployment of its stack."""
        self._added[resource.key, type(resource)].append((deployment, resource))

    def finish(self) -> None:
        """Bring together what several deployments of a stack say of one resource."""
        for found in self._added.values():
            self.resources[found[0][1].key.template].append(merged(found))

    def key_at(self, owner: Thing | None, word: str, place: Place) -> Key:
        """The key of what is said of a construct at a place, and is no construct by itself."""
        name = f"{owner.path}/{word}" if owner is not None and owner.path else f"{word}:{place.line}"
        deployment = owner.deployment if owner is not None else ""
        number = self._numbers[deployment, name] = self._numbers[deployment, name] + 1
        return Key(place.path, name if number == 1 else f"{name}#{number}")


def valued(value: Any, place: Place, depth: int = 0) -> Value:
    """A value of a run as one of the model."""
    if isinstance(value, Choice):
        cases = []
        for case in value.cases:
            for inner in valued(case.content, place, depth).cases:
                when = both(case.when, inner.when)
                if when is not None:
                    cases.append(Case(inner.content, when))
        return value_of(cases, place)
    return known(_content(value, place, depth), place)


def _content(value: Any, place: Place, depth: int) -> Any:
    if isinstance(value, Hole):
        return Unknown(value.reason) if is_nameless(value) else Text((value,))
    if value is None or isinstance(value, (str, bool, int, float, Text)):
        return resolved(value)
    if isinstance(value, Seconds):
        return int(value.seconds) if value.seconds == int(value.seconds) else value.seconds
    if isinstance(value, Lib):
        return value.last
    if depth > MAX_DEPTH:
        return Unknown("it is nested too deeply")
    if isinstance(value, Obj):
        if value.open:
            return Unknown(value.open)
        return {name: valued(one, place, depth + 1) for name, one in value.entries.items()}
    if isinstance(value, list):
        return tuple(valued(one, place, depth + 1) for one in value)
    if isinstance(value, Thing):
        return (
            Text((Attribute(value.key, "arn"),)) if value.path else Unknown(f"a {value.kind or 'thing'} of a library")
        )
    if isinstance(value, Call):
        return Unknown(f"{value.name} of a library")
    return Unknown("a function" if isinstance(value, (Closure, ClassOf)) else "it is worked out when the CDK runs")


def prop(thing: Thing | Call, name: str) -> Any:
    """A property of a construct, as the run has it."""
    return thing.props.entries.get(name)


def told(thing: Thing | Call, *names: str) -> Value | None:
    """The first property of some names that is set, as a value of the model."""
    for name in names:
        value = prop(thing, name)
        if value is not None:
            return valued(value, thing.place)
    if thing.props.open:
        return unknown(thing.props.open, thing.place)
    return None


def function_of(value: Any) -> Thing | None:
    """The function, or the alias, that a value is: itself, or by a version of it."""
    if isinstance(value, Call) and value.name in VERSIONS:
        value = value.owner
    return value if isinstance(value, Thing) else None


def refer(value: Any, place: Place, attribute: str = "arn") -> Value | None:
    """What refers to a construct, in each case; None where nothing is set."""
    if value is None:
        return None
    cases: list[Case] = []
    for case in cases_of(value):
        thing = function_of(case.content)
        if thing is None or not (thing.path or thing.is_imported):
            cases += [Case(one.content, both(case.when, one.when) or ()) for one in valued(case.content, place).cases]
        elif thing.is_imported:
            cases += [Case(one.content, both(case.when, one.when) or ()) for one in _imported(thing, place, attribute)]
        else:
            cases.append(Case(Text((Attribute(thing.key, attribute),)), case.when))
    return value_of(cases, place)


def _imported(thing: Thing, place: Place, attribute: str) -> tuple[Case, ...]:
    endings = {"arn": ("Arn", "Name", "Url"), "name": ("Name", "Arn"), "url": ("Url", "Arn")}
    for ending in endings.get(attribute, ("Arn",)):
        for name, value in thing.fields.items():
            if name.endswith(ending) and value is not None:
                return valued(value, place).cases
    return (Case(Unknown(f"{thing.kind} is made elsewhere")),)


def items(value: Any) -> list[Any]:
    """The elements of a list, in each of its cases; those of one case as a choice."""
    found: list[Any] = []
    for case in cases_of(value):
        if isinstance(case.content, list):
            found += [Choice((Case(one, case.when),)) if case.when else one for one in case.content]
    return found


def things_in(value: Any, depth: int = 0) -> Iterator[Thing]:
    """All things in a value that are no constructs' own: elements of lists, entries of objects, arguments of calls."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, Thing):
        yield value
    elif isinstance(value, Choice):
        for case in value.cases:
            yield from things_in(case.content, depth + 1)
    elif isinstance(value, Obj):
        for one in value.entries.values():
            yield from things_in(one, depth + 1)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from things_in(one, depth + 1)
    elif isinstance(value, Call):
        if function_of(value) is not None and value.name in VERSIONS:
            yield from things_in(value.owner, depth + 1)
        yield from things_in(value.args or (), depth + 1)
