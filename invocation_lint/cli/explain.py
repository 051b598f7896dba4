"""`invocation-lint explain ID|NAME`: the documentation of a rule, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from invocation_lint.cli.options import configuration_of, configuration_options
from invocation_lint.errors import UsageError
from invocation_lint.project import Project
from invocation_lint.selection import called, no_rule


@click.command("explain")
@click.argument("rule")
@configuration_options
def command(rule: str, **given: Any) -> None:
    """Tell what a rule finds, why it matters, and what to do instead.

    RULE is an id or a name: INV101 or sync-long-task.
    """
    project = Project(configuration_of(given))
    settings = project.configuration.for_folder(Path.cwd())
    known = project.known(settings)
    found = called(rule, known)
    if found is None:
        raise UsageError(no_rule(rule, known), "`invocation-lint rules` lists them all")
    click.echo(project.text_of(found, settings).rstrip())
