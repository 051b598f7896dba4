"""`invocation-lint contracts --check`: where declared contracts and handlers differ, and which calls that breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

from invocation_lint.cli.contracts import NOTHING, described
from invocation_lint.linked import linked
from invocation_lint.plain import plain
from invocation_lint.project import Project

if TYPE_CHECKING:
    from invocation_lint.contracts.model import FunctionContract
    from invocation_lint.facts.building.links.drifts import Drift
    from invocation_lint.facts.building.links.implied import Implied
    from invocation_lint.facts.building.links.listing import CallLink


def checked(found: Sequence[Implied], project: Project) -> int:
    """Compares, prints, and returns the exit status."""
    from invocation_lint.facts.building.links.drifts import declared_for, differences

    book = project.contracts(project.configuration.for_folder(Path.cwd()))
    differing: list[tuple[Implied, FunctionContract, list[Drift]]] = []
    compared: list[FunctionContract] = []
    for one in found:
        declared = declared_for(one, book)
        compared += [declared] if declared is not None else []
        drifts = list(differences(one.contract, declared, one.refuses)) if declared is not None else []
        if declared is not None and drifts:
            differing.append((one, declared, drifts))
    calls = [link for _, links in linked(project, (".",)) for link in links] if differing else []
    breaks: set[str] = set()
    for one, declared, drifts in differing:
        for drift in drifts:
            click.echo(plain(f"{one.handler.path}:{one.handler.line}: {drift.about}: {drift.in_words}"))
            lines = list(_broken(drift, one, calls))
            breaks.update(where for where, is_broken, _ in lines if is_broken)
            for where, is_broken, what in lines:
                click.echo(plain(f"  {'breaks' if is_broken else 'affects'} {where}, which {what}"))
        click.echo("\n".join(map(plain, _difference(one, declared))))
    count = sum(len(drifts) for _, _, drifts in differing)
    if not compared:
        click.echo(f"nothing to compare: {_NONE if found else NOTHING}")
        return 0
    about = f"{len(compared)} of {len(found)} function{'' if len(found) == 1 else 's'} with a declared contract"
    broken = f"; {len(breaks)} caller{' breaks' if len(breaks) == 1 else 's break'}" if breaks else ""
    click.echo(
        f"{count} difference{'' if count == 1 else 's'} between declared contracts and handlers{broken}; {about}"
    )
    if count:
        click.echo("`invocation-lint contracts NAME` prints what a handler needs and returns now")
    return 1 if count else 0


_NONE = (
    "no function here has a declared contract; write them with `invocation-lint contracts > contracts.yaml` and list "
    "the file under the key `contracts` of the configuration"
)


def _difference(one: Implied, declared: FunctionContract) -> Iterator[str]:
    """The contract as it is declared, and as the handler implies it, line by line."""
    path, line = declared.place or ("", 0)
    yield from unified_diff(
        list(_lines(declared)),
        list(_lines(one.contract)),
        f"{path}:{line}",
        f"{one.handler.path}:{one.handler.line}",
        lineterm="",
    )


def _lines(contract: FunctionContract) -> Iterator[str]:
    for action in sorted(contract.actions, key=lambda action: action.name):
        yield f"{action.name}:"
        yield from described(action, "  ")
    if not contract.actions:
        yield from described(contract, "")


def _broken(drift: Drift, one: Implied, calls: Sequence[CallLink]) -> Iterator[tuple[str, bool, str]]:
    """The places in the callers of the function that a difference breaks, or that get something else than before, with
    what they do."""
    for link in calls:
        if not link.certain or all(target.function.key != one.function.key for target in link.targets):
            continue
        where = f"{link.call.path}:{link.call.line}"
        if drift.kind in {"unknown", "optional"} and drift.field in link.missing:
            yield where, True, f"does not send {drift.field}"
        elif drift.kind == "refused":
            chosen = [name for name, value in link.constants if str(value) == drift.field]
            yield from ((where, True, f"sends {name}={drift.field}") for name in chosen if name in _choosing(one))
        elif drift.kind == "not_returned":
            reads = [(key, place, True) for key, place in link.reads]
            for key, place, is_broken in [*reads, *((key, place, False) for key, place in link.asks)]:
                if key == drift.field or key.startswith(f"{drift.field}."):
                    nothing = "" if is_broken else " and gets nothing"
                    read = f"reads {key} from the response of {where}{nothing}"
                    yield f"{place.path}:{place.line}", is_broken, read


def _choosing(one: Implied) -> tuple[str, ...]:
    """The fields that choose the action, also inside of `body`."""
    names = one.contract.discriminator
    return (*names, *(f"body.{name}" for name in names))
