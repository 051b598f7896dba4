"""The recorder sees what programs send and what becomes of it; the generator writes programs that differ."""

from __future__ import annotations

import ast
import sys

import pytest

from tests.differential.generator.programs import program
from tests.differential.judge.seen import Record
from tests.differential.lanes import recorded
from tests.differential.recorder.recording import NotRecorded, is_late, open_recorder

ASKING = """\
import json
import os
import boto3
from botocore.exceptions import ClientError

client = boto3.client("lambda")


def ask(payload):
    response = client.invoke(FunctionName="site1", Payload=json.dumps(payload))
    if "FunctionError" in response:
        return "crashed"
    return json.loads(response["Payload"].read())["status"]


def handler(event, context):
    try:
        return ask({"flag": os.environ["FLAG"]})
    except ClientError:
        return "refused"
"""


@pytest.fixture(scope="module")
def asking() -> Record:
    """The record of a small program."""
    with open_recorder() as recorder:
        runs = recorder.record({"app.py": ASKING}, "handler", flag=True, sites=1, slow=True)
        with pytest.raises(NotRecorded):
            recorder.record({"app.py": "import os\nos._exit(3)\n"}, "handler", flag=False, sites=1, slow=False)
        told = recorded("test", recorder, slow=False)
    assert {run["fault"] for run in told["runs"]} >= {"ok", "throttled", "refused", "dropped"}
    return Record("asking", {"app.py": ASKING}, "handler", (), runs)


@pytest.mark.parametrize(
    ("fault", "error", "late"),
    [
        ("ok", "ReadTimeoutError", True),
        ("refused", "ReadTimeoutError", True),
        ("dropped", "ConnectTimeoutError", True),
        ("slow", "ReadTimeoutError", False),
        ("dropped", "ConnectionClosedError", False),
        ("ok", None, False),
    ],
)
def test_a_run_on_a_machine_that_was_too_slow_is_none(fault: str, error: str | None, late: bool) -> None:
    assert is_late(fault, [{"error": None}, {"error": error}]) is late


def test_ends(asking: Record) -> None:
    ends = {run["fault"]: run["escaped"] or run["returned"] for run in asking.runs}
    assert ends == {
        "ok": "'done'",
        "other": "'other'",
        "crashed": "'crashed'",
        "like_crash": "KeyError",
        "throttled": "'refused'",
        "refused": "'refused'",
        "dropped": "ConnectionClosedError",
        "slow": "'done'",
    }


def test_what_is_sent(asking: Record) -> None:
    run = asking.run("ok", "site1", "1")
    assert run is not None
    (call,) = run["calls"]
    assert [(file, function) for file, _, function, _ in call["stack"]] == [("app.py", "handler"), ("app.py", "ask")]
    (request,) = call["requests"]
    assert (request["mode"], request["function"], request["status"]) == (None, "site1", 200)
    assert request["payload"] == '{"flag": "1"}'
    assert (call["payload_type"], call["read_timeout"]) == ("str", 60)


def test_calls_are_tried_again(asking: Record) -> None:
    for fault, status in (("throttled", 429), ("dropped", None)):
        run = asking.run(fault, "site1", "0")
        assert run is not None
        statuses = [request["status"] for request in run["calls"][0]["requests"]]
        assert len(statuses) in range(3, 6)
        assert set(statuses) == {status}


def test_programs_are_python_and_differ() -> None:
    made = [program(f"test{n}") for n in range(300)]
    texts = {text for one in made for text in one.files.values()}
    assert len(texts) >= 300
    for text in texts:
        ast.parse(text)
    choices = {choice for one in made for choice in one.plan}
    assert len(choices) > 150
    assert {one.sites for one in made} == {1, 2}
    assert program("test7") == made[7]


def test_they_share_no_module_with_the_analysis() -> None:
    import subprocess

    from tests.command import ROOT, clean_environment

    code = (
        "import sys, tests.differential.generator.programs, tests.differential.recorder.recording\n"
        "import tests.differential.judge.judging\n"
        "print({name.split('.')[1] for name in sys.modules if name.startswith('invocation_lint.')})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=True
    )
    assert ast.literal_eval(done.stdout) <= {"reference", "data"}
