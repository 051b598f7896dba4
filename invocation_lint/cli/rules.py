"""`invocation-lint rules`: every rule there is, its level, and whether it runs here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from invocation_lint.cli.options import configuration_of, run_options
from invocation_lint.project import Project


@click.command("rules")
@run_options
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to list them.")
def command(format_: str, **given: Any) -> None:
    """List the rules; a * marks those that run under the configuration of the working folder."""
    project = Project(configuration_of(given))
    rows = project.table(project.configuration.for_folder(Path.cwd()))
    if format_ == "json":
        click.echo(json.dumps([row._asdict() for row in rows], indent=2))
        return
    width = max(len(row.name) for row in rows)
    for row in rows:
        mark = "*" if row.runs else " "
        click.echo(f"{mark} {row.id} {row.name:<{width}} {row.severity:<7}  {row.summary}")
