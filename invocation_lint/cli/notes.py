"""What commands that print links and graphs say on standard error."""

from __future__ import annotations

import click

from invocation_lint.linked import left_out_of
from invocation_lint.plain import plain
from invocation_lint.project import Project


def say_left_out(project: Project) -> None:
    """Say which templates were too many to be read."""
    note = left_out_of(project)
    if note:
        click.echo(plain(note), err=True)
