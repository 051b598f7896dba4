"""Processes of a service: started anew, or, inside `forking`, forked from one that has imported much before (forks.py).

In either way a process is alone in its session and group, reads nothing, and ends with the service.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from invocation_lint.reference.service.workers.forks import Forks, Order

LIFELINE = "LOCAL_LAMBDA_LIFELINE"
_LOOK_WALL_SECONDS = 0.0005


class Process(Protocol):
    """What subprocess.Popen has, as far as it is needed."""

    @property
    def pid(self) -> int:
        """The process id, which is that of its group, too."""

    def poll(self) -> int | None:
        """The exit status, as subprocess gives it; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """The exit status when it has ended. Raises subprocess.TimeoutExpired."""


_FORKS: list[Forks] = []


@contextmanager
def forking(forks: Forks) -> Iterator[None]:
    """Inside, processes are forked where that makes no difference but the time that it takes: those of this
    interpreter, unless a folder on their import path has its own copy of what was imported before, or a variable
    changes how Python works."""
    _FORKS.append(forks)
    try:
        yield
    finally:
        _FORKS.remove(forks)


def start(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path | None = None,
    stdout: int = subprocess.DEVNULL,
    stderr: int = subprocess.DEVNULL,
    lifeline: int | None = None,
) -> Process:
    """Run a command with these variables and no others. `stdout` and `stderr` are descriptors, or those of subprocess;
    `lifeline` is the end of the pipe by which it notices that the service has ended (site.py)."""
    if _FORKS and command[0] == sys.executable:
        order = Order(command, environment, folder, (stdout, stderr), lifeline, LIFELINE)
        if (forked := _FORKS[-1].start(order)) is not None:
            return forked
    held = {} if lifeline is None else {LIFELINE: str(lifeline)}
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**environment, **held},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        pass_fds=() if lifeline is None else (lifeline,),
        start_new_session=True,
    )


def wait_until_stopped(process: Process) -> None:
    """Wait until a process that was sent SIGSTOP is stopped, or has ended."""
    try:
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    except ChildProcessError:  # it is not ours: forked, or ended and waited for
        while process.poll() is None and not _is_stopped(process.pid):
            time.sleep(_LOOK_WALL_SECONDS)


def _is_stopped(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return text.rpartition(")")[2].split()[0] in "TtZX"
