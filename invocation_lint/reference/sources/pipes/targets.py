"""The targets of pipes that are no functions: state machines, queues, topics and buses, which are moto's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from invocation_lint.reference.sources.pipes.events import bus_entry, dynamic
from invocation_lint.reference.sources.pipes.pipe import Pipe, plain_name, service_of


class Failed(Exception):
    """A batch has failed as a whole; `kind` is the error's name."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Targets:
    """Sends events. `client(service)` gives an SDK client of moto itself."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    def put(self, pipe: Pipe, events: list[Any], texts: list[str]) -> list[int]:
        """Send the events, whose `texts` the pipe's template has made, in one batch; the numbers of those that failed.

        Raises Failed when the target is not there.
        """
        send = {"sqs": self._to_queue, "sns": self._to_topic, "events": self._to_bus}[service_of(pipe.function_arn)]
        failed: list[int] = _or_failed(lambda: send(pipe, events, texts))
        return failed

    def run(self, machine: str, text: str) -> bytes:
        """Run an EXPRESS state machine and wait; its output. Raises Failed."""
        answer = _or_failed(
            lambda: self._client("stepfunctions").start_sync_execution(stateMachineArn=machine, input=text)
        )
        if answer["status"] != "SUCCEEDED":
            raise Failed(str(answer.get("error") or answer["status"]), str(answer.get("cause") or answer["status"]))
        return str(answer["output"]).encode()

    def start(self, machine: str, text: str) -> None:
        """Start a state machine. Raises Failed when it is not there."""
        _or_failed(lambda: self._client("stepfunctions").start_execution(stateMachineArn=machine, input=text))

    def kind_of_machine(self, machine: str) -> str:
        """How a state machine is invoked that nothing else is said of: a STANDARD one cannot be waited for."""
        told = _or_failed(lambda: self._client("stepfunctions").describe_state_machine(stateMachineArn=machine))
        return "REQUEST_RESPONSE" if told["type"] == "EXPRESS" else "FIRE_AND_FORGET"

    def _to_queue(self, pipe: Pipe, events: list[Any], texts: list[str]) -> list[int]:
        client = self._client("sqs")
        own = pipe.target_parameters.get("SqsQueueParameters") or {}
        entries = []
        for number, (event, text) in enumerate(zip(events, texts, strict=True)):
            more = {name: dynamic(pipe, own.get(name), event) for name in ("MessageGroupId", "MessageDeduplicationId")}
            held = {name: value for name, value in more.items() if value is not None}
            entries.append({"Id": str(number), "MessageBody": text, **held})
        url = client.get_queue_url(QueueName=plain_name(pipe.function_arn))["QueueUrl"]
        answer = client.send_message_batch(QueueUrl=url, Entries=entries)
        return sorted(int(each["Id"]) for each in answer.get("Failed", ()))

    def _to_topic(self, pipe: Pipe, _events: list[Any], texts: list[str]) -> list[int]:
        entries = [{"Id": str(number), "Message": text} for number, text in enumerate(texts)]
        answer = self._client("sns").publish_batch(TopicArn=pipe.function_arn, PublishBatchRequestEntries=entries)
        return sorted(int(each["Id"]) for each in answer.get("Failed", ()))

    def _to_bus(self, pipe: Pipe, events: list[Any], texts: list[str]) -> list[int]:
        own = pipe.target_parameters.get("EventBridgeEventBusParameters") or {}
        entries = [bus_entry(pipe, own, event, text) for event, text in zip(events, texts, strict=True)]
        answer = self._client("events").put_events(Entries=entries)
        return [number for number, each in enumerate(answer["Entries"]) if "ErrorCode" in each]


def _or_failed(ask: Callable[[], Any]) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return ask()
    except ClientError as error:
        raise Failed(error.response["Error"]["Code"], str(error)) from None
    except BotoCoreError as error:
        raise Failed(type(error).__name__, str(error)) from None
