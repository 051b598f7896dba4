"""What is forked sees what it would see if it had been started, and is started where it would not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.workers.forks import Forked, Forks
from invocation_lint.reference.service.workers.processes import Process, forking, start, wait_until_stopped
from invocation_lint.reference.service.workers.site import Site
from tests.reference.service.test_lifeline import HANDLER, PROGRAM, is_there, state_and_parent

SEEN = """
import atexit, datetime, json, os, pickle, random, signal, sqlite3, sys, threading, time
import __main__

def later():
    time.sleep(1)
    print("a thread")

class Held:
    pass

if __name__ == "__main__":
    begin = time.monotonic()
    time.sleep(10)
    told = {
        "arguments": sys.argv,
        "import path": sys.path,
        "folder": os.getcwd(),
        "variables": dict(os.environ),
        "streams": [stream.fileno() for stream in (sys.stdin, sys.stdout, sys.stderr)],
        "buffered": [stream.line_buffering for stream in (sys.stdout, sys.stderr)],
        "encoding": sys.stdout.encoding,
        "input": sys.stdin.read(),
        "descriptors": sorted(map(int, os.listdir("/proc/self/fd"))),
        "leads": [os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid()],
        "signals": [str(signal.getsignal(one)) for one in (signal.SIGINT, signal.SIGCHLD, signal.SIGPIPE)],
        "zone": time.tzname,
        "main": [__main__.__file__, sys._getframe().f_code.co_filename],
        "names": [name for name in dir(__main__) if name != "__annotations__"],
        "pickled": type(pickle.loads(pickle.dumps(Held()))) is Held,
        "slept": round(time.monotonic() - begin, -1),
        "days apart": [
            round((moment - SERVICE) / 86400)
            for moment in (
                time.time(),
                datetime.datetime.now().timestamp(),
                float(sqlite3.connect(":memory:").execute("SELECT strftime('%s', 'now')").fetchone()[0]),
            )
        ],
        "sitecustomize": sys.modules["sitecustomize"].__file__,
        "threads": threading.active_count(),
    }
    print(json.dumps(told, default=str))
    threading.Thread(target=later).start()
    atexit.register(print, "the end")
"""
WAYS = pytest.mark.parametrize("way", ["started", "forked"])


class Bed:
    """A folder with a program, a site, and a way to run things."""

    def __init__(self, folder: Path, forks: Forks) -> None:
        self.folder = folder
        self.clock = Clock(100)
        self.site = Site(self.clock)
        self._forks = forks

    def run(self, way: str, *command: str, source: str = "", **variables: str) -> tuple[Process, str]:
        """The process when it has ended, and what it wrote to both streams."""
        process, reading = self.begin(way, *command, source=source, **variables)
        with os.fdopen(reading, encoding="utf-8") as output:
            text = output.read()
        process.wait(60)
        return process, text

    def begin(self, way: str, *command: str, source: str = "", **variables: str) -> tuple[Process, int]:
        """The process, and the descriptor from which its streams are read."""
        (self.folder / "program.py").write_text(textwrap.dedent(source), encoding="utf-8")
        reading, writing = os.pipe()
        settings = {
            "environment": {"PYTHONPATH": str(self.site.folder), "LANG": "C.UTF-8", "TZ": "Asia/Tokyo", **variables},
            "folder": self.folder,
            "stdout": writing,
            "stderr": subprocess.STDOUT,
            "lifeline": self.site.lifeline,
        }
        try:
            if way == "started":
                return start([sys.executable, *command], **settings), reading
            with forking(self._forks):
                return start([sys.executable, *command], **settings), reading
        finally:
            os.close(writing)


@pytest.fixture
def bed(tmp_path: Path, forks: Forks):
    made = Bed(tmp_path, forks)
    yield made
    made.site.close()


@pytest.mark.parametrize("command", [("program.py", "a", "b c"), ("-m", "program", "a", "b c")])
def test_both_see_the_same(bed: Bed, command: tuple[str, ...]) -> None:
    told = {}
    for way in ("started", "forked"):
        source = SEEN.replace("SERVICE", str(bed.clock.wall_start))
        process, text = bed.run(way, *command, source=source, OWN="value")
        assert isinstance(process, Forked) is (way == "forked")
        assert process.poll() == 0, text
        first, *rest = text.splitlines()
        assert rest == ["a thread", "the end"]
        told[way] = json.loads(first)
    assert told["forked"] == told["started"]
    assert told["forked"]["slept"] == 10
    assert told["forked"]["variables"]["OWN"] == "value"


@WAYS
@pytest.mark.parametrize(
    ("source", "status", "output"),
    [
        ("print('done')", 0, "done"),
        ("import sys; sys.exit(3)", 3, ""),
        ("import os; print('kept', flush=True); os._exit(4)", 4, "kept"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9, ""),
        ("import os; os.abort()", -6, ""),
        ("raise ValueError('of the program')", 1, "ValueError: of the program"),
        ("import sys; print('out'); print('error', file=sys.stderr)", 0, "error\nout"),
        ("import os; print(os.fork() and os.wait()[1])", 0, "0\n0"),
    ],
)
def test_both_end_alike(bed: Bed, way: str, source: str, status: int, output: str) -> None:
    process, text = bed.run(way, "program.py", source=source)
    assert process.poll() == process.wait() == status
    assert text.strip().endswith(output)


@WAYS
def test_it_is_stopped_and_killed_with_its_group(bed: Bed, way: str) -> None:
    source = "import os, time; os.fork(); print(os.getpid(), flush=True); time.sleep(1e6)"
    process, reading = bed.begin(way, "program.py", source=source)
    with os.fdopen(reading, encoding="utf-8") as output:
        pids = [int(output.readline()) for _ in range(2)]
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        os.killpg(process.pid, signal.SIGSTOP)
        wait_until_stopped(process)
        assert state_and_parent(process.pid)[0] == "T"
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait(60) == -9
        wait_until_stopped(process)  # of one that has ended, too
        assert output.read() == ""  # nobody holds the other end
    assert process.pid in pids


@WAYS
def test_it_ends_with_the_service_even_while_it_is_stopped(bed: Bed, way: str) -> None:
    process, reading = bed.begin(way, "program.py", source="print(1, flush=True)\nwhile True: pass")
    with os.fdopen(reading) as output:
        output.readline()
        os.killpg(process.pid, signal.SIGSTOP)
        wait_until_stopped(process)
        bed.site.close()
        assert process.wait(60) == -9
    bed.site = Site(Clock())


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: {"PYTHONHASHSEED": "1"},
        lambda folder: {"PYTHONPATH": str(own_copy(folder / "layer", "boto3"))},
        lambda folder: {"BESIDE": str(own_copy(folder, "queue"))},
    ],
    ids=["a variable of Python", "its own boto3", "a module beside it"],
)
def test_it_is_started_where_a_fork_would_differ(bed: Bed, change: Callable[[Path], dict[str, str]]) -> None:
    process, text = bed.run("forked", "program.py", source="print('ran')", **change(bed.folder))
    assert isinstance(process, subprocess.Popen)
    assert text == "ran\n"


def own_copy(folder: Path, name: str) -> Path:
    """A folder with a module of that name."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text("", encoding="utf-8")
    return folder


ASKED = """
import boto3, os, sys
read = []
sys.addaudithook(lambda event, given: read.append(str(given[0])) if event == "open" else None)
for region, path in (("eu-west-1", None), ("us-east-1", os.getcwd())):
    os.environ.update({"AWS_DATA_PATH": path} if path else {})
    client = boto3.session.Session("key", "secret", region_name=region).client("lambda", endpoint_url="http://localhost")
    models = [name for name in read if "service-2.json" in name]
    print(client.meta.region_name, client._request_signer._credentials.access_key, len(models))
"""


@pytest.mark.parametrize(("way", "read"), [("started", (1, 2)), ("forked", (0, 1))])
def test_what_is_known_of_services_is_read_once(bed: Bed, way: str, read: tuple[int, int]) -> None:
    """A search path of one's own counts all the same."""
    _, output = bed.run(way, "program.py", source=ASKED)
    assert output == f"eu-west-1 key {read[0]}\nus-east-1 key {read[1]}\n"


def test_another_command_is_started(bed: Bed) -> None:
    process, text = bed.run("forked", "-c", "print('ran')")
    assert isinstance(process, subprocess.Popen)
    assert text == "ran\n"


def test_what_others_are_forked_from_ends(bed: Bed) -> None:
    (bed.folder / "program.py").write_text("import time\ntime.sleep(1e6)", encoding="utf-8")
    forks = Forks()
    with forking(forks):
        first = start([sys.executable, "program.py"], environment={}, folder=bed.folder)
        server = int(state_and_parent(first.pid)[1])
        os.killpg(first.pid, signal.SIGKILL)
        assert first.wait(60) == -9
        forks.close()
    assert not is_there(server)


def test_nothing_outlives_a_killed_service(tmp_path: Path) -> None:
    """Neither what was forked, nor what it was forked from."""
    (tmp_path / "app.py").write_text(HANDLER, encoding="utf-8")
    begin = (
        "from invocation_lint.reference.service.workers.forks import Forks\n"
        "from invocation_lint.reference.service.workers.processes import forking\n"
        "forking(Forks()).__enter__()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-W", "ignore", "-c", begin + PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            workers = json.loads(process.stdout.readline())
            servers = [int(state_and_parent(worker)[1]) for worker in workers]
        finally:
            process.kill()
            process.wait()
    assert Clock().wait_until(lambda: not any(map(is_there, {*workers, *servers})), 60)
