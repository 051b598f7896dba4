"""The cache from the command line."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.command import clean_environment, run_lint
from tests.samples import BAD, GOOD

_AGED = "from invocation_lint.cache import marks; marks.RACY_NS = 0"

_AS_NOBODY = """
import contextlib, io, os
from invocation_lint.cli.group import cli
with contextlib.redirect_stdout(io.StringIO()):  # imports all: Python may be out of reach for that user
    cli.main(["check", "--exit-zero", "--no-cache"], standalone_mode=False)
import invocation_lint.cache.cache
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / "bad.py").write_text(BAD)
    (project / "good.py").write_text(GOOD)
    return project


def lint(folder: Path, *arguments: str, prelude: str = _AGED, **env: str) -> tuple[int, str, str]:
    env = {"INVOCATION_LINT_CACHE_DIR": str(folder.parent / "cache"), "INVOCATION_LINT_NO_CACHE": "0", **env}
    ran = run_lint(*(arguments or ("check",)), cwd=folder, env=env, prelude=prelude)
    return ran.returncode, ran.stdout, ran.stderr


def files_of(cache: Path) -> list[Path]:
    return sorted(cache.glob("*.cache")) if cache.exists() else []


def test_a_second_run_loads_neither_parser_nor_rules(folder: Path) -> None:
    first = lint(folder)
    heavy = "('libcst', 'yaml', 'sqlglot', 'invocation_lint.rulebook', 'invocation_lint.facts')"
    told = f"import atexit, sys; atexit.register(lambda: print([m for m in {heavy} if m in sys.modules]))"
    status, out, err = lint(folder, prelude=f"{_AGED}\n{told}")
    assert (status, out.removesuffix("[]\n"), err) == first
    assert out.endswith("[]\n")
    assert lint(folder, "check", "--no-cache", prelude=told)[1].endswith("'invocation_lint.facts']\n")


def test_the_folder_is_chosen(folder: Path, tmp_path: Path) -> None:
    given, configured, of_user = tmp_path / "given", tmp_path / "configured", tmp_path / "home"
    (folder / ".invocation-lint.yaml").write_text(f"cache-dir: {configured}\n")
    environment = {"INVOCATION_LINT_CACHE_DIR": "", "XDG_CACHE_HOME": str(of_user), "HOME": str(of_user)}
    lint(folder, "check", "--cache-dir", str(given), **environment)
    assert files_of(given)
    assert lint(folder, "cache", "dir", **environment)[1] == f"{configured}\n"
    lint(folder, **environment)
    assert files_of(configured)
    (folder / ".invocation-lint.yaml").unlink()
    found = Path(lint(folder, "cache", "dir", **environment)[1].strip())
    assert of_user in found.parents
    lint(folder, **environment)
    assert files_of(found)


def test_without_a_cache_nothing_is_written(folder: Path) -> None:
    lint(folder, "check", "--no-cache")
    lint(folder, INVOCATION_LINT_NO_CACHE="1")
    assert not (folder.parent / "cache").exists()


def test_cleaning(folder: Path) -> None:
    lint(folder)
    status, out, _ = lint(folder, "cache", "clean")
    assert status == 0
    assert "1 file removed" in out
    assert not (folder.parent / "cache").exists()
    assert "0 files removed" in lint(folder, "cache", "clean")[1]


@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_file_is_told_in_a_line_and_made_anew(folder: Path, seed: int) -> None:
    chosen = random.Random(seed)
    status, out, _ = lint(folder)
    (path,) = files_of(folder.parent / "cache")
    data = bytearray(path.read_bytes())
    at = data.index(b"\n") + chosen.randrange(300)
    data[at] ^= 0xFF
    path.write_bytes(data[: chosen.choice([len(data), at])])
    again = lint(folder)
    assert again[:2] == (status, out)
    assert again[2].count("\n") == 1
    assert again[2].startswith("warning: the cache is not used: ")
    assert lint(folder) == (status, out, "")


def test_a_folder_that_others_may_write_is_told_in_a_line(folder: Path) -> None:
    status, out, _ = lint(folder)
    (folder.parent / "cache").chmod(0o777)
    again = lint(folder)
    assert again[:2] == (status, out)
    assert again[2] == (
        f"warning: the cache is not used: {folder.parent / 'cache'}: the folder is writable by every user\n"
    )
    assert lint(folder, "check", "--quiet")[2] == ""


def test_a_folder_that_cannot_be_written_is_told_in_a_line() -> None:
    """Root may write everywhere: the child becomes nobody."""
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are for their owner only
        folder, cache = Path(name) / "project", Path(name) / "cache"
        for path in (Path(name), folder, folder / ".git", cache):
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
        (folder / "bad.py").write_text(BAD)
        if os.geteuid() != 0:
            cache.chmod(0o555)
        expected = lint(folder, "check", "--no-cache")
        status, out, err = lint(folder, prelude=_AS_NOBODY, INVOCATION_LINT_CACHE_DIR=str(cache / "inner"))
    assert (status, out) == expected[:2], err
    assert err == f"warning: the cache is not used: {cache / 'inner'}: cannot be written: Permission denied\n"


def test_runs_at_the_same_time(folder: Path) -> None:
    expected = lint(folder, "check", "--no-cache")
    environment = clean_environment(
        INVOCATION_LINT_CACHE_DIR=str(folder.parent / "cache"), INVOCATION_LINT_NO_CACHE="0"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "invocation_lint", "check"],
            cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    for one in running:
        out, err = one.communicate(timeout=300)
        assert (one.returncode, out, err) == expected
    assert lint(folder) == expected


def test_reports_are_the_same_in_every_form(folder: Path) -> None:
    for form in ("full", "json", "sarif"):
        expected = lint(folder, "check", "--output", form, "--no-cache")
        lint(folder, "check", "--output", form)
        assert lint(folder, "check", "--output", form) == expected


def test_baselines_and_fixes_are_the_same(folder: Path) -> None:
    lint(folder)
    lint(folder, "check", "--write-baseline", "--baseline", "known.json")
    assert json.loads((folder / "known.json").read_text())["findings"]
    assert lint(folder, "check", "--baseline", "known.json")[0] == 0
    expected = lint(folder, "check", "--diff", "--unsafe-fixes", "--no-cache")
    assert lint(folder, "check", "--diff", "--unsafe-fixes") == expected
    assert lint(folder, "check", "--diff", "--unsafe-fixes") == expected
