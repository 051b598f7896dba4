"""For any set of files, a run reports exactly the whole project's findings that lie in them."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from invocation_lint import lint_paths
from invocation_lint.findings import Finding
from tests.command import run_lint
from tests.modules import FILES, FOUND, write_project

EXAMPLE = Path(__file__).parents[2] / "examples" / "story_platform"
Row = tuple[str, int, str, str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found_in(paths: list[str]) -> list[Row]:
    return [key(finding) for finding in lint_paths(paths).findings]


def key(finding: Finding) -> Row:
    return (finding.place.path, finding.place.line, finding.id, finding.message)


def reported(arguments: Sequence[str | Path], folder: Path) -> list[Row]:
    """What the command reports, possible findings included, in the order of the report."""
    ran = run_lint("check", "--possible", "--output", "json", *arguments, cwd=folder)
    assert ran.returncode in {0, 1}, ran.stderr
    found = json.loads(ran.stdout)["findings"]
    return [(one["place"]["path"], one["place"]["line"], one["id"], one["message"]) for one in found]


def cut(folder: Path, seed: int) -> list[str]:
    """Some of the Python files below a folder, in any order."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    chance = random.Random(seed)
    return chance.sample(files, chance.randint(1, len(files)))


def test_values_and_errors_are_followed_across_modules(project: Path) -> None:
    assert {(path, rule) for path, _, rule, _ in found_in(["."])} == FOUND


def test_a_file_given_alone_gives_what_the_whole_run_gives_for_it(project: Path) -> None:
    whole = found_in(["."])
    for name in FILES:
        assert found_in([name]) == [row for row in whole if row[0] == name], name


@pytest.fixture(scope="module")
def found_in_all() -> list[Row]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(EXAMPLE)
        return found_in(["."])


@pytest.mark.parametrize("seed", range(6))
def test_any_cut_of_the_example_gives_the_same(
    seed: int, found_in_all: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLE)
    whole = found_in_all
    assert whole
    chosen = cut(EXAMPLE, seed)
    assert found_in(chosen) == [row for row in whole if row[0] in chosen]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example application with the project of several modules beside it."""
    folder = tmp_path_factory.mktemp("whole") / "example"
    shutil.copytree(EXAMPLE, folder)
    write_project(folder)
    return folder


@pytest.fixture(scope="module")
def whole_example(example: Path) -> list[Row]:
    rows = reported(["--jobs", "1", "."], example)
    assert {path for path, *_ in rows} >= {"api/stories.py", "story_platform/reaper.py"}
    return rows


@pytest.mark.parametrize(("jobs", "seed"), [("1", 0), ("1", 1), ("2", 2), ("2", 3), ("4", 4)])
def test_any_cut_in_any_number_of_processes_gives_the_same(
    example: Path, whole_example: list[Row], jobs: str, seed: int
) -> None:
    chosen = cut(example, seed)
    assert reported(["--jobs", jobs, *chosen], example) == [row for row in whole_example if row[0] in chosen]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_any_cut_of_a_project_that_is_named_gives_the_same(tmp_path: Path, jobs: str) -> None:
    write_project(tmp_path / "checkout", root=False)
    whole = reported(["--project", "checkout", "--jobs", jobs, "checkout"], tmp_path)
    assert {(path.removeprefix("checkout/"), rule) for path, _, rule, _ in whole} >= FOUND
    assert not reported(["--isolated", "checkout/api"], tmp_path)
    for seed in range(2):
        chosen = [f"checkout/{name}" for name in cut(tmp_path / "checkout", seed)]
        expected = [row for row in whole if row[0] in chosen]
        assert reported(["--project", "checkout", "--jobs", jobs, *chosen], tmp_path) == expected


def test_isolated_looks_at_each_file_alone(project: Path) -> None:
    assert [finding.id for finding in lint_paths(["api"], isolated=True).findings] == []


def test_a_buffer_gives_what_the_whole_run_gives_for_its_file(project: Path) -> None:
    whole = run_lint("check", "-q", "--output", "concise", ".", cwd=project).stdout.splitlines()
    for name in sorted({path for path, _ in FOUND}):
        text = (project / name).read_text(encoding="utf-8")
        arguments = ("check", "-q", "--output", "concise", "-", "--stdin-filename", name)
        shown = run_lint(*arguments, cwd=project, stdin=text).stdout.splitlines()
        assert shown == [line for line in whole if line.startswith(f"{name}:")], name
