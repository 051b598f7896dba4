"""Lints the working folder once, in a process of its own, and tells what came of it.

    python -m tests.fuzz.child TOLD JOBS [CACHE]

TOLD is the file that the answer is written to, in JSON; its neighbour `.now` names the file that is looked at, for a
process that dies or does not end. All formats are rendered, since what they are given is odd, too.
"""

from __future__ import annotations

import json
import sys
import traceback
from contextlib import nullcontext
from pathlib import Path

from invocation_lint.cache.cache import Cache
from invocation_lint.engine import inputs_of, lint
from invocation_lint.processes import pool
from invocation_lint.project import Project
from invocation_lint.report import FORMATS, Presentation, render
from invocation_lint.settings.files import Configuration


def main() -> None:
    """Writes the answer; what the tool raises is part of it."""
    told, jobs, *cache = sys.argv[1:]
    try:
        answer = look(Path(told).with_suffix(".now"), int(jobs), cache[0] if cache else None)
    except Exception:
        answer = {"raised": traceback.format_exc()}
    Path(told).write_text(json.dumps(answer), "ascii")


def look(now: Path, jobs: int, cache_folder: str | None) -> dict[str, object]:
    """The report in words, the seconds that each file took, and what broke off."""
    project = Project(Configuration(values={"profile": "strict", "possible": True}))
    files = inputs_of(["."], project).files
    complaints: list[str] = []
    crashes: dict[str, str] = {}
    cache = Cache(Path(cache_folder), project, complaints.append) if cache_folder else None
    if cache is not None:
        cache.look_up(files)
    with pool(jobs) if jobs > 1 else nullcontext() as executor:
        run = lint(
            files,
            project,
            on_file=now.write_text if jobs == 1 else None,
            on_crash=crashes.__setitem__,
            executor=executor,
            jobs=jobs,
            cache=cache,
        )
    reports = {name: render(name, run.report, Presentation(lines_of=run.lines_of)) for name in FORMATS}
    return {
        "findings": [repr(finding) for finding in run.report.findings],
        "rest": [repr(run.report.summary), str(run.status), *reports.values(), *complaints],
        "internal": [finding.place.path for finding in run.report.findings if finding.id == "INV000"],
        "crashes": crashes,
        "seconds": {name: seconds for name, (seconds, _) in run.costs.items()},
        "known": len(cache.known) if cache is not None else 0,
        "analysed": run.report.summary.files_analysed,
    }


if __name__ == "__main__":
    main()
