"""The facts that stand in one file of what templates deploy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from invocation_lint.deployment.deployed import Deployed
from invocation_lint.facts.base import Fact
from invocation_lint.facts.building.templates.circles import circles
from invocation_lint.facts.building.templates.context import Context
from invocation_lint.facts.building.templates.deliveries import deliveries
from invocation_lint.facts.building.templates.functions import functions
from invocation_lint.facts.building.templates.mappings import mappings
from invocation_lint.facts.building.templates.schedules import schedules
from invocation_lint.facts.building.templates.tasks import tasks
from invocation_lint.facts.building.templates.triggers import triggers
from invocation_lint.source.files.test_paths import is_of_tests

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program

_BUILDERS: Mapping[str, Callable[[Context, str], Iterator[Fact]]] = {
    "event_source_mapping": mappings,
    "delivery": deliveries,
    "deployed_function": functions,
    "state_machine_task": tasks,
    "schedule": schedules,
    "circle": circles,
    "trigger": triggers,
}


def facts_of_template(
    path: Path, name: str, data: bytes, program: Program | None, kinds: Collection[str]
) -> tuple[tuple[Fact, ...], ...]:
    """The facts of some kinds in a file, those of each place together, in order. Templates of tests have none.

    With a program, what all templates of the project deploy is known, and what the handlers do that they name; without,
    the file is looked at alone.
    """
    key = str(path.absolute())
    context = _alone(key, name, data) if program is None else _of_project(program, key)
    if context is None:
        return ()
    found = sorted(
        (fact for kind in _BUILDERS if kind in kinds for fact in _BUILDERS[kind](context, key)),
        key=lambda fact: fact.site,
    )
    return tuple(tuple(_each_once(group)) for _, group in groupby(found, lambda fact: fact.site))


def _each_once(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that differ: a construct that is made for several stacks says the same for each."""
    different: list[Fact] = []
    for fact in facts:
        if fact not in different:
            different.append(fact)
    return different


def _alone(key: str, name: str, data: bytes) -> Context | None:
    from invocation_lint.deployment.reading import may_be_document, read_document

    template = read_document(key, data) if may_be_document(key, data) else None
    if template is None:
        return None
    return Context(Deployed([template]), None, lambda path: name if path == key else path)


def _of_project(program: Program, key: str) -> Context | None:
    from invocation_lint.facts.building.templates.handlers import Handlers
    from invocation_lint.facts.building.templates.ways import Ways

    files = program.modules.files
    if is_of_tests(files.path_below_root(key)):
        return None
    files.record.note(key, ("deployed",), files.deployed_digest)
    together = files.deployments.together(key)
    known = program.built.get((id(together), "templates"))
    if known is None:
        ways = Ways(program)
        known = (together, Context(together, Handlers(program), program.modules.shown, files, ways.asked_by))
        program.built[id(together), "templates"] = known
    context: Context = known[1]
    return context


__all__ = ["facts_of_template"]
