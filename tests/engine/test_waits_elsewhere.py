"""A handler that polls by a function of another module."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.engine import Input, lint
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

WAITING = """
import time
import boto3

glue = boto3.client("glue")

def state(name):
    return glue.get_crawler(Name=name)["Crawler"]["State"]

def wait_for(name):
    while True:
        if state(name) == "READY":
            return
        time.sleep(10)

def watch(name):
    wait_for(name)

def wait_a_while(name):
    for _ in range(10):
        if state(name) == "READY":
            return
        time.sleep(10)
"""


def _places(folder: Path, files: dict[str, str]) -> list[tuple[str, int]]:
    (folder / ".git").mkdir()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    paths = sorted(folder.rglob("*.py"))
    run = lint([Input(path.relative_to(folder).as_posix(), path) for path in paths], Project(Configuration()))
    found = [one for one in run.report.findings if one.id == "INV115"]
    return sorted((one.place.path, one.place.line) for one in found)


@pytest.mark.parametrize(
    ("imported", "call"),
    [
        ("from waiting import wait_for", "wait_for(event)"),
        ("from waiting import wait_for as wait", "wait(event)"),
        ("import waiting", "waiting.wait_for(event)"),
        ("import waiting as w", "w.wait_for(event)"),
        ("from waiting import *", "wait_for(event)"),
        ("from waiting import watch", "watch(event)"),
    ],
)
def test_a_loop_of_another_module(tmp_path: Path, imported: str, call: str) -> None:
    app = f"{imported}\n\ndef lambda_handler(event, context):\n    {call}\n"
    assert _places(tmp_path, {"waiting.py": WAITING, "app.py": app}) == [("app.py", 4)]


def test_a_loop_of_another_module_of_a_package(tmp_path: Path) -> None:
    app = "from .tools.waiting import wait_for\n\ndef lambda_handler(event, context):\n    wait_for(event)\n"
    files = {"jobs/__init__.py": "", "jobs/tools/__init__.py": "", "jobs/tools/waiting.py": WAITING, "jobs/app.py": app}
    assert _places(tmp_path, files) == [("jobs/app.py", 4)]


@pytest.mark.parametrize(
    ("imported", "call"),
    [
        ("from waiting import wait_a_while", "wait_a_while(event)"),
        ("from waiting import state", "state(event)"),
        ("from waiting import wait_for", "print(event)"),
        ("from elsewhere import wait_for\nimport waiting", "wait_for(event)"),
        ("from waiting import *\ndef wait_for(name): pass", "wait_for(event)"),
        ("import waiting", "event.wait_for(event)"),
    ],
)
def test_others(tmp_path: Path, imported: str, call: str) -> None:
    app = f"{imported}\n\ndef lambda_handler(event, context):\n    {call}\n"
    assert _places(tmp_path, {"waiting.py": WAITING, "app.py": app}) == []


def test_who_is_no_handler_may_wait(tmp_path: Path) -> None:
    assert (
        _places(tmp_path, {"waiting.py": WAITING, "app.py": "from waiting import *\n\ndef work(a):\n    watch(a)\n"})
        == []
    )
