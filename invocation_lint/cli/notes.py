"""What commands that print links and graphs say on standard error."""

from __future__ import annotations

import click

from invocation_lint.project import Project
from invocation_lint.report.closing import too_many_templates


def say_left_out(project: Project) -> None:
    """Say which templates were too many to be read."""
    names = project.programs.left_out if project.programs is not None else ()
    if names:
        click.echo(f"note: {too_many_templates(names)}", err=True)
