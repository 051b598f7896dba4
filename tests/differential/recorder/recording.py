"""Runs programs on a local Lambda service under faults, and gives what was seen of each run."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from invocation_lint.reference import Function, LambdaService

HERE = Path(__file__).parent
CLOCK_FACTOR = 100.0
SITES = ("site1", "site2", "site3")
ALWAYS = 1_000_000
RECORDS = 3
GOOD = {"status": "done", "ready": True, "items": [{"id": "i-1"}], "x": 1}
OTHER = {"status": "other", "ready": False}
CRASH = "the model gave no answer"
SLOW_SECONDS = 30
PATIENCE = 20
"""Seconds on the wall for a run."""
ENVIRONMENT = {"USER_ID": "u-9", "NAMES": "red green", **{f"SITE{n}_FUNCTION": f"site{n}" for n in (1, 2, 3)}}
EVENT = {
    "Records": [
        {"messageId": f"m-{n}", "eventSource": "aws:sqs", "body": json.dumps({"id": f"s-{n}"})} for n in range(RECORDS)
    ]
}
"""What handlers get: a batch of a queue."""
OF_FUNCTIONS = ("other", "crashed", "like_crash")
"""What the invoked function does: an answer with other values, a crash, an answer whose payload is that of a crash."""
OF_SERVICE = ("throttled", "refused", "dropped")

_HEX = re.compile(r"0x[0-9a-f]+")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DATE = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]+|\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT|Root=[0-9a-f;=\w-]+"
    r"|(?<=Thread-)\d+|(?<=ThreadPoolExecutor-)\d+_\d+"
)


class NotRecorded(Exception):
    """A run was not what it should have been: it did not end, or something failed that no fault made fail."""


class Recorder:
    """A service and a process that forks runs."""

    def __init__(self, service: LambdaService, folder: Path) -> None:
        self._service = service
        self._folder = folder
        self._behaviour = folder / "behaviour.json"
        self._crashes: dict[str, bytes] = {}  # what the functions answered when they crashed
        self._crashes: dict[str, bytes] = {}  # what the functions answered when they crashed
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "site_process.py")],
            env=service.caller_environment(ENVIRONMENT),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def record(
        self, files: Mapping[str, str], entry: str, *, flag: bool, sites: int, slow: bool
    ) -> list[dict[str, Any]]:
        """All runs of a program: without a fault, and with each fault at each call site, with and without the variable
        FLAG where it asks for that. Faults of the invoked function are left out where nobody waits for its answer.
        Raises NotRecorded."""
        place = self._folder / "program"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for name, text in files.items():
            (place / name).write_text(text, "utf-8")
        flags = ("0", "1") if flag else ("0",)
        order = {"folder": str(place), "entry": entry, "event": EVENT, "patience": int(PATIENCE * CLOCK_FACTOR)}
        alive = True
        try:
            runs = [self._run(order, value, "ok", SITES[0]) for value in flags]
            for site in SITES[:sites]:
                waits = any(
                    request["mode"] in (None, "RequestResponse") and request["function"] == site
                    for run in runs
                    for call in run["calls"]
                    for request in call["requests"]
                )
                for fault in (*(OF_FUNCTIONS if waits else ()), *OF_SERVICE, *(("slow",) if slow and waits else ())):
                    chosen = {"refused": flags[-1:], "dropped": flags[:1], "slow": flags[:1]}.get(fault, flags)
                    runs += [self._run(order, value, fault, site) for value in chosen]
        except EOFError:
            alive = False
            raise NotRecorded("the program's process ended") from None
        finally:
            if alive:
                self._say({"end": True})
                self._hear()
        return runs

    def _say(self, order: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told

    def _run(self, order: Mapping[str, Any], flag: str, fault: str, site: str) -> dict[str, Any]:
        self._prepare(fault, site)
        before = len(self._service.requests())
        self._say({**order, "environment": {"FLAG": flag}})
        told = self._hear()
        if "ended" in told:
            raise EOFError
        if "broken" in told:
            raise NotRecorded(told["broken"])
        if is_late(fault, told["calls"]):
            raise NotRecorded(f"the service was slower than the client's patience under {fault}")
        for call in told["calls"]:
            call["requests"] = []
        for request in self._service.requests()[before:]:
            failed = request.status is None or request.status >= 500 or request.attempt > 1
            late = fault in ("throttled", "refused") and request.status is None
            if late or (failed and fault in ("ok", *OF_FUNCTIONS)):
                raise NotRecorded(f"{request.function} answered {request.status} under {fault}")
            if fault == "crashed" and request.function_error:
                self._crashes[site] = request.response
            if fault == "crashed" and request.function_error:
                self._crashes[site] = request.response
            told["calls"][int(request.headers["x-recorder-call"])]["requests"].append(
                {
                    "mode": request.headers.get("x-amz-invocation-type"),
                    "function": request.function,
                    "qualifier": request.qualifier,
                    "payload": _text(request.payload),
                    "status": request.status,
                }
            )
        for text in ("message", "returned", "printed"):
            told[text] = _same(told[text])
        return {"fault": fault, "site": site, "flag": flag, **told}

    def _prepare(self, fault: str, site: str) -> None:
        faults = self._service.faults
        faults.clear()
        told: dict[str, dict[str, Any]] = {name: {"answer": GOOD} for name in SITES}
        if fault == "other":
            told[site] = {"answer": OTHER}
        elif fault == "crashed":
            told[site] = {"raises": CRASH}
        elif fault == "like_crash":
            told[site] = {"answer": json.loads(self._crashes.get(site, b"{}"))}
        elif fault == "throttled":
            faults.throttle(site, times=ALWAYS)
        elif fault == "refused":
            faults.answer(site, status=403, code="AccessDeniedException", message="not allowed", times=ALWAYS)
        elif fault == "dropped":
            faults.drop_connection(site, times=ALWAYS)
        elif fault == "slow":
            told[site] = {"answer": GOOD, "seconds": SLOW_SECONDS}
        self._behaviour.write_text(json.dumps(told), "utf-8")


def is_late(fault: str, calls: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a client gave up waiting though no fault made the service slow: the machine was."""
    return fault != "slow" and any("Timeout" in (call["error"] or "") for call in calls)


def _text(payload: bytes) -> str:
    """The bytes as text; what is no text in base64, after a mark."""
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return "\0" + base64.b64encode(payload).decode("ascii")


def _same(text: str | None) -> str | None:
    """A text without what is another one in each run."""
    if text is None:
        return None
    return _DATE.sub("<time>", _UUID.sub("<id>", _HEX.sub("<address>", text)))


@contextmanager
def open_recorder() -> Iterator[Recorder]:
    """A recorder with its own service and folder; all are gone after the block."""
    with tempfile.TemporaryDirectory(prefix="differential-") as name:
        folder = Path(name).resolve()
        code = folder / "callee"
        code.mkdir()
        shutil.copy(HERE / "callee.py", code)
        callees = [
            Function(
                site, "callee.handler", code, timeout=300, versions=1, aliases={"live": "1"}, maximum_retry_attempts=0
            )
            for site in SITES
        ]
        environment = {"BEHAVIOUR": str(folder / "behaviour.json")}
        (folder / "behaviour.json").write_text("{}")
        with LambdaService(callees, clock_factor=CLOCK_FACTOR, environment=environment) as service:
            for site in SITES[:2]:
                service.warm(site)
            recorder = Recorder(service, folder)
            try:
                yield recorder
            finally:
                recorder.close()
