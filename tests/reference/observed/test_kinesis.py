"""Mappings of Kinesis streams: the events that AWS made of the same records, and what it gave up."""

from __future__ import annotations

import json

import pytest

from tests.reference.observed.answers import covers
from tests.reference.observed.conftest import ACCOUNT
from tests.reference.observed.streams import FAILURES, RAISES, SUCCESSES, Stage, compare, returning

TEST = "TestKinesisSource/test_kinesis_"
REPORTING = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


@pytest.fixture
def at(shared, bench):
    """`at(source of the function)`: a stage with a stream `at.stream`; afterwards no mapping is left."""

    def start(source):
        return with_stream(Stage(shared, bench, source))

    yield start
    for each in shared.service.mappings():
        shared.client().delete_event_source_mapping(UUID=each.id)


def with_stream(stage):
    stage.name = f"stream{stage.number}"
    stage.client("kinesis").create_stream(StreamName=stage.name, ShardCount=1)
    stage.stream = f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/{stage.name}"
    return stage


def put(stage, *data, key="test"):
    for each in data:
        stage.client("kinesis").put_record(StreamName=stage.name, Data=each, PartitionKey=key)


@covers("kinesis", TEST + "event_source_mapping_with_on_failure_destination_config")
def test_a_queue_as_destination(at):
    stage = at(RAISES)
    put(stage, '{"input": "hello", "value": "world", "raise_error": 1}', key="custom")
    stage.map(stage.stream, BatchSize=1, MaximumBatchingWindowInSeconds=1, MaximumRetryAttempts=1)
    stage.events()
    test = TEST + "event_source_mapping_with_on_failure_destination_config"
    compare("kinesis", test, "sqs_payload", stage.dead_letters(), {})


@covers("kinesis", TEST + "event_source_mapping_with_sns_on_failure_destination_config")
def test_a_topic_as_destination(at):
    stage = at(RAISES)
    put(stage, "{}")

    def run(topic):
        stage.map(stage.stream, destination=topic, BatchSize=1, MaximumRetryAttempts=1)
        stage.events()

    test = TEST + "event_source_mapping_with_sns_on_failure_destination_config"
    compare("kinesis", test, "failure_sns_message", stage.notified(run), {})


@covers("kinesis", TEST + "event_source_mapping_with_s3_on_failure_destination")
def test_a_bucket_as_destination(at):
    stage = at(RAISES)
    put(stage, '{"input": "hello", "value": "world", "raise_error": 1}', key="custom")

    def run(bucket):
        stage.map(stage.stream, destination=bucket, BatchSize=1, MaximumRetryAttempts=1)
        stage.events()

    test = TEST + "event_source_mapping_with_s3_on_failure_destination"
    compare("kinesis", test, "record_body", stage.stored(run), {})


@pytest.mark.parametrize("scenario", FAILURES)
def test_failures(at, scenario):
    stage = at(returning(FAILURES[scenario]))
    put(stage, "hello")
    stage.map(stage.stream, BatchSize=1, MaximumRetryAttempts=2, **REPORTING)
    seen, test = {}, f"{TEST}report_batch_item_failure_scenarios[{scenario}]"
    compare("kinesis", test, "kinesis_events", stage.events(), seen)
    compare("kinesis", test, "sqs_payload", stage.dead_letters(), seen)


for _scenario in FAILURES:
    covers("kinesis", f"{TEST}report_batch_item_failure_scenarios[{_scenario}]")(test_failures)


@pytest.mark.parametrize("scenario", SUCCESSES)
def test_successes(at, scenario):
    stage = at(returning(SUCCESSES[scenario]))
    put(stage, "hello")
    stage.map(stage.stream, BatchSize=1, MaximumRetryAttempts=2, **REPORTING)
    test = f"{TEST}report_batch_item_success_scenarios[{scenario}]"
    compare("kinesis", test, "kinesis_events", stage.events(), {})
    assert stage.dead_letters()["Messages"] == []


for _scenario in SUCCESSES:
    covers("kinesis", f"{TEST}report_batch_item_success_scenarios[{_scenario}]")(test_successes)


@covers("kinesis", TEST + "report_batch_item_failures")
def test_reported_failures(at):
    source = """
        import base64, json

        def handler(event, context):
            for record in event["Records"]:
                if json.loads(base64.b64decode(record["kinesis"]["data"]))["should_fail"]:
                    return {"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}
    """
    stage = at(source)
    for number in range(6):
        put(stage, json.dumps({"should_fail": number == 5}), key=f"test_{number}")
    stage.map(stage.stream, BatchSize=3, MaximumBatchingWindowInSeconds=1, MaximumRetryAttempts=3, **REPORTING)
    records = [record for event in stage.events() for record in event["Records"]]
    records.sort(key=lambda record: record["kinesis"]["partitionKey"])
    seen, test = {}, TEST + "report_batch_item_failures"
    compare("kinesis", test, "kinesis_records", {"Records": records}, seen)
    compare("kinesis", test, "sqs_payload", stage.dead_letters(), seen)


@covers("kinesis", TEST + "maximum_record_age_exceeded[expire-before-ingestion]")
def test_a_record_that_is_too_old_when_it_is_read(at):
    stage = at(RAISES)
    put(stage, "stream-data")
    stage.service.clock.sleep(70)
    stage.map(stage.stream, BatchSize=1, MaximumRecordAgeInSeconds=60, MaximumRetryAttempts=0)
    assert stage.events() == []
    test = TEST + "maximum_record_age_exceeded[expire-before-ingestion]"
    compare("kinesis", test, "record_age_exceeded_payload", stage.dead_letters(), {})


@covers("kinesis", TEST + "maximum_record_age_exceeded[expire-while-retrying]")
def test_a_record_that_becomes_too_old(scene, bench):
    # Its number of attempts rests on the clock: on a slower one a busy machine does not change it.
    stage = with_stream(Stage(scene(clock_factor=20), bench, RAISES))
    stage.service.warm(stage.function)
    stage.map(stage.stream, BatchSize=1, MaximumRecordAgeInSeconds=60, MaximumRetryAttempts=-1)
    put(stage, "stream-data")
    assert len(stage.events()) == 7
    test = TEST + "maximum_record_age_exceeded[expire-while-retrying]"
    compare("kinesis", test, "record_age_exceeded_payload", stage.dead_letters(), {})


@covers("kinesis", TEST + "maximum_record_age_exceeded_discard_records")
def test_records_after_one_that_is_too_old(at):
    stage = at("def handler(event, context):\n    return None\n")
    put(stage, "stream-data")
    stage.service.clock.sleep(70)
    put(stage, *(f"stream-data-{number}" for number in range(1, 6)))
    stage.map(stage.stream, BatchSize=10, MaximumRecordAgeInSeconds=60, MaximumRetryAttempts=0)
    (event,) = stage.events()
    test = TEST + "maximum_record_age_exceeded_discard_records"
    compare("kinesis", test, "Records", event["Records"], {})
    compare("kinesis", test, "record_age_exceeded_payload", stage.dead_letters(), {})
