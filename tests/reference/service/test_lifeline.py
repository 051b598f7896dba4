"""A service that is killed takes its processes with it, frozen ones as well."""

from __future__ import annotations

import json
import os
import signal
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


def below(pid):
    """The processes that a process has started."""
    names = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for name in names for child in name.read_text(encoding="utf-8").split()]


def is_there(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def test_nothing_outlives_a_killed_service(tmp_path):
    (tmp_path / "app.py").write_text(HANDLER, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        workers = json.loads(process.stdout.readline())
        children = below(process.pid)
        assert set(workers) <= set(children)
        assert len(children) == 3  # two workers and moto
        process.send_signal(signal.SIGKILL)
        process.wait()
    end = time.monotonic() + 10
    while any(map(is_there, children)) and time.monotonic() < end:
        time.sleep(0.02)
    assert not [child for child in children if is_there(child)]
