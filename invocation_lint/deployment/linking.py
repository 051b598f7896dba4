"""Brings values of several templates together: what nested stacks are given and give back, and what is exported.

A hole for a parameter of a nested stack becomes what the stack around it hands down; `Outputs.X` of a nested stack
becomes what its template says there; an import becomes what another template exports under that name. What nobody in
the project sets stays open. A template that several stacks nest has their values for alternatives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from functools import cached_property
from typing import Any

from invocation_lint.deployment.model import Output, Resource, Setting, Stack, Template
from invocation_lint.deployment.names import are_equal
from invocation_lint.deployment.values import (
    Attribute,
    Case,
    Hole,
    Import,
    Key,
    Text,
    Unknown,
    Value,
    both,
    pieces_of,
    text_of,
    together,
    value_of,
)
from invocation_lint.findings import Place

SAMCONFIG = "samconfig"
"""The language of the settings of `sam deploy`."""

_OUTPUTS = "Outputs."
_SETTING = "ssm:"
MAX_DEPTH = 12
"""How far a value is followed from stack to stack."""

MAX_EXPORTS = 4
"""Exports that an import may mean: of more, its name says nothing."""


class _Named:
    """What has a name that may have open parts, by that."""

    def __init__(self) -> None:
        self._by_name: dict[Any, list[Value | None]] = defaultdict(list)

    def add(self, name: Any, value: Value | None) -> None:
        """Add what has a name."""
        if isinstance(name, (str, Text)):
            self._by_name[name].append(value)

    def of(self, name: str) -> list[Value | None]:
        """What has just this name."""
        return self._by_name.get(name, [])

    def called(self, wanted: str | Text) -> list[Value]:
        """What has a name: a stack that is `shop-${stage}` has the name `shop-dev`, too, where `dev` is the default. Of
        what may have it, each, and that it may be set elsewhere; those whose names differ only in what is set at
        deployment come before others."""
        sure = self._by_name.get(wanted) or self._by_default.get(text_of(wanted) or "")
        if sure:
            return [one for one in sure if one is not None]
        names = [name for name in self._by_name if are_equal(name, wanted) is not False]
        alike = [name for name in names if _literals(name) == _literals(wanted)]
        may = [one for name in alike or names for one in self._by_name[name] if one is not None]
        if len(may) > MAX_EXPORTS:
            return []
        return [*may, value_of([Case(Unknown("it may be set elsewhere"))], may[0].place)] if may else []

    @cached_property
    def _by_default(self) -> dict[str, list[Value | None]]:
        found: dict[str, list[Value | None]] = defaultdict(list)
        for name, values in self._by_name.items():
            found[text_of(name) or ""] += values
        found.pop("", None)
        return found


def _literals(name: str | Text) -> tuple[str | None, ...]:
    """A name with None for each part that is open."""
    return tuple(piece if isinstance(piece, str) else None for piece in pieces_of(name) or ())


class Linker:
    """Fills in values of these templates."""

    def __init__(self, templates: Iterable[Template]) -> None:
        self._outputs: dict[str, dict[str, Output]] = {}
        self._exports: list[Output] = []
        self._nested: dict[Key, Stack] = {}
        self._around: dict[str, list[Stack]] = defaultdict(list)
        self._configured: dict[str, list[Stack]] = defaultdict(list)  # by the settings of `sam deploy`
        self._settings = _Named()
        self._of_stacks: dict[str, _Named] = defaultdict(_Named)  # the stacks, by the names of their outputs
        for template in templates:
            self._outputs[template.path] = {one.name: one for one in template.outputs}
            named = Hole("AWS::StackName", template.path, "AWS::StackName is known at deployment")
            for name in template.stack.contents if template.stack is not None else (Text((named,)),):
                for output in template.outputs:
                    self._of_stacks[output.name].add(name, output.value)
            self._exports += [one for one in template.outputs if one.export is not None]
            for resource in template.resources:
                if isinstance(resource, Setting):
                    for name in resource.name.contents if resource.name is not None else ():
                        self._settings.add(name, resource.value)
                elif isinstance(resource, Stack) and template.language == SAMCONFIG:
                    self._configured[resource.template or ""].append(resource)
                elif isinstance(resource, Stack):
                    self._nested[resource.key] = resource
                    if resource.template is not None and resource.template != template.path:
                        self._around[resource.template].append(resource)

    def template(self, template: Template) -> Template:
        """A template with its values filled in."""
        resources = tuple(self._record(one) for one in template.resources)
        outputs = tuple(self._record(one) for one in template.outputs)
        return replace(template, resources=resources, outputs=outputs)

    def _record(self, one: Any) -> Any:
        """A record of the model with the values in it filled in; itself when none changes."""
        changed = {}
        for part in fields(one):
            before = getattr(one, part.name)
            after = self._part(before)
            if after is not before:
                changed[part.name] = after
        return replace(one, **changed) if changed else one

    def _part(self, part: Any) -> Any:
        if isinstance(part, Value):
            return self.value(part)
        if isinstance(part, tuple) and part and not isinstance(part, Place):
            found = tuple(self._part(one) for one in part)
            return part if all(one is other for one, other in zip(found, part, strict=True)) else found
        if isinstance(part, dict):
            filled = {key: self._part(one) for key, one in part.items()}
            return part if all(filled[key] is part[key] for key in part) else filled
        if isinstance(part, (Key, Resource, str)) or not is_dataclass(part):
            return part
        return self._record(part)

    def value(self, value: Value, depth: int = 0) -> Value:
        """A value with what can be filled in; itself when nothing can."""
        found: list[Case] = []
        is_same = True
        for case in value.cases:
            cases = self._case(case, depth)
            is_same = is_same and len(cases) == 1 and cases[0] is case
            found += cases
        return value if is_same else value_of(found, value.place)

    def _case(self, case: Case, depth: int) -> list[Case]:
        content = case.content
        if isinstance(content, Text):
            parts = [self._piece(piece, depth) for piece in content.pieces]
            if all(
                len(part) == 1 and part[0].content is piece for part, piece in zip(parts, content.pieces, strict=True)
            ):
                return [case]
            cases = parts[0] if len(parts) == 1 else together(_as_texts(parts))
            return [Case(one.content, when) for one in cases if (when := both(case.when, one.when)) is not None]
        if isinstance(content, (tuple, dict)):
            filled = self._part(content)
            return [case] if filled is content else [Case(filled, case.when)]
        return [case]

    def _piece(self, piece: Any, depth: int) -> list[Case]:
        """The cases of a piece: the piece itself where nothing is known of it."""
        told: list[Value] = []
        if depth < MAX_DEPTH:
            if isinstance(piece, Hole) and piece.scope in self._around:
                told = self._given(piece, self._around[piece.scope])
            elif isinstance(piece, Hole) and piece.scope in self._configured:
                told = self._given(piece, self._configured[piece.scope])
            elif isinstance(piece, Hole) and piece.name.startswith(_SETTING):
                told = self._set(piece.name.removeprefix(_SETTING))
            elif isinstance(piece, Attribute) and piece.name.startswith(_OUTPUTS):
                told = self._returned(piece)
            elif isinstance(piece, Import):
                told = self._imported(piece, depth)
        if not told:
            return [Case(piece)]
        return [case for one in told for case in self.value(one, depth + 1).cases]

    @staticmethod
    def _given(hole: Hole, stacks: list[Stack]) -> list[Value]:
        """What the stacks around a template give to a parameter of it."""
        told = [stack.parameters[hole.name] for stack in stacks if hole.name in stack.parameters]
        if len(told) < len(stacks) or not told:
            return []
        return (
            [told[0]]
            if len(told) == 1
            else [_only_in(one, stack, stacks) for one, stack in zip(told, stacks, strict=True)]
        )

    def _set(self, name: str) -> list[Value]:
        """What a parameter of Systems Manager is set to that a template of the project makes."""
        found = self._settings.of(name)
        return [one for one in found if one is not None] if len(found) == 1 else []

    def _returned(self, attribute: Attribute) -> list[Value]:
        stack = self._nested.get(attribute.resource)
        outputs = self._outputs.get(stack.template or "", {}) if stack is not None else {}
        output = outputs.get(attribute.name.removeprefix(_OUTPUTS))
        return [output.value] if output is not None else []

    def _imported(self, piece: Import, depth: int) -> list[Value]:
        if piece.source == "export":
            return self._exported(piece, depth)
        return (self._of_stacks[piece.output] if piece.source == "stack" else self._settings).called(piece.name)

    def _exported(self, piece: Import, depth: int) -> list[Value]:
        """What is exported under a name, or under those that may be it: then not surely, unless it is the only one and
        speaks of the very resource. Where several templates export the same name, each of them may be deployed."""
        sure: list[Output] = []
        may: list[Output] = []
        for output in self._exports:
            for content in self.value(output.export, depth + 1).contents if output.export is not None else ():
                equal = are_equal(content, piece.name)
                if equal is not False:
                    (sure if equal else may).append(output)
        if sure:
            return [output.value for output in dict.fromkeys(sure)]
        if not may or len(may) > MAX_EXPORTS:
            return []
        if len(may) == 1 and _speaks_of_it(may[0]):
            return [may[0].value]
        other = Case(Unknown("another stack may export that name"))
        return [*(output.value for output in may), value_of([other], may[0].value.place)]


def _speaks_of_it(output: Output) -> bool:
    """Whether the name of an export has the id of the resource in it whose name or ARN it is."""
    contents = output.export.contents if output.export is not None else ()
    told = "".join(piece for content in contents for piece in pieces_of(content) or () if isinstance(piece, str))
    return any(attribute.resource.id.lower() in told.lower() for attribute in output.value.attributes())


def _only_in(value: Value, stack: Stack, stacks: Iterable[Stack]) -> Value:
    """A value that holds in one of the stacks that nest a template, and in none of the others."""
    only = tuple((one.key, one is stack) for one in stacks)
    return Value(
        tuple(Case(case.content, when) for case in value.cases if (when := both(case.when, only)) is not None),
        value.place,
    )


def _as_texts(parts: list[list[Case]]) -> list[list[Case]]:
    """Cases whose contents are pieces, as texts of that piece."""
    return [
        [
            Case(Text((one.content,)), one.when) if isinstance(one.content, (Hole, Attribute, Import)) else one
            for one in part
        ]
        for part in parts
    ]
