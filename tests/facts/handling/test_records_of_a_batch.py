"""The records of a batch that a handler works on: only the first, the only one, or all of them by a helper for each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.facts.handling.deployed import told

CODE = """\
import json
from concurrent.futures import ThreadPoolExecutor

from shop import work


def safe(record):
    try:
        return work(record["body"])
    except Exception:
        print("failed", record["messageId"])
        return False


def raw(record):
    return work(json.loads(record["body"]))


def handler(event, context):
    BODY
"""


def seen(folder: Path, body: str) -> Any:
    """What the fact of the handler says."""
    (fact,) = told(folder, CODE.replace("BODY", body.replace("\n", "\n    ")), "queue", "handler")
    return fact


@pytest.mark.parametrize(
    "body",
    [
        'record, *_ = event["Records"]\nwork(record["body"])',
        '(record, *others) = event["Records"]\nwork(record["body"])',
        'if len(event["Records"]) == 0:\n    raise ValueError\nwork(event["Records"][0]["body"])',
        'if len(event["Records"]) > 1:\n    print("many")\nwork(event["Records"][0]["body"])',
        'if len(event["Records"]) > 10:\n    raise ValueError\nwork(event["Records"][0]["body"])',
        'assert len(event["Records"]) >= 1\nwork(event["Records"][0]["body"])',
    ],
)
def test_only_the_first_record_is_read(body: str, tmp_path: Path) -> None:
    assert seen(tmp_path, body).records_read == "first"


@pytest.mark.parametrize(
    "body",
    [
        'record, *others = event["Records"]\nwork(record["body"], others)',
        '[record] = event["Records"]\nwork(record["body"])',
        'if len(event["Records"]) != 1:\n    raise ValueError\nwork(event["Records"][0]["body"])',
        'if len(event["Records"]) > 1:\n    raise ValueError\nwork(event["Records"][0]["body"])',
        'if event["test"] or len(event["Records"]) >= 2:\n    raise ValueError\nwork(event["Records"][0]["body"])',
        'assert len(event["Records"]) == 1\nwork(event["Records"][0]["body"])',
        'records = event["Records"]\nassert len(records) < 2\nwork(records[0]["body"])',
    ],
)
def test_a_handler_that_refuses_more_than_one_record_loses_none(body: str, tmp_path: Path) -> None:
    assert seen(tmp_path, body).records_read != "first"


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ('return [safe(record) for record in event["Records"]]', "swallowed"),
        ('[safe(record) for record in event["Records"]]', "swallowed"),
        ('with ThreadPoolExecutor() as pool:\n    list(pool.map(safe, event["Records"]))', "swallowed"),
        ('with ThreadPoolExecutor() as pool:\n    pool.map(safe, event["Records"])', "swallowed"),
        ('return list(map(safe, event["Records"]))', "swallowed"),
        ('results = [safe(record) for record in event["Records"]]\nif not all(results):\n    raise ValueError', "kept"),
        ('if not all(safe(record) for record in event["Records"]):\n    raise ValueError', "kept"),
        ('with ThreadPoolExecutor() as pool:\n    done = list(pool.map(safe, event["Records"]))\nwork(done)', "kept"),
        ('return [raw(record) for record in event["Records"]]', "escapes"),
        ('with ThreadPoolExecutor() as pool:\n    list(pool.map(raw, event["Records"]))', "escapes"),
        ('with ThreadPoolExecutor() as pool:\n    pool.map(raw, event["Records"])', None),
        ('with ThreadPoolExecutor() as pool:\n    list(pool.map(work, event["Records"]))', None),
    ],
)
def test_what_becomes_of_the_failures_that_a_helper_takes(body: str, failure: str | None, tmp_path: Path) -> None:
    assert seen(tmp_path, body).item_failure == failure


GUARDED = 'for record in event["Records"]:\n    try:\n        {0}\n    except Exception as error:\n        print(error)'


@pytest.mark.parametrize(
    ("inside", "failure"),
    [
        ('print(json.loads(record["body"])["id"])', None),
        ('body = record.get("body")\n        print("got " + str(body))', None),
        ('work(record["body"])', "swallowed"),
        ('print(work(record["body"]))', "swallowed"),
        ('event["done"] = record["body"]', "swallowed"),
        ('json.loads.count += len(record["body"])', "swallowed"),
        ('with open("/tmp/a") as file:\n            print(record["body"], file=file)', "swallowed"),
        ('if not record["body"]:\n            raise ValueError("empty")', "swallowed"),
    ],
)
def test_a_record_that_is_only_printed_is_not_lost(inside: str, failure: str | None, tmp_path: Path) -> None:
    assert seen(tmp_path, GUARDED.format(inside)).item_failure == failure


def test_what_a_loop_reads_and_others_use_may_be_lost(tmp_path: Path) -> None:
    body = GUARDED.format('last = json.loads(record["body"])') + "\nwork(last)"
    assert seen(tmp_path, body).item_failure == "swallowed"
