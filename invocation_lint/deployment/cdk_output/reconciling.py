"""One application of the CDK that is in a project as a program and as what was made of it: each function counts once.

The program is what is deployed next, so it counts. What an earlier run made of it fills in what reading the program
left unknown, and tells of functions that the program makes in a way that is not understood. Without the program, what
is synthesized counts before the snapshots of tests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from invocation_lint.deployment.cdk_output.logical_ids import logical_ids
from invocation_lint.deployment.linking import Linker
from invocation_lint.deployment.model import Function, Resource, Template
from invocation_lint.deployment.values import Attribute, Case, Key, Text, Unknown, Value

ASSEMBLY, TEMPLATE, SNAPSHOT_OF_TEST = "1 assembly", "2 template", "3 snapshot"
"""Where a template stands that the CDK made: in `cdk.out`, somewhere else, or in a snapshot; the nearest to what is
deployed first."""

_HOMES = ("cdk.json", "package.json")
_FILLED = ("name", "handler", "runtime", "timeout_seconds", "memory_mb", "concurrency", "dead_letter")
"""Properties of a function that may be unknown in the program."""


def reconciled(
    templates: Iterable[Template], programs: set[str], made: Mapping[str, str], is_file: Callable[[str], bool]
) -> list[Template]:
    """The templates of a project without what is there twice. `programs` are the paths of those that are programs of
    the CDK, and `made` tells of those that the CDK made where they stand."""
    every = list(templates)
    own = _Own(one for template in every if template.path in programs for one in template.resources)
    rest: list[Template] = []
    for template in sorted((one for one in every if one.path in made), key=lambda one: made[one.path]):
        left = _left(template, made[template.path], own, is_file) if own.functions else template
        rest += [left] if left is not None else []
    found = [_filled(one, own.said) if one.path in programs else one for one in every if one.path not in made]
    return [*found, *_without_copies(rest, made)]


class _Own:
    """The functions that programs make, and what templates say of them that the CDK made."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.functions = [one for one in resources if isinstance(one, Function)]
        self.said: dict[Key, Function] = {}
        self._by_id: dict[str, list[Function]] = defaultdict(list)
        for one in self.functions:
            for id in dict.fromkeys(logical_ids(one.key.id)):
                self._by_id[id].append(one)

    def meant(self, function: Function) -> list[Function]:
        """The functions that one of a template may be: stacks may have functions of the same id."""
        found = self._by_id.get(function.key.id, [])
        stack = function.key.template.rpartition("/")[2].partition(".")[0]
        named = [one for one in found if one.key.id.startswith(f"{stack}/")]
        alike = [one for one in found if _looks(one) == _looks(function)]
        return (named if len(named) == 1 else alike if len(alike) == 1 else found) if len(found) > 1 else found


def _left(template: Template, kind: str, own: _Own, is_file: Callable[[str], bool]) -> Template | None:
    """What a template that the CDK made says beside the programs; the template itself where it is of none of them."""
    meant = {one.key: own.meant(one) for one in template.resources if isinstance(one, Function)}
    names = {key: found[0].key for key, found in meant.items() if len(found) == 1}
    renamed = _Renaming(names)
    for one in template.resources:
        if isinstance(one, Function) and one.key in names:
            own.said.setdefault(names[one.key], renamed.resource(one))
    if not any(meant.values()):
        is_own = kind != TEMPLATE and _is_at_home(template.path, own.functions, is_file)
        return None if is_own else template
    if kind == SNAPSHOT_OF_TEST:
        return None
    # One that is like a function of the program which the template does not have is that, under an older name.
    others = {_looks(one) for one in own.functions if one.key not in own.said}
    rest = {
        one.key
        for one in template.resources
        if isinstance(one, Function) and not meant[one.key] and _looks(one) not in others
    }
    kept = (
        renamed.resource(one)
        for one in template.resources
        if one.key in rest or (one.key not in meant and any(other.resource in rest for other in _attributes(one)))
    )
    return replace(template, resources=tuple(kept), problems=()) if rest else None


def _looks(function: Function) -> tuple[str | None, frozenset[str]]:
    return function.handler.text if function.handler is not None else None, frozenset(function.environment)


def _attributes(resource: Resource) -> Iterator[Attribute]:
    for part in fields(resource):
        value = getattr(resource, part.name)
        if isinstance(value, Value):
            yield from value.attributes()


def _is_at_home(path: str, functions: Iterable[Function], is_file: Callable[[str], bool]) -> bool:
    """Whether a program that makes functions lies in the package in which a template stands."""
    folder = path.rpartition("/")[0]
    while folder and not any(is_file(f"{folder}/{name}") for name in _HOMES):
        folder = folder.rpartition("/")[0]
    return bool(folder) and any(one.key.template.startswith(f"{folder}/") for one in functions)


def _filled(template: Template, said: Mapping[Key, Function]) -> Template:
    """A program with what was made of it where it leaves something unknown."""
    filled = tuple(
        _fill(one, said[one.key]) if isinstance(one, Function) and one.key in said else one
        for one in template.resources
    )
    return replace(template, resources=filled)


def _fill(function: Function, made: Function) -> Function:
    changed: dict[str, Any] = {}
    for name in _FILLED:
        own, other = getattr(function, name), getattr(made, name)
        if own is not None and other is not None and _is_unknown(own):
            changed[name] = other
    environment = dict(function.environment)
    for name, value in made.environment.items():
        if name in environment:
            environment[name] = value if _is_unknown(environment[name]) else environment[name]
        elif function.environment_open:
            environment[name] = value
    if environment != function.environment:
        changed["environment"] = environment
    if function.environment_open and not made.environment_open:
        changed["environment_open"] = ""
    return replace(function, **changed) if changed else function


def _is_unknown(value: Value) -> bool:
    return any(isinstance(one, Unknown) for one in value.contents)


def _without_copies(templates: Iterable[Template], made: Mapping[str, str]) -> Iterator[Template]:
    """Templates without the functions of snapshots that one before them has, too: of that id, and alike."""
    seen: dict[tuple[str, Any], Key] = {}
    for template in templates:
        functions = [one for one in template.resources if isinstance(one, Function)]
        marks = {one.key: (one.key.id, _looks(one)) for one in functions}
        names = (
            {key: seen[mark] for key, mark in marks.items() if mark in seen}
            if made[template.path] == SNAPSHOT_OF_TEST
            else {}
        )
        for key, mark in marks.items():
            seen.setdefault(mark, key)
        if len(names) < len(functions) or not functions:
            renamed = _Renaming(names)
            kept = tuple(renamed.resource(one) for one in template.resources if one.key not in names)
            yield replace(template, resources=kept) if names else template


class _Renaming(Linker):
    """Lets values refer to the functions that count instead of those that they are the same as."""

    def __init__(self, names: Mapping[Key, Key]) -> None:
        super().__init__(())
        self._names = names

    def resource(self, resource: Any) -> Any:
        """A resource with its values renamed."""
        return self._record(resource) if self._names else resource

    def _piece(self, piece: Any, depth: int) -> list[Case]:
        if isinstance(piece, Attribute) and piece.resource in self._names:
            return [Case(Text((Attribute(self._names[piece.resource], piece.name),)))]
        return [Case(piece)]
