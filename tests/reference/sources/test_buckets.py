"""Notifications of buckets: which objects, the event, and how a key is encoded."""

from __future__ import annotations

import json
import textwrap
from urllib.parse import unquote_plus

import pytest

from tests.reference.sources.conftest import WORKER

READS_KEYS = WORKER + textwrap.dedent("""
    def handler(event, context):
        note([record["s3"]["object"]["key"] for record in event["Records"]])
""")


@pytest.fixture
def bucket(stand):
    """`bucket(*events, source=.., **filter rules)`: a stand with a bucket `at.bucket` that notifies the function."""

    def make(*events, source=READS_KEYS, **rules):
        at = stand(source, timeout=60)
        at.bucket = f"media-{at.name}"
        at.client("s3").create_bucket(Bucket=at.bucket)
        configuration = {
            "Id": "made",
            "LambdaFunctionArn": f"arn:aws:lambda:us-east-1:{at.service.account}:function:{at.name}",
            "Events": list(events) or ["s3:ObjectCreated:*"],
        }
        if rules:
            held = [{"Name": name, "Value": value} for name, value in rules.items()]
            configuration["Filter"] = {"Key": {"FilterRules": held}}
        at.client("s3").put_bucket_notification_configuration(
            Bucket=at.bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]}
        )
        return at

    return make


def put(at, key, body=b"test-body"):
    at.client("s3").put_object(Bucket=at.bucket, Key=key, Body=body)


def test_the_event(bucket):
    """Members as recorded from AWS (TestS3NotificationsToSQS and ToLambda, 2025)."""
    at = bucket()
    put(at, "a@b")
    at.settle()
    (run,) = at.runs()
    (record,) = json.loads(run.payload)["Records"]
    assert run.origin == "s3"
    held = record["s3"]
    assert set(record) == {
        "awsRegion",
        "eventName",
        "eventSource",
        "eventTime",
        "eventVersion",
        "requestParameters",
        "responseElements",
        "s3",
        "userIdentity",
    }
    assert (record["eventName"], record["eventSource"], record["eventVersion"]) == (
        "ObjectCreated:Put",
        "aws:s3",
        "2.1",
    )
    assert set(held) == {"bucket", "configurationId", "object", "s3SchemaVersion"}
    assert (held["bucket"]["name"], held["bucket"]["arn"]) == (at.bucket, f"arn:aws:s3:::{at.bucket}")
    assert set(held["object"]) == {"eTag", "key", "sequencer", "size"}
    assert (held["object"]["key"], held["object"]["size"]) == ("a%40b", 9)


@pytest.mark.parametrize(
    ("key", "encoded"),
    [
        ("plain.txt", "plain.txt"),
        ("red flower.jpg", "red+flower.jpg"),
        ("a+b", "a%2Bb"),
        ("stories/2026/one.json", "stories/2026/one.json"),
        ("é.txt", "%C3%A9.txt"),
        ("100%.txt", "100%25.txt"),
    ],
)
def test_a_key_is_encoded(bucket, key, encoded):
    """A handler that reads the key as it comes misses the object; `unquote_plus` gives it back."""
    at = bucket()
    put(at, key)
    at.settle()
    assert at.seen() == [[encoded]]
    assert unquote_plus(encoded) == key


def test_prefix_and_suffix(bucket):
    at = bucket(prefix="stories/", suffix=".json")
    for key in ("stories/a.json", "stories/a.txt", "images/a.json"):
        put(at, key)
    at.settle()
    assert at.seen() == [["stories/a.json"]]


def test_removals(bucket):
    at = bucket("s3:ObjectRemoved:*")
    put(at, "a")
    at.client("s3").delete_object(Bucket=at.bucket, Key="a")
    at.settle()
    (run,) = at.runs()
    (record,) = json.loads(run.payload)["Records"]
    assert record["eventName"] == "ObjectRemoved:Delete"
    assert set(record["s3"]["object"]) == {"key", "sequencer"}


WRITES = WORKER + textwrap.dedent("""
    import boto3
    client = boto3.client("s3")

    def handler(event, context):
        for record in event["Records"]:
            name, key = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
            note(key)
            if key.count("done/") < 3:  # so that the test ends
                client.put_object(Bucket=name, Key="done/" + key, Body=b"")
""")


def test_a_function_that_writes_into_its_own_bucket_is_called_by_what_it_wrote(bucket):
    """The harm: one upload, and a run for each thing that was written; a prefix of what comes in ends it."""
    at = bucket(source=WRITES)
    put(at, "incoming/a")
    at.settle()
    assert at.seen() == ["done/" * depth + "incoming/a" for depth in range(4)]
    guarded = bucket(source=WRITES, prefix="incoming/")
    put(guarded, "incoming/a")
    guarded.settle()
    assert guarded.seen() == ["incoming/a"]
