"""Writes to tables under a condition: of several at one time, one holds."""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends

from invocation_lint.reference.sources import moto_server
from invocation_lint.reference.sources.moto_server import keep_items

WRITES = ("put_item", "update_item", "delete_item", "transact_write_items")
WRITERS = 4


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """moto's tables with a table `jobs`, as the service has them; threads take turns all the time."""
    for name, value in (("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b"), ("DEFAULT_REGION", "eu-west-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    for name in WRITES:
        monkeypatch.setattr(DynamoDBBackend, name, getattr(DynamoDBBackend, name))
    keep_items()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="jobs",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield dynamodb_backends["123456789012"]["eu-west-1"]
    sys.setswitchinterval(interval)


def claim(backend: Any, job: str, won: list[str], start: threading.Barrier) -> None:
    start.wait()
    names, values = {"#s": "status"}, {":new": {"S": "running"}, ":old": {"S": "queued"}}
    try:
        backend.update_item(
            "jobs", {"id": {"S": job}}, "SET #s = :new", names, values, condition_expression="#s = :old"
        )
    except Exception:  # moto has a class for each service
        return
    won.append(job)


def test_one_of_several_claims_holds(backend: Any) -> None:
    won: list[str] = []
    jobs = [str(number) for number in range(20)]
    for job in jobs:
        backend.put_item("jobs", {"id": {"S": job}, "status": {"S": "queued"}})
        start = threading.Barrier(WRITERS)
        threads = [threading.Thread(target=claim, args=(backend, job, won, start)) for _ in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert won == jobs


def test_the_service_makes_all_of_its_changes() -> None:
    own = [
        one for one in vars(moto_server).values() if inspect.isfunction(one) and one.__module__ == moto_server.__name__
    ]
    changes = {one.__name__ for one in own if not inspect.signature(one).parameters} - {"main"}
    assert "keep_items" in changes
    assert changes <= set(moto_server.main.__code__.co_names)
