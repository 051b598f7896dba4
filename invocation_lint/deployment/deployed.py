"""All that a project deploys, brought together from its templates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from invocation_lint.deployment.kinds import FRONTS, REDELIVERING
from invocation_lint.deployment.linking import Linker
from invocation_lint.deployment.model import (
    Access,
    Alias,
    Function,
    InvokeConfig,
    Permission,
    Policy,
    Resource,
    Role,
    Template,
    Trigger,
)
from invocation_lint.deployment.names import are_equal, called_function
from invocation_lint.deployment.principals import kind_of_principal
from invocation_lint.deployment.values import Attribute, Key, Text, Value
from invocation_lint.records import record

R = TypeVar("R", bound=Resource)

ALONE = "definition"
"""The type of what a definition says to which no template refers: it counts where nothing else is told."""


@record
class Meant:
    """A function that a name or an ARN means. It is `certain` when nothing else can be meant."""

    function: Function
    certain: bool


class Deployed:
    """The templates of a project, with what nested stacks are given and what is imported filled in."""

    def __init__(self, templates: Iterable[Template]) -> None:
        found = tuple(templates)
        parts = {path for one in found for path in one.includes}
        given = tuple(one for one in found if one.path not in parts)
        linker = Linker(given)
        self.templates = {one.path: linker.template(one) for one in given}
        self._resources: dict[Key, list[Resource]] = defaultdict(list)
        for template in self.templates.values():
            for resource in template.resources:
                self._resources[resource.key].append(resource)
        self._triggers: dict[Key, list[Trigger]] | None = None
        self._kinds: dict[Key, set[str]] | None = None
        self._variables: dict[Key, set[str]] | None = None
        self._named: tuple[dict[str, list[Function]], list[tuple[Any, Function]]] | None = None
        self._called: dict[Any, tuple[Meant, ...]] = {}
        self._held: dict[tuple[str, type[Resource]], Sequence[Any]] = {}
        self._configured()

    def all(self, kind: type[R]) -> Iterator[R]:
        """All resources of a kind, template by template."""
        for found in self._resources.values():
            for resource in found:
                if isinstance(resource, kind):
                    yield resource

    def having(self, variable: str) -> Sequence[Function]:
        """The functions for which a variable of the environment is set."""
        return self._having.get(variable, ())

    def held_by(self, variable: str, kind: type[R]) -> Sequence[R]:
        """The resources of a kind that a variable of the environment names in the functions for which it is set."""
        key = variable, kind
        if key not in self._held:
            named = (one.environment[variable].attributes() for one in self.having(variable))
            found = (self.get(attribute.resource, kind) for attributes in named for attribute in attributes)
            self._held[key] = tuple({one.key: one for one in found if one is not None}.values())
        return self._held[key]

    @cached_property
    def _having(self) -> Mapping[str, Sequence[Function]]:
        found: dict[str, list[Function]] = defaultdict(list)
        for function in self.all(Function):
            for variable in function.environment:
                found[variable].append(function)
        return dict(found)

    @cached_property
    def types(self) -> Mapping[str, frozenset[str]]:
        """The types of the resources of each template, by its path."""
        return {path: frozenset(one.type for one in found.resources) for path, found in self.templates.items()}

    def get(self, key: Key, kind: type[R]) -> R | None:
        """The resource of a kind that has a key; None when there is none."""
        return next((one for one in self._resources.get(key, ()) if isinstance(one, kind)), None)

    def _configured(self) -> None:
        """Bring to functions what resources of their own say of how they are retried."""
        changed: dict[Key, Function] = {}
        for config in self.all(InvokeConfig):
            for one in self.functions_of(config.function):
                if one.certain and one.function.retries is None:
                    changed[one.function.key] = replace(one.function, retries=config.retries)
        for key, function in changed.items():
            self._resources[key] = [function if isinstance(one, Function) else one for one in self._resources[key]]
            template = self.templates[key.template]
            kept = tuple(
                function if one.key == key and isinstance(one, Function) else one for one in template.resources
            )
            self.templates[key.template] = replace(template, resources=kept)
        self._named = None
        self._called.clear()

    # -- functions and what invokes them -----------------------------------------------------------------------------

    def functions_of(self, value: Value | None) -> tuple[Meant, ...]:
        """The functions that a name, an ARN or a URI means, in any of its cases."""
        found: dict[Key, Meant] = {}
        for content in value.contents if value is not None else ():
            for one in self.functions_called(content):
                found.setdefault(one.function.key, one)
        return tuple(found.values())

    def functions_called(self, content: Any) -> tuple[Meant, ...]:
        """The functions that a text means: the one to which it refers, else those whose names may be equal. Of a text
        that is open as a whole nothing is said but for the functions whose names are open in the same way."""
        if not isinstance(content, (str, Text)):
            return self._functions_called(content)
        if content not in self._called:
            self._called[content] = self._functions_called(content)
        return self._called[content]

    def _functions_called(self, content: Any) -> tuple[Meant, ...]:
        called = called_function(content)
        if called is None or called[0] == "":
            return ()
        name = called[0]
        if isinstance(name, Attribute):
            function = self.function(name.resource)
            return (Meant(function, certain=True),) if function is not None else ()
        literal, patterns = self._names()
        sure = {one.key: one for one in literal.get(name, ())} if isinstance(name, str) else {}
        may: dict[Key, Function] = {}
        if isinstance(name, Text) and _is_anchored(name):
            written = (own for own in literal if _may_be(own, name))
            patterns = [*patterns, *((own, one) for own in written for one in literal[own])]
        for own, one in patterns:
            equal = are_equal(own, name)
            if equal or (equal is None and _is_anchored(own) and _is_anchored(name)):
                (sure if equal else may)[one.key] = one
        if sure:
            return tuple(Meant(one, certain=len(sure) == 1) for one in sure.values())
        return tuple(Meant(one, certain=False) for one in may.values())

    def _names(self) -> tuple[dict[str, list[Function]], list[tuple[Any, Function]]]:
        """The functions by their names: those that are told, and those with open parts."""
        if self._named is None:
            literal: dict[str, list[Function]] = defaultdict(list)
            patterns: list[tuple[Any, Function]] = []
            for one in self.all(Function):
                for own in one.name.contents if one.name is not None else ():
                    if isinstance(own, str) and own:
                        literal[own].append(one)
                    elif isinstance(own, Text):
                        patterns.append((own, one))
            self._named = literal, patterns
        return self._named

    def function(self, key: Key) -> Function | None:
        """The function of a key, or of the alias or version that has it."""
        for _ in range(3):
            function = self.get(key, Function)
            alias = self.get(key, Alias) if function is None else None
            attributes = alias.function.attributes() if alias is not None and alias.function is not None else ()
            if function is not None or not attributes:
                return function
            key = attributes[0].resource
        return None

    def triggers_of(self, function: Function) -> tuple[Trigger, ...]:
        """What surely invokes a function, in order of the templates."""
        if self._triggers is None:
            self._triggers = defaultdict(list)
            for trigger in self.all(Trigger):
                for one in self.functions_of(trigger.function):
                    if one.certain:
                        self._triggers[one.function.key].append(trigger)
        return tuple(self._triggers.get(function.key, ()))

    def invoked_by(self, function: Function) -> frozenset[str]:
        """The kinds of what invokes a function, as far as templates tell: words of `REDELIVERING` and `WAITING`,
        `state_machine` and `cognito`. Of a custom resource nothing is said here."""
        triggers = self.triggers_of(function)
        found = {_kind(one) for one in triggers if one.type != ALONE} - {"custom_resource"}
        if function.url is not None:
            found.add("function_url")
        found |= {one for one in self._permitted()[function.key] if not _told_better(one, found)}
        if (function.dead_letter is not None or function.retries is not None) and not found & REDELIVERING:
            found.add("event")  # a function that takes failed events is sent some
        return frozenset(found or {one.kind for one in triggers if one.type == ALONE})

    def _permitted(self) -> dict[Key, set[str]]:
        if self._kinds is None:
            self._kinds = defaultdict(set)
            for permission in self.all(Permission):
                principal = permission.principal.text if permission.principal is not None else None
                kind = kind_of_principal(principal or "")
                for one in self.functions_of(permission.function) if kind is not None else ():
                    if one.certain and kind is not None:
                        self._kinds[one.function.key].add(kind)
        return self._kinds

    def known_as(self, function: Function) -> frozenset[str]:
        """By which words code invokes a function: its name, where that is told, and the variables of environments that
        hold its name or ARN in one of their cases."""
        if self._variables is None:
            self._variables = defaultdict(set)
            for one in self.all(Function):
                for variable, value in one.environment.items():
                    for meant in self.functions_of(value):
                        if meant.certain:
                            self._variables[meant.function.key].add(variable)
        literal = {name for name in (function.name.contents if function.name is not None else ()) if name}
        return frozenset(self._variables[function.key] | {name for name in literal if isinstance(name, str)})

    # -- what they may do --------------------------------------------------------------------------------------------

    def access_of(self, function: Function) -> Access:
        """What a function may do: by the role that is made for it, or by its role and the policies attached to it."""
        if function.role is None:
            return self._joined(
                [function.access, *self._policies(Key(function.key.template, f"{function.key.id}Role"))]
            )
        attribute = function.role.attribute
        role = self.get(attribute.resource, Role) if attribute is not None else None
        if role is None:
            return Access(open=("its role is defined elsewhere",))
        return self._joined([role.access, *self._policies(role.key)])

    def _policies(self, role: Key) -> Sequence[Access]:
        return self._attached.get(role, ())

    @cached_property
    def _attached(self) -> Mapping[Key, Sequence[Access]]:
        """What policies allow the roles that they are attached to."""
        found: dict[Key, list[Access]] = defaultdict(list)
        for policy in self.all(Policy):
            for role in {attribute.resource: True for one in policy.roles for attribute in one.attributes()}:
                found[role].append(policy.access)
        return dict(found)

    @staticmethod
    def _joined(found: Iterable[Access]) -> Access:
        parts = list(found)
        return Access(
            tuple(one for part in parts for one in part.statements),
            tuple(dict.fromkeys(one for part in parts for one in part.open)),
        )


def _kind(trigger: Trigger) -> str:
    """The kind of a trigger. A REST API that maps the answer of the function maps its errors, too, or returns them with
    status 200 (API Gateway developer guide, Lambda errors): it is an API of which no more is told."""
    return "http" if trigger.maps_errors else trigger.kind


def _told_better(kind: str, found: set[str]) -> bool:
    """Whether what a permission tells is told more exactly by what uses it: an API, a rule."""
    if kind == "http":
        return not found.isdisjoint(FRONTS)
    return kind == "eventbridge" and "schedule" in found


def _may_be(literal: str, name: Text) -> bool:
    """Whether a text begins and ends as one with open parts does."""
    first, last = name.pieces[0], name.pieces[-1]
    begins = not isinstance(first, str) or literal.startswith(first)
    return begins and (not isinstance(last, str) or literal.endswith(last))


def _is_anchored(name: str | Text) -> bool:
    """Whether a name has a literal part that tells it from others."""
    pieces = (name,) if isinstance(name, str) else name.pieces
    return any(isinstance(piece, str) and len(piece.strip("-_")) > 2 for piece in pieces)
