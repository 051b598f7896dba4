"""Rules of buses: which events, what a target gets, and what becomes of an event that cannot be handed over."""

from __future__ import annotations

import json
import textwrap

import pytest

from tests.reference.sources.conftest import WORKER

NOTES = WORKER + textwrap.dedent("""
    def handler(event, context):
        note(event)
        if isinstance(event, dict) and event.get("detail") == {"id": "bad"}:
            raise ValueError("bad")
""")
STORY = {"source": ["stories"], "detail-type": ["StoryCreated"]}


@pytest.fixture
def bus(stand):
    """`bus(pattern, **the target's settings)`: a stand whose function is a rule's target; `at.bus` names the bus."""

    def make(pattern=STORY, **target):
        at = stand(NOTES)
        at.bus, at.rule = f"bus-{at.name}", f"rule-{at.name}"
        events = at.client("events")
        events.create_event_bus(Name=at.bus)
        at.arn = events.put_rule(Name=at.rule, EventBusName=at.bus, EventPattern=json.dumps(pattern))["RuleArn"]
        put_target(at, Id="f", Arn=function_arn(at), **target)
        return at

    return make


def function_arn(at):
    return f"arn:aws:lambda:us-east-1:{at.service.account}:function:{at.name}"


def put_target(at, **target):
    at.client("events").put_targets(Rule=at.rule, EventBusName=at.bus, Targets=[target])


def emit(at, detail, source="stories", kind="StoryCreated"):
    entry = {"EventBusName": at.bus, "Source": source, "DetailType": kind, "Detail": json.dumps(detail)}
    answer = at.client("events").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0
    at.settle()
    return answer["Entries"][0]["EventId"]


def test_the_event(bus):
    """Members as recorded from AWS (TestEventsTargetLambda, 2024)."""
    at = bus()
    made = emit(at, {"id": "s1"})
    (event,) = at.seen()
    time = event.pop("time")
    assert event == {
        "version": "0",
        "id": made,
        "detail-type": "StoryCreated",
        "source": "stories",
        "account": at.service.account,
        "region": "us-east-1",
        "resources": [],
        "detail": {"id": "s1"},
    }
    assert time.endswith("Z")
    assert len(time) == len("2026-11-21T14:00:00Z")
    assert [run.origin for run in at.runs()] == ["events"]


@pytest.mark.parametrize(
    ("pattern", "detail", "comes"),
    [
        ({"source": ["stories"]}, {}, True),
        ({"source": ["images"]}, {}, False),
        ({"detail": {"pages": [{"numeric": [">", 10, "<=", 20]}]}}, {"pages": 20}, True),
        ({"detail": {"pages": [{"numeric": [">", 10]}]}}, {"pages": 10}, False),
        ({"detail": {"pages": [10]}}, {"pages": "10"}, False),
        ({"detail": {"name": [{"prefix": "ab"}, {"suffix": ".json"}]}}, {"name": "x.json"}, True),
        ({"detail": {"name": [{"anything-but": ["a", "b"]}]}}, {"name": "c"}, True),
        ({"detail": {"name": [{"anything-but": {"prefix": "init"}}]}}, {"name": "initial"}, False),
        ({"detail": {"name": [{"wildcard": "a*c"}]}}, {"name": "abbc"}, True),
        ({"detail": {"name": [{"equals-ignore-case": "ABC"}]}}, {"name": "abc"}, True),
        ({"detail": {"gone": [{"exists": False}]}}, {"name": "abc"}, True),
        ({"detail": {"gone": [{"exists": True}]}}, {"name": "abc"}, False),
        ({"detail": {"ip": [{"cidr": "10.0.0.0/24"}]}}, {"ip": "10.0.0.7"}, True),
        ({"detail": {"$or": [{"a": [1]}, {"b": [2]}]}}, {"b": 2}, True),
        ({"detail": {"steps": {"kind": ["SEND"]}}}, {"steps": [{"kind": "WAIT"}, {"kind": "SEND"}]}, True),
        ({"detail": {"tags": ["x"]}}, {"tags": ["y", "x"]}, True),
        ({"detail": {"done": [True]}}, {"done": 1}, False),
        ({"detail": {"none": [None]}}, {"none": None}, True),
    ],
)
def test_patterns(bus, pattern, detail, comes):
    at = bus(pattern)
    emit(at, detail)
    assert len(at.seen()) == comes


@pytest.mark.parametrize(
    ("target", "received"),
    [
        ({"Input": '{"constant": 1}'}, {"constant": 1}),
        ({"InputPath": "$.detail"}, {"id": "s1", "pages": [3, 4]}),
        ({"InputPath": "$.detail.pages[1]"}, 4),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"id": "$.detail.id", "pages": "$.detail.pages"},
                    "InputTemplate": '{"story": <id>, "text": "story <id>", "pages": <pages>}',
                }
            },
            {"story": "s1", "text": "story s1", "pages": [3, 4]},
        ),
    ],
)
def test_what_a_target_gets(bus, target, received):
    at = bus(**target)
    emit(at, {"id": "s1", "pages": [3, 4]})
    assert at.seen() == [received]


def test_a_rule_that_is_disabled_sends_nothing(bus):
    at = bus()
    at.client("events").disable_rule(Name=at.rule, EventBusName=at.bus)
    emit(at, {"id": "s1"})
    assert at.seen() == []
    at.client("events").enable_rule(Name=at.rule, EventBusName=at.bus)
    emit(at, {"id": "s2"})
    assert [event["detail"] for event in at.seen()] == [{"id": "s2"}]


def test_a_rule_has_several_targets_and_one_that_fails_holds_up_none(bus, stand):
    at, other = bus(), stand(NOTES)
    url, arn = at.queue("copies")
    put_target(at, Id="q", Arn=arn, InputPath="$.detail")
    put_target(at, Id="g", Arn=function_arn(other))
    emit(at, {"id": "bad"})
    assert len(at.seen()) == len(other.seen()) == 3  # Lambda retries twice, each function on its own
    assert at.bodies(url) == ['{"id": "bad"}']


def test_an_event_for_a_function_that_is_gone_goes_to_the_dead_letter_queue_of_the_target(bus):
    at = bus()
    dead, dead_arn = at.queue("dead")
    put_target(at, Id="f", Arn=function_arn(at), DeadLetterConfig={"Arn": dead_arn})
    with at.gone():
        emit(at, {"id": "s1"})
    (message,) = at.client("sqs").receive_message(QueueUrl=dead, MessageAttributeNames=["All"])["Messages"]
    told = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert json.loads(message["Body"])["detail"] == {"id": "s1"}
    assert told["ERROR_CODE"] == "ResourceNotFoundException"
    assert (told["RULE_ARN"], told["TARGET_ARN"]) == (at.arn, function_arn(at))
    assert at.seen() == []


def test_without_a_dead_letter_queue_an_event_for_a_function_that_is_gone_is_lost(bus):
    at = bus()
    with at.gone():
        emit(at, {"id": "s1"})
    assert at.seen() == []
    assert at.service.deliveries(at.name) == ()


def test_a_target_that_is_throttled_gets_the_event_later(bus):
    at = bus()
    at.service.faults.throttle(at.name, times=3)
    emit(at, {"id": "s1"})
    assert len(at.seen()) == 1


def test_attempts_at_a_throttled_target_run_out(bus):
    at = bus(RetryPolicy={"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60})
    at.service.faults.throttle(at.name, times=2)
    emit(at, {"id": "s1"})
    assert at.seen() == []


def test_an_event_may_be_delivered_twice(bus):
    at = bus()
    at.service.faults.duplicate(at.name)
    made = emit(at, {"id": "pay"})
    assert [event["id"] for event in at.seen()] == [made, made]
