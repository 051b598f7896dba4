"""A handler that waits for a process of its own: no other service can wait for it."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from tests.running import findings_in

HEAD = """\
import http.client, socket, subprocess, time
from contextlib import closing
from urllib.request import urlopen
import boto3, requests

glue = boto3.client("glue")
URL = "http://127.0.0.1:8080/health"
REMOTE = "https://reports.example.com/health"

def is_up(port):
    return socket.socket().connect_ex(("localhost", port)) == 0

def is_ready(url):
    return requests.get(url, timeout=1).ok

def wait_for(host, port):
    while True:
        answer = socket.socket().connect_ex((host, port))
        if answer == 0:
            return
        time.sleep(0.1)

def check_default(host="localhost"):
    while not is_ready(host):
        time.sleep(0.1)

def wait_until_ready(url):
    while not is_ready(url):
        time.sleep(1)
"""


def lines(folder: Path, body: str) -> list[int]:
    code = f"{HEAD}\ndef handler(event, context):\n{indent(body, '    ')}\n"
    found = findings_in(folder / "p", {"app.py": code}, "INV115", settings="extend-select: [INV115]\n")
    return [finding.place.line for finding in found]


@pytest.mark.parametrize(
    "body",
    [
        (
            "while True:\n    with closing(socket.socket()) as sock:\n        up = sock.connect_ex(('localhost', 90))\n"
            "        if up == 0:\n            break\n    time.sleep(0.05)"
        ),
        "while True:\n    answer = requests.get(URL, timeout=1)\n    if answer.ok:\n        break\n    time.sleep(1)",
        "while True:\n    up = fetch(f'http://localhost:{event}')\n    if up:\n        break\n    time.sleep(1)",
        "while not is_up(8080):\n    time.sleep(0.1)",
        "process = subprocess.Popen(['server'])\nwhile process.poll() is None:\n    time.sleep(0.5)",
        "url = 'http://0.0.0.0:80/'\nwhile not is_ready(url):\n    time.sleep(0.5)",
        "wait_for('localhost', 9000)",
        "wait_for(port=9000, host='127.0.0.1')",
        "check_default()",
    ],
)
def test_waiting_for_a_process_of_its_own(tmp_path: Path, body: str) -> None:
    assert lines(tmp_path, body) == []


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n    answer = requests.get(REMOTE)\n    if answer.ok:\n        break\n    time.sleep(1)",
        "while not is_ready(REMOTE):\n    time.sleep(0.5)",
        "wait_for('db.example.com', 5432)",
        "wait_until_ready(REMOTE)",
        "print('localhost')\nwhile glue.get_job_run(RunId=event)['JobRun']['State'] == 'RUNNING':\n    time.sleep(5)",
        "print('localhost')\nwhile glue.get_crawler(Name=event)['Crawler']['State'] != 'READY':\n    time.sleep(5)",
    ],
)
def test_waiting_for_somebody_else(tmp_path: Path, body: str) -> None:
    assert len(lines(tmp_path, body)) == 1


def test_a_helper_of_another_module_is_told_where(tmp_path: Path) -> None:
    helper = "import socket, time\n\n" + HEAD[HEAD.index("def wait_for(") : HEAD.index("def check_default")]
    code = "from waiting import wait_for\n\ndef handler(event, context):\n    wait_for({!r}, 80)\n"
    files = {"waiting.py": helper, "a.py": code.format("127.0.0.1"), "b.py": code.format("db.example.com")}
    assert [finding.place.path for finding in findings_in(tmp_path / "p", files, "INV115")] == ["b.py"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("duration = time.time() - started\n    if duration >= 20:\n        raise TimeoutError", 0),
        ("now = time.time()\n    if now > event['end']:\n        return", 0),
        ("duration = 20\n    if duration >= 20:\n        print('again')", 1),
    ],
)
def test_a_clock_that_a_name_stands_for(tmp_path: Path, body: str, found: int) -> None:
    asks = "if glue.get_crawler(Name='c')['State'] == 'READY':\n        break"
    loop = f"started = time.time()\nwhile True:\n    {asks}\n    {body}\n    time.sleep(1)\n"
    code = f"{HEAD}\ndef handler(event, context):\n{indent(loop, '    ')}"
    findings = findings_in(tmp_path / "p", {"app.py": code}, "INV115")
    assert [one.severity.name for one in findings].count("WARNING") == found
