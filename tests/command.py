"""Running the real command in a child process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from tests.forking import Forking

ROOT = Path(__file__).parents[1]
Ran = subprocess.CompletedProcess[str]

WAITS = """\
import time
def wait(*a):
    print('begun', flush=True)
    while True:
        time.sleep(0.1)
"""
"""A function that says that it has begun, and waits for a signal: in one long sleep it would miss what comes just
before that begins."""


def clean_environment(**extra: str) -> dict[str, str]:
    """The environment for a child: this package importable, nothing that changes how the tool behaves."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CI", "GITHUB_", "GIT_", "NO_COLOR", "FORCE_COLOR", "PYTHON", "COV_", "TERM"))
    }
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "TERM": "xterm", **extra}


def run_lint(
    *arguments: str | Path,
    cwd: Path,
    stdin: str | bytes | None = None,
    env: Mapping[str, str] | None = None,
    prelude: str = "",
) -> Ran:
    """Runs `invocation-lint ARGUMENTS`; `prelude` is code that the child runs before it.

    The child is forked from a process that has imported the tool, but where it matters how Python starts: with a
    prelude, and with variables that Python reads.
    """
    data = stdin.encode() if isinstance(stdin, str) else stdin
    if (
        not prelude
        and hasattr(os, "fork")
        and not any(name.startswith(("PYTHON", "LC_", "LANG")) for name in env or ())
    ):
        return _forked([*map(str, arguments)], cwd, data, clean_environment(**(env or {})))
    start: Sequence[str] = ("-m", "invocation_lint")
    if prelude:
        start = ("-c", f"{prelude}\nfrom invocation_lint.cli import main\nmain()")
    done = subprocess.run(
        [sys.executable, *start, *map(str, arguments)],
        cwd=cwd,
        input=data,
        stdin=subprocess.DEVNULL if data is None else None,
        capture_output=True,
        env=clean_environment(**(env or {})),
        timeout=600,
        check=False,
    )
    return Ran(done.args, done.returncode, _text(done.stdout), _text(done.stderr))


@cache
def _forking() -> Forking:
    return Forking(clean_environment())


def _forked(arguments: list[str], cwd: Path, data: bytes | None, env: dict[str, str]) -> Ran:
    with tempfile.TemporaryDirectory(prefix="run-") as name:
        given, told, complained = (Path(name) / stream for stream in ("in", "out", "err"))
        given.write_bytes(data or b"")
        told.touch()
        complained.touch()
        streams = [given if data is not None else Path(os.devnull), told, complained]
        status = _forking().run(arguments, cwd, env, streams)
        command = ["invocation-lint", *arguments]
        return Ran(command, status, _text(told.read_bytes()), _text(complained.read_bytes()))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
