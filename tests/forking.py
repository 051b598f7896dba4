"""Runs the command in processes that are forked from one that has imported it: what starting takes is paid once.

A run has a process of its own with its arguments, folder, environment and streams, as from a shell. What depends on
how Python itself starts needs a real one: see `run_lint`.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).parents[1]
LIMIT = 600
"""Seconds after which a run is ended."""


class Forking:
    """The process that forks, one for each process that tests."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "tests.forking"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, env={**environment}, stdin=pipe, stdout=pipe, text=True)
        atexit.register(self._end)

    def run(self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str], streams: Sequence[Path]) -> int:
        """Runs the command with these files as its three streams; its status."""
        assert self._process.stdin is not None and self._process.stdout is not None
        request = {"arguments": arguments, "cwd": str(cwd), "env": env, "streams": [str(path) for path in streams]}
        print(json.dumps(request), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the process that forks has ended")
        return int(answer)

    def _end(self) -> None:
        self._process.communicate()  # it ends when its standard input does


def _serve(requests: IO[str], answers: IO[str]) -> None:
    from invocation_lint import lint_source
    from tests.samples import BAD

    lint_source(BAD, "bad.py")
    _import_what_runs_need()
    gc.collect()
    gc.freeze()  # what no child looks for garbage in stays shared with it
    for line in requests:
        child = os.fork()
        if child == 0:
            requests.close()
            answers.close()
            _become(**json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _import_what_runs_need() -> None:
    """All of the tool but the reference runtime, and what its modules import when they need it."""
    import invocation_lint

    for package in pkgutil.iter_modules(invocation_lint.__path__, "invocation_lint."):
        if package.name.rpartition(".")[2] not in ("__main__", "reference"):
            _import_all(package)
    for name in ("concurrent.futures.process", "multiprocessing.context", "rich.progress", "sqlglot", "yaml"):
        importlib.import_module(name)


def _import_all(found: pkgutil.ModuleInfo) -> None:
    module = importlib.import_module(found.name)
    if found.ispkg:
        for inner in pkgutil.iter_modules(module.__path__, f"{found.name}."):
            _import_all(inner)


def _become(arguments: list[str], cwd: str, env: dict[str, str], streams: list[str]) -> NoReturn:
    """Goes on as a process that was started with these arguments, there, and with these files as its streams."""
    for number, (stream, flags) in enumerate(zip(streams, (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)):
        opened = os.open(stream, flags)
        os.dup2(opened, number)
        os.close(opened)
    signal.alarm(LIMIT)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.path[0] = cwd
    sys.argv = [str(ROOT / "invocation_lint" / "__main__.py"), *arguments]
    from invocation_lint.cli import main

    try:
        main()
    except SystemExit as left:  # that the interpreter takes itself apart after it takes longer than most runs
        atexit._run_exitfuncs()
        for file in (sys.stdout, sys.stderr):
            file.flush()
        os._exit(left.code if isinstance(left.code, int) else 0)
    raise AssertionError("it always exits")


def _start() -> None:
    """Takes requests from what is standard input now, and leaves the streams to the children."""
    requests, answers = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    _serve(requests, answers)


if __name__ == "__main__":
    _start()
