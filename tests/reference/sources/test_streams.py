"""Mappings of streams: order, poison records, what is given up and what is lost."""

from __future__ import annotations

import json
import textwrap

import pytest

from tests.reference.sources.conftest import WORKER

DECODES = WORKER + textwrap.dedent("""
    import base64

    def texts(event):
        return [base64.b64decode(record["kinesis"]["data"]).decode() for record in event["Records"]]
""")
RAISES = DECODES + textwrap.dedent("""
    def handler(event, context):
        note(texts(event))
        if "bad" in texts(event):
            raise ValueError("bad")
""")
REPORTS = DECODES + textwrap.dedent("""
    def handler(event, context):
        note(texts(event))
        for text, record in zip(texts(event), event["Records"]):
            if text == "bad":
                return {"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}
""")
SHARDS = textwrap.dedent("""
    def handler(event, context):
        note([record["eventID"].split(":")[0] + " " + text for record, text in zip(event["Records"], texts(event))])
""")
REPORTING = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


@pytest.fixture
def stream(stand):
    """`stream(source, shards)`: a stand with a Kinesis stream; `at.arn` and `at.stream` are its ARN and name."""
    made = []

    def make(source, shards=1, **settings):
        at = stand(source, **settings)
        made.append(at)
        at.stream = f"events-{at.name}"
        at.client("kinesis").create_stream(StreamName=at.stream, ShardCount=shards)
        at.arn = f"arn:aws:kinesis:us-east-1:{at.service.account}:stream/{at.stream}"
        return at

    return make


def put(at, *texts, key="k", **more):
    for text in texts:
        at.client("kinesis").put_record(StreamName=at.stream, Data=text.encode(), PartitionKey=key, **more)


def follow(at, **settings):
    return at.mapping(at.arn, **{"StartingPosition": "TRIM_HORIZON", **settings})


def given_up(at, url):
    return [json.loads(body)["requestContext"]["condition"] for body in at.bodies(url)]


def flat(at):
    return [text for texts in at.seen() for text in texts]


def test_records_come_in_order_and_in_batches(stream):
    at = stream(RAISES)
    put(at, *"abcde")
    follow(at, BatchSize=2)
    at.settle()
    assert at.seen() == [["a", "b"], ["c", "d"], ["e"]]
    assert [(batch.attempt, batch.outcome) for batch in at.batches()] == [(1, "success")] * 3
    assert {run.origin for run in at.runs()} == {"kinesis"}


def test_latest_leaves_out_what_was_there(stream):
    at = stream(RAISES)
    put(at, "old")
    follow(at, StartingPosition="LATEST")
    put(at, "new")
    at.settle()
    assert flat(at) == ["new"]


def test_a_poison_record_blocks_its_shard(stream):
    """With the defaults a batch that fails is tried for as long as the stream keeps it."""
    at = stream(RAISES)
    put(at, "good", "bad", "next")
    follow(at, BatchSize=1)
    assert at.service.clock.wait_until(lambda: flat(at).count("bad") >= 4, 600)
    assert "next" not in flat(at)
    assert at.service.deliveries(at.name) == ()


def test_a_number_of_attempts_lets_the_shard_go_on(stream):
    at = stream(RAISES)
    dead, dead_arn = at.queue("dead")
    put(at, "good", "bad", "next")
    config = {"OnFailure": {"Destination": dead_arn}}
    follow(at, BatchSize=1, MaximumRetryAttempts=2, DestinationConfig=config)
    at.settle()
    assert flat(at) == ["good", "bad", "bad", "bad", "next"]
    assert given_up(at, dead) == ["RetryAttemptsExhausted"]


def test_without_a_destination_what_is_given_up_is_lost(stream):
    at = stream(RAISES)
    put(at, "bad", "next")
    follow(at, BatchSize=1, MaximumRetryAttempts=0)
    at.settle()
    assert flat(at) == ["bad", "next"]
    assert at.service.deliveries(at.name) == ()


def test_a_poison_record_takes_its_batch_with_it(stream):
    """Good records are done again with each attempt, and are given up with the bad one."""
    at = stream(RAISES)
    dead, dead_arn = at.queue("dead")
    put(at, *"ab", "bad", *"cd")
    follow(at, BatchSize=5, MaximumRetryAttempts=2, DestinationConfig={"OnFailure": {"Destination": dead_arn}})
    at.settle()
    assert flat(at).count("a") == 3
    (letter,) = at.bodies(dead)
    assert json.loads(letter)["KinesisBatchInfo"]["batchSize"] == 5


def test_a_split_narrows_a_batch_down_to_the_poison_record(stream):
    at = stream(RAISES)
    dead, dead_arn = at.queue("dead")
    put(at, *"ab", "bad", *"cd")
    config = {"OnFailure": {"Destination": dead_arn}}
    follow(at, BatchSize=5, MaximumRetryAttempts=1, BisectBatchOnFunctionError=True, DestinationConfig=config)
    at.settle()
    assert {"a", "b", "c", "d"} <= {text for batch in at.seen() if "bad" not in batch for text in batch}
    (letter,) = at.bodies(dead)
    assert json.loads(letter)["KinesisBatchInfo"]["batchSize"] == 1


def test_a_reported_failure_is_where_the_batch_goes_on(stream):
    """What came before it is done; what came after it is done again, also when it had succeeded."""
    at = stream(REPORTS)
    put(at, *"ab", "bad", *"cd")
    follow(at, BatchSize=5, MaximumRetryAttempts=1, **REPORTING)
    at.settle()
    assert at.seen() == [["a", "b", "bad", "c", "d"], ["bad", "c", "d"], ["bad", "c", "d"]]
    assert [batch.outcome for batch in at.batches()] == ["partial", "failed", "failed"]


def test_a_reported_failure_is_not_looked_at_unless_the_mapping_says_so(stream):
    at = stream(REPORTS)
    put(at, "bad", "a")
    follow(at)
    at.settle()
    assert len(at.seen()) == 1


def test_records_that_are_too_old_are_given_up(stream):
    at = stream(RAISES)
    dead, dead_arn = at.queue("dead")
    put(at, "bad")
    follow(at, MaximumRecordAgeInSeconds=60, DestinationConfig={"OnFailure": {"Destination": dead_arn}})
    at.settle()
    put(at, "next")
    at.settle()
    assert given_up(at, dead) == ["RecordAgeExceeded"]
    assert flat(at)[-1] == "next"


def test_shards_do_not_wait_for_each_other(stream):
    at = stream(RAISES, shards=2)
    put(at, "bad", "behind", ExplicitHashKey="0")
    put(at, "other", ExplicitHashKey=str(2**127 + 1))
    follow(at, BatchSize=1)
    assert at.service.clock.wait_until(lambda: "other" in flat(at) and flat(at).count("bad") > 1, 600)
    assert "behind" not in flat(at)


def test_lanes_of_one_shard_keep_the_order_of_a_key(stream):
    at = stream(RAISES)
    for number in range(6):
        for key in ("one", "two", "three"):
            put(at, f"{key}{number}", key=key)
    follow(at, BatchSize=1, ParallelizationFactor=5)
    at.settle()
    for key in ("one", "two", "three"):
        assert [text for text in flat(at) if text.startswith(key)] == [f"{key}{number}" for number in range(6)]


def test_a_poison_record_holds_up_its_own_lane_only(stream):
    at = stream(RAISES)
    put(at, "bad", key="one")
    put(at, *(f"other{number}" for number in range(8)), key="two")
    put(at, *(f"more{number}" for number in range(8)), key="three")
    follow(at, BatchSize=1, ParallelizationFactor=10)
    assert at.service.clock.wait_until(lambda: "other7" in flat(at) and "more7" in flat(at), 600)


def test_a_batch_may_be_delivered_twice(stream):
    at = stream(RAISES)
    at.service.faults.duplicate(at.name)
    put(at, "pay")
    follow(at)
    at.settle()
    assert at.seen() == [["pay"], ["pay"]]
    ids = {json.loads(run.payload)["Records"][0]["eventID"] for run in at.runs()}
    assert len(ids) == 1  # what to recognise it by


def test_a_throttled_batch_is_not_lost_and_costs_no_attempt(stream):
    at = stream(RAISES)
    at.service.faults.throttle(at.name, times=3)
    put(at, "a")
    follow(at, MaximumRetryAttempts=0)
    at.settle()
    assert flat(at) == ["a"]
    assert [batch.outcome for batch in at.batches()] == ["refused"] * 3 + ["success"]


@pytest.mark.parametrize(
    ("pattern", "passed"),
    [
        ({"data": {"kind": ["story"]}}, ['{"kind": "story"}']),
        ({"data": {"pages": [{"numeric": [">", 3]}]}}, ['{"pages": 4}']),
        ({"partitionKey": ["b"]}, ["text"]),
    ],
)
def test_filters(stream, pattern, passed):
    at = stream(RAISES)
    put(at, '{"kind": "story"}', '{"kind": "image"}', '{"pages": 4}', key="a")
    put(at, "text", key="b")
    follow(at, FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    at.settle()
    assert flat(at) == passed


FIRST, SECOND, THIRD = (f"shardId-{number:012}" for number in range(3))


def put_in_both_halves(at):
    put(at, "low", ExplicitHashKey="0")
    put(at, "high", ExplicitHashKey=str(2**127 + 1))


def split(at):
    at.client("kinesis").split_shard(StreamName=at.stream, ShardToSplit=FIRST, NewStartingHashKey=str(2**127))


def test_a_shard_that_is_split(stream):
    """The halves are read after what their parent held."""
    at = stream(RAISES)
    put(at, "one")
    follow(at, BatchSize=1)
    at.settle()
    split(at)
    put_in_both_halves(at)
    at.settle()
    assert flat(at)[0] == "one"
    assert sorted(flat(at)[1:]) == ["high", "low"]


def test_a_shard_that_is_split_before_it_is_read(stream):
    """It keeps what it held, which comes first and once."""
    at = stream(DECODES + SHARDS)
    put(at, *"abc")
    split(at)
    put_in_both_halves(at)
    follow(at, BatchSize=1)
    at.settle()
    assert flat(at)[:3] == [f"{FIRST} {text}" for text in "abc"]
    assert sorted(flat(at)[3:]) == [f"{SECOND} low", f"{THIRD} high"]


def test_shards_that_are_merged(stream):
    """What they become is read after what both held."""
    at = stream(DECODES + SHARDS, shards=2)
    put_in_both_halves(at)
    at.client("kinesis").merge_shards(StreamName=at.stream, ShardToMerge=FIRST, AdjacentShardToMerge=SECOND)
    put(at, *"ab")
    follow(at, BatchSize=1)
    at.settle()
    assert sorted(flat(at)[:2]) == [f"{FIRST} low", f"{SECOND} high"]
    assert flat(at)[2:] == [f"{THIRD} a", f"{THIRD} b"]


TABLE = WORKER + textwrap.dedent("""
    def handler(event, context):
        for record in event["Records"]:
            change = record["dynamodb"]
            note([record["eventName"], change.get("OldImage"), change.get("NewImage")])
""")
FOLLOWS_ITSELF = WORKER + textwrap.dedent("""
    import os, boto3
    client = boto3.client("dynamodb")

    def handler(event, context):
        for record in event["Records"]:
            image = record["dynamodb"]["NewImage"]
            note(image["count"]["N"])
            GUARD
            count = str(int(image["count"]["N"]) + 1)
            item = {"id": image["id"], "count": {"N": count}, "state": {"S": "done"}}
            client.put_item(TableName=os.environ["TABLE"], Item=item)
""")


@pytest.fixture
def table(stand):
    """`table(source)`: a stand with a table and its stream; `at.table` and `at.arn`."""

    def make(source, view="NEW_AND_OLD_IMAGES"):
        at = stand(source, environment={"TABLE": "items"}, timeout=60)
        at.table = f"items-{at.name}"
        made = at.client("dynamodb").create_table(
            TableName=at.table,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
        )
        at.arn = made["TableDescription"]["LatestStreamArn"]
        at.service.add_function(at.replaced(environment={"TABLE": at.table}))
        return at

    return make


def test_changes_of_a_table(table):
    at = table(TABLE)
    client, key = at.client("dynamodb"), {"id": {"S": "a"}}
    first, second = {**key, "n": {"N": "1"}}, {**key, "n": {"N": "2"}}
    client.put_item(TableName=at.table, Item=first)
    client.put_item(TableName=at.table, Item=second)
    client.put_item(TableName=at.table, Item=second)  # changes nothing: no record
    client.delete_item(TableName=at.table, Key=key)
    follow(at)
    at.settle()
    assert at.seen() == [["INSERT", None, first], ["MODIFY", first, second], ["REMOVE", second, None]]
    assert {run.origin for run in at.runs()} == {"dynamodb"}


def test_a_filter_on_the_image(table):
    at = table(TABLE)
    for name in ("queued", "done"):
        at.client("dynamodb").put_item(TableName=at.table, Item={"id": {"S": name}, "state": {"S": name}})
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"state": {"S": ["queued"]}}}}
    follow(at, FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    at.settle()
    assert [change[2]["id"]["S"] for change in at.seen()] == ["queued"]


def begin_loop(at):
    at.client("dynamodb").put_item(TableName=at.table, Item={"id": {"S": "a"}, "count": {"N": "0"}})
    return follow(at)


def test_a_function_that_writes_to_its_own_table_never_ends(table):
    """Lambda detects loops through queues and topics, not through the stream of a table."""
    at = table(FOLLOWS_ITSELF.replace("GUARD", ""))
    begin_loop(at)
    assert at.service.clock.wait_until(lambda: len(at.seen()) > 20, 2000)
    at.unmap()
    at.settle()


def test_a_condition_on_the_record_ends_it(table):
    at = table(FOLLOWS_ITSELF.replace("GUARD", 'if image.get("state") == {"S": "done"}: continue'))
    begin_loop(at)
    at.settle()
    assert at.seen() == ["0", "1"]
