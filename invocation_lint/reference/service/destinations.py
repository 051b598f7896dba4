"""Where events end: destinations and dead letters, in the form recorded from AWS (2025-11-24 and 25).

Queues, topics, buses and buckets are reached by a plain SDK client; a function is sent the record as an event.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.events import Ending
from invocation_lint.reference.service.records import Delivery, Records


class Destinations:
    """Delivers the record of an event that ended. `client(service)` gives an SDK client."""

    def __init__(
        self, *, client: Callable[[str], Any], records: Records, clock: Clock, say: Callable[[str], None]
    ) -> None:
        self._client = client
        self._records = records
        self._clock = clock
        self._say = say

    def finish(self, ending: Ending) -> None:
        """Send what is to be sent: a destination and a dead letter may both be configured, then both get it."""
        registered = ending.event.invocation.target.registered
        if ending.condition == "Success":
            self._deliver(ending, "on_success", registered.events.on_success)
            return
        self._deliver(ending, "on_failure", registered.events.on_failure)
        self._deliver(ending, "dead_letter", registered.dead_letter)

    def _deliver(self, ending: Ending, kind: str, target: str | None) -> None:
        if target is None:
            return
        attributes: Mapping[str, str] = {}
        if kind == "dead_letter":
            record, attributes = json.loads(ending.event.invocation.payload), dead_letter_attributes(ending)
        else:
            record = destination_record(ending, self._clock.stamp())
        invocation = ending.event.invocation
        error = None
        try:
            self._send(target, record, attributes, ending)
        except Exception as problem:  # whatever an SDK client raises: the delivery has failed, the service goes on
            error = f"{type(problem).__name__}: {problem}"
        name = invocation.target.function.name
        self._records.add_delivery(
            Delivery(self._clock.time(), kind, name, invocation.request_id, target, record, attributes, error)
        )
        self._say(
            f"DELIVERY {name} {invocation.request_id} {kind} to {target}" + (f" failed: {error}" if error else "")
        )

    def _send(self, target: str, record: Any, attributes: Mapping[str, str], ending: Ending) -> None:
        """Send `record` to the ARN `target`."""
        service = target.split(":")[2]
        text = json.dumps(record)
        typed = {
            name: {"DataType": "Number" if name == "ErrorCode" else "String", "StringValue": value}
            for name, value in attributes.items()
        }
        client = self._client(service)
        if service == "sqs":
            url = client.get_queue_url(QueueName=target.rsplit(":", 1)[1])["QueueUrl"]
            client.send_message(QueueUrl=url, MessageBody=text, MessageAttributes=typed)
        elif service == "sns":
            client.publish(TopicArn=target, Message=text, MessageAttributes=typed)
        elif service == "lambda":
            client.invoke(FunctionName=target, InvocationType="Event", Payload=text)["Payload"].read()
        elif service == "events":
            entry = {
                "EventBusName": target,
                "Source": "lambda",
                "DetailType": f"Lambda Function Invocation Result - {_result(ending)}",
                "Detail": text,
                "Resources": [target, ending.event.invocation.target.qualified_arn],
            }
            answer = client.put_events(Entries=[entry])
            if answer["FailedEntryCount"]:
                raise RuntimeError(f"the bus refused it: {answer['Entries'][0].get('ErrorMessage')}")
        elif service == "s3":
            name = ending.event.invocation.target.function.name
            stamp = self._clock.stamp()
            request_id = ending.event.invocation.request_id
            key = f"aws/lambda/async/{name}/{stamp[:10].replace('-', '/')}/{stamp.replace(':', '.')}-{request_id}"
            client.put_object(Bucket=target.rsplit(":", 1)[1], Key=key, Body=text.encode())
        else:
            raise ValueError(f"no destination of the kind {service}")


def destination_record(ending: Ending, timestamp: str) -> dict[str, Any]:
    """The record that a destination gets; a run that never was has no response parts."""
    event, outcome = ending.event, ending.outcome
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": timestamp,
        "requestContext": {
            "requestId": event.invocation.request_id,
            "functionArn": event.invocation.target.qualified_arn,
            "condition": ending.condition,
            "approximateInvokeCount": event.runs,
        },
        "requestPayload": json.loads(event.invocation.payload),
    }
    if outcome is not None:
        record["responseContext"] = {"statusCode": 200, "executedVersion": event.invocation.target.version}
        if outcome.function_error is not None:
            record["responseContext"]["functionError"] = outcome.function_error
        record["responsePayload"] = json.loads(outcome.body)
    return record


def dead_letter_attributes(ending: Ending) -> dict[str, str]:
    """The message attributes of a dead letter; its body is the event itself (recorded: test_dead_letter_queue)."""
    message = ""
    if ending.outcome is not None:
        body = json.loads(ending.outcome.body)
        message = str(body.get("errorMessage", "")) if isinstance(body, dict) else ""
    attributes = {"RequestID": ending.event.invocation.request_id, "ErrorCode": "200"}
    return {**attributes, "ErrorMessage": message} if message else attributes


def _result(ending: Ending) -> str:
    return "Success" if ending.condition == "Success" else "Failure"
