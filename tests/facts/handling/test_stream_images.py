"""Whether a handler of a table's stream reads the new image of records that have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.handling.deployed import told

HEAD = "from shop import save, parse\n\n\n"
PLAIN = """\
def handler(event, context):
    for record in event["Records"]:
        BODY
"""
HELPER = """\
def images(records):
    for record in records:
        try:
            yield {key: parse(value) for key, value in record["dynamodb"]["NewImage"].items()}
        except ArithmeticError:
            save(record)


def handler(event, context):
    CHOICE
    for image in images(RECORDS):
        save(image)
"""


def image_read(folder: Path, code: str) -> object:
    (found,) = told(folder, HEAD + code, "table", "handler")
    return found.image_read


def in_loop(body: str) -> str:
    return PLAIN.replace("BODY", body.replace("\n", "\n        "))


@pytest.mark.parametrize(
    "body",
    [
        'save(record["dynamodb"]["NewImage"])',
        'image = record["dynamodb"]["NewImage"]\nif image["status"]["S"] == "paid":\n    save(image)',
        'data = record["dynamodb"]\nnew = parse(data["NewImage"])\nold = data.get("OldImage", {})\nsave(old, new)',
        'if record["dynamodb"]["NewImage"]["status"]["S"] == "paid":\n    save(record)',
        'data = record["dynamodb"]\nkeys = data["Keys"]\nif keys:\n    save(data["NewImage"])',
    ],
)
def test_it_is_read_of_every_record(tmp_path: Path, body: str) -> None:
    assert image_read(tmp_path, in_loop(body)) == "unguarded"


@pytest.mark.parametrize(
    "body",
    [
        'if record["eventName"] != "REMOVE":\n    save(record["dynamodb"]["NewImage"])',
        'if "NewImage" in record["dynamodb"]:\n    save(record["dynamodb"]["NewImage"])',
        'if "NewImage" not in record["dynamodb"]:\n    continue\nsave(record["dynamodb"]["NewImage"])',
        'old = record["dynamodb"].get("OldImage")\nif old is None:\n    save(record["dynamodb"]["NewImage"])',
        'image = record["dynamodb"].get("NewImage")\nif image:\n    save(record["dynamodb"]["NewImage"])',
        'save(record["dynamodb"].get("NewImage"))',
        'try:\n    save(record["dynamodb"]["NewImage"])\nexcept KeyError:\n    pass',
        'kind = record.get("eventName")\nsave(record["dynamodb"]["NewImage"], kind)',
    ],
)
def test_something_tells_the_records_apart(tmp_path: Path, body: str) -> None:
    assert image_read(tmp_path, in_loop(body)) == "guarded"


def test_a_helper_reads_it(tmp_path: Path) -> None:
    code = HELPER.replace("    CHOICE\n", "")
    assert image_read(tmp_path, code.replace("RECORDS", 'event["Records"]')) == "unguarded"
    chosen = HELPER.replace("CHOICE", 'new = [one for one in event["Records"] if one["eventName"] == "INSERT"]')
    assert image_read(tmp_path, chosen.replace("RECORDS", "new")) != "unguarded"


def test_another_stream_has_none(tmp_path: Path) -> None:
    (found,) = told(tmp_path, HEAD + in_loop('save(record["kinesis"]["data"])'), "kinesis", "handler")
    assert found.image_read is None


POWERTOOLS = """\
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent, event_source

processor = BatchProcessor(event_type=EventType.DynamoDBStreams)


def one(record):
    BODY


"""
EACH = """\
@event_source(data_class=DynamoDBStreamEvent)
def handler(event, context):
    for record in event.records:
        one(record)
"""
WRAPPED = """\
def handler(event, context):
    for record in DynamoDBStreamEvent(event).records:
        one(record)
"""
BATCH = """\
def handler(event, context):
    return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
"""


@pytest.mark.parametrize("handler", [EACH, WRAPPED, BATCH], ids=["decorated", "made", "a batch"])
@pytest.mark.parametrize(
    ("body", "word"),
    [
        ('save(record.dynamodb.new_image["id"])', "unguarded"),
        ('data = record.dynamodb\n    save(data.new_image["id"])', "unguarded"),
        ('save(record.dynamodb.new_image.get("id"))', "guarded"),
        ('if record.event_name != "REMOVE":\n        save(record.dynamodb.new_image["id"])', "guarded"),
        ('if record.dynamodb.new_image:\n        save(record.dynamodb.new_image["id"])', "guarded"),
        ('save(record.dynamodb.keys["id"])', None),
    ],
)
def test_the_data_classes_of_powertools(tmp_path: Path, handler: str, body: str, word: str | None) -> None:
    assert image_read(tmp_path, POWERTOOLS.replace("BODY", body) + handler) == word
