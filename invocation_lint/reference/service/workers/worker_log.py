"""What a worker writes to stdout and stderr, by invocation."""

from __future__ import annotations

import os
import select
import threading


class WorkerLog:
    """A pipe that is emptied all the time, and asked at the end of each invocation for what came.

    A worker writes before it reports to the Runtime API, so what is in the pipe when the report is there belongs to
    the invocation: `take` empties the pipe itself instead of waiting for the reader.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: int | None = None
        self._write: int | None = None
        self._kept = bytearray()

    def open(self) -> int:
        """A new pipe; the descriptor that the worker writes to."""
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        return self._write

    def started(self) -> None:
        """The worker has the pipe: let go of our copy of its end, and read."""
        if self._write is not None:
            os.close(self._write)
            self._write = None
        if self._read is not None:
            follower = os.dup(self._read)
            threading.Thread(target=self._follow, args=(follower,), name="worker-log", daemon=True).start()

    def take(self) -> str:
        """What came since the last call. A carriage return, by which awslambdaric keeps a traceback in one entry,
        becomes a line end."""
        with self._lock:
            self._drain()
            text = self._kept.decode("utf-8", "replace")
            self._kept.clear()
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def close(self) -> None:
        """Let go of the pipe; what was read is kept."""
        with self._lock:
            self._drain()
            for descriptor in (self._read, self._write):
                if descriptor is not None:
                    os.close(descriptor)
            self._read = self._write = None

    def _follow(self, descriptor: int) -> None:
        """Empty the pipe whenever something is in it, so that a worker never blocks on a full one."""
        readable = select.poll()
        readable.register(descriptor, select.POLLIN)
        going_on = True
        while going_on:
            readable.poll()
            with self._lock:
                going_on = self._drain()
        os.close(descriptor)

    def _drain(self) -> bool:
        """Read what is there; False at the end of the pipe."""
        while self._read is not None:
            try:
                data = os.read(self._read, 65536)
            except BlockingIOError:
                return True
            if not data:
                return False
            self._kept += data
        return False
