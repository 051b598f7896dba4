"""What was known before a run: `--baseline`, `--write-baseline` and `--diff-base`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from invocation_lint.baselines.known import Baseline, mark_known, read_baseline
from invocation_lint.errors import CannotWrite, UsageError
from invocation_lint.exit_status import status_of_run
from invocation_lint.identity import keys_of
from invocation_lint.outcome import Input
from invocation_lint.plain import plain
from invocation_lint.project import Project
from invocation_lint.run import Run
from invocation_lint.settings.keys import BASELINE_NAME
from invocation_lint.tool_findings import NOT_ANALYSED

_TOLD = 5  # entries that vanished, by name


class Known:
    """What the options (`given`, with the paths) say of findings that were known before; the baseline is read at once.

    `lint_there` lints another revision, for `--diff-base`.
    """

    def __init__(self, given: Mapping[str, Any], lint_there: Callable[..., Run | None]) -> None:
        self._given = given
        self._lint_there = lint_there
        self._writes = bool(given["write_baseline"])
        self._baseline = baseline_of(
            given["baseline"], given.get("baseline_named_by") or "--baseline", write=self._writes
        )

    def apply(self, run: Run, inputs: Sequence[Input], project: Project) -> None:
        """Marks such findings in the report, which may change the run's status; writes the baseline if asked to."""
        if self._given["diff_base"]:
            apply_revision(run, self._given["diff_base"], self._given, self._lint_there)
        if self._baseline is not None:
            apply_baseline(self._baseline, run, inputs, project, write=self._writes)
        run.status = status_of_run(run, project)

    def tell(self, run: Run) -> None:
        """Names entries of the baseline that are no longer found."""
        tell_vanished(run)


def baseline_of(name: str | None, named_by: str, *, write: bool) -> Baseline | None:
    """The baseline that the options ask for, read before anything is linted; a new one may not exist yet. `named_by` is
    the option, or the line of a configuration, that names it."""
    if name is None and not write:
        return None
    name = name or BASELINE_NAME
    if write and not Path(name).exists():
        if not Path(name).absolute().parent.is_dir():
            raise UsageError(f"{named_by}: cannot write {name}: its folder does not exist")
        return Baseline(name)
    return read_baseline(name, named_by)


def apply_baseline(baseline: Baseline, run: Run, inputs: Sequence[Input], project: Project, *, write: bool) -> None:
    """Marks what the baseline lists, tells of entries that are no longer found, and writes it anew if asked to."""
    unmet = baseline.mark(run.report, run.lines_of)
    if write:
        _unmark(run)
    linted = {baseline.path_of(given.name): _rules_of(project, given) for given in inputs}
    broken = {baseline.path_of(finding.place.path) for finding in run.report.findings if finding.id in NOT_ANALYSED}
    possible = any(project.settings(given.path).possible for given in inputs)
    gone = baseline.vanished(unmet, linted, possible=possible, broken=broken)
    if not write:
        run.report.summary.baseline_vanished = tuple(baseline.shown(key) for key in gone)
        return
    new = baseline.rewritten(run.report, run.lines_of, gone)
    try:
        _write_whole(Path(baseline.name), new.text())
    except OSError as error:
        raise CannotWrite(f"--write-baseline: cannot write {baseline.name}: {error.strerror or error}") from None
    added = len(new.entries.keys() - baseline.entries.keys())
    counts = f"{len(new.entries)} findings, {added} of them new, {len(gone)} no longer found"
    print(plain(f"{baseline.name}: written with {counts}"), file=sys.stderr)
    new.mark(run.report, run.lines_of)


def tell_vanished(run: Run) -> None:
    """Names some entries of the baseline that are no longer found, so that the file shrinks."""
    told = run.report.summary.baseline_vanished
    for line in told[:_TOLD]:
        print(plain(line), file=sys.stderr)
    if told:
        more = f"{len(told) - _TOLD} more; " if len(told) > _TOLD else ""
        print(f"{more}--write-baseline removes {'it' if len(told) == 1 else 'them'}", file=sys.stderr)


def apply_revision(run: Run, revision: str, given: Mapping[str, Any], lint_there: Callable[..., Run | None]) -> None:
    """Marks what is found in the files of a git revision too.

    `lint_there` lints that revision with its folder as the working folder: called with the options, their paths
    translated, it returns the run, or None when nothing of what was given exists there.
    """
    from invocation_lint.baselines.revision import files_at

    here = Path.cwd()
    with files_at(revision, here) as base:

        def path_now(name: str) -> str:
            path = os.path.relpath(os.path.realpath(here / name), base.root).replace(os.sep, "/")
            return base.renamed.get(path, path)

        there = base.folder / os.path.relpath(os.path.realpath(here), base.root)
        before = None
        if there.is_dir():
            with _working_in(there):
                try:
                    before = lint_there(_translated(given, base.root, base.folder))
                except UsageError as error:
                    raise UsageError(f"--diff-base: in {base.id}: {error.message}", error.help) from None
                if before is not None:
                    folder = base.folder.resolve()
                    found = [finding for finding in before.report.active if finding.id not in NOT_ANALYSED]
                    keys = keys_of(
                        found,
                        before.lines_of,
                        lambda name: os.path.relpath(os.path.realpath(name), folder).replace(os.sep, "/"),
                    )
        known = set(keys) if before is not None else set()
        mark_known(run.report, run.lines_of, known, path_now, base.id)


def _translated(given: Mapping[str, Any], root: Path, folder: Path) -> dict[str, Any]:
    """The options with absolute paths below the repository turned into those of the other folder."""

    def moved(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(moved(item) for item in value)
        if not isinstance(value, (str, Path)) or not Path(value).is_absolute():
            return value
        inside = os.path.relpath(os.path.realpath(value), root)
        return value if inside.startswith(os.pardir) else type(value)(folder / inside)

    return {name: moved(value) for name, value in given.items()}


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _rules_of(project: Project, given: Input) -> frozenset[str]:
    rules = project.rules(project.settings(given.path))
    return frozenset((*rules.tool, *(rule.id for rule in rules.rules)))


def _unmark(run: Run) -> None:
    from dataclasses import replace

    run.report.findings[:] = [
        replace(finding, suppressed_by=None)
        if finding.suppressed_by and finding.suppressed_by.kind == "baseline"
        else finding
        for finding in run.report.findings
    ]


def _write_whole(path: Path, text: str) -> None:
    """Writes a file so that nobody ever sees a part of it; one that is there keeps its owner, mode and links."""
    if path.exists():
        from invocation_lint.fixes.editing.writing import write

        write(path, path.read_bytes(), text.encode())
        return
    new = path.with_name(f"{path.name}.new")
    try:
        new.write_text(text, "utf-8")
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
