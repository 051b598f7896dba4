"""What becomes of a record that fails where records are taken one after the other, or tried again."""

from __future__ import annotations

import re
from textwrap import indent

import pytest

from tests.facts.test_record_loops import handler_in

ROUNDS = """\
for attempt in range(3):
    try:
        ship(record["body"] + record["messageId"])
        break
    except Exception:
        logger.warning("again")"""
LOGGED = """\
try:
    ship(json.loads({0}["body"]))
except Exception:
    logger.exception("failed")"""
EACH = """\
def handler(event, context):
    for record in event["Records"]:
        work(record)"""

SHAPES = """
# swallowed: call
class Worker:
    def __call__(self, event, context):
        for record in event["Records"]:
            <logged record>
handler = Worker()
---
# swallowed: call self
class Worker:
    def __call__(self, event, context):
        for record in event["Records"]:
            self.work(record)
    def work(self, record):
        <logged record>
handler = Worker()
---
# swallowed: finally
def handler(event, context):
    try:
        for record in event["Records"]:
            ship(json.loads(record["body"]))
    finally:
        return {"statusCode": 200}
---
# swallowed: finally continue
def handler(event, context):
    for record in event["Records"]:
        try:
            ship(json.loads(record["body"]))
        finally:
            continue
---
# swallowed: finally raise
<each>
def work(record):
    try:
        ship(json.loads(record["body"]))
    except Exception:
        raise
    finally:
        return None
---
# escapes: finally close
def handler(event, context):
    try:
        for record in event["Records"]:
            ship(json.loads(record["body"]))
    finally:
        logger.info("done")
---
# escapes: else raise
def handler(event, context):
    for record in event["Records"]:
        <rounds>
        else:
            raise RuntimeError("gave up")
---
# escapes: else raise helper
<each>
def work(record):
    <rounds>
    else:
        raise RuntimeError("gave up")
---
# escapes: flag raise
def handler(event, context):
    for record in event["Records"]:
        ok = False
        for attempt in range(3):
            try:
                ship(record["body"] + record["messageId"])
                ok = True
                break
            except Exception:
                logger.warning("again")
        if not ok:
            raise RuntimeError("gave up")
---
# escapes: after raise
<each>
def work(record):
    for attempt in range(3):
        try:
            return ship(record["body"] + record["messageId"])
        except Exception:
            logger.warning("again")
    raise RuntimeError("gave up")
---
# kept: else note
def handler(event, context):
    for record in event["Records"]:
        <rounds>
        else:
            ship("dead")
---
# swallowed: rounds only
def handler(event, context):
    for record in event["Records"]:
        <rounds>
---
# swallowed: recursion
def handler(event, context):
    work(event["Records"])
def work(records):
    if not records:
        return
    <logged records[0]>
    work(records[1:])
---
# swallowed: recursion2
def handler(event, context):
    work(event["Records"])
def work(records):
    if records:
        first, *rest = records
        <logged first>
        work(rest)
---
# escapes: recursion3
def handler(event, context):
    work(event["Records"])
def work(records):
    if records:
        ship(json.loads(records[0]["body"]))
        return work(records[1:])
---
# swallowed: recursion4
def handler(event, context):
    records = event["Records"]
    if not records:
        return
    one(records[0])
    handler({"Records": records[1:]}, context)
def one(record):
    <logged record>
---
# swallowed: recursion index
def handler(event, context):
    work(event["Records"], 0)
def work(records, at):
    if at >= len(records):
        return
    <logged records[at]>
    work(records, at + 1)
---
# swallowed: while index
def handler(event, context):
    records = event["Records"]
    at = 0
    while at < len(records):
        <logged records[at]>
        at += 1
---
# swallowed: while pop
def handler(event, context):
    records = event["Records"]
    while records:
        record = records.pop(0)
        <logged record>
---
# swallowed: range
def handler(event, context):
    for at in range(len(event["Records"])):
        <logged event["Records"][at]>
---
# kept: the record is worked on behind a failure
def handler(event, context):
    for record in event["Records"]:
        order = record["body"] + record["messageId"]
        try:
            ship.enrich(order)
        except Exception:
            logger.warning("as it is")
        ship(order)
---
# kept: a helper works on it
<each>
def work(record):
    try:
        ship.archive(record)
    except Exception:
        logger.exception("no archive")
    ship(record)
---
# swallowed: what could not be read is passed over
def handler(event, context):
    for record in event["Records"]:
        try:
            order = json.loads(record["body"])
        except Exception:
            logger.exception("no JSON")
            continue
        ship(order)
---
# swallowed: what follows has only what the try makes
def handler(event, context):
    order = None
    for record in event["Records"]:
        try:
            order = json.loads(record["body"])
        except Exception:
            logger.exception("no JSON")
        ship(order)
---
# swallowed: it only counts behind
def handler(event, context):
    for number, record in enumerate(event["Records"]):
        <logged record>
        logger.info("%s done", number)
---
# swallowed: what follows a try around all
def handler(event, context):
    results = []
    try:
        for record in event["Records"]:
            results.append(ship(json.loads(record["body"])))
    except Exception:
        logger.exception("failed")
    ship.tell(results)
---
# swallowed: a report of none
def handler(event, context):
    for record in event["Records"]:
        <logged record>
    return {"batchItemFailures": []}
---
# reported: a report that is filled
def handler(event, context):
    response = {"batchItemFailures": []}
    for record in event["Records"]:
        try:
            ship(json.loads(record["body"]))
        except Exception:
            response["batchItemFailures"].append(failure(record))
    return response
"""
CASES = [case.removeprefix("# ").partition("\n") for case in SHAPES.strip().split("---\n")]


def written_out(code: str) -> str:
    """The code of a shape, with what its lines in angle brackets stand for."""

    def lines(found: re.Match[str]) -> str:
        before, name, record = found.groups()
        return indent({"rounds": ROUNDS, "logged": LOGGED.format(record), "each": EACH}[name], before)

    return re.sub(r"^( *)<(\w+) ?(\S*)>$", lines, code, flags=re.MULTILINE)


@pytest.mark.parametrize(("told", "code"), [(told, code) for told, _, code in CASES])
def test_what_becomes_of_a_record(told: str, code: str) -> None:
    handler = handler_in(written_out(code))
    assert (handler.item_failure, handler.records_read) == (told.partition(":")[0], "all")


@pytest.mark.parametrize(
    "body",
    [
        "ship(event['Records'][0]['body'])",
        "records = event['Records']\n    first, *_ = records\n    ship(first)",
        "records = event['Records']\n    while not ship(records[0]['body']):\n        print('again')",
        "records = event['Records']\n    for attempt in range(3):\n        ship(records[0]['body'])",
    ],
)
def test_one_record_is_taken_again_and_again(body: str) -> None:
    assert handler_in(f"def handler(event, context):\n    {body}\n").records_read == "first"
