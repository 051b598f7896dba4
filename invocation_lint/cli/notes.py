"""What commands that print links and graphs say on standard error."""

from __future__ import annotations

from collections.abc import Sequence

import click

from invocation_lint.linked import unread_programs
from invocation_lint.plain import plain
from invocation_lint.project import Project
from invocation_lint.report.closing import listed, too_many_templates


def say_left_out(project: Project, paths: Sequence[str] = (".",)) -> None:
    """Say which templates are not read, being too many or broken, and which programs that deploy functions are not."""
    names = project.programs.left_out if project.programs is not None else ()
    if names:
        click.echo(f"note: {too_many_templates(names)}", err=True)
    unread = [f"{plain(path)} ({tool})" for path, tool in unread_programs(project, paths)]
    if unread:
        click.echo(f"note: not read, so what they deploy is not known: {listed(unread)}", err=True)
