"""The API of event source mappings: what AWS answered and refused."""

from __future__ import annotations

import itertools

import pytest
from botocore.exceptions import ClientError

from tests.reference.observed.answers import assert_same, covers, load, recorded, sdk_answer
from tests.reference.observed.conftest import ACCOUNT

NUMBERS = itertools.count(1)
UNKNOWN = "00000000-0000-4000-8000-000000000000"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs"


@pytest.fixture
def client(shared, bench):
    """A client of a service with a queue and a function; afterwards no mapping is left."""
    shared.service.add_function(bench.function("f", versions=1, aliases={"myalias": "1"}))
    shared.queue("jobs")
    made = shared.client()
    yield made
    for each in made.list_event_source_mappings()["EventSourceMappings"]:
        made.delete_event_source_mapping(UUID=each["UUID"])


def refusal(call, **parameters):
    """What was refused, in the form of the recordings."""
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return sdk_answer(raised.value.response, {})


def create(client, **parameters):
    return client.create_event_source_mapping(**{"EventSourceArn": QUEUE, "FunctionName": "f", **parameters})


@covers("mappings", "test_failing_lambda_retries_after_visibility_timeout")
def test_a_mapping_of_a_queue(client):
    made = create(client, BatchSize=1)
    answer = sdk_answer(client.get_event_source_mapping(UUID=made["UUID"]), {})
    expected = recorded("mappings", "test_failing_lambda_retries_after_visibility_timeout", "event_source_mapping")
    assert_same(expected, as_masked(answer))


def as_masked(answer):
    """A time as a text, as a placeholder stands for it."""
    return {**answer, "LastModified": str(answer["LastModified"])}


@covers("mappings", "test_function_name_variations")
@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("name_only_create_esm", "f"),
        ("partial_arn_latest_create_esm", f"{ACCOUNT}:function:f:$LATEST"),
        ("partial_arn_version_create_esm", f"{ACCOUNT}:function:f:1"),
        ("full_arn_alias_create_esm", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f:myalias"),
    ],
)
def test_names_of_functions(client, answer, name):
    ours = as_masked(sdk_answer(create(client, FunctionName=name), {}))
    assert_same(recorded("mappings", "test_function_name_variations", answer), ours)
    expected = "" if name == "f" else ":" + name.rsplit(":", 1)[1]
    assert ours["FunctionArn"] == f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f{expected}"


@covers("mappings", "test_event_source_mapping_exceptions")
def test_what_is_not_there(client):
    test = "test_event_source_mapping_exceptions"
    config = {"OnSuccess": {"Destination": QUEUE}}
    ours = {
        "get_unknown_uuid": refusal(client.get_event_source_mapping, UUID=UNKNOWN),
        "delete_unknown_uuid": refusal(client.delete_event_source_mapping, UUID=UNKNOWN),
        "update_unknown_uuid": refusal(client.update_event_source_mapping, UUID=UNKNOWN, Enabled=False),
        "create_no_event_source_arn": refusal(client.create_event_source_mapping, FunctionName="none"),
        "create_unknown_params": refusal(client.create_event_source_mapping, FunctionName="none", EventSourceArn=QUEUE),
        "destination_config_failure": refusal(
            client.create_event_source_mapping, FunctionName="none", EventSourceArn=QUEUE, DestinationConfig=config
        ),
    }
    assert_same(load("mappings")[test], ours)


@covers("mappings", "test_esm_with_not_existing_sqs_queue")
def test_a_queue_that_is_not_there(client):
    ours = refusal(create, client=client, EventSourceArn=f"{QUEUE}-none")
    assert_same(recorded("mappings", "test_esm_with_not_existing_sqs_queue", "error"), ours)


@covers("mappings", "test_duplicate_event_source_mappings")
def test_a_queue_that_is_mapped_already(client):
    made = create(client)
    ours = refusal(create, client=client)
    assert_same(recorded("mappings", "test_duplicate_event_source_mappings", "error"), ours)
    assert ours["message"].endswith(made["UUID"])


@covers("mappings", "test_sqs_invalid_event_filter[None]")
@covers("mappings", "test_sqs_invalid_event_filter[simple string]")
@pytest.mark.parametrize(
    ("test", "pattern"),
    [
        ("test_sqs_invalid_event_filter[None]", "null"),
        ("test_sqs_invalid_event_filter[simple string]", "simple string"),
        ("test_sqs_invalid_event_filter[simple string]", '{"eventSource": "aws:sqs"}'),
        ("test_sqs_invalid_event_filter[simple string]", '{"eventSource": []}'),
    ],
)
def test_filters_that_are_none(client, test, pattern):
    ours = refusal(create, client=client, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    assert_same(recorded("mappings", test, "create_event_source_mapping_exception"), ours)


@pytest.fixture
def table(shared):
    """The ARN of the stream of a table."""
    name = f"table-{next(NUMBERS)}"
    made = shared.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    arn: str = made["TableDescription"]["LatestStreamArn"]
    return arn


@pytest.fixture
def stream(shared):
    """The ARN of a Kinesis stream."""
    name = f"stream-{next(NUMBERS)}"
    shared.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    return f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/{name}"


@covers("mappings", "test_event_source_mapping_lifecycle")
def test_a_mapping_of_a_table(client, table):
    test = "test_event_source_mapping_lifecycle"
    made = create(
        client,
        EventSourceArn=table,
        BatchSize=1,
        StartingPosition="TRIM_HORIZON",
        MaximumBatchingWindowInSeconds=1,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": QUEUE}},
    )
    answers = {
        "create_response": made,
        "get_response": client.get_event_source_mapping(UUID=made["UUID"]),
        "delete_response": client.delete_event_source_mapping(UUID=made["UUID"]),
    }
    for name, answer in answers.items():
        assert_same(recorded("mappings", test, name), as_masked(sdk_answer(answer, {})), where=name)


@covers("mappings", "test_create_event_filter_criteria_validation")
def test_defaults_of_a_table_and_no_filters(client, table):
    made = create(client, EventSourceArn=table, StartingPosition="LATEST", FilterCriteria={"Filters": []})
    expected = recorded("mappings", "test_create_event_filter_criteria_validation", "response-with-empty-filters")
    assert_same(expected, as_masked(sdk_answer(made, {})))


@covers("mappings", "test_create_event_source_validation")
def test_starting_positions(client, table):
    ours = {
        "no_starting_position": refusal(create, client=client, EventSourceArn=table),
        "invalid_starting_position": refusal(create, client=client, EventSourceArn=table, StartingPosition="invalid"),
        "incompatible_starting_position": refusal(
            create, client=client, EventSourceArn=table, StartingPosition="AT_TIMESTAMP"
        ),
    }
    assert_same(load("mappings")["test_create_event_source_validation"], ours)


@covers("mappings", "test_esm_with_not_existing_dynamodb_stream")
@covers("mappings", "test_esm_with_not_existing_kinesis_stream")
@pytest.mark.parametrize(
    ("test", "resource"),
    [
        ("test_esm_with_not_existing_dynamodb_stream", "dynamodb:us-east-1:{}:table/{}/stream/2025-02-22T03:03:25.490"),
        ("test_esm_with_not_existing_kinesis_stream", "kinesis:us-east-1:{}:stream/{}"),
    ],
)
def test_a_stream_that_is_not_there(client, test, resource):
    expected = recorded("mappings", test, "error")
    name = "test-table-4a53f4e8" if "table" in resource else "test-foobar-81ded7e8"
    arn = "arn:aws:" + resource.format(ACCOUNT, name)
    ours = refusal(create, client=client, EventSourceArn=arn, StartingPosition="LATEST")
    assert_same(expected, ours)


@covers("mappings", "test_duplicate_event_source_mappings (kinesis)")
def test_a_stream_that_is_mapped_already(client, stream):
    made = create(client, EventSourceArn=stream, StartingPosition="LATEST")
    ours = refusal(create, client=client, EventSourceArn=stream, StartingPosition="LATEST")
    assert_same(recorded("mappings", "test_duplicate_event_source_mappings (kinesis)", "error"), ours)
    assert ours["message"].endswith(made["UUID"])


@covers("mappings", "test_kinesis_event_source_mapping_with_on_failure_destination_config")
def test_a_mapping_of_a_stream(client, stream):
    made = create(
        client,
        EventSourceArn=stream,
        BatchSize=1,
        StartingPosition="TRIM_HORIZON",
        MaximumBatchingWindowInSeconds=1,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": QUEUE}},
    )
    test = "test_kinesis_event_source_mapping_with_on_failure_destination_config"
    expected = recorded("mappings", test, "create_event_source_mapping_response")
    assert_same(expected, as_masked(sdk_answer(made, {})))
