"""Queues, buses, topics, tables, buckets: a moto server on loopback, started at the first request for one of them.

It runs in a process of its own (sources/moto_server.py) under the service's clock, so that visibility time-outs and
delays keep its pace.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from invocation_lint.reference.service.http import LOOPBACK, Exchange
from invocation_lint.reference.service.workers.processes import Process, start
from invocation_lint.reference.service.workers.site import Site

_PROGRAM = "invocation_lint.reference.sources.moto_server"
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Backing:
    """Passes requests on to moto, as they came, and calls `afterwards` with each before its answer is sent.

    `reports` is the address where moto's side says what is meant for functions (sources/moto_server.py), `endpoint`
    gives the service's own, which state machines call.
    """

    def __init__(
        self,
        site: Site,
        account: str,
        reports: str,
        endpoint: Callable[[], str],
        afterwards: Callable[[Exchange], None],
    ) -> None:
        self._site = site
        self._reports = reports
        self._endpoint = endpoint
        self._afterwards = afterwards
        self._account = account
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._port = 0
        self._closed = False

    @property
    def port(self) -> int:
        """moto's port; starts it."""
        with self._lock:
            if self._process is None:
                self._start()
            return self._port

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`: moto itself, past the service; starts it."""
        return f"http://{LOOPBACK}:{self.port}"

    def forward(self, exchange: Exchange) -> None:
        """Send a request on, and its answer back."""
        try:
            port = self.port
        except OSError as error:
            exchange.answer(500, [("Content-Type", "application/json")], json.dumps({"message": str(error)}).encode())
            return
        relay(exchange, port, self._afterwards)

    def close(self) -> None:
        """End moto."""
        with self._lock:
            self._closed = True
            self._kill()

    def _start(self) -> None:
        if self._closed:
            raise OSError("the service is closed")
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": os.environ.get("HOME", str(Path.home())),
            "PYTHONPATH": os.pathsep.join([str(self._site.folder), str(Path(__file__).resolve().parents[3])]),
            "MOTO_ACCOUNT_ID": self._account,
            "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",  # roles of real programs attach them
            "LOCAL_LAMBDA_REPORTS": self._reports,
            "LOCAL_LAMBDA_ENDPOINT": self._endpoint(),
            "TZ": "UTC",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }
        reading, writing = os.pipe()
        self._told = os.fdopen(reading, "rb")
        try:
            self._process = start(
                [sys.executable, "-m", _PROGRAM],
                environment=environment,
                stdout=writing,
                lifeline=self._site.lifeline,
            )
        finally:
            os.close(writing)
        line = self._told.readline().strip()
        if not line:
            self._kill()
            raise OSError("moto's server did not start; is the extra `reference` installed?")
        self._port = int(line)

    def _kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
            self._told.close()


def relay(exchange: Exchange, port: int, afterwards: Callable[[Exchange], None] = lambda exchange: None) -> None:
    """Send a request on to a port of this machine, call `afterwards`, and send its answer back."""
    body = exchange.read_body()
    connection = http.client.HTTPConnection(LOOPBACK, port)
    try:
        connection.putrequest(exchange.command, exchange.path, skip_host=True, skip_accept_encoding=True)
        for name, value in exchange.headers.items():
            if name.lower() not in ("connection", "transfer-encoding", "content-length", "expect"):
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        answer = response.read()
        dropped = _HOP_BY_HOP - {"content-length"} if exchange.command == "HEAD" else _HOP_BY_HOP
        kept = [(name, value) for name, value in response.getheaders() if name.lower() not in dropped]
        afterwards(exchange)
        exchange.answer(response.status, kept, answer)
    except (OSError, http.client.HTTPException):
        exchange.hang_up()
    finally:
        connection.close()
