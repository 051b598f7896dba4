"""Pipes: what is read of a source, filtered, enriched and made into the input of a target, and what fails on the way.

The forms: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html (partial
failures), pipes-enrichment.html, eb-pipes-input-transformation.html.
"""

from __future__ import annotations

import json
import textwrap

import pytest

from tests.reference.sources.conftest import WORKER

# Fails for the events whose body says so; `given` holds what the pipe sent.
TARGET = WORKER + textwrap.dedent("""
    def handler(event, context):
        note(event)
        bodies = [each.get("body") if isinstance(each, dict) else each for each in event]
        if "raise" in bodies:
            raise ValueError("raise")
        failed = [each["messageId"] for each in event if isinstance(each, dict) and each.get("body") == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}
""")
ROLE = "arn:aws:iam::123456789012:role/pipe"


@pytest.fixture
def pipe(stand):
    """`pipe(at, source, **settings)`: a pipe to the function of `at`, or to `Target`; its name. It ends with the
    test."""
    made = []

    def make(at, source, parameters, target=None, **settings):
        name = f"pipe-{at.name}-{len(made)}"
        settings = {"Source": source, "SourceParameters": parameters, "Target": target or function_arn(at), **settings}
        at.client("pipes").create_pipe(Name=name, RoleArn=ROLE, **settings)
        made.append((at, name))
        return name

    yield make
    for at, name in made:
        at.client("pipes").delete_pipe(Name=name)


def function_arn(at):
    return f"arn:aws:lambda:us-east-1:{at.service.account}:function:{at.name}"


def of_queue(**settings):
    return {"SqsQueueParameters": settings}


def filtered(pattern, **more):
    return {"FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)}]}, **more}


def stream(at):
    name = f"events-{at.name}"
    at.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    return name, f"arn:aws:kinesis:us-east-1:{at.service.account}:stream/{name}"


def put(at, name, *texts):
    for text in texts:
        at.client("kinesis").put_record(StreamName=name, Data=text.encode(), PartitionKey="k")


def test_the_events_of_a_queue_are_an_array(stand, pipe):
    at = stand(TARGET)
    url, arn = at.queue("jobs", VisibilityTimeout="300")
    name = pipe(at, arn, of_queue(BatchSize=10))
    (message,) = at.send(url, {"id": "a"})
    at.settle()
    ((event,),) = at.seen()
    assert sorted(event) == [
        *("attributes", "awsRegion", "body", "eventSource", "eventSourceARN"),
        *("md5OfBody", "messageAttributes", "messageId", "receiptHandle"),
    ]
    assert (event["messageId"], event["body"]) == (message, '{"id": "a"}')
    assert [run.origin for run in at.runs()] == ["pipes"]
    (batch,) = at.batches()
    assert (batch.mapping.endswith(f":pipe/{name}"), batch.outcome, batch.items) == (True, "success", (message,))
    assert at.bodies(url) == []


def test_the_events_of_kinesis_have_no_member_of_their_own(stand, pipe):
    at = stand(TARGET)
    name, arn = stream(at)
    pipe(at, arn, {"KinesisStreamParameters": {"StartingPosition": "TRIM_HORIZON"}})
    put(at, name, "a")
    at.settle()
    ((event,),) = at.seen()
    assert (event["data"], event["partitionKey"], event["eventSource"]) == ("YQ==", "k", "aws:kinesis")
    assert event["eventID"] == f"shardId-000000000000:{event['sequenceNumber']}"
    assert "kinesis" not in event


def test_the_events_of_a_table_come_through_a_filter(stand, pipe):
    at = stand(TARGET)
    table = at.client("dynamodb").create_table(
        TableName=f"table-{at.name}",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    own = {"DynamoDBStreamParameters": {"StartingPosition": "TRIM_HORIZON"}}
    pipe(at, table["LatestStreamArn"], filtered({"dynamodb": {"NewImage": {"kind": {"S": ["story"]}}}}, **own))
    for number, kind in enumerate(("image", "story")):
        at.client("dynamodb").put_item(
            TableName=f"table-{at.name}", Item={"id": {"S": str(number)}, "kind": {"S": kind}}
        )
    at.settle()
    ((event,),) = at.seen()
    assert (event["eventName"], event["dynamodb"]["Keys"]) == ("INSERT", {"id": {"S": "1"}})


def test_what_a_filter_does_not_let_through_is_gone(stand, pipe):
    at = stand(TARGET)
    url, arn = at.queue("jobs", VisibilityTimeout="300")
    pipe(at, arn, filtered({"body": {"kind": ["story"]}}))
    at.send(url, {"kind": "image"}, {"kind": "story"}, "no json")
    at.settle()
    assert [[json.loads(each["body"]) for each in batch] for batch in at.seen()] == [[{"kind": "story"}]]
    assert at.bodies(url) == []


def test_messages_that_the_target_reports_come_back(stand, pipe):
    at = stand(TARGET)
    dead_url, dead = at.queue("dead")
    url, arn = at.queue(
        "jobs", VisibilityTimeout="90", RedrivePolicy={"deadLetterTargetArn": dead, "maxReceiveCount": 2}
    )
    pipe(at, arn, of_queue(BatchSize=10, MaximumBatchingWindowInSeconds=5))
    at.send(url, "good", "bad")
    at.settle()
    assert [sorted(each["body"] for each in batch) for batch in at.seen()] == [["bad", "good"], ["bad"]]
    assert [batch.outcome for batch in at.batches()] == ["partial", "failed"]
    assert at.bodies(dead_url) == ["bad"]


def test_messages_of_a_target_that_raises_come_back(stand, pipe):
    at = stand(TARGET)
    dead_url, dead = at.queue("dead")
    url, arn = at.queue(
        "jobs", VisibilityTimeout="90", RedrivePolicy={"deadLetterTargetArn": dead, "maxReceiveCount": 2}
    )
    pipe(at, arn, of_queue())
    at.send(url, "raise")
    at.settle()
    assert [(batch.outcome, batch.function_error) for batch in at.batches()] == [("failed", "Unhandled")] * 2
    assert at.bodies(dead_url) == ["raise"]


def test_a_stream_gives_up_what_fails_and_tells_of_the_pipe(stand, pipe):
    at = stand(TARGET)
    name, arn = stream(at)
    dead_url, dead = at.queue("dead")
    own = {"StartingPosition": "TRIM_HORIZON", "MaximumRetryAttempts": 1, "DeadLetterConfig": {"Arn": dead}}
    made = pipe(
        at, arn, {"KinesisStreamParameters": own}, TargetParameters={"InputTemplate": '{"body": <$.data.what>}'}
    )
    put(at, name, '{"what": "raise"}')
    at.settle()
    assert [batch.attempt for batch in at.batches()] == [1, 2]
    (letter,) = map(json.loads, at.bodies(dead_url))
    assert letter.pop("timestamp").endswith("Z")
    assert letter["context"] == {
        "partnerResourceArn": f"arn:aws:pipes:us-east-1:{at.service.account}:pipe/{made}",
        "condition": "RetryAttemptsExhausted",
    }
    assert sorted(letter) == ["KinesisBatchInfo", "context", "version"]
    assert letter["KinesisBatchInfo"]["batchSize"] == 1


def test_records_of_a_stream_are_named_by_their_event_id(stand, pipe):
    reporting = WORKER + textwrap.dedent("""
        def handler(event, context):
            note([each["data"] for each in event])
            if len(event) > 1:
                return {"batchItemFailures": [{"itemIdentifier": event[1]["eventID"]}]}
    """)
    at = stand(reporting)
    name, arn = stream(at)
    put(at, name, "a", "b", "c")
    pipe(at, arn, {"KinesisStreamParameters": {"StartingPosition": "TRIM_HORIZON"}})
    at.settle()
    assert at.seen() == [["YQ==", "Yg==", "Yw=="], ["Yg==", "Yw=="], ["Yw=="]]
    assert [batch.outcome for batch in at.batches()] == ["partial", "partial", "success"]


@pytest.mark.parametrize(
    ("template", "given"),
    [
        ('{"id": <$.body.id>, "who": "<$.body.names[1]>!"}', {"id": 7, "who": "Bo!"}),
        ("<$.body>", {"id": 7, "names": ["Al", "Bo"]}),
        ('{"names": <$.body.names[*]>, "from": "<aws.pipes.pipe-name>"}', {"names": ["Al", "Bo"], "from": "PIPE"}),
        ('"job <$.body.id>"', "job 7"),
    ],
)
def test_templates(stand, pipe, template, given):
    at = stand(TARGET)
    url, arn = at.queue("jobs", VisibilityTimeout="300")
    name = pipe(at, arn, of_queue(), TargetParameters={"InputTemplate": template})
    at.send(url, {"id": 7, "names": ["Al", "Bo"]})
    at.settle()
    assert at.seen() == [[json.loads(json.dumps(given).replace("PIPE", name))]]


def test_an_enrichment_stands_between(stand, pipe):
    enrichment = stand(
        WORKER + "def handler(event, context):\n    note(event)\n    return [{'body': 'x', **event[0]}]\n"
    )
    at = stand(TARGET)
    url, arn = at.queue("jobs", VisibilityTimeout="300")
    pipe(
        at,
        arn,
        of_queue(),
        Enrichment=function_arn(enrichment),
        EnrichmentParameters={"InputTemplate": '{"id": <$.body.id>}'},
        TargetParameters={"InputTemplate": '{"told": <$.id>}'},
    )
    at.send(url, {"id": 7})
    at.settle()
    assert enrichment.seen() == [[{"id": 7}]]
    assert at.seen() == [[{"told": 7}]]


@pytest.mark.parametrize("response", ["[]", "{}", '""', "None"])
def test_an_empty_response_of_an_enrichment_keeps_the_target_alone(stand, pipe, response):
    enrichment = stand(WORKER + f"def handler(event, context):\n    note(event)\n    return {response}\n")
    at = stand(TARGET)
    url, arn = at.queue("jobs", VisibilityTimeout="300")
    pipe(at, arn, of_queue(), Enrichment=function_arn(enrichment))
    at.send(url, "a")
    at.settle()
    assert len(enrichment.seen()) == 1
    assert at.seen() == []
    assert [batch.outcome for batch in at.batches()] == ["success"]
    assert at.bodies(url) == []


def test_an_enrichment_is_asked_again_when_the_target_fails(stand, pipe):
    enrichment = stand(WORKER + "def handler(event, context):\n    note(len(event))\n    return event\n")
    at = stand(TARGET)
    dead_url, dead = at.queue("dead")
    url, arn = at.queue(
        "jobs", VisibilityTimeout="90", RedrivePolicy={"deadLetterTargetArn": dead, "maxReceiveCount": 2}
    )
    pipe(at, arn, of_queue(), Enrichment=function_arn(enrichment))
    at.send(url, "raise")
    at.settle()
    assert enrichment.seen() == [1, 1]
    assert at.bodies(dead_url) == ["raise"]


def test_to_a_queue_each_event_is_a_message(stand, pipe):
    at = stand(TARGET)
    url, arn = at.queue("jobs", VisibilityTimeout="300")
    to_url, to = at.queue("told.fifo", ContentBasedDeduplication="true")
    own = {"SqsQueueParameters": {"MessageGroupId": "$.body.group"}, "InputTemplate": '{"id": <$.body.id>}'}
    pipe(at, arn, of_queue(BatchSize=2, MaximumBatchingWindowInSeconds=5), to, TargetParameters=own)
    at.send(url, {"id": 1, "group": "a"}, {"id": 2, "group": "b"})
    at.settle()
    messages = at.client("sqs").receive_message(QueueUrl=to_url, MaxNumberOfMessages=10, AttributeNames=["All"])
    told = {each["Body"]: each["Attributes"]["MessageGroupId"] for each in messages["Messages"]}
    assert told == {'{"id": 1}': "a", '{"id": 2}': "b"}


def test_to_a_topic_each_event_is_a_message(stand, pipe):
    at = stand(
        WORKER + "def handler(event, context):\n    note([each['Sns']['Message'] for each in event['Records']])\n"
    )
    url, arn = at.queue("jobs", VisibilityTimeout="300")
    topic = at.client("sns").create_topic(Name=f"topic-{at.name}")["TopicArn"]
    at.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function_arn(at))
    pipe(at, arn, of_queue(), topic, TargetParameters={"InputTemplate": '{"id": <$.body.id>}'})
    at.send(url, {"id": 1})
    at.settle()
    assert at.seen() == [['{"id": 1}']]


def test_to_a_bus_each_event_is_its_detail(stand, pipe):
    at = stand(WORKER + "def handler(event, context):\n    note(event)\n")
    url, arn = at.queue("jobs", VisibilityTimeout="300")
    events = at.client("events")
    bus = events.create_event_bus(Name=f"bus-{at.name}")["EventBusArn"]
    pattern = json.dumps({"detail": {"id": [{"exists": True}]}})
    events.put_rule(Name=f"rule-{at.name}", EventBusName=f"bus-{at.name}", EventPattern=pattern)
    targets = [{"Id": "f", "Arn": function_arn(at)}]
    events.put_targets(Rule=f"rule-{at.name}", EventBusName=f"bus-{at.name}", Targets=targets)
    template = {"InputTemplate": '{"id": <$.body.id>}'}
    first = pipe(at, arn, of_queue(), bus, TargetParameters=template)
    at.send(url, {"id": 1})
    at.settle()
    own = {"EventBridgeEventBusParameters": {"Source": "stories", "DetailType": "$.body.kind"}, **template}
    at.client("pipes").update_pipe(Name=first, RoleArn=ROLE, TargetParameters=own)
    at.send(url, {"id": 2, "kind": "StoryCreated"})
    at.settle()
    assert [(each["source"], each["detail-type"], each["detail"]) for each in at.seen()] == [
        (f"Pipe {first}", "Event from aws:sqs", {"id": 1}),
        ("stories", "StoryCreated", {"id": 2}),
    ]


@pytest.mark.parametrize(("kind", "outcomes"), [("STANDARD", ["success"]), ("EXPRESS", ["failed", "failed"])])
def test_to_a_state_machine_goes_the_whole_batch(stand, pipe, kind, outcomes):
    """The pipe waits for an EXPRESS machine, and never learns of a STANDARD one's failure."""
    at = stand(TARGET)
    dead_url, dead = at.queue("dead")
    url, arn = at.queue(
        "jobs", VisibilityTimeout="90", RedrivePolicy={"deadLetterTargetArn": dead, "maxReceiveCount": 2}
    )
    definition = {"StartAt": "Fail", "States": {"Fail": {"Type": "Fail", "Error": "Bad"}}}
    machine = at.client("stepfunctions").create_state_machine(
        name=f"machine-{at.name}-{kind}", definition=json.dumps(definition), roleArn=ROLE, type=kind
    )["stateMachineArn"]
    pipe(at, arn, of_queue(), machine, TargetParameters={"InputTemplate": '{"id": <$.body.id>}'})
    at.send(url, {"id": 1})
    at.settle()
    executions = at.service.machine_executions(f"machine-{at.name}-{kind}")
    assert [json.loads(each.input) for each in executions] == [[{"id": 1}]] * len(outcomes)
    batches = at.service.batches(f"machine-{at.name}-{kind}")
    assert [batch.outcome for batch in batches] == outcomes
    assert len(at.bodies(dead_url)) == (kind == "EXPRESS")


def test_fire_and_forget_learns_of_no_failure(stand, pipe):
    at = stand(TARGET, maximum_retry_attempts=0)
    url, arn = at.queue("jobs", VisibilityTimeout="300")
    own = {"LambdaFunctionParameters": {"InvocationType": "FIRE_AND_FORGET"}}
    pipe(at, arn, of_queue(), TargetParameters=own)
    at.send(url, "raise")
    at.settle()
    assert [batch.outcome for batch in at.batches()] == ["success"]
    assert [run.outcome for run in at.runs()] == ["error"]
    assert at.bodies(url) == []


def test_a_pipe_that_is_stopped_reads_nothing(stand, pipe):
    at = stand(TARGET)
    url, arn = at.queue("jobs", VisibilityTimeout="300")
    name = pipe(at, arn, of_queue(), DesiredState="STOPPED")
    at.send(url, "a")
    at.settle()
    assert at.seen() == []
    at.client("pipes").start_pipe(Name=name)
    at.settle()
    assert len(at.seen()) == 1
    at.client("pipes").stop_pipe(Name=name)
    at.send(url, "b")
    at.settle()
    assert len(at.seen()) == 1


def test_what_is_not_served_is_said(bench):
    lines = []
    service = bench.service(on_event=lines.append)
    sqs, pipes = service.shared_client("sqs"), service.shared_client("pipes")
    sqs.create_queue(QueueName="jobs")
    queue = "arn:aws:sqs:us-east-1:123456789012:jobs"
    firehose = "arn:aws:firehose:us-east-1:123456789012:deliverystream/s"
    many = of_queue(BatchSize=11, MaximumBatchingWindowInSeconds=1)
    pipes.create_pipe(Name="a", RoleArn=ROLE, Source=queue, Target=firehose)
    pipes.create_pipe(Name="b", RoleArn=ROLE, Source=queue, Target=f"{queue}-2", SourceParameters=many)
    pipes.create_pipe(Name="c", RoleArn=ROLE, Source=f"{queue}-gone", Target=queue)
    first, second, third = (line for line in lines if line.startswith("PIPE"))
    assert first == "PIPE     a does not run: a target of the kind firehose is not served"
    assert second == "PIPE     b does not run: a batch of 11 is more than the target takes, which is 10"
    assert third.startswith("PIPE     c does not run: ")
    assert "does not exist" in third
