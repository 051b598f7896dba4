"""The service itself is killed in mid-batch: what was queued in it is gone, and no job is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
from botocore.config import Config
from sqlalchemy import update

from invocation_lint.reference.platform import AssetJob, finish_story, open_job, open_story
from invocation_lint.reference.platform.database import transaction
from invocation_lint.reference.proofs.evidence import read_database

FACTOR = 25
SERVE = """
import os, sys, time
from pathlib import Path
import invocation_lint
from invocation_lint.reference import Function, LambdaService

root = Path(invocation_lint.__file__).parents[1]
names = {"content_agent": 300, "asset_worker": 120, "reaper": 60}
functions = [
    Function(name, f"invocation_lint.reference.platform.{name}.handler", root, timeout=timeout)
    for name, timeout in names.items()
]
environment = {"DATABASE_URL": os.environ["DATABASE_URL"], "CONTENT_AGENT_FUNCTION": "content_agent"}
with LambdaService(functions, clock_factor=float(sys.argv[1]), environment=environment) as service:
    print(service.endpoint_url, flush=True)
    time.sleep(600)
"""


@contextmanager
def served() -> Iterator[tuple[Any, subprocess.Popen[str]]]:
    """A Lambda client, and the process of the service that it speaks to."""
    command = [sys.executable, "-c", SERVE, str(FACTOR)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ.copy())
    assert process.stdout is not None
    client = boto3.client(
        "lambda",
        endpoint_url=process.stdout.readline().strip(),
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}),
    )
    try:
        yield client, process
    finally:
        client.close()
        process.kill()
        process.wait()
        process.stdout.close()


def invoke(client: Any, function: str) -> Any:
    return json.loads(client.invoke(FunctionName=function, Payload=b"{}")["Payload"].read())


def statuses(url: str) -> list[str]:
    return [row["status"] for row in read_database(url)["asset_generation_jobs"]]


def wait_for(url: str, condition: str) -> list[str]:
    """The jobs' statuses as soon as one, or all, are as `condition` says: "any ready", "all ready"."""
    quantity, status = condition.split()
    for _ in range(1200):
        now = statuses(url)
        if (any if quantity == "any" else all)(each == status for each in now):
            return now
        time.sleep(0.05)
    raise AssertionError(f"never {condition}: {statuses(url)}")


def test_a_killed_service_loses_no_job(database_url: str) -> None:
    story = open_story()
    finish_story(story.id, "Once upon a time")
    for number in range(6):
        open_job(story, f"scene_{number}", status="queued")
    with served() as (client, process):
        assert invoke(client, "asset_worker") == {"claimed": 6, "started": 6, "failed": 0}
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert "generating" in statuses(database_url)
    with transaction() as session:
        earlier = datetime.now(timezone.utc) - timedelta(minutes=16)
        session.execute(update(AssetJob).where(AssetJob.status == "generating").values(started_at=earlier))
    with served() as (client, _):
        assert invoke(client, "reaper")["requeued"] > 0
        assert invoke(client, "asset_worker")["failed"] == 0
        wait_for(database_url, "all ready")
    database = read_database(database_url)
    assert len(database["assets"]) == len(database["charges"]) == 6


def test_work_that_outlives_its_worker_is_charged_once(database_url: str) -> None:
    """A job that was taken for lost and queued again, while its first run is under way, is made and charged once."""
    story = open_story()
    finish_story(story.id, "Once upon a time")
    open_job(story, status="queued")
    with served() as (client, _):
        invoke(client, "asset_worker")
        with transaction() as session:
            earlier = datetime.now(timezone.utc) - timedelta(minutes=16)
            session.execute(update(AssetJob).values(started_at=earlier))
        assert invoke(client, "reaper")["requeued"] == 1
        wait_for(database_url, "any ready")
        assert invoke(client, "asset_worker")["claimed"] == 0
    assert len(read_database(database_url)["charges"]) == 1
