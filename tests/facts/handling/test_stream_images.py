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
