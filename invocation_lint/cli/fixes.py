"""`check --fix`, `--unsafe-fixes` and `--show-fixes`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

import click

from invocation_lint.errors import UsageError
from invocation_lint.outcome import Input
from invocation_lint.plain import plain
from invocation_lint.run import Run

Command = TypeVar("Command", bound=Callable[..., Any])
Lint = Callable[[Sequence[Input]], Run]


def fix_options(command: Command) -> Command:
    """Adds the three options."""
    for option in (
        click.option("--show-fixes", is_flag=True, help="Show a diff of what --fix would change; write nothing."),
        click.option("--unsafe-fixes", is_flag=True, help="Include unsafe fixes in --fix and --show-fixes."),
        click.option("--fix", is_flag=True, help="Apply safe fixes to the files."),
    ):
        command = option(command)
    return command


def wants_fixes(given: Mapping[str, Any], *, from_stdin: bool) -> bool:
    """Whether findings are to be fixed. UsageError for options that cannot be combined."""
    wanted = bool(given["fix"] or given["show_fixes"])
    if given["fix"] and given["show_fixes"]:
        raise UsageError("--fix writes files and --show-fixes does not", "use one of them")
    if given["unsafe_fixes"] and not wanted:
        raise UsageError("--unsafe-fixes needs --fix or --show-fixes", "add one of them")
    if wanted and given["write_baseline"]:
        raise UsageError("--write-baseline cannot be combined with fixes", "fix first, then write the baseline")
    if given["fix"] and from_stdin:
        raise UsageError("--fix cannot change standard input", "use --show-fixes for a diff")
    return wanted


def run_with_fixes(inputs: Sequence[Input], lint: Lint, given: Mapping[str, Any]) -> Run:
    """Mends files, or prints the diff; the run is the one whose findings count: those that are left with --fix, those
    that are there with --show-fixes."""
    from invocation_lint.fixing import fix, write_all

    fixing = fix(inputs, lint, unsafe=given["unsafe_fixes"])
    run = fixing.run
    written = len(fixing.untouched)
    if given["show_fixes"]:
        run = fixing.found
        click.echo("".join(file.diff() for file in fixing.files), nl=False)
    else:
        write_all(fixing)
        if len(fixing.untouched) > written:  # then what was mended in memory is not what the files hold
            run = lint(_as_on_disk(inputs, {file.name for file in fixing.files}))
    _tell(fixing.untouched)
    left_alone = {name for name, _ in fixing.untouched}
    mended = [finding for finding in fixing.mended if finding.place.path not in left_alone]
    if not given["quiet"]:
        files = len({finding.place.path for finding in mended})
        what = "would be fixed" if given["show_fixes"] else "fixed"
        print(f"{_count(len(mended), 'finding')} {what} in {_count(files, 'file')}", file=sys.stderr)
    return run


def _as_on_disk(inputs: Sequence[Input], names: set[str]) -> list[Input]:
    """The inputs with the bytes that files hold now, said outright for those of which others were linted before."""
    found = []
    for given in inputs:
        data = given.data
        if given.name in names:
            with suppress(OSError):
                data = given.path.read_bytes()
        found.append(replace(given, data=data))
    return found


def _tell(untouched: Sequence[tuple[str, str]]) -> None:
    for name, why in untouched:
        print(plain(f"{name}: not changed: {why}"), file=sys.stderr)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
