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


REST = '[{"itemIdentifier": one["messageId"]} for one in records[number:]]'


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ('return {"batchItemFailures": ' + REST + "}", "no"),
        ('return {"batchItemFailures": [{"itemIdentifier": ""}]}', "no"),
        ('return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}', "no"),
        ("return failures_of(records[number:])", "no"),
        ('late = {"batchItemFailures": ' + REST + "}\n        return late", "no"),
        ('return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}', "yes"),
        ('return {"statusCode": 400, "of": str(len(records))}', "yes"),
        ('return {"statusCode": 400}', "yes"),
        ("return", "yes"),
    ],
)
def test_a_return_that_reports_the_rest_leaves_none(answer: str, left: str, tmp_path: Path) -> None:
    loop = (
        f'for number, record in enumerate(records):\n    if context.late():\n        {answer}\n    work(record["body"])'
    )
    assert seen(tmp_path, f'records = event["Records"]\n{loop}').loop_left == left


@pytest.mark.parametrize(
    ("before", "left"),
    [
        ("", "yes"),
        ('for record in event["Records"]:\n    work(record["body"])\n', "no"),
        ('for record in event["Records"]:\n    print(record["body"])\n', "yes"),
        ('ids = [record["messageId"] for record in event["Records"]]\n', "yes"),
    ],
)
def test_a_loop_that_looks_for_a_record_beside_one_over_all(before: str, left: str, tmp_path: Path) -> None:
    search = 'for record in event["Records"]:\n    if "x" in record["body"]:\n        return record\n    work(record)'
    assert seen(tmp_path, before + search).loop_left == left


@pytest.mark.parametrize(
    ("in_try", "in_clause", "after", "failure"),
    [
        ("pass", "failed += 1", "assert failed == 0", "escapes"),
        ("pass", "failed = True", 'assert not failed, "records failed"', "escapes"),
        ("pass", "failed += 1", "fail_if(failed)", "escapes"),
        ("pass", "failed += 1", "fail_if(count=failed)", "escapes"),
        ("done += 1", "print('failed')", 'if done != len(event["Records"]):\n    raise RuntimeError', "escapes"),
        ("pass", "failed += 1", "tell(failed)", "swallowed"),
        ("pass", "failed += 1", "assert event", "swallowed"),
        ("done += 1", "print('failed')", "print(done)", "swallowed"),
        ("body = record", "print('failed')", "if not body:\n    raise RuntimeError", "swallowed"),
    ],
)
def test_a_count_for_which_the_handler_raises(
    in_try: str, in_clause: str, after: str, failure: str, tmp_path: Path
) -> None:
    fail_if = "\ndef fail_if(count):\n    if count:\n        raise RuntimeError(count)\n"
    helpers = fail_if + "\n\ndef tell(count):\n    print(count)\n"
    body = (
        'failed = done = 0\nfor record in event["Records"]:\n    try:\n        work(record["body"])\n'
        f"        {in_try}\n    except Exception:\n        {in_clause}\n{after}"
    )
    (fact,) = told(
        tmp_path,
        CODE.replace("\n\ndef raw", f"\n{helpers}\n\ndef raw").replace("BODY", body.replace("\n", "\n    ")),
        "queue",
        "handler",
    )
    assert fact.item_failure == failure


@pytest.mark.parametrize(
    ("waiting", "failure"),
    [
        ('await asyncio.gather(*(one(record) for record in event["Records"]))', "swallowed"),
        ('await asyncio.gather(*[one(record) for record in event["Records"]])', "swallowed"),
        ('return await asyncio.gather(*[one(record) for record in event["Records"]])', "swallowed"),
        ('answers = await asyncio.gather(*(one(record) for record in event["Records"]))\nlook_at(answers)', "kept"),
    ],
)
def test_coroutines_that_are_awaited_together(waiting: str, failure: str, tmp_path: Path) -> None:
    lines = waiting.replace("\n", "\n    ")
    code = (
        "import asyncio\n\nfrom shop import look_at, work\n\n\nasync def one(record):\n    try:\n"
        f"        await work(record)\n    except Exception:\n        print('failed')\n\n\n"
        f"async def main(event):\n    {lines}\n\n\n"
        "def handler(event, context):\n    asyncio.run(main(event))\n"
    )
    (fact,) = told(tmp_path, code, "queue", "handler")
    assert fact.item_failure == failure
