"""A handler that waits while something is in a state of work: every final state ends the wait, so it is advice."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from tests.running import findings_in

HEAD = """\
import time
import boto3

batch = boto3.client("batch")
WORKING = ("SUBMITTED", "RUNNABLE", "RUNNING")
OPEN = ["SUBMITTED", "RUNNABLE", "RUNNING"]
ENDING = "SUCCEEDED", "FAILED"

def get_state(name):
    return batch.describe_jobs(jobs=[name])["jobs"][0]["status"]

def state(name):
    return get_state(name)

def ready(name):
    return state(name) == "SUCCEEDED"

def handler(event, context):
    now = None
"""
IN_EACH_ROUND = "while True:\n    time.sleep(5)\n    now = get_state('a')\n"


def _levels(folder: Path, loop: str) -> list[str]:
    files = {"app.py": HEAD + indent(loop, "    ") + "\n"}
    found = findings_in(folder / "p", files, "INV115", settings="extend-select: [INV115]\n")
    return [finding.severity.value for finding in found]


@pytest.mark.parametrize(
    "condition",
    [
        "state('a') == 'RUNNING'",
        "'RUNNING' == state('a')",
        "(now := state('a')) in ('QUEUED', 'in progress')",
        "state('a') in WORKING",
        "state('a') in OPEN",
        "state('a') == RUNNING",
        "state('a') in (JobState.RUNNING, JobState.IN_PROGRESS.value)",
        "state('a') in (None, '', 'UPDATE_IN_PROGRESS')",
        "not state('a') != 'RUNNING'",
        "now is None or state(now) == 'Running'",
        "not now or state(now) in ['QUEUED', 'RUNNING']",
        "state('a') == 'RUNNING' and ready('b')",
        "state('a') == 'RUNNING' or state('b') == 'RUNNING'",
        "any(state(job) == 'RUNNING' for job in event)",
        "'RUNNING' in [state(job) for job in event]",
    ],
)
def test_a_condition_that_holds_in_states_of_work(tmp_path: Path, condition: str) -> None:
    assert _levels(tmp_path, f"while {condition}:\n    time.sleep(5)") == ["advice"]


@pytest.mark.parametrize(
    "condition",
    [
        "state('a') != 'SUCCEEDED'",
        "state('a') == 'FAILED'",
        "state('a') == 'MISSING'",
        "state('a') == 'NOT_RUNNING'",
        "state('a') not in ENDING",
        "state('a') in ENDING",
        "state('a') == event.running",
        "state('a') == 'RUNNING' == ready('b')",
        "state('a') in event['states']",
        "state('a') in ('RUNNING', event['state'])",
        "state('a') == 'RUNNING' or not ready('b')",
        "not event or state('a') == 'RUNNING'",
        "not (state('a') == 'RUNNING' and ready('b'))",
        "all(state(job) != 'SUCCEEDED' for job in event)",
        "any(state(job) != 'RUNNING' for job in event)",
    ],
)
def test_a_condition_that_may_hold_for_ever(tmp_path: Path, condition: str) -> None:
    assert _levels(tmp_path, f"while {condition}:\n    time.sleep(5)") == ["warning"]


@pytest.mark.parametrize(
    "body",
    [
        "if now != 'RUNNING':\n    return now",
        "if now not in WORKING:\n    break",
        "if now and now not in WORKING:\n    break",
        "if now == 'RUNNING':\n    print('again')\nelse:\n    break",
        "if now == 'RUNNING':\n    continue\nreturn now",
        "if now == 'SUCCEEDED':\n    break\nelif now == 'RUNNING':\n    print('again')\nelse:\n    raise OSError",
        "if now != 'RUNNING':\n    if now == 'SUCCEEDED':\n        return 1\n    raise ValueError(now)",
        "try:\n    if now != 'RUNNING':\n        break\nexcept KeyError:\n    print('again')",
        "try:\n    state('a')\nexcept KeyError:\n    print(1)\nelse:\n    if now != 'RUNNING':\n        break",
        "with event:\n    if now != 'RUNNING':\n        break",
        "for job in event:\n    if state(job) != 'RUNNING':\n        return job",
        "if all(state(job) not in WORKING for job in event):\n    break",
    ],
)
def test_a_round_that_every_other_state_leaves(tmp_path: Path, body: str) -> None:
    assert _levels(tmp_path, IN_EACH_ROUND + indent(body, "    ")) == ["advice"]
    assert _levels(tmp_path / "else", "while now != 'SUCCEEDED':" + (IN_EACH_ROUND + indent(body, "    "))[11:]) == [
        "advice"
    ]


@pytest.mark.parametrize(
    "body",
    [
        "if now != 'RUNNING':\n    if now == 'SUCCEEDED':\n        return 1",
        "if now == 'SUCCEEDED':\n    break\nelif now == 'FAILED':\n    raise ValueError(now)",
        "if now == 'RUNNING':\n    continue\nif now == 'SUCCEEDED':\n    return now",
        "if now != 'SUCCEEDED':\n    continue\nif now != 'RUNNING':\n    return now",
        "with event:\n    if now == 'FAILED':\n        continue\nif now != 'RUNNING':\n    return now",
        "if now != 'RUNNING' and ready('b'):\n    break",
        "if now == 'RUNNING' or not ready('b'):\n    continue\nbreak",
        "try:\n    return batch.describe_jobs(jobs=[now])\nexcept KeyError:\n    print('again')",
        "for job in event:\n    if state(job) != 'RUNNING':\n        break\nif now == 'SUCCEEDED':\n    break",
        "if any(state(job) != 'SUCCEEDED' for job in event):\n    continue\nbreak",
    ],
)
def test_a_round_that_some_final_states_do_not_leave(tmp_path: Path, body: str) -> None:
    assert _levels(tmp_path, IN_EACH_ROUND + indent(body, "    ")) == ["warning"]


@pytest.mark.parametrize(
    "condition", ["any(entries)", "not entries", "account == 'ACTIVE'", "now['runtime'] == 'READY'", "countries"]
)
def test_a_name_that_only_sounds_like_a_limit(condition: str, tmp_path: Path) -> None:
    names = "entries = account = countries = now"
    loop = f"while True:\n    {names} = get_state('a')\n    if {condition}:\n        return\n    time.sleep(60)"
    assert _levels(tmp_path, loop) == ["warning"]


@pytest.mark.parametrize(
    "condition", ["tries == most", "max_tries", "count == 9", "wait_time", "run_time", "counter", "self.retries"]
)
def test_a_name_of_a_limit(condition: str, tmp_path: Path) -> None:
    ends = f"if now == 'READY' or {condition}:\n        return"
    assert _levels(tmp_path, f"while True:\n    now = get_state('a')\n    {ends}\n    time.sleep(60)") == ["advice"]
