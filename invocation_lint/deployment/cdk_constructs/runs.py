"""Runs an application: holds what there is of it, what was made, and the conditions under which that is.

What a node is, and how it is evaluated, is told by the language (`cdk_typescript`, `cdk_python`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from invocation_lint.deployment.cdk_constructs.things import (
    Call,
    Choice,
    ClassOf,
    Imported,
    Obj,
    Scope,
    Thing,
    cases_of,
    choice_of,
    open_value,
)
from invocation_lint.deployment.values import Case, Conditions, Key, both
from invocation_lint.findings import Place

MAX_STEPS = 1_000_000
"""Nodes that are evaluated in one project."""

MAX_DEPTH = 90
"""Expressions, blocks and calls inside each other."""

MAX_CALLS = 24
"""Calls inside each other."""

MAX_SPLIT = 3
"""Conditions of which it is told when one of them does not hold."""

MAX_MADE = 20_000
"""Things and calls of libraries that one project makes."""


class Application(Protocol):
    """The files of the applications of a project."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file."""

    def base_of(self, path: str) -> str:
        """The folder in which the application of a file is run."""

    def context(self, path: str, name: Any) -> Any:
        """What the context of the application of a file has under a name."""

    def exported(self, run: Any, one: Imported) -> Any:
        """What a name is in its file."""


class Stopped(Exception):
    """The run is at the end of its budget."""


class BaseRun:
    """One run. `made` are the things and the calls of libraries, in the order of the run."""

    def __init__(self, files: Application) -> None:
        self.files = files
        self.made: list[Thing | Call] = []
        self.when: Conditions = ()
        self.ids: dict[tuple[str, str], list[Conditions]] = {}
        self.calls: list[int] = []
        self.max_calls = MAX_CALLS
        self._steps = 0
        self._depth = 0

    # -- what the language says --------------------------------------------------------------------------------------

    def place(self, scope: Scope, node: Any) -> Place:
        """Where a node stands."""
        raise NotImplementedError

    def short(self, node: Any) -> str:
        """The text of a node, for a message."""
        raise NotImplementedError

    def look(self, known: Callable[..., Any], node: Any, scope: Scope) -> Any:
        """What an expression is by what knows its kind, within the budget of the run."""
        self._steps += 1
        if self._steps > MAX_STEPS or len(self.made) > MAX_MADE:
            raise Stopped
        if self._depth >= MAX_DEPTH * 2:
            return open_value("it is nested too deeply")
        self._depth += 1
        try:
            return known(self, node, scope)
        finally:
            self._depth -= 1

    def unknown(self, node: Any, why: str = "is worked out when the application runs") -> Any:
        """A value that cannot be told."""
        return open_value(f"`{self.short(node)}` {why}")

    # -- conditions --------------------------------------------------------------------------------------------------

    def condition(self, scope: Scope, node: Any) -> Key:
        """The key of a condition that stands at a node."""
        return Key(scope.path, f"{self.short(node)} (line {self.place(scope, node).line})")

    @contextmanager
    def under(self, when: Conditions) -> Iterator[bool]:
        """Run something where conditions hold besides; false when they exclude those that do."""
        before = self.when
        together = both(before, when)
        if together is None:
            yield False
            return
        self.when = together
        try:
            yield True
        finally:
            self.when = before

    def assigned(self, before: Any, after: Any, since: Conditions) -> Any:
        """What stands where something is assigned that was there since some conditions held."""
        own = tuple(one for one in self.when if one not in since)
        if not own:
            return after
        kept: list[Case] = []
        for case in cases_of(before):
            if all(one in case.when for one in own):
                continue
            if both(case.when, own) is None:
                kept.append(case)
            else:
                kept += [
                    Case(case.content, when)
                    for other in _otherwise(own)
                    if (when := both(case.when, other)) is not None
                ]
        kept.append(Case(after, own))
        return choice_of(kept)

    def assign(self, holder: dict[str, Any], name: str, value: Any, since: Conditions) -> None:
        """Set a name, or an entry of an object."""
        holder[name] = self.assigned(holder.get(name), value, since)

    def declare(self, scope: Scope, name: str, value: Any) -> None:
        """Give a new name to a value."""
        scope.names[name] = value

    def known_now(self, value: Any) -> Any:
        """A value without the cases that the conditions of the moment exclude."""
        if not isinstance(value, Choice) or not self.when:
            return value
        left = [case for case in value.cases if both(case.when, self.when) is not None]
        return value if len(left) in {0, len(value.cases)} else choice_of(left)

    # -- names -------------------------------------------------------------------------------------------------------

    def look_up(self, name: str, scope: Scope) -> Any:
        """What a name is; KeyError when there is none."""
        holder = scope.holder(name)
        if holder is None:
            raise KeyError(name)
        found = holder.names[name]
        return self.known_now(self.resolved(found))

    def resolved(self, value: Any) -> Any:
        """What an imported name is in its file."""
        for _ in range(12):
            if not isinstance(value, Imported):
                return value
            value = self.files.exported(self, value)
        return open_value("imports lead in a circle")

    # -- what is made ------------------------------------------------------------------------------------------------

    def note(self, one: Thing | Call) -> None:
        """Note what was made."""
        self.made.append(one)

    def unique(self, path: str, deployment: str = "") -> str:
        """A path of constructs that no other has in one deployment of a stack; in branches of which only one is taken,
        one path is one construct."""
        before = self.ids.setdefault((deployment, path), [])
        is_other = any(both(when, self.when) is not None for when in before)
        before.append(self.when)
        return f"{path}#{len(before)}" if is_other else path

    def deploy(self, stack: Thing, cls: ClassOf, path: str) -> None:
        """Note a stack of a class of the application: each of its objects is a deployment of the same resources."""
        stack.path = cls.name
        stack.deployment = self.unique(path)
        self.note(stack)

    def opened(self, value: Any, why: str) -> None:
        """An object is handed to where it may be changed."""
        if isinstance(value, Obj):
            value.open = value.open or why

    def prepared(self, cls: ClassOf) -> None:
        """Note that a class is used."""
        cls.was_made = True


def _otherwise(when: Conditions) -> list[Conditions]:
    """The conditions under which some do not all hold, no two of which hold at once; nothing where that is not told."""
    if len(when) > MAX_SPLIT or not all(isinstance(holds, bool) for _, holds in when):
        return [()]
    return [(*when[:index], (key, not holds)) for index, (key, holds) in enumerate(when)]
