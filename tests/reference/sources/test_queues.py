"""Mappings of queues: batches, failures, order, throttling, filters."""

from __future__ import annotations

import json
import textwrap

import pytest

from tests.reference.sources.conftest import WORKER

TAKES_ALL = WORKER + textwrap.dedent("""
    def handler(event, context):
        note([record["body"] for record in event["Records"]])
""")
RAISES = WORKER + textwrap.dedent("""
    def handler(event, context):
        bodies = [record["body"] for record in event["Records"]]
        note(bodies)
        if "bad" in bodies:
            raise ValueError("bad")
""")
SWALLOWS = WORKER + textwrap.dedent("""
    def handler(event, context):
        for record in event["Records"]:
            try:
                if record["body"] == "bad":
                    raise ValueError("bad")
                note(record["body"])
            except ValueError:
                pass
""")
REPORTS = WORKER + textwrap.dedent("""
    def handler(event, context):
        failed = []
        for record in event["Records"]:
            note(record["body"])
            if record["body"] == "bad":
                failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}
""")
REPORTING = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
HIDDEN = {"VisibilityTimeout": "300"}
"""For what comes once: seconds on the wall, however busy that machine is."""


def with_redrive(stand, name="jobs", receives=3):
    """Addresses of a queue and of its dead-letter queue, and the queue's ARN."""
    suffix = ".fifo" if name.endswith(".fifo") else ""
    dead, dead_arn = stand.queue(f"dead{suffix}")
    url, arn = stand.queue(name, RedrivePolicy={"deadLetterTargetArn": dead_arn, "maxReceiveCount": receives})
    return url, arn, dead


def test_a_batch_that_succeeds_is_deleted(stand):
    at = stand(TAKES_ALL)
    url, arn = at.queue("jobs", **HIDDEN)
    ids = at.send(url, *"abc")
    at.mapping(arn)
    at.settle()
    assert at.seen() == [["a", "b", "c"]]
    (batch,) = at.batches()
    assert (batch.outcome, batch.items, batch.failed) == ("success", tuple(ids), ())
    assert [run.origin for run in at.runs()] == ["sqs"]


def test_batches_are_no_larger_than_asked(stand):
    at = stand(TAKES_ALL)
    url, arn = at.queue("jobs", **HIDDEN)
    at.send(url, *"abcde")
    at.mapping(arn, BatchSize=2)
    at.settle()
    assert sorted(len(batch.items) for batch in at.batches()) == [1, 2, 2]


def test_a_batching_window_gathers_more_than_one_receive_gives(stand):
    at = stand(TAKES_ALL)
    url, arn = at.queue("jobs", VisibilityTimeout="900")
    at.mapping(arn, BatchSize=25, MaximumBatchingWindowInSeconds=250)  # ends with the last message
    at.send(url, *map(str, range(25)))
    at.settle()
    assert [len(batch.items) for batch in at.batches()] == [25]


def test_a_poison_message_takes_its_batch_with_it_when_the_handler_raises(stand):
    at = stand(RAISES)
    url, arn, dead = with_redrive(at)
    at.send(url, "good", "bad", "fine")
    at.mapping(arn)
    at.settle()
    assert sum("good" in bodies for bodies in at.seen()) == 3  # done three times
    assert sorted(at.bodies(dead)) == ["bad", "fine", "good"]


def test_a_poison_message_is_lost_when_the_handler_swallows(stand):
    at = stand(SWALLOWS)
    url, arn, dead = with_redrive(at)
    at.send(url, "good", "bad", "fine")
    at.mapping(arn, **REPORTING)
    at.settle()
    assert at.seen() == ["good", "fine"]
    assert at.bodies(dead) == []


def test_reported_failures_are_retried_alone(stand):
    at = stand(REPORTS)
    url, arn, dead = with_redrive(at)
    at.send(url, "good", "bad", "fine")
    at.mapping(arn, **REPORTING)
    at.settle()
    assert sorted(at.seen()) == ["bad", "bad", "bad", "fine", "good"]
    assert at.bodies(dead) == ["bad"]
    assert [batch.outcome for batch in at.batches()] == ["partial", "failed", "failed"]


def test_reported_failures_are_not_looked_at_unless_the_mapping_says_so(stand):
    at = stand(REPORTS)
    url, arn, dead = with_redrive(at)
    at.send(url, "good", "bad")
    at.mapping(arn)
    at.settle()
    assert at.seen() == ["good", "bad"]
    assert at.bodies(dead) == []


@pytest.mark.parametrize("wrong", ["receiptHandle", "eventSourceARN"])
def test_a_wrong_identifier_fails_the_whole_batch(stand, wrong):
    at = stand(REPORTS.replace('record["messageId"]', f'record["{wrong}"]'))
    url, arn, dead = with_redrive(at, receives=2)
    at.send(url, "good", "bad")
    at.mapping(arn, **REPORTING)
    at.settle()
    assert at.seen().count("good") == 2
    assert sorted(at.bodies(dead)) == ["bad", "good"]


def test_a_failed_message_comes_back_after_the_visibility_timeout(stand):
    at = stand(RAISES)
    url, arn, _ = with_redrive(at, receives=2)
    at.send(url, "bad")
    at.mapping(arn)
    at.settle()
    first, second = at.batches()
    assert 30 <= second.started - first.started < 60
    counts = [json.loads(run.payload)["Records"][0]["attributes"]["ApproximateReceiveCount"] for run in at.runs()]
    assert counts == ["1", "2"]


def test_a_message_may_be_delivered_twice_without_an_error(stand):
    at = stand(TAKES_ALL)
    url, arn = at.queue("jobs")
    at.service.faults.duplicate(at.name)
    at.send(url, "pay")
    at.mapping(arn)
    at.settle()
    assert at.seen() == [["pay"], ["pay"]]
    assert len({run.request_id for run in at.runs()}) == 2
    assert len({batch.items for batch in at.batches()}) == 1  # one message id: what to recognise it by


def test_a_message_comes_again_while_a_slow_handler_works(stand):
    """The visibility timeout was shortened after the mapping was made: two sandboxes do the same work."""
    at = stand(TAKES_ALL + "    import time\n    time.sleep(60)\n", timeout=120)
    url, arn = at.queue("jobs", VisibilityTimeout="120")
    at.mapping(arn)
    at.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "5"})
    at.send(url, "pay")
    assert at.service.clock.wait_until(lambda: len(at.seen()) > 1, 60)
    first, second = at.runs()[:2]
    assert first.ended is None or second.started < first.ended


def test_a_throttled_batch_counts_as_received(stand):
    at = stand(TAKES_ALL, reserved_concurrency=0)
    url, arn, dead = with_redrive(at, receives=2)
    at.send(url, "a")
    at.mapping(arn)
    at.settle()
    assert at.seen() == []
    assert [(each.outcome, each.error) for each in at.batches()] == [("refused", "TooManyRequestsException")] * 2
    assert at.bodies(dead) == ["a"]


def test_groups_of_a_fifo_queue_keep_their_order(stand):
    at = stand(RAISES)
    url, arn, dead = with_redrive(at, "jobs.fifo", receives=2)
    for number, (group, body) in enumerate([("a", "1"), ("a", "bad"), ("a", "2"), ("b", "3")]):
        at.send(url, body, MessageGroupId=group, MessageDeduplicationId=str(number))
    at.mapping(arn, BatchSize=1)
    at.settle()
    order = [bodies[0] for bodies in at.seen()]
    assert [body for body in order if body != "3"] == ["1", "bad", "bad", "2"]  # the group waits for its failed message
    assert order.index("3") < order.index("2")  # the other does not
    assert at.bodies(dead) == ["bad"]


def test_an_answer_that_leaves_out_what_follows_a_failure_breaks_the_order_of_a_fifo_queue(stand):
    at = stand(REPORTS)
    url, arn, _ = with_redrive(at, "jobs.fifo", receives=2)
    for number, body in enumerate(["1", "bad", "2"]):
        at.send(url, body, MessageGroupId="a", MessageDeduplicationId=str(number))
    at.mapping(arn, **REPORTING)
    at.settle()
    assert at.seen() == ["1", "bad", "2", "bad"]


def test_messages_that_no_filter_lets_through_are_deleted(stand):
    at = stand(TAKES_ALL)
    url, arn = at.queue("jobs", **HIDDEN)
    at.send(url, {"kind": "story"}, {"kind": "image"}, "story")
    pattern = json.dumps({"body": {"kind": ["story"]}})
    at.mapping(arn, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    at.settle()
    assert at.seen() == [['{"kind": "story"}']]


def test_a_queue_whose_messages_come_back_too_early_is_refused(stand):
    at = stand(TAKES_ALL, timeout=60)
    _, arn = at.queue("jobs")
    client = at.client()
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="timeout: 30 seconds is less than"):
        at.mapping(arn)


def test_a_disabled_mapping_moves_nothing(stand):
    at = stand(TAKES_ALL)
    url, arn = at.queue("jobs", **HIDDEN)
    made = at.mapping(arn, Enabled=False)
    at.send(url, "a")
    at.settle()
    assert at.seen() == []
    at.client().update_event_source_mapping(UUID=made, Enabled=True)
    at.settle()
    assert at.seen() == [["a"]]


def test_a_deleted_mapping_moves_nothing(stand):
    at = stand(TAKES_ALL)
    url, arn = at.queue("jobs")
    made = at.mapping(arn)
    at.unmap()
    at.send(url, "a")
    at.settle()
    assert at.seen() == []
    assert at.bodies(url) == ["a"]
    assert made not in [each.id for each in at.service.mappings()]


def test_a_concurrency_of_the_mapping_bounds_its_batches(stand):
    at = stand(TAKES_ALL + "    import time\n    time.sleep(3)\n")
    url, arn = at.queue("jobs", **HIDDEN)
    at.send(url, *"abcdef")
    at.mapping(arn, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    at.settle()
    moments = sorted((time, step) for run in at.runs() for time, step in ((run.started, 1), (run.ended, -1)))
    running = [sum(step for _, step in moments[: number + 1]) for number in range(len(moments))]
    assert max(running) == 2
