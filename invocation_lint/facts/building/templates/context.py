"""What those see who build facts about templates: what is deployed, the handlers, and how places are shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.model import EventSourceMapping, Function, Queue, Resource, StateMachine, Trigger
from invocation_lint.deployment.values import Key, Value
from invocation_lint.facts.base import Fact
from invocation_lint.findings import Place

if TYPE_CHECKING:
    from invocation_lint.deployment.definitions import State
    from invocation_lint.facts.building.templates.handlers import Handled, Handlers
    from invocation_lint.facts.building.templates.ways import Way
    from invocation_lint.source.files.project_files import ProjectFiles

ASYNCHRONOUS = frozenset({"s3", "sns", "eventbridge", "schedule", "event"})
"""Kinds of triggers that do not wait for the function."""

R = TypeVar("R", bound=Resource)

_OPEN = re.compile(r"\$\{\?[^{}]*\}")
"""A part of an id that only a run of a program tells, and that has no name."""


class Context:
    """What all facts about one deployment are built of. `handlers` is None where a template is looked at alone; `shown`
    gives the name that findings show for a path, `ways` the ways between functions, looked at for a file."""

    def __init__(
        self,
        deployed: Deployed,
        handlers: Handlers | None,
        shown: Callable[[str], str],
        files: ProjectFiles | None = None,
        ways: Callable[[str], Sequence[Way]] = lambda _asker: (),
    ) -> None:
        self.deployed = deployed
        self.files = files
        self.ways = ways
        self._handlers = handlers
        self._shown = shown

    def place(self, place: Place) -> Place:
        """A place of a template as findings show it."""
        return place._replace(path=self._shown(place.path))

    def fact(self, kind: str, data: Any, site: Place, places: Mapping[str, Place | None], title: str) -> Fact:
        """A fact that stands at a place of a template; other places are of templates, or of modules."""
        known = {path: self.place(place) for path, place in places.items() if place is not None}
        name = _readable(title)
        return Fact(kind, data, self.place(site), known, (), name, name)

    def at(self, path: str, kind: type[R]) -> list[R]:
        """The resources of a kind that stand in a file."""
        return [one for one in self._at.get(path, ()) if isinstance(one, kind)]

    @cached_property
    def _at(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for one in self.deployed.all(Resource):
            found.setdefault(one.place.path, []).append(one)
        return found

    @cached_property
    def tasks_at(self) -> Mapping[str, list[tuple[StateMachine, State]]]:
        """The tasks of state machines that invoke functions, by the files in which they stand."""
        found: dict[str, list[tuple[StateMachine, State]]] = {}
        for machine in self.deployed.all(StateMachine):
            for state in machine.definition.states if machine.definition is not None else ():
                if state.function is not None:
                    found.setdefault(state.place.path, []).append((machine, state))
        return found

    def handler(self, function: Function | None, asker: str) -> Handled | None:
        """What the handler of a function does, looked at for a file; None where it is not at hand."""
        return self._handlers.of(function, asker) if function is not None and self._handlers is not None else None

    def function_of(self, value: Value | None) -> Function | None:
        """The one function that a name or an ARN surely means."""
        found = self.deployed.functions_of(value)
        return found[0].function if len(found) == 1 and found[0].certain else None

    def queue_of(self, value: Value | None) -> Queue | None:
        """The one queue that an ARN or a URL surely means."""
        attribute = value.attribute if value is not None else None
        return self.deployed.get(attribute.resource, Queue) if attribute is not None else None

    @cached_property
    def failure_targets(self) -> frozenset[Key]:
        """The resources into which something puts what has failed: dead-letter queues, and destinations of failures."""
        found: set[Key] = set()
        for one in self.deployed.all(Resource):
            for value in _failures_of(one):
                found.update(attribute.resource for attribute in value.attributes())
        return frozenset(found)

    @cached_property
    def consumers(self) -> Mapping[Key, tuple[EventSourceMapping, ...]]:
        """The mappings that poll each queue."""
        found: dict[Key, tuple[EventSourceMapping, ...]] = {}
        for mapping in self.deployed.all(EventSourceMapping):
            queue = self.queue_of(mapping.source)
            if queue is not None:
                found[queue.key] = (*found.get(queue.key, ()), mapping)
        return found

    @cached_property
    def asynchronous(self) -> Mapping[Key, tuple[Trigger, ...]]:
        """What invokes each function asynchronously, and is switched on."""
        found: dict[Key, tuple[Trigger, ...]] = {}
        for trigger in self.deployed.all(Trigger):
            is_off = trigger.is_enabled is not None and trigger.is_enabled.content is False
            function = self.function_of(trigger.function) if trigger.kind in ASYNCHRONOUS and not is_off else None
            if function is not None:
                found[function.key] = (*found.get(function.key, ()), trigger)
        return found


def _failures_of(one: Any) -> list[Value]:
    """Where a resource puts what has failed, as far as it says so."""
    given = [getattr(one, "dead_letter", None), getattr(one, "on_failure", None)]
    retries = getattr(one, "retries", None)
    given += [retries.on_failure] if retries is not None else []
    targets = [*getattr(one, "targets", ()), getattr(one, "target", None)]
    given += [target.dead_letter for target in targets if target is not None and hasattr(target, "dead_letter")]
    return [value for value in given if value is not None]


def called(one: Resource) -> str:
    """What a template calls a resource."""
    return _readable(getattr(one, "called", "") or one.key.id)


def _readable(name: str) -> str:
    return _OPEN.sub("*", name)


__all__ = ["Context", "called"]
