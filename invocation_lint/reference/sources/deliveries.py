"""Sources that hand an event on at once: topics, buckets, rules. They invoke asynchronously.

Lambda queues the event and retries the function as it does for any asynchronous event. What is done here concerns the
way there: a function that cannot be reached (deleted, not permitted) gets no second attempt, one that is throttled gets
many, and what is given up goes to the dead-letter queue of the subscription or of the target.
https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.records import Delivery, Records
from invocation_lint.reference.service.registry import split_name
from invocation_lint.reference.sources import notifications, rule_events

_CLIENT_ERRORS = range(400, 500)
_THROTTLED = 429
_LONGEST_RULE_WAIT = 60.0


class Send(Protocol):
    """Queues an event for a function; raises Refusal as the Invoke API would answer."""

    def __call__(
        self,
        name: str,
        payload: bytes,
        origin: str,
        trace_header: str | None = None,
        *,
        source: str | None = None,
        role: str | None = None,
    ) -> str:
        """Queue the event; its request id. `source` is the ARN it comes from, `role` that it is sent with."""


@dataclass(frozen=True)
class Parcel:
    """One event on its way to the function `function`.

    `waits` are the seconds between attempts, and with them how many there are. `dead_letter` is the ARN of a queue, and
    `letter` what it gets, with `attributes`; `name_error` are the attributes that tell the error's code and text.
    `source` is the ARN of the topic, bucket or rule, `role` that of a schedule.
    """

    function: str
    payload: bytes
    origin: str
    waits: Callable[[], Iterator[float]] = field(default=lambda: iter(()))
    dead_letter: str | None = None
    letter: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    name_error: tuple[str, ...] = ()
    source: str | None = None
    role: str | None = None


class Deliveries:
    """Delivers what moto's side reports. `client(service)` gives an SDK client of moto itself."""

    def __init__(
        self,
        *,
        send: Send,
        client: Callable[[str], Any],
        records: Records,
        clock: Clock,
        account: str,
        region: str,
        say: Callable[[str], None],
    ) -> None:
        self._send = send
        self._client = client
        self._records = records
        self._clock = clock
        self._account = account
        self._region = region
        self._say = say
        self._lock = threading.Lock()
        self._under_way = 0
        self._closed = threading.Event()

    @property
    def is_idle(self) -> bool:
        """Whether no delivery waits for its next attempt."""
        with self._lock:
            return self._under_way == 0

    def close(self) -> None:
        """Give up what waits."""
        self._closed.set()

    def take(self, what: dict[str, Any]) -> None:
        """Deliver one report (see moto_server.py)."""
        kind = what.pop("kind")
        if kind == "topic":
            self._notify(what)
        elif kind == "bucket":
            event = notifications.object_event(what["event"], self._account)
            bucket = event["Records"][0]["s3"]["bucket"]["arn"]
            self.put(Parcel(what["function"], json.dumps(event).encode(), "s3", source=bucket))
        elif kind == "rule":
            for target in what["targets"]:
                self.put_to_target(what["rule"], target, rule_events.completed(what["event"]))

    def put_to_target(
        self, rule: str, target: Mapping[str, Any], event: Mapping[str, Any], origin: str = "events"
    ) -> None:
        """Deliver an event to one target of a rule (its ARN) or schedule."""
        text = rule_events.for_target(target, event, rule)
        arn: str = target["Arn"]
        service = arn.split(":")[2]
        if service == "lambda":
            policy = target.get("RetryPolicy") or {}
            most = policy.get("MaximumRetryAttempts", 185)
            dead = (target.get("DeadLetterConfig") or {}).get("Arn")
            attributes = {"RULE_ARN": rule, "TARGET_ARN": arn}
            names = ("ERROR_CODE", "ERROR_MESSAGE")
            waits = _rule_waits(most)
            role = target.get("RoleArn") if ":scheduler:" in rule else None
            typed = _typed(attributes)
            self.put(Parcel(arn, text.encode(), origin, waits, dead, text, typed, names, source=rule, role=role))
        elif service == "sqs":
            group = (target.get("SqsParameters") or {}).get("MessageGroupId")
            self._send_message(arn, text, {}, {"MessageGroupId": group} if group else {})
        elif service == "sns":
            self._client("sns").publish(TopicArn=arn, Message=text)
        elif service == "states":
            self._client("stepfunctions").start_execution(stateMachineArn=arn, input=text)
        else:
            self._say(f"RULE     {rule}: a target of the kind {service} is not served")

    def put(self, parcel: Parcel) -> None:
        """Try a delivery; if need be again, in the background."""
        if (error := self._attempt(parcel)) is None:
            return
        waits = parcel.waits()
        if _is_final(error) or (first := next(waits, None)) is None:
            self._give_up(parcel, error)
            return
        with self._lock:
            self._under_way += 1
        rest = itertools.chain([first], waits)
        threading.Thread(target=self._retry, args=(parcel, rest, error), name="delivery", daemon=True).start()

    def _retry(self, parcel: Parcel, waits: Iterator[float], error: Refusal) -> None:
        try:
            for seconds in waits:
                if self._clock.wait(self._closed, seconds):
                    return
                again = self._attempt(parcel)
                if again is None:
                    return
                error = again
                if _is_final(error):
                    break
            self._give_up(parcel, error)
        finally:
            with self._lock:
                self._under_way -= 1

    def _attempt(self, parcel: Parcel) -> Refusal | None:
        try:
            self._send(parcel.function, parcel.payload, parcel.origin, source=parcel.source, role=parcel.role)
        except Refusal as refusal:
            return refusal
        return None

    def _give_up(self, parcel: Parcel, error: Refusal) -> None:
        name = split_name(parcel.function)[0]
        if parcel.dead_letter is None:
            self._say(f"LOST     {name}: an event of {parcel.origin}: {error.code}")
            return
        told = dict(zip(parcel.name_error, (error.code, error.message), strict=False))
        attributes = {**parcel.attributes, **_typed(told)}
        problem = None
        try:
            self._send_message(parcel.dead_letter, parcel.letter, attributes, {})
        except Exception as failure:  # whatever an SDK client raises: the queue may not be there
            problem = f"{type(failure).__name__}: {failure}"
        plain = {key: str(value.get("StringValue", "")) for key, value in attributes.items()}
        now = self._clock.time()
        letter = Delivery(now, "dead_letter", name, "", parcel.dead_letter, parcel.letter, plain, problem)
        self._records.add_delivery(letter)
        self._say(f"DELIVERY {name} dead_letter to {parcel.dead_letter}" + (f" failed: {problem}" if problem else ""))

    def _send_message(self, arn: str, text: str, attributes: Mapping[str, Any], more: Mapping[str, Any]) -> None:
        client = self._client("sqs")
        url = client.get_queue_url(QueueName=arn.rsplit(":", 1)[1])["QueueUrl"]
        client.send_message(QueueUrl=url, MessageBody=text, MessageAttributes=dict(attributes), **more)

    def _notify(self, what: Mapping[str, Any]) -> None:
        """Serve a subscription of a function."""
        stamp = self._clock.stamp()
        event = notifications.topic_event(what, stamp)
        redrive = what["redrive"]
        policy = json.loads(redrive) if isinstance(redrive, str) else redrive or {}
        letter = json.dumps(notifications.envelope(what, stamp))
        dead = policy.get("deadLetterTargetArn")
        payload, topic = json.dumps(event).encode(), what["topic"]
        self.put(Parcel(what["function"], payload, "sns", _topic_waits, dead, letter, source=topic))


def _is_final(error: Refusal) -> bool:
    return error.status in _CLIENT_ERRORS and error.status != _THROTTLED


def _topic_waits() -> Iterator[float]:
    """Between a topic's attempts: none (3 times), 1 s (2 times), up to 20 s (10 times), 20 s (100,000 times)."""
    yield from [0.0] * 3
    yield from [1.0] * 2
    yield from [min(20.0, 1.0 + 19.0 * (number / 9) ** 2) for number in range(10)]
    yield from itertools.repeat(20.0, 100_000)


def _rule_waits(most: int) -> Callable[[], Iterator[float]]:
    """Between the attempts of a rule: growing ones, `most` of them. (AWS names no numbers for the waits.)"""
    return lambda: iter([min(_LONGEST_RULE_WAIT, float(2**number)) for number in range(min(most, 185))])


def _typed(texts: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"DataType": "String", "StringValue": text} for name, text in texts.items() if text}
