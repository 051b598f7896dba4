"""`invocation-lint explain ID|NAME`: the documentation of a rule, offline."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click

from invocation_lint.cli.options import configuration_of, configuration_options
from invocation_lint.errors import UsageError
from invocation_lint.project import Project
from invocation_lint.settings.selection import called, exactness, no_rule


@click.command("explain")
@click.argument("rule")
@click.option("--run", is_flag=True, help="Run the proof of the rule on the local Lambda service, and show the result.")
@configuration_options
def command(rule: str, run: bool, **given: Any) -> None:
    """Explain what a rule finds, why it matters, and what to do instead.

    RULE is an id or a name (INV101, sync-long-task). A family (INV3) or all lists its rules.
    """
    project = Project(configuration_of(given))
    settings = project.configuration.for_folder(Path.cwd())
    known = project.known(settings)
    found = called(rule, known)
    if found is None:
        listed = [row for row in project.table(settings) if exactness(rule, row) >= 0]
        if not listed:
            raise UsageError(no_rule(rule, known), "`invocation-lint rules` lists them all")
        if run:
            raise UsageError(f"--run needs a single rule, but {rule} means {len(listed)}", "name one of them by its id")
        width = max(len(row.name) for row in listed)
        for row in listed:
            click.echo(f"{row.id} {row.name:<{width}} {row.severity:<7}  {row.summary}")
        click.echo(f"\n`invocation-lint explain {listed[0].id}` explains a single rule.")
        return
    if run:
        raise SystemExit(run_proof(found.id))
    click.echo(project.text_of(found, settings).rstrip())


def run_proof(rule_id: str) -> int:
    """Runs a shipped rule's two programs and tells what happened side by side: 0 when they prove the rule, else 1.

    Raises UsageError when the rule has no proof, or the reference runtime is not installed.
    """
    try:
        from invocation_lint.reference.proofs import find_room
        from invocation_lint.reference.proofs.report import as_text
        from invocation_lint.reference.proofs.runner import open_prover
    except ModuleNotFoundError as error:
        needed = f"running a proof needs {error.name}, which is not installed"
        raise UsageError(needed, 'pip install "invocation-lint[reference]" (Linux)') from None
    room = find_room(rule_id)
    if room is None:
        raise UsageError(f"{rule_id} has no proof", f"`invocation-lint explain {rule_id}` explains what it finds")
    with open_prover() as prover:
        verdict = prover.prove(room)
    click.echo(as_text(verdict, shutil.get_terminal_size((100, 24)).columns))
    return 0 if verdict.holds else 1
