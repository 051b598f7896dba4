"""`invocation-lint check [PATHS]`: find the files, lint them, report, exit."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invocation_lint import __version__
from invocation_lint.cli.caching import cache_of, cache_options
from invocation_lint.cli.fixes import fix_options, run_with_fixes, wants_fixes
from invocation_lint.cli.options import configuration_of, run_options
from invocation_lint.cli.outputs import Output, append_step_summary, color_wanted, outputs_of, path_from_root
from invocation_lint.cli.progress import Progress
from invocation_lint.engine import Inputs, inputs_of, lint, pays
from invocation_lint.errors import UsageError
from invocation_lint.outcome import Input
from invocation_lint.plain import plain
from invocation_lint.project import Project
from invocation_lint.report import FOR_PEOPLE, FORMATS, Presentation, render, step_summary
from invocation_lint.run import Run
from invocation_lint.settings.files import shown
from invocation_lint.settings.keys import BASELINE_NAME

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from invocation_lint.cache.cache import Cache
    from invocation_lint.cli.known import Known

STDIN = "-"


@click.command("check")
@click.argument("paths", nargs=-1)
@run_options
@fix_options
@click.option("--exit-zero", is_flag=True, help="Exit 0 even with findings (2 stays 2).")
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help=f"Report format: {', '.join(FORMATS)}. Can be repeated.",
)
@click.option(
    "--category",
    default="invocation-lint",
    show_default=True,
    help="In SARIF, distinguishes several reports on one commit, such as those of a matrix.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Number of processes.  [default: one per processor, if that is faster]",
)
@click.option(
    "--baseline",
    metavar="FILE",
    help="Hide findings that this file lists, and report its entries that are no longer found."
    "  [default: as configured]",
)
@click.option("--no-baseline", is_flag=True, help="Ignore the configured baseline.")
@click.option(
    "--write-baseline",
    is_flag=True,
    help=f"Write the findings to the baseline, by default {BASELINE_NAME}.",
)
@click.option("--diff-base", metavar="REV", help="Report only findings that this git revision does not have.")
@click.option("--statistics", is_flag=True, help="Count the findings by rule instead of listing them.")
@click.option("--show-suppressed", is_flag=True, help="Also show findings suppressed by comments.")
@click.option("--stdin-filename", metavar="NAME", help="The file name for standard input (-).")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use color.")
@cache_options
@click.option("-v", "--verbose", is_flag=True, help="List functions that were too large to follow.")
@click.option("--profile-analysis", is_flag=True, help="Print the slowest files and functions to standard error.")
@click.option("-q", "--quiet", is_flag=True, help="Print only findings, without closing line and progress.")
@click.option("--debug", is_flag=True, help="Show the traceback if the tool itself fails.")
def command(paths: tuple[str, ...], outputs: tuple[str, ...], **given: Any) -> int:
    """Report AWS Lambda invocations that will hurt.

    PATHS are files and folders, by default the current folder; - is standard input. The exit status is 0 if nothing is
    at or above --fail-on, 1 if something is, and 2 if something could not be checked.
    """
    wanted = outputs_of(outputs)
    project = Project(configuration_of(given))
    known = _known({**given, "paths": paths or (".",), **_baseline(given, project)})
    inputs = _inputs(paths or (".",), given["stdin_filename"], project)
    fixes = wants_fixes(given, from_stdin=STDIN in paths)

    def lint_new(files: Sequence[Input]) -> Run:
        run = _lint(Inputs(files, inputs.whole_project, inputs.skipped), project, given, cache_of(given, project))
        if known is not None:
            known.apply(run, files, project)
        return run

    run = run_with_fixes(inputs.files, lint_new, given) if fixes else lint_new(inputs.files)
    if not given["quiet"] and paths and all(Path(path).is_file() for path in paths):
        from invocation_lint.cli.elsewhere import found_elsewhere

        run.report.summary.found_elsewhere = found_elsewhere(inputs.files, project)
    with suppress(BrokenPipeError):  # as with `| head`: whoever reads has seen enough
        for output in sorted(wanted, key=lambda output: output.path is None):  # files first
            if not given["show_fixes"] or output.path is not None:  # the diff stands in the report's place
                _write(output, run, project, given)
    if known is not None and not given["quiet"]:
        known.tell(run)
    _tell_costs(run, given)
    return 0 if run.status == 1 and given["exit_zero"] else run.status


def _baseline(given: Mapping[str, Any], project: Project) -> dict[str, str | None]:
    """The baseline as given, else that of the configuration of the working folder; and what names it."""
    if given["no_baseline"]:
        if given["baseline"] or given["write_baseline"]:
            raise UsageError("--no-baseline cannot be combined with --baseline or --write-baseline", "use one of them")
        return {"baseline": None}
    if given["baseline"]:
        return {"baseline": given["baseline"]}
    settings = project.configuration.for_folder(Path.cwd())
    if settings.baseline is None:
        return {"baseline": None}
    return {"baseline": shown(settings.baseline), "baseline_named_by": f"{settings.origin('baseline')}: baseline"}


def _known(given: Mapping[str, Any]) -> Known | None:
    """What marks the findings that were known before, when one of its options is given."""
    if not (given["baseline"] or given["write_baseline"] or given["diff_base"]):
        return None
    from invocation_lint.cli.known import Known

    return Known(given, _lint_before)


def _lint(inputs: Inputs, project: Project, given: Mapping[str, Any], cache: Cache | None) -> Run:
    if cache is not None:
        cache.look_up(inputs.files)
    jobs = _jobs(given["jobs"], [one for one in inputs.files if cache is None or one.name not in cache.known])
    with Progress(len(inputs.files), wanted=not given["quiet"]) as progress, _workers(jobs) as executor:
        return lint(
            inputs.files,
            project,
            whole_project=inputs.whole_project,
            skipped=inputs.skipped,
            on_file=progress.step,
            on_crash=_show_traceback if given["debug"] else None,
            executor=executor,
            jobs=jobs,
            cache=cache,
        )


def _lint_before(given: Mapping[str, Any]) -> Run | None:
    """Lints an earlier revision, in its folder: those of the paths that exist there."""
    paths = [path for path in given["paths"] if path != STDIN]
    paths += [given["stdin_filename"]] if given["stdin_filename"] else []
    project = Project(configuration_of(given), mends=False)
    files: dict[str, Input] = {}
    for path in paths:
        if _holds_python(path):  # else all that is found there now is new
            files |= {file.name: file for file in inputs_of([path], project).files}
    project.check(project.settings(file.path) for file in files.values())
    if not files:
        return None
    return _lint(Inputs(sorted(files.values(), key=lambda file: file.name), False), project, given, None)


def _holds_python(path: str) -> bool:
    from invocation_lint.source.files.discover import holds_python

    if not Path(path).exists():
        from glob import glob

        return bool(glob(path, recursive=True))  # noqa: PTH207 - a path with a pattern may be absolute
    return not Path(path).is_dir() or holds_python(path)


def _inputs(paths: tuple[str, ...], stdin_filename: str | None, project: Project) -> Inputs:
    """The files to lint, each once; a buffer on standard input replaces the file of its name."""
    buffer = None
    if STDIN in paths:
        if sys.stdin is None:
            raise UsageError("standard input is closed")
        name = stdin_filename or "stdin"
        buffer = Input(name, Path(name), sys.stdin.buffer.read())
    elif stdin_filename:
        raise UsageError("--stdin-filename needs standard input", "pass - as the path")
    return inputs_of([path for path in paths if path != STDIN], project, buffer)


def _write(output: Output, run: Run, project: Project, given: dict[str, Any]) -> None:
    presentation = Presentation(
        lines_of=run.lines_of,
        version=__version__,
        color=output.path is None and color_wanted(given["color"]),
        closing_line=not given["quiet"],
        show_suppressed=given["show_suppressed"],
        path_of=path_from_root,
        line_in_file=run.line_in_file,
        rules=lambda: project.rule_texts(project.configuration.for_folder(Path.cwd())),
        category=given["category"],
    )
    if output.format == "github":
        append_step_summary(step_summary(run.report, presentation))
    name = "statistics" if given["statistics"] and output.path is None else output.format
    output.write(render(name if output.format in FOR_PEOPLE else output.format, run.report, presentation))


def _tell_costs(run: Run, given: Mapping[str, Any]) -> None:
    if not (given["verbose"] or given["profile_analysis"]):
        return
    from invocation_lint.cli.costs import costs, too_large

    lines = [*(too_large(run) if given["verbose"] else ()), *(costs(run) if given["profile_analysis"] else ())]
    for line in lines:
        click.echo(plain(line), err=True)


def _show_traceback(name: str, told: str) -> None:
    print(f"{plain(name)}:\n{told}", end="", file=sys.stderr)


def _jobs(wanted: int | None, inputs: Sequence[Input]) -> int:
    """How many processes to work in: as told, else one where more would not pay."""
    if wanted is not None:
        return min(wanted, len(inputs))
    if not pays(inputs):
        return 1
    from invocation_lint.processes import cpus

    return cpus()


def _workers(jobs: int) -> AbstractContextManager[Executor | None]:
    if jobs <= 1:
        return nullcontext()
    from invocation_lint.processes import pool

    return pool(jobs)
