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
@click.option("--messages", is_flag=True, help="List every message, label and help text instead.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Output format.")
def command(format_: str, messages: bool, **given: Any) -> None:
    """List the rules; a * marks those that run with the configuration of the current folder."""
    project = Project(configuration_of(given))
    settings = project.configuration.for_folder(Path.cwd())
    if messages:
        texts = project.messages(settings)
        if format_ == "json":
            click.echo(json.dumps([text._asdict() for text in texts], indent=2))
            return
        for text in texts:
            click.echo(f"{text.id} {f'{text.kind}:':<8} {text.text}")
        return
    rows = project.table(settings)
    if format_ == "json":
        click.echo(json.dumps([row._asdict() for row in rows], indent=2))
        return
    width = max(len(row.name) for row in rows)
    for row in rows:
        mark = "*" if row.runs else " "
        click.echo(f"{mark} {row.id} {row.name:<{width}} {row.severity:<7}  {row.summary}")
