"""Output that cannot be written: an error in one line and exit 2, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import clean_environment, run_lint
from tests.samples import BAD

FULL = Path("/dev/full")
COMMANDS = {
    "check": ["check"],
    "clean": ["check", "good.py"],
    "json": ["check", "--output", "json"],
    "diff": ["check", "--show-fixes", "--unsafe-fixes"],
    "statistics": ["check", "--statistics"],
    "rules": ["rules"],
    "explain": ["explain", "INV101"],
    "facts": ["facts", "bad.py"],
    "config": ["config", "show", "bad.py"],
    "init": ["init", "--print"],
    "help": ["--help"],
    "version": ["--version"],
}


def to(output: Path, arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    with output.open("w") as opened:
        return subprocess.run(
            [sys.executable, "-m", "invocation_lint", *arguments],
            cwd=folder,
            stdout=opened,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(),
            timeout=600,
            check=False,
        )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_standard_output(folder: Path, command: str) -> None:
    (folder / "bad.py").write_text(BAD.replace("Async", "event"))
    if not FULL.exists():  # only Linux has it: the same by a limit for the size of files is not worth the machinery
        return
    ran = to(FULL, COMMANDS[command], folder)
    assert ran.returncode == 2, ran.stderr
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr
    assert "Nothing was linted" not in ran.stderr


def test_a_report_for_which_there_is_no_room(folder: Path) -> None:
    if FULL.exists():
        ran = run_lint("check", "--output", f"json={FULL}", cwd=folder)
        assert ran.returncode == 2
        assert ran.stderr == f"error: --output: cannot write {FULL}: No space left on device\n"


def test_init_in_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "bad.py").write_text(BAD)
    (folder / ".invocation-lint.yaml").mkdir()  # root may write everywhere: but not a file where a folder is
    ran = run_lint("init", cwd=folder)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert ".invocation-lint.yaml" in ran.stderr


def test_init_where_the_configuration_cannot_be_written(folder: Path) -> None:
    fails = """
import errno, pathlib
opened = pathlib.Path.open
def refuse(path, mode="r", *given, **named):
    if "a" in mode or "w" in mode:
        raise OSError(errno.EROFS, "Read-only file system", str(path))
    return opened(path, mode, *given, **named)
pathlib.Path.open = refuse
"""
    for name in (".invocation-lint.yaml", "pyproject.toml"):
        if name == "pyproject.toml":
            (folder / name).write_text("[project]\n")
        ran = run_lint("init", cwd=folder, prelude=fails)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr.splitlines() == [
            f"error: {name}: cannot be written: Read-only file system",
            "help: `invocation-lint init --print` prints the configuration",
        ]


def test_init_keeps_what_pyproject_holds_when_there_is_no_room(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    limit = "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))\n"
    ran = run_lint("init", cwd=folder, prelude=limit, env={"INVOCATION_LINT_NO_CACHE": "1"})
    assert ran.returncode == 2
    assert "pyproject.toml: cannot be written: File too large" in ran.stderr
    assert (folder / "pyproject.toml").read_text().startswith("[project]\nname = 'x'\n")


@pytest.mark.parametrize("exists", [True, False])
def test_a_baseline_that_cannot_be_written(folder: Path, exists: bool) -> None:
    if exists:
        assert run_lint("check", "--write-baseline", cwd=folder).returncode == 0
        (folder / ".invocation-lint-baseline.json").chmod(0o444)
    fails = "" if exists else "import os\nos.replace = None\nimport pathlib\n"
    fails += "" if exists else "def refuse(*given): raise OSError(30, os.strerror(30))\npathlib.Path.replace = refuse\n"
    ran = run_lint("check", "--write-baseline", cwd=folder, prelude=fails)
    assert ran.returncode == 2
    assert "--write-baseline: cannot write .invocation-lint-baseline.json: " in ran.stderr
    assert not (folder / ".invocation-lint-baseline.json.new").exists()
    assert (folder / ".invocation-lint-baseline.json").exists() is exists


def test_a_baseline_that_is_a_link_stays_one(folder: Path) -> None:
    (folder / "shared").mkdir()
    real = folder / "shared" / "known.json"
    (folder / "link.json").symlink_to(real)
    real.write_text('{"version": 1, "findings": []}')
    assert run_lint("check", "--write-baseline", "--baseline", "link.json", cwd=folder).returncode == 0
    assert (folder / "link.json").is_symlink()
    assert "INV107" in real.read_text()
