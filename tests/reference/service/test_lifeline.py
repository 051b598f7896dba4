"""A service that is killed takes its processes with it, frozen ones as well."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import json, sys, time
from pathlib import Path
from invocation_lint.reference import Function, LambdaService

with LambdaService([Function("f", "app.handler", Path(sys.argv[1]), timeout=600)]) as service:
    client = service.client()
    frozen = json.loads(client.invoke(FunctionName="f", Payload='{"hold": 0}')["Payload"].read())
    client.invoke(FunctionName="f", Payload='{"hold": 600}', InvocationType="Event")["Payload"].read()
    while not any(run.sandbox for run in service.executions("f")[1:]):  # until it has the sandbox
        time.sleep(0.01)
    busy = json.loads(client.invoke(FunctionName="f", Payload='{"hold": 0}')["Payload"].read())
    service.client("sqs").list_queues()
    print(json.dumps([frozen, busy]), flush=True)
    time.sleep(600)
"""
HANDLER = """
import os, time

def handler(event, context):
    end = time.time() + event["hold"]
    while time.time() < end:  # busy: it asks nobody for anything
        pass
    return os.getpid()
"""


def state_and_parent(pid):
    """What /proc says of a process; nothing of one that has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[:2]
    except OSError:
        return "X", ""


def below(pid):
    """The processes that a process has started."""
    running = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [one for one in running if state_and_parent(one)[1] == str(pid)]


def is_there(pid):
    return state_and_parent(pid)[0] not in "ZX"


def test_nothing_outlives_a_killed_service(tmp_path):
    (tmp_path / "app.py").write_text(HANDLER, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            workers = json.loads(process.stdout.readline())
            children = below(process.pid)
        finally:
            process.kill()
            process.wait()
    assert set(workers) <= set(children)
    assert len(children) == 3  # two workers and moto
    end = time.monotonic() + 10
    while any(map(is_there, children)) and time.monotonic() < end:
        time.sleep(0.02)
    assert not [child for child in children if is_there(child)]
