"""`invocation-lint facts FILE`: what the tool thinks is sent, with the places that say so. For users who wonder why a
rule fires or not, and for those who write rules: every path that is printed can be asked for."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invocation_lint.cli.options import configuration_of, configuration_options
from invocation_lint.engine import facts_in
from invocation_lint.errors import UnreadableFile, UsageError
from invocation_lint.outcome import Input
from invocation_lint.plain import plain
from invocation_lint.project import Project

if TYPE_CHECKING:
    from invocation_lint.facts.base import Fact
    from invocation_lint.findings import Place


@click.command("facts")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Output format.")
@configuration_options
def command(file: Path, format_: str, **given: Any) -> int:
    """Show what the tool knows about FILE: each fact that rules can use, and where it comes from."""
    if not file.is_file():
        raise UsageError(f"{file}: there is no such file")
    project = Project(configuration_of(given))
    settings = project.settings(file)
    project.check([settings])
    try:
        told = facts_in(Input(str(file), file), settings, project)
    except UnreadableFile as error:
        click.echo(plain(f"{file}:{error.line}:{error.column}: {error.message}"), err=True)
        return 2
    facts = _in_cells(told.facts, file) if told else ()
    if format_ == "json":
        click.echo(json.dumps({"version": 1, "facts": [_as_json(fact) for fact in facts]}, indent=2))
        return 0
    for fact in facts:
        click.echo("\n".join(map(plain, _as_text(fact))))
    if not facts:
        click.echo("no facts found that rules use")
    return 0


def _in_cells(facts: Sequence[Fact], file: Path) -> Sequence[Fact]:
    """Facts with the places in a notebook as those in its cells."""
    if file.suffix != ".ipynb":
        return facts
    from invocation_lint.cells import place_in_cell

    data = file.read_bytes()

    def moved(place: Place) -> Place:
        return place_in_cell(place, data) if place.path == str(file) else place

    return [
        dataclasses.replace(
            fact,
            site=moved(fact.site),
            chain=tuple(dataclasses.replace(step, place=moved(step.place)) for step in fact.chain),
            places={path: moved(place) for path, place in fact.places.items()},
        )
        for fact in facts
    ]


def _as_text(fact: Fact) -> Iterator[str]:
    """A headline, the chain of calls, and a line for each path that is not absent."""
    where = f" in {fact.function}" if fact.function else ""
    yield f"{fact.site.path}:{fact.site.short}: {fact.kind}{where}"
    for step in fact.chain:
        yield f"  called from {step.place.path}:{step.place.short} {step.text}"
    rows = [(path, _word(value), fact.places.get(path)) for path, value in _leaves(fact.data, "")]
    width = max((len(path) for path, _, _ in rows), default=0)
    for path, word, place in rows:
        yield f"  {path:<{width}}  {word}" + (f"  ({_in_words(place)})" if place else "")


def _in_words(place: Place) -> str:
    cell = f"cell {place.cell}, " if place.cell else ""
    return f"{cell}line {place.line}, column {place.column}"


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every dotted path below a value with what it holds; what is absent is left out."""
    from invocation_lint.facts.base import OneOf, Range, Unknown
    from invocation_lint.rulebook.template import element_name

    if value is None:
        return
    if isinstance(value, tuple):
        if not value:
            yield path, value
        for element in value:
            yield from _leaves(element, f"{path}[{element_name(element)}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, (OneOf, Range, Unknown)):
        for field in dataclasses.fields(value):
            yield from _leaves(getattr(value, field.name), f"{path}.{field.name}" if path else field.name)
    else:
        yield path, value


def _word(value: Any) -> str:
    from invocation_lint.facts.base import Unknown
    from invocation_lint.rulebook.template import in_words

    if isinstance(value, Unknown):
        return f"unknown: {value.reason}"
    return in_words(value)


def _as_json(fact: Fact) -> dict[str, Any]:
    return {
        "kind": fact.kind,
        "function": fact.function,
        "site": _place(fact.site),
        "chain": [{"place": _place(step.place), "text": step.text} for step in fact.chain],
        "data": _plain(fact.data),
        "places": {path: _place(place) for path, place in sorted(fact.places.items())},
    }


def _plain(value: Any) -> Any:
    """A value in JSON: unknown, one of several and a range are objects of one or two keys; absent is null."""
    from invocation_lint.facts.base import OneOf, Range, Unknown

    if isinstance(value, Unknown):
        return {"unknown": value.reason}
    if isinstance(value, OneOf):
        return {"one_of": [_plain(part) for part in value.values]}
    if isinstance(value, Range):
        return {"min": value.min, "max": None if math.isinf(value.max) else value.max}
    if isinstance(value, tuple):
        return [_plain(element) for element in value]
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value


def _place(place: Place) -> dict[str, Any]:
    told = place._asdict()
    if not place.cell:
        del told["cell"]
    return told
