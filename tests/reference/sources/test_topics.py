"""Subscriptions of functions to topics: the event, filters, and what becomes of what cannot be handed over."""

from __future__ import annotations

import json
import textwrap

import pytest

from tests.reference.sources.conftest import WORKER

NOTES = WORKER + textwrap.dedent("""
    def handler(event, context):
        note([record["Sns"]["Message"] for record in event["Records"]])
        if "bad" in event["Records"][0]["Sns"]["Message"]:
            raise ValueError("bad")
""")


@pytest.fixture
def topic(stand):
    """`topic(**attributes of the subscription)`: a stand whose function is subscribed, and `at.topic` its ARN."""

    def make(**attributes):
        at = stand(NOTES)
        at.topic = at.client("sns").create_topic(Name=f"stories-{at.name}")["TopicArn"]
        at.subscription = at.client("sns").subscribe(
            TopicArn=at.topic,
            Protocol="lambda",
            Endpoint=f"arn:aws:lambda:us-east-1:{at.service.account}:function:{at.name}",
            Attributes={name: json.dumps(value) for name, value in attributes.items()},
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        return at

    return make


def publish(at, message, **attributes):
    typed = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    return at.client("sns").publish(TopicArn=at.topic, Message=message, MessageAttributes=typed)["MessageId"]


def test_the_event(topic):
    """Members as recorded from AWS (TestSNSSubscriptionLambda, 2023 and 2025)."""
    at = topic()
    made = at.client("sns").publish(
        TopicArn=at.topic,
        Message="Hello world.",
        Subject="Test",
        MessageAttributes={"attr1": {"DataType": "Number", "StringValue": "1"}},
    )
    at.settle()
    (run,) = at.runs()
    (record,) = json.loads(run.payload)["Records"]
    assert run.origin == "sns"
    assert {name: value for name, value in record.items() if name != "Sns"} == {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": at.subscription,
    }
    assert set(record["Sns"]) == {
        "Message",
        "MessageAttributes",
        "MessageId",
        "Signature",
        "SignatureVersion",
        "SigningCertUrl",
        "Subject",
        "Timestamp",
        "TopicArn",
        "Type",
        "UnsubscribeUrl",
    }
    assert record["Sns"]["MessageId"] == made["MessageId"]
    assert record["Sns"]["MessageAttributes"] == {"attr1": {"Type": "Number", "Value": "1"}}
    assert record["Sns"]["Subject"] == "Test"


def test_a_message_without_a_subject_has_none(topic):
    at = topic()
    publish(at, "x")
    at.settle()
    assert json.loads(at.runs()[0].payload)["Records"][0]["Sns"]["Subject"] is None


@pytest.mark.parametrize("scope", ["MessageAttributes", "MessageBody"])
def test_a_filter_policy_holds_messages_back(topic, scope):
    at = topic(FilterPolicy={"kind": ["story"]})
    at.client("sns").set_subscription_attributes(
        SubscriptionArn=at.subscription, AttributeName="FilterPolicyScope", AttributeValue=scope
    )
    for kind in ("story", "image"):
        publish(at, json.dumps({"kind": kind}), kind=kind)
    at.settle()
    assert at.seen() == [['{"kind": "story"}']]


def test_a_function_that_fails_is_retried_as_for_any_event(topic):
    at = topic()
    publish(at, "bad")
    at.settle()
    assert len(at.seen()) == 3
    assert len({run.request_id for run in at.runs()}) == 1


def test_what_a_function_gives_up_does_not_reach_the_subscription(topic):
    """The topic's dead-letter queue is for what could not be handed over, not for what the function could not do."""
    at = topic()
    dead, dead_arn = at.queue("dead")
    redrive(at, dead_arn)
    publish(at, "bad")
    at.settle()
    assert len(at.seen()) == 3
    assert at.bodies(dead) == []


def redrive(at, dead_arn):
    at.client("sns").set_subscription_attributes(
        SubscriptionArn=at.subscription,
        AttributeName="RedrivePolicy",
        AttributeValue=json.dumps({"deadLetterTargetArn": dead_arn}),
    )


def test_a_message_for_a_function_that_is_gone_is_a_dead_letter(topic):
    """Members of the letter as recorded from AWS (test_redrive_policy_lambda_subscription, 2023)."""
    at = topic()
    dead, dead_arn = at.queue("dead")
    redrive(at, dead_arn)
    endpoint = at.service.functions()[-1].function
    at.service.remove_function(at.name)
    publish(at, "story", attr1="1")
    at.settle()
    at.service.add_function(endpoint)
    (text,) = at.bodies(dead)
    letter = json.loads(text)
    assert (letter["Type"], letter["Message"], letter["TopicArn"]) == ("Notification", "story", at.topic)
    assert letter["MessageAttributes"] == {"attr1": {"Type": "String", "Value": "1"}}
    assert at.seen() == []
    (delivery,) = at.service.deliveries(at.name)
    assert (delivery.kind, delivery.target, delivery.error) == ("dead_letter", dead_arn, None)


def test_without_a_dead_letter_queue_it_is_lost(topic):
    at = topic()
    endpoint = at.service.functions()[-1].function
    at.service.remove_function(at.name)
    publish(at, "story")
    at.settle()
    at.service.add_function(endpoint)
    assert at.seen() == []
    assert at.service.deliveries(at.name) == ()


def test_a_throttled_function_gets_the_message_later(topic):
    at = topic()
    at.service.faults.throttle(at.name, times=4)
    publish(at, "story")
    at.settle()
    assert at.seen() == [["story"]]


def test_one_message_may_come_twice(topic):
    at = topic()
    at.service.faults.duplicate(at.name)
    publish(at, "pay")
    at.settle()
    assert at.seen() == [["pay"], ["pay"]]
    assert len({json.loads(run.payload)["Records"][0]["Sns"]["MessageId"] for run in at.runs()}) == 1


def test_a_topic_fans_out_to_functions_and_queues(topic, stand):
    """One function that fails holds up no other subscriber."""
    at, other = topic(), stand(NOTES)
    url, arn = at.queue("copies")
    at.client("sns").subscribe(TopicArn=at.topic, Protocol="sqs", Endpoint=arn)
    endpoint = f"arn:aws:lambda:us-east-1:{at.service.account}:function:{other.name}"
    at.client("sns").subscribe(TopicArn=at.topic, Protocol="lambda", Endpoint=endpoint)
    at.service.faults.answer(other.name, status=403, code="AccessDeniedException")
    publish(at, "one")
    publish(at, "two")
    at.settle()
    assert sorted(at.seen()) == [["one"], ["two"]]
    assert other.seen() == [["two"]]
    assert sorted(json.loads(body)["Message"] for body in at.bodies(url)) == ["one", "two"]
