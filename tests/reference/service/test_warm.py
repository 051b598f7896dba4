"""Sandboxes that are started before they are needed, as provisioned concurrency starts them."""

from __future__ import annotations

import subprocess
import sys

STARTED = """
import time
started = time.time()

def handler(event, context):
    return started
"""


def test_a_warm_function_has_no_cold_start(bench, invoke):
    service = bench.service(bench.function("f", STARTED))
    assert service.warm("f") == 1
    assert service.executions() == service.requests() == ()
    before = service.clock.time()
    started = invoke(service, "f")["Payload"]
    assert started < before
    (run,) = service.executions()
    assert not run.cold


def test_each_warm_sandbox_serves_one_invocation_at_a_time(bench, invoke):
    service = bench.service(bench.function("f", STARTED))
    assert service.warm("f", 2) == 2
    assert invoke(service, "f")["Payload"] == invoke(service, "f")["Payload"]
    assert len({run.sandbox for run in service.executions()}) == 1


def test_a_worker_is_frozen_until_its_first_event(bench, invoke):
    beating = """
    import threading, time
    beats = []

    def beat():
        while True:
            beats.append(time.time())
            time.sleep(0.01)

    threading.Thread(target=beat, daemon=True).start()

    def handler(event, context):
        return len(beats)
    """
    service = bench.service(bench.function("f", beating))
    service.warm("f")
    service.clock.sleep(0.5)
    assert invoke(service, "f")["Payload"] < 25


def test_a_function_that_cannot_start_is_not_warm_and_says_so_when_it_is_invoked(bench, invoke):
    service = bench.service(bench.function("f", "raise RuntimeError('no database')"))
    assert service.warm("f") == 0
    answer = invoke(service, "f")
    assert answer["Payload"]["errorType"] == "RuntimeError"


def test_the_platform_does_not_import_the_service():
    look = "print('invocation_lint.reference.service.service' in sys.modules)"
    code = f"import sys, invocation_lint.reference.platform; {look}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
