"""Mutated projects break nothing; and what would break is found, and made small."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.fuzzing import Fuzzing
from tests.fuzz.looking import Looker
from tests.fuzz.mutations import PYTHON, is_python
from tests.fuzz.projects import Evolving
from tests.fuzz.smaller import fewer
from tests.samples import BAD, GOOD

MARKED = BAD.replace("Async", "marked")
FILES = {"bad.py": BAD, "marked.py": MARKED, "good.py": GOOD}
BREAKS_OFF = """
from invocation_lint import facts
whole = facts.facts_of
def facts_of(source, *given):
    if "marked" in source.text:
        raise ZeroDivisionError
    return whole(source, *given)
facts.facts_of = facts_of
"""
ENDS = BREAKS_OFF.replace("raise ZeroDivisionError", "__import__('os')._exit(3)")
BY_CHANCE = """
import os
from invocation_lint.findings import Finding
Finding.__repr__ = lambda finding: finding.message + os.environ["PYTHONHASHSEED"]
"""


def test_mutated_projects_break_nothing(tmp_path: Path) -> None:
    fuzzing = Fuzzing(tmp_path / "work", tmp_path / "failures", seed=3, files=40)
    found = [told for _ in range(2) for told in fuzzing.step()]
    assert (found, fuzzing.problems) == ([], [])
    assert fuzzing.inputs > 60


@pytest.mark.parametrize(
    ("prelude", "kind"), [(BREAKS_OFF, "internal error"), (ENDS, "died"), (BY_CHANCE, "difference: two runs")]
)
def test_what_breaks_is_found(prelude: str, kind: str, tmp_path: Path) -> None:
    (problem,) = Looker(tmp_path, prelude).problems(FILES, 2)
    assert (problem.kind, problem.file) == (kind, None if "difference" in kind else "marked.py")


def test_slow_files_are_found(tmp_path: Path) -> None:
    problems = Looker(tmp_path, slow=0.001).problems({"bad.py": BAD}, 2)
    assert [(problem.kind, problem.file) for problem in problems] == [("slow", "bad.py")]


def test_failures_are_made_smaller_and_written(tmp_path: Path) -> None:
    prelude = BREAKS_OFF.replace('"marked" in source.text', '"invoke" in source.text')
    fuzzing = Fuzzing(tmp_path / "work", tmp_path / "failures", seed=1, files=4, prelude=prelude)
    told = next(fuzzing.step())
    assert "ZeroDivisionError" in told
    (kept,) = fuzzing.kept
    assert len(kept) == 1
    assert "invoke" in next(iter(kept.values()))
    ((name, text),) = kept.items()
    lines, looker = text.splitlines(keepends=True), Looker(tmp_path / "again", prelude)
    assert looker.problems({name: text}, 1)
    for at in range(len(lines)):  # no line too many
        assert looker.problems({name: "".join([*lines[:at], *lines[at + 1 :]])}, 1) == []
    assert (tmp_path / "failures" / "001-internal-error" / next(iter(kept))).is_file()


def test_a_seed_gives_the_same_files() -> None:
    def files(seed: str) -> dict[str, str]:
        project = Evolving(30, seed)
        project.next()
        return project.files

    assert files("a") == files("a") != files("b")


def test_most_inputs_are_python_and_none_is_left_as_it_was() -> None:
    project = Evolving(100, "share")
    assert project.parsed > 0.8 * project.inputs
    before = dict(project.files)
    project.next()
    assert 50 < sum(before[name] != text for name, text in project.files.items()) < 100


@pytest.mark.parametrize("kind", [kind for kind, _ in PYTHON], ids=lambda kind: str(kind.__name__))
def test_each_mutation_changes_something(kind: object) -> None:
    from random import Random

    assert callable(kind)
    other = f"#: bad\n{BAD}"
    made = {kind(MARKED, other, Random(n)) for n in range(40)} - {None, MARKED}
    assert len(made) > 10
    assert kind.__name__ in ("characters", "tokens", "lines") or any(map(is_python, made))


def test_fewer_keeps_what_matters() -> None:
    assert fewer(list(range(100)), lambda kept: {13, 57} <= set(kept)) == [13, 57]
