"""What is built of what was walked grows as the program does: each fact is made once, whichever files lead to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from invocation_lint.analysis.python.definitions import Definitions
from invocation_lint.engine import Input, lint
from invocation_lint.facts.building import callers, lifting
from invocation_lint.facts.building.invocations import Invocations
from invocation_lint.facts.building.reading.job_queries import JobQueries
from invocation_lint.project import Project
from invocation_lint.rulebook.evaluate import PreparedRules
from invocation_lint.settings.files import Configuration
from tests.benchmarks.shapes import SHAPES, Files

COUNTED: list[tuple[Any, str]] = [
    (callers, "ending_of"),
    (Invocations, "_fact"),
    (JobQueries, "_fact"),
    (PreparedRules, "_asked"),
    (lifting, "frames_of"),
    (Definitions, "_linearized"),
]

QUERY = """
def jobs(session):
    return session.query(Job).filter(Job.status == "queued").all()
"""


def queries(size: int) -> Files:
    """Modules that read jobs by one helper."""
    head = "from sqlalchemy.orm import declarative_base\n\nclass Job(declarative_base()):\n    __tablename__ = 'jobs'\n"
    parts = {
        f"part{n}.py": f"from shared import jobs\n\ndef work{n}(session):\n    for job in jobs(session):\n"
        f"        job.status = 'done'\n"
        for n in range(size)
    }
    return {"shared.py": head + QUERY, **parts}


def calls(folder: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each of the counted functions is called for these files."""
    counted: Counter[str] = Counter()

    def counting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def count(*given: Any, **named: Any) -> Any:
            counted[name] += 1
            return function(*given, **named)

        return count

    (folder / ".git").mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    with monkeypatch.context() as patching:
        for owner, name in COUNTED:
            patching.setattr(owner, name, counting(f"{owner.__name__}.{name}", getattr(owner, name)))
        lint([Input(name, folder / name) for name in files], Project(Configuration()))
    return counted


@pytest.mark.parametrize("name", [*SHAPES, "queries of one helper"])
def test_what_is_built_grows_as_the_program(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = SHAPES.get(name, queries)
    small, middle, large = (calls(tmp_path / str(n), shape(n), monkeypatch) for n in (6, 12, 24))
    assert name == "modules without calls" or large["JobQueries._fact"] + large["Invocations._fact"] > 0
    for counted in large:
        grown, before = large[counted] - middle[counted], middle[counted] - small[counted]
        assert grown <= 2.2 * before + 4, counted
