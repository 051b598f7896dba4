"""Sandboxes: one process each, reused, frozen between invocations, replaced after a time-out or an exit."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest

STATE = """
import os, sys, time

COUNT = 0

def handler(event, context):
    global COUNT
    COUNT += 1
    if event.get("raise"):
        raise ValueError("boom")
    if event.get("sleep"):
        time.sleep(event["sleep"])
    if "exit" in event:
        sys.exit(event["exit"])
    if event.get("kill"):
        os.kill(os.getpid(), 9)
    return {"count": COUNT, "pid": os.getpid()}
"""


def state_of(pid: int) -> str:
    """The state of a process: R, S, T (stopped) ...; `gone` when it is not there."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return "gone"


def test_an_environment_is_reused_and_survives_an_exception(bench, invoke):
    service = bench.service(bench.function("f", STATE))
    first = invoke(service, "f", {})["Payload"]
    failed = invoke(service, "f", {"raise": True})
    again = invoke(service, "f", {})["Payload"]
    assert failed["FunctionError"] == "Unhandled"
    assert (first["count"], again["count"], first["pid"]) == (1, 3, again["pid"])
    assert [(each.cold, each.outcome) for each in service.executions()] == [
        (True, "success"),
        (False, "error"),
        (False, "success"),
    ]
    assert len({each.sandbox for each in service.executions()}) == 1


@pytest.mark.parametrize(
    ("event", "outcome", "message"),
    [
        ({"sleep": 30}, "timeout", "Task timed out after 3.00 seconds"),
        ({"exit": 0}, "exit", "Runtime exited without providing a reason"),
        ({"exit": 3}, "exit", "Runtime exited with error: exit status 3"),
        ({"kill": True}, "killed", "Runtime exited with error: signal: killed"),
    ],
)
def test_after_a_timeout_or_an_exit_the_process_is_a_new_one(bench, invoke, event, outcome, message):
    service = bench.service(bench.function("f", STATE), clock_factor=10 if outcome == "timeout" else 1)
    before = invoke(service, "f", {})["Payload"]
    failed = invoke(service, "f", event)
    assert failed["StatusCode"] == 200
    assert failed["FunctionError"] == "Unhandled"
    request_id = failed["ResponseMetadata"]["RequestId"]
    assert failed["Payload"]["errorMessage"] == f"RequestId: {request_id} Error: {message}"
    assert state_of(before["pid"]) == "gone"
    after = invoke(service, "f", {})["Payload"]
    assert (after["count"], after["pid"] != before["pid"]) == (1, True)
    assert [each.outcome for each in service.executions()] == ["success", outcome, "success"]
    assert len({each.sandbox for each in service.executions()}) == 1


def test_a_sandbox_is_frozen_between_invocations(bench, invoke):
    source = """
        import os, threading, time

        DONE = []

        def later(number):
            for _ in range(4):  # one of these may end while the process is stopped, not all
                time.sleep(0.15)
            DONE.append(number)

        def handler(event, context):
            seen = list(DONE)
            if event.get("start"):
                threading.Thread(target=later, args=(1,)).start()
            time.sleep(event.get("sleep", 0))
            return {"seen": seen, "done": list(DONE), "pid": os.getpid()}
    """
    service = bench.service(bench.function("f", source))
    pid = invoke(service, "f", {"start": True})["Payload"]["pid"]
    assert state_of(pid) == "T"
    time.sleep(1)
    answer = invoke(service, "f", {"sleep": 1.5})["Payload"]
    assert (answer["seen"], answer["done"]) == ([], [1])
    assert state_of(pid) == "T"


def test_concurrent_invocations_have_sandboxes_of_their_own(bench, invoke):
    service = bench.service(bench.function("f", STATE))
    for _ in range(3):
        invoke(service, "f", {"sleep": 2}, InvocationType="Event")
    assert service.wait_until_idle()
    assert len({each.sandbox for each in service.executions()}) == 3
    invoke(service, "f", {})
    assert len({each.sandbox for each in service.executions()}) == 3
    service.forget_sandboxes("f")
    invoke(service, "f", {})
    assert len({each.sandbox for each in service.executions()}) == 4


def test_init_errors_are_the_runtimes_and_init_is_run_again_each_time(bench, invoke):
    source = """
        from pathlib import Path

        with open(Path(__file__).parent / "inits", "a") as file:
            file.write("x")
        raise RuntimeError("no DB")
    """
    function = bench.function("f", source)
    service = bench.service(
        function, bench.function("g", handler="nothing.handler"), bench.function("h", handler="app.no")
    )
    answer = invoke(service, "f")
    assert answer["FunctionError"] == "Unhandled"
    assert (answer["Payload"]["errorType"], answer["Payload"]["errorMessage"]) == ("RuntimeError", "no DB")
    inits = function.code_dir / "inits"
    assert len(inits.read_text(encoding="utf-8")) == 2  # once in the init phase, once inside the invocation
    assert invoke(service, "f")["Payload"]["errorType"] == "RuntimeError"
    assert len(inits.read_text(encoding="utf-8")) == 4
    assert [each.outcome for each in service.executions("f")] == ["init_error"] * 2
    assert invoke(service, "g")["Payload"]["errorType"] == "Runtime.ImportModuleError"
    assert invoke(service, "h")["Payload"]["errorType"] == "Runtime.HandlerNotFound"


def test_the_environment_is_scrubbed(bench, invoke, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_LAMBDA_MAX_CONCURRENCY", "8")
    monkeypatch.setenv("SECRET", "mine")
    source = "import os\n\ndef handler(event, context):\n    return dict(os.environ)\n"
    function = bench.function(
        "f", source, environment={"OWN": "1", "SHARED": "function", "PYTHONPATH": "/own"}, memory=512
    )
    service = bench.service(function, environment={"SHARED": "service", "ALL": "2"})
    seen = invoke(service, "f")["Payload"]
    assert not {"AWS_PROFILE", "AWS_LAMBDA_MAX_CONCURRENCY", "SECRET", "LOCAL_LAMBDA_LIFELINE"} & seen.keys()
    assert (seen["OWN"], seen["SHARED"], seen["ALL"]) == ("1", "function", "2")
    assert (seen["AWS_LAMBDA_FUNCTION_NAME"], seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) == ("f", "512")
    assert seen["AWS_ENDPOINT_URL"] == service.endpoint_url
    assert seen["PYTHONPATH"].split(":")[1] == str(function.code_dir)
    assert seen["PYTHONPATH"].endswith(":/own")


def test_a_handler_invokes_another_function_with_nothing_but_the_sdk(bench, invoke):
    source = """
        import json, os
        import boto3

        def handler(event, context):
            answer = boto3.client("lambda").invoke(FunctionName=os.environ["TARGET"], Payload=json.dumps({"a": 1}))
            return json.load(answer["Payload"])
    """
    service = bench.service(
        bench.function("f", source, environment={"TARGET": "echo"}, timeout=30), bench.function("echo")
    )
    assert invoke(service, "f")["Payload"] == {"a": 1}
    assert "Lineage=" in service.requests("echo")[0].headers["x-amzn-trace-id"]


def test_faults_of_workers(bench, invoke):
    service = bench.service(bench.function("f", STATE, timeout=30), clock_factor=10)
    invoke(service, "f", {})
    service.faults.slow("f", seconds=20)
    assert "FunctionError" not in invoke(service, "f", {})
    assert service.executions()[1].ended - service.executions()[1].started >= 20
    service.faults.slow("f", seconds=100)
    assert invoke(service, "f", {})["Payload"]["errorType"] == "Sandbox.Timedout"
    invoke(service, "f", {"sleep": 25}, InvocationType="Event")
    last = lambda: service.executions()[-1]  # noqa: E731
    assert service.clock.wait_until(lambda: last().origin == "event" and last().cold, 30)
    assert service.faults.kill_worker("f") == 1
    assert service.clock.wait_until(lambda: last().outcome == "killed", 30)
    assert service.faults.kill_worker("unknown") == 0


def test_stopping_a_service_leaves_no_process(bench, invoke):
    source = """
        import os, time

        def handler(event, context):
            time.sleep(event.get("sleep", 0))
            return os.getpid()
    """
    service = bench.service(bench.function("f", source, timeout=60))
    busy = invoke(service, "f", {})["Payload"]
    invoke(service, "f", {"sleep": 50}, InvocationType="Event")
    assert service.clock.wait_until(lambda: len(service.executions()) == 2, 5)
    idle = invoke(service, "f", {})["Payload"]
    address = service.endpoint_url
    assert of_service(address)
    began = time.monotonic()
    service.stop()
    assert time.monotonic() - began < 4
    assert (state_of(busy), state_of(idle)) == ("gone", "gone")
    assert service.executions()[1].outcome == "killed"
    assert not of_service(address)


def of_service(address: str) -> list[str]:
    """The processes that were given the address of a service: other tests may have services of their own."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile, or is another user's
            if f"AWS_ENDPOINT_URL={address}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(folder.name)
    return found
