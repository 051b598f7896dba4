"""Processes that are forked from one that has imported much before.

To import boto3 takes a fifth of a second of a processor, and moto half a second: longer than most of what a test has
done there. What is forked runs its program from the beginning and sees what it would see otherwise (its variables,
arguments, import path, streams, clock), except that some modules are imported already, and its command line.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import queue
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROGRAM = Path(__file__).parent / "process_site" / "fork_server.py"
_MOTO = "invocation_lint.reference.sources.moto_server"
_OF_MOTO = ("invocation_lint.reference.sources.moto_imports:import_all",)
_OF_PROGRAMS = (
    "awslambdaric.lambda_runtime_marshaller",
    "boto3",
    "botocore.args",
    "botocore.httpsession",
    "botocore.parsers",
    "botocore.retries.standard",
    "boto3.dynamodb.conditions",
    "concurrent.futures.thread",
    "sqlalchemy.orm",
    "sqlalchemy.dialects.sqlite.pysqlite",
)


@dataclass(frozen=True)
class Order:
    """What is to run: `command` begins with the interpreter; `streams` are stdout and stderr, as subprocess has them.

    The descriptor `lifeline` is told to the process in the variable `variable`.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path | None
    streams: tuple[int, int]
    lifeline: int | None
    variable: str

    @property
    def module(self) -> str | None:
        """The module that it runs (`-m`); None where it is a file."""
        return self.command[2] if self.command[1] == "-m" else None

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the program and its import path changes how the interpreter works."""
        first = self.command[1] if self.module is None else self.command[2]
        changed = any(name.startswith("PYTHON") and name != "PYTHONPATH" for name in self.environment)
        return not first.startswith("-") and not changed

    def import_path(self) -> list[Path]:
        """The folders that come before those of the interpreter."""
        folder = self.folder or Path.cwd()
        first = folder if self.module else (folder / self.command[1]).resolve().parent
        added = self.environment.get("PYTHONPATH", "").split(os.pathsep)
        return [first, *(folder / path for path in added if path)]


class Forked:
    """A process that was forked."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None
        self._over = threading.Event()

    def poll(self) -> int | None:
        """The exit status; None while it runs."""
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        """The exit status when it has ended. Raises subprocess.TimeoutExpired."""
        if not self._over.wait(timeout):
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        assert self._status is not None
        return self._status

    def end(self, status: int) -> None:
        """It has ended."""
        self._status = status
        self._over.set()


class Forks:
    """The processes that others are forked from: one for programs, and one for the moto servers of each account."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: dict[tuple[tuple[str, str], ...], _ForkServer] = {}

    def start(self, order: Order) -> Forked | None:
        """Fork what was ordered; None where that would make a difference."""
        if not order.is_plain:
            return None
        environment: dict[str, str] = {}
        modules: tuple[str, ...] = _OF_PROGRAMS
        if order.module == _MOTO:  # it reads some of its variables when it is imported
            environment = {name: value for name, value in order.environment.items() if name.startswith("MOTO_")}
            modules = _OF_MOTO
        key = tuple(sorted(environment.items()))
        with self._lock:
            server = self._servers.get(key)
            if server is None:
                server = self._servers[key] = _ForkServer(modules, environment)
        return None if server.is_shadowed(order) else server.fork(order)

    def close(self) -> None:
        """End them. What was forked stays until its service ends."""
        for server in self._servers.values():
            server.close()
        self._servers.clear()


class _ForkServer:
    def __init__(self, modules: Sequence[str], environment: Mapping[str, str]) -> None:
        self._socket, theirs = socket.socketpair()
        self._asking = threading.Lock()
        self._began: queue.SimpleQueue[Forked | None] = queue.SimpleQueue()
        self._running: dict[int, Forked] = {}
        kept = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(_PROGRAM), str(theirs.fileno()), *modules],
                env={
                    **kept,
                    "LANG": "en_US.UTF-8",
                    "LC_CTYPE": "C.UTF-8",
                    "PYTHONPATH": str(Path(__file__).resolve().parents[4]),
                    **environment,
                },
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._lines = self._socket.makefile("rb")
        first = self._lines.readline()
        if not first:
            self.close()
            raise OSError("the process that others are forked from did not start")
        self._imported: dict[str, str] = json.loads(first)["imported"]
        self._reader = threading.Thread(target=self._read, name="forks", daemon=True)
        self._reader.start()

    def is_shadowed(self, order: Order) -> bool:
        """Whether a folder on the import path has its own copy of a module that is imported already."""
        return any(
            self._imported[name] != str(folder.resolve())
            for folder in order.import_path()
            for name in _modules_in(folder) & self._imported.keys()
        )

    def fork(self, order: Order) -> Forked:
        """Begin a process."""
        arguments = order.command[2:] if order.module else order.command[1:]
        text = json.dumps(
            {
                "module": order.module,
                "arguments": list(arguments),
                "environment": dict(order.environment),
                "folder": None if order.folder is None else str(order.folder),
                "lifeline": order.variable,
            }
        ).encode()
        with _Descriptors(order) as descriptors, self._asking:
            socket.send_fds(self._socket, [struct.pack("!I", len(text))], descriptors)
            self._socket.sendall(text)
            forked = self._began.get()
        if forked is None:
            raise OSError("the process that others are forked from has ended")
        return forked

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._process.wait()
        if hasattr(self, "_reader"):
            self._reader.join()
        self._lines.close()
        self._socket.close()

    def _read(self) -> None:
        for line in self._lines:
            told = json.loads(line)
            if "began" in told:
                forked = self._running[told["began"]] = Forked(told["began"])
                self._began.put(forked)
            else:
                self._running.pop(told["ended"]).end(told["status"])
        self._began.put(None)
        for forked in self._running.values():  # nobody will tell of them
            forked.end(-9)


class _Descriptors:
    """The descriptors that go with an order: stdout, stderr, lifeline."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._null = -1

    def __enter__(self) -> list[int]:
        self._null = os.open(os.devnull, os.O_WRONLY)
        stdout, stderr = (self._null if stream == subprocess.DEVNULL else stream for stream in self._order.streams)
        stderr = stdout if stderr == subprocess.STDOUT else stderr
        return [stdout, stderr, *([] if self._order.lifeline is None else [self._order.lifeline])]

    def __exit__(self, *_: object) -> None:
        os.close(self._null)


def _modules_in(folder: Path) -> frozenset[str]:
    """The names that can be imported from a folder, which are looked up once until it changes."""
    try:
        changed = folder.stat().st_mtime_ns
    except OSError:
        return frozenset()
    return _listed(folder, changed)


@functools.lru_cache(maxsize=256)
def _listed(folder: Path, _changed: int) -> frozenset[str]:
    try:
        names = [path.name.partition(".") for path in folder.iterdir()]
    except OSError:
        return frozenset()
    return frozenset(name for name, _, kind in names if not kind or kind.endswith(("py", "pyc", "so")))
