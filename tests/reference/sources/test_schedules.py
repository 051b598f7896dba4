"""Schedules: when they are due, what they send, and that runs of one may overlap."""

from __future__ import annotations

import json
import textwrap
from datetime import datetime, timezone

import pytest

from invocation_lint.reference.sources.timetable import next_time
from tests.reference.sources.conftest import WORKER

NOTES = WORKER + textwrap.dedent("""
    def handler(event, context):
        note(event)
""")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()


@pytest.mark.parametrize(
    ("expression", "after", "due"),
    [
        ("rate(5 minutes)", "2026-11-21T14:00:30", "2026-11-21T14:05:30"),
        ("rate(1 hour)", "2026-11-21T14:00:00", "2026-11-21T15:00:00"),
        ("rate(7 days)", "2026-11-21T14:00:00", "2026-11-28T14:00:00"),
        ("at(2026-11-22T00:00:00)", "2026-11-21T14:00:00", "2026-11-22T00:00:00"),
        ("at(2026-11-20T00:00:00)", "2026-11-21T14:00:00", None),
        ("cron(0 9 * * ? *)", "2026-11-21T09:00:00", "2026-11-22T09:00:00"),
        ("cron(0/15 * * * ? *)", "2026-11-21T09:16:00", "2026-11-21T09:30:00"),
        ("cron(15 12 ? * MON-FRI *)", "2026-11-20T12:15:00", "2026-11-23T12:15:00"),  # over a week-end
        ("cron(0 18 ? * 1 *)", "2026-11-21T00:00:00", "2026-11-22T18:00:00"),  # 1 is Sunday
        ("cron(0 8 1 * ? *)", "2026-11-21T00:00:00", "2026-12-01T08:00:00"),
        ("cron(0 8 L * ? *)", "2026-02-01T00:00:00", "2026-02-28T08:00:00"),
        ("cron(0 8 1W * ? *)", "2026-07-31T00:00:00", "2026-08-03T08:00:00"),  # the 1st of August 2026 is a Saturday
        ("cron(0 8 ? * 6#2 *)", "2026-11-01T00:00:00", "2026-11-13T08:00:00"),  # the second Friday
        ("cron(0 8 ? * 6L *)", "2026-11-01T00:00:00", "2026-11-27T08:00:00"),  # the last Friday
        ("cron(0 0 1 JAN ? 2027)", "2026-11-21T00:00:00", "2027-01-01T00:00:00"),
        ("cron(0 0 1 1 ? 2025)", "2026-11-21T00:00:00", None),
    ],
)
def test_when_a_schedule_is_due(expression, after, due):
    found = next_time(expression, utc(after))
    assert found == (None if due is None else utc(due))


def test_a_time_zone():
    assert next_time("cron(0 9 * * ? *)", utc("2026-07-01T00:00:00"), "Europe/Berlin") == utc("2026-07-01T07:00:00")
    assert next_time("at(2026-12-01T09:00:00)", utc("2026-07-01T00:00:00"), "America/New_York") == utc(
        "2026-12-01T14:00:00"
    )


@pytest.mark.parametrize("wrong", ["rate(5)", "cron(0 9 * * ?)", "cron(61 9 * * ? *)", "every day"])
def test_what_is_no_schedule(wrong):
    with pytest.raises(ValueError, match=r"schedule|fields|within"):
        next_time(wrong, 0)


@pytest.fixture
def arn(running):
    return lambda at: f"arn:aws:lambda:us-east-1:{at.service.account}:function:{at.name}"


@pytest.fixture
def rule(stand, running, arn):
    """`rule(expression, **the target's settings)`: a stand whose function is called until the test ends."""
    made = []

    def make(expression, source=NOTES, **target):
        at = stand(source)
        events = at.client("events")
        at.rule = events.put_rule(Name=at.name, ScheduleExpression=expression)["RuleArn"]
        made.append(at)
        events.put_targets(Rule=at.name, Targets=[{"Id": "f", "Arn": arn(at), **target}])
        return at

    yield make
    for at in made:
        at.client("events").remove_targets(Rule=at.name, Ids=["f"])
        at.client("events").delete_rule(Name=at.name)


def wait_for(at, count, seconds=600):
    assert at.service.clock.wait_until(lambda: len(at.seen()) >= count, seconds)


def test_a_rule_with_a_rate(rule):
    at = rule("rate(1 minute)")
    wait_for(at, 2)
    first, second = at.seen()[:2]
    assert {name: value for name, value in first.items() if name not in ("id", "time")} == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": at.service.account,
        "region": "us-east-1",
        "resources": [at.rule],
        "detail": {},
    }
    assert utc(second["time"][:-1]) - utc(first["time"][:-1]) == 60
    assert {run.origin for run in at.runs()} == {"schedule"}


def test_a_rule_with_an_input(rule):
    at = rule("cron(* * * * ? *)", Input='{"task": "reap"}')
    wait_for(at, 1)
    assert at.seen()[0] == {"task": "reap"}


def test_a_rule_that_is_removed_sends_nothing_more(rule):
    at = rule("rate(1 minute)")
    wait_for(at, 1)
    at.client("events").disable_rule(Name=at.name)
    at.settle()
    seen = len(at.seen())
    at.service.clock.sleep(150)
    at.settle()
    assert len(at.seen()) == seen


def test_runs_of_a_slow_function_overlap_unless_its_concurrency_is_reserved(rule, stand, arn):
    """The harm: a run that outlasts the period shares its work with the next. Reserved concurrency queues it."""
    slow = NOTES.replace("note(event)", "import time; note(event); time.sleep(100)")
    at = rule("rate(1 minute)", slow)
    at.service.add_function(at.replaced(timeout=300))
    assert at.service.clock.wait_until(lambda: len(at.runs()) >= 2, 600)
    assert overlap(at)
    other = rule("rate(1 minute)", slow)
    other.service.add_function(other.replaced(timeout=300, reserved_concurrency=1))
    assert other.service.clock.wait_until(lambda: len(other.runs()) >= 2, 600)
    assert not overlap(other)


def overlap(at):
    first, second = at.runs()[:2]
    return first.ended is None or second.started < first.ended


@pytest.fixture
def schedule(stand, arn):
    """`schedule(expression, **settings)`: a stand whose function EventBridge Scheduler calls, until the test ends."""
    made = []

    def make(expression, target=None, **settings):
        at = stand(NOTES)
        made.append(at)
        at.schedule = at.client("scheduler").create_schedule(
            Name=at.name,
            ScheduleExpression=expression,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": arn(at), "RoleArn": "arn:aws:iam::123456789012:role/r", **(target or {})},
            **settings,
        )["ScheduleArn"]
        return at

    yield make
    for at in made:
        at.client("scheduler").delete_schedule(Name=at.name)


def test_a_schedule_of_the_scheduler(schedule):
    at = schedule("rate(1 minute)")
    wait_for(at, 1)
    event = at.seen()[0]
    assert (event["source"], event["resources"], event["detail"]) == ("aws.scheduler", [at.schedule], "{}")


def test_an_input_with_what_the_scheduler_fills_in(schedule):
    at = schedule("rate(1 minute)", {"Input": '{"by": "<aws.scheduler.schedule-arn>"}'})
    wait_for(at, 1)
    assert at.seen()[0] == {"by": at.schedule}


def test_a_schedule_that_is_due_once(schedule, running):
    service, _ = running
    moment = datetime.fromtimestamp(service.clock.time() + 60, tz=timezone.utc)
    at = schedule(f"at({moment:%Y-%m-%dT%H:%M:%S})", {"Input": '{"once": true}'})
    wait_for(at, 1)
    at.service.clock.sleep(120)
    at.settle()
    assert at.seen() == [{"once": True}]


def test_a_schedule_that_invokes_by_the_api(schedule):
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:lambda:invoke"}
    at = schedule("rate(1 hour)")
    called = {"FunctionName": at.name, "InvocationType": "Event", "Payload": '{"task": "reap"}'}
    role = {"RoleArn": "arn:aws:iam::123456789012:role/r"}
    at.client("scheduler").update_schedule(
        Name=at.name,
        ScheduleExpression="rate(1 minute)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={**target, **role, "Input": json.dumps(called)},
    )
    wait_for(at, 1)
    assert at.seen()[0] == {"task": "reap"}
