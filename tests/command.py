"""Running the real command in a child process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
Ran = subprocess.CompletedProcess[str]


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
    """Runs `invocation-lint ARGUMENTS`; `prelude` is code that the child runs before it."""
    start: Sequence[str] = ("-m", "invocation_lint")
    if prelude:
        start = ("-c", f"{prelude}\nfrom invocation_lint.cli import main\nmain()")
    data = stdin.encode() if isinstance(stdin, str) else stdin
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


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
