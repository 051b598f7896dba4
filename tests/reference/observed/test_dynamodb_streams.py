"""Mappings of the streams of tables: the events that AWS made of the same writes, and what it gave up."""

from __future__ import annotations

import pytest

from tests.reference.observed.answers import assert_same, covers, recorded
from tests.reference.observed.streams import FAILURES, RAISES, SUCCESSES, Stage, compare, returning

GROUP = "dynamodb_streams"
CLASS = "TestDynamoDBEventSourceMapping/test_dynamodb_"
REPORTING = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
HELLO = {"my_partition_key": {"S": "hello world"}}
BINARY = {**HELLO, "binary_key": {"B": b"foobar"}}
RETURNS_NOTHING = "def handler(event, context):\n    return None\n"


@pytest.fixture
def at(shared, bench):
    """`at(source of the function)`: a stage with a table and its stream; afterwards no mapping is left."""

    def start(source):
        stage = Stage(shared, bench, source)
        stage.table = f"table{stage.number}"
        made = stage.client("dynamodb").create_table(
            TableName=stage.table,
            KeySchema=[{"AttributeName": "my_partition_key", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "my_partition_key", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        stage.stream = made["TableDescription"]["LatestStreamArn"]
        return stage

    yield start
    for each in shared.service.mappings():
        shared.client().delete_event_source_mapping(UUID=each.id)


def put(stage, item):
    stage.client("dynamodb").put_item(TableName=stage.table, Item=item)


@covers(GROUP, CLASS + "event_source_mapping")
def test_the_event(at):
    stage = at(RETURNS_NOTHING)
    put(stage, BINARY)
    stage.map(stage.stream, BatchSize=1)
    compare(GROUP, CLASS + "event_source_mapping", "event_logs", stage.events(), {})


@covers(GROUP, CLASS + "event_source_mapping_with_on_failure_destination_config")
def test_a_queue_as_destination(at):
    stage = at(RAISES)
    put(stage, HELLO)
    stage.map(stage.stream, BatchSize=1, MaximumRetryAttempts=1)
    stage.events()
    test = CLASS + "event_source_mapping_with_on_failure_destination_config"
    compare(GROUP, test, "destination_queue_messages", stage.dead_letters(), {})


@covers(GROUP, CLASS + "event_source_mapping_with_sns_on_failure_destination_config")
def test_a_topic_as_destination(at):
    stage = at(RAISES)
    put(stage, HELLO)

    def run(topic):
        stage.map(stage.stream, destination=topic, BatchSize=1, MaximumRetryAttempts=1)
        stage.events()

    test = CLASS + "event_source_mapping_with_sns_on_failure_destination_config"
    compare(GROUP, test, "failure_sns_message", stage.notified(run), {})


@covers(GROUP, CLASS + "event_source_mapping_with_s3_on_failure_destination")
def test_a_bucket_as_destination(at):
    stage = at(RAISES)
    put(stage, HELLO)

    def run(bucket):
        stage.map(stage.stream, destination=bucket, BatchSize=1, MaximumRetryAttempts=1)
        stage.events()

    test = CLASS + "event_source_mapping_with_s3_on_failure_destination"
    compare(GROUP, test, "record_body", stage.stored(run), {})


@pytest.mark.parametrize("scenario", FAILURES)
def test_failures(at, scenario):
    stage = at(returning(FAILURES[scenario]))
    put(stage, BINARY)
    stage.map(stage.stream, BatchSize=3, MaximumRetryAttempts=3, **REPORTING)
    seen, test = {}, f"{CLASS}report_batch_item_failure_scenarios[{scenario}]"
    compare(GROUP, test, "dynamodb_events", stage.events(), seen)
    compare(GROUP, test, "destination_queue_messages", stage.dead_letters(), seen)


for _scenario in FAILURES:
    covers(GROUP, f"{CLASS}report_batch_item_failure_scenarios[{_scenario}]")(test_failures)
RECORDED_SUCCESSES = [name for name in SUCCESSES if name != "empty_string_success"]


@pytest.mark.parametrize("scenario", RECORDED_SUCCESSES)
def test_successes(at, scenario):
    stage = at(returning(SUCCESSES[scenario]))
    put(stage, BINARY)
    stage.map(stage.stream, BatchSize=1, MaximumRetryAttempts=2, **REPORTING)
    test = f"{CLASS}report_batch_item_success_scenarios[{scenario}]"
    compare(GROUP, test, "dynamodb_events", stage.events(), {})
    assert stage.dead_letters()["Messages"] == []


for _scenario in RECORDED_SUCCESSES:
    covers(GROUP, f"{CLASS}report_batch_item_success_scenarios[{_scenario}]")(test_successes)

FAILS_SOME = """
    def handler(event, context):
        for record in event["Records"]:
            if record["dynamodb"]["NewImage"]["should_fail"]["BOOL"]:
                return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
"""


@covers(GROUP, CLASS + "report_batch_item_failures")
def test_reported_failures(at):
    stage = at(FAILS_SOME)
    for number in range(6):
        put(stage, {"my_partition_key": {"S": f"testId{number}"}, "should_fail": {"BOOL": number == 5}})
    stage.map(stage.stream, BatchSize=3, MaximumBatchingWindowInSeconds=1, MaximumRetryAttempts=3, **REPORTING)
    records = [record for event in stage.events() for record in event["Records"]]
    records.sort(key=lambda record: record["dynamodb"]["Keys"]["my_partition_key"]["S"])
    seen, test = {}, CLASS + "report_batch_item_failures"
    compare(GROUP, test, "dynamodb_records", {"Records": records}, seen)
    compare(GROUP, test, "destination_queue_messages", stage.dead_letters(), seen)


@covers(GROUP, CLASS + "report_batch_item_failures_with_on_failure_destination_config")
def test_reported_failures_that_are_given_up(at):
    stage = at(FAILS_SOME)
    put(stage, {"my_partition_key": {"S": "testId0"}, "should_fail": {"BOOL": True}})
    stage.map(stage.stream, BatchSize=3, MaximumBatchingWindowInSeconds=1, MaximumRetryAttempts=3, **REPORTING)
    assert len(stage.events()) == 4
    test = CLASS + "report_batch_item_failures_with_on_failure_destination_config"
    assert_same(recorded(GROUP, test, "destination_queue_messages"), stage.dead_letters())
