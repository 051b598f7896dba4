"""Keys that a handler reads although the events of its source have no such key: those of another source have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.handling.deployed import told

HEAD = "import json\n\nfrom shop import save\n\n\ndef handler(event, context):\n"


def keys(folder: Path, event: str, body: str) -> list[tuple[str, str]]:
    code = HEAD + "".join(f"    {line}\n" for line in body.split("\n"))
    return [(one.key, one.instead) for one in told(folder, code, event, "event_key")]


@pytest.mark.parametrize(
    ("event", "body", "expected"),
    [
        ("bus", 'save(event["detail"])\nsave(json.loads(event["body"]))', ("body", "detail")),
        ("bus", 'save(event["detail-type"])\nfor record in event["Records"]:\n    save(record)', ("Records", "detail")),
        ("queue", 'for record in event["Records"]:\n    save(record["s3"]["bucket"]["name"])', ("s3", "body")),
        ("queue", 'for record in event["Records"]:\n    save(record["Sns"]["Message"])', ("Sns", "body")),
        ("topic", 'for record in event["Records"]:\n    save(json.loads(record["body"]))', ("body", "Sns")),
        ("bucket", 'for record in event["Records"]:\n    save(json.loads(record["body"]))', ("body", "s3")),
        (
            "kinesis",
            'save([json.loads(record["body"]) for record in event["Records"]], "kinesis")',
            ("body", "kinesis"),
        ),
    ],
)
def test_another_source_has_it(tmp_path: Path, event: str, body: str, expected: tuple[str, str]) -> None:
    assert keys(tmp_path, event, body) == [expected]


@pytest.mark.parametrize(
    ("event", "body"),
    [
        ("bus", 'save(json.loads(event["body"]))'),  # a rule may send another event
        ("bus", 'save(event["detail"])\nif "body" in event:\n    save(event["body"])'),
        ("bus", 'save(event["detail"])\nsave(event.get("body"))'),
        ("bus", 'save(event["detail"])\nsave(event["order"])'),
        ("queue", 'for record in event["Records"]:\n    if "s3" in record:\n        save(record["s3"])'),
        ("queue", 'for one in event["Records"]:\n    if "s3" not in one:\n        continue\n    save(one["s3"])'),
        ("queue", 'for one in event["Records"]:\n    try:\n        save(one["s3"])\n    except KeyError:\n        1'),
        ("queue", 'for one in event["Records"]:\n    save(one["s3"] if one["eventSource"] == "aws:s3" else 1)'),
        ("queue", 'for record in event["Records"]:\n    save(json.loads(record["body"])["Records"][0]["s3"])'),
        ("queue", 'for record in event["Records"]:\n    save(record["order"])'),
        ("queue", 'for record in event["Records"]:\n    save(record["messageAttributes"])'),
    ],
)  # fmt: skip
def test_it_may_have_it(tmp_path: Path, event: str, body: str) -> None:
    assert keys(tmp_path, event, body) == []
