"""A handler, with what more than one question about it rests on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.handlers import (
    HTTP_READS,
    event_source,
    invoked,
    is_handler,
    may_be_handler,
    takes_event_of_chalice,
    told_by_type,
)
from invocation_lint.facts.building.handling.event_paths import Path, Read, parts_of_event, reads_of_event
from invocation_lint.facts.building.handling.event_reads import keys_read
from invocation_lint.facts.building.handling.mappings import functions_of
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.findings import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invocation_lint.analysis.project import Program
    from invocation_lint.deployment.kinds import Handlers
    from invocation_lint.deployment.model import Function

MAX_HELPERS = 2


class Subject:
    """One handler of a module. `name` is that under which a template names it, None where none does."""

    def __init__(
        self, code: Code, info: FunctionInfo, name: str | None, told: Handlers | None, program: Program | None
    ) -> None:
        self.code = code
        self.info = info
        self.name = name
        self.told = told
        self.program = program

    @property
    def scope(self) -> Scope:
        """Its code."""
        return self.code.scope_of(self.info)

    @property
    def site(self) -> Place:
        """Its name, where it is defined."""
        node = self.info.node
        return self.code.module.source.place(node.name) if isinstance(node, cst.FunctionDef) else self.info.place

    @cached_property
    def kinds(self) -> frozenset[str]:
        """What templates say that invokes it."""
        return self.told.invoked_by[self.name] if self.told is not None and self.name is not None else frozenset()

    @cached_property
    def _shape(self) -> str | None:
        return invoked(self.code.module, self.info, self.kinds).source or event_source(self.code.module, self.info)

    @property
    def event_source(self) -> str | None:
        """What invokes it; None where that is not known, or several things do."""
        return None if len(self.kinds) > 1 else self._shape

    @property
    def known_by(self) -> str | None:
        """How that is known: a word of the fact's `known_by`."""
        if self.kinds:
            return "template"
        if told_by_type(self.info) is not None:
            return "type"
        if self._shape == "http":
            read = {one.path[0] for one in self.reads if one.path} | keys_read(self.info)
            return "shape" if read & HTTP_READS else "answer"
        return "shape" if self._shape else None

    @cached_property
    def functions(self) -> list[Function]:
        """The functions of templates whose handler it is."""
        is_told = self.program is not None and self.told is not None
        return functions_of(self.program, self.code.module, self.info) if is_told and self.program is not None else []

    @cached_property
    def reads(self) -> list[Read]:
        """The reads of its event."""
        return reads_of_event(self.code, self.info)

    @cached_property
    def parts(self) -> list[tuple[FunctionInfo, dict[str, Path]]]:
        """It and its helpers, with their names for parts of its event."""
        return parts_of_event(self.code, self.info)

    @cached_property
    def reached(self) -> list[FunctionInfo]:
        """The handler, and the helpers of its module that it calls, `MAX_HELPERS` deep."""
        seen = [self.info]
        level = [self.info]
        for _ in range(MAX_HELPERS):
            names = {called_name(call) for info in level for call in self.code.scope_of(info).calls}
            level = [info for info in self.code.functions() if info.name in names and info not in seen]
            seen += level
        return seen


def subjects(code: Code, program: Program | None) -> Iterator[Subject]:
    """The handlers of a module: those that templates name, else those that look like one."""
    told = program.handlers_of(code.module) if program is not None else None
    for info in code.functions():
        if not may_be_handler(info) and not (told is not None and takes_event_of_chalice(info)):
            continue
        name = _name(code, info, told) if told is not None else None
        if name is not None or (told is None and is_handler(info)):
            yield Subject(code, info, name, told, program)


def _name(code: Code, info: FunctionInfo, told: Handlers) -> str | None:
    if info.name in told.invoked_by:
        return info.name
    return next((name for name in told.invoked_by if info.name in code.module.aliases.get(name, ())), None)


__all__ = ["Subject", "subjects"]
