"""`invocation-lint config show FILE`: each setting of a file, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from invocation_lint.cli.options import configuration_of, run_options
from invocation_lint.plain import plain
from invocation_lint.project import Project
from invocation_lint.settings.keys import KEYS, Settings


@click.group("config")
def command() -> None:
    """Show the configuration of a file."""


@command.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@run_options
def show(file: Path, **given: Any) -> None:
    """Print every setting that applies to FILE, and its origin."""
    project = Project(configuration_of(given))
    settings = project.settings(file)
    project.check([settings])
    rows = list(_rows(settings))
    width = max(len(f"{name} = {value}") for name, value, _ in rows)
    for name, value, origin in rows:
        click.echo(plain(f"{f'{name} = {value}':<{min(width, 60)}}  # {origin}"))


def _rows(settings: Settings) -> Iterator[tuple[str, str, str]]:
    for key in KEYS:
        value = getattr(settings, key.name.replace("-", "_"))
        origin = str(settings.origin(key.name))
        if key.kind == "rule_options":
            for rule, options in value.items():
                for name, node in options.items():
                    place = f"{node.path}:{node.line}" if node.line else node.path
                    yield f"rules.{rule}.{name}", _toml(node.plain()), place
        elif key.kind == "overrides":
            for override in value:
                changed = ", ".join(override.values)
                yield f"overrides for {', '.join(override.paths)}", changed, origin
        elif key.kind == "functions":
            yield from ((f"functions.{name}", _toml(function), origin) for name, function in value)
        else:
            yield key.name, _toml(value), origin


def _toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if value is None:
        return "(not set)"
    return str(value) if isinstance(value, (int, float)) else '"' + str(value).replace('"', '\\"') + '"'
