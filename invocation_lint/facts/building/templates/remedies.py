"""What to add where nothing keeps failed events, or reads which records failed, in words of the language that deploys.

AWS: CloudFormation and SAM template references, CDK API reference, Chalice documentation; Terraform: provider aws;
Serverless Framework: guide of events.
"""

from __future__ import annotations

from invocation_lint.deployment.documents.candidates import CODE, TERRAFORM
from invocation_lint.deployment.model import Resource

_RECEIVES = "a maxReceiveCount of 3 to 5"

_WORDS = {
    "queue": {
        "template": f"give the queue a RedrivePolicy with a dead-letter queue and {_RECEIVES}",
        "terraform": f"give the queue a redrive_policy with a deadLetterTargetArn and {_RECEIVES}",
        "python": "pass `dead_letter_queue` to the queue, with a `max_receive_count` of 3 to 5",
        "typescript": f"pass `deadLetterQueue` to the queue, with {_RECEIVES}",
    },
    "stream": {
        "template": "give the event source mapping a DestinationConfig with OnFailure",
        "terraform": "give the event source mapping a destination_config with on_failure",
        "python": "pass `on_failure` to the event source, an SqsDlq for example",
        "typescript": "pass `onFailure` to the event source, an SqsDlq for example",
        "serverless": "give the stream event `destinations` with onFailure",
        "chalice": "merge a DestinationConfig with OnFailure into the mapping (`chalice package --merge-template`)",
    },
    "asynchronous": {
        "template": "give the function a DeadLetterConfig, or an AWS::Lambda::EventInvokeConfig with OnFailure",
        "sam": "give the function a DeadLetterQueue, or an EventInvokeConfig with OnFailure",
        "terraform": "give the function a dead_letter_config, or an event_invoke_config with on_failure",
        "python": "pass `on_failure` (an SqsDestination, for example) or `dead_letter_queue` to the function",
        "typescript": "pass `onFailure` (an SqsDestination, for example) or `deadLetterQueue` to the function",
        "serverless": "give the function `destinations` with onFailure, or `onError`",
        "chalice": "merge a DeadLetterQueue into the function (`chalice package --merge-template`)",
    },
    "report": {
        "template": "add `FunctionResponseTypes: [ReportBatchItemFailures]` to the mapping",
        "terraform": 'add `function_response_types = ["ReportBatchItemFailures"]` to the mapping',
        "python": "pass `report_batch_item_failures=True` to the event source",
        "typescript": "pass `reportBatchItemFailures: true` to the event source",
        "serverless": "add `functionResponseType: ReportBatchItemFailures` to the event",
        "chalice": "merge FunctionResponseTypes into the mapping (`chalice package --merge-template`)",
    },
}


def remedy(kind: str, one: Resource) -> str:
    """What to add to a resource, or to that of a mapping or a function, that loses failed events of a kind."""
    words = _WORDS[kind]
    return words.get(_language(one), words["template"])


def _language(one: Resource) -> str:
    path = one.key.template
    if one.type.startswith("chalice"):
        return "chalice"
    if path.endswith(TERRAFORM):
        return "terraform"
    if path.endswith(CODE):
        return "python" if path.endswith(".py") else "typescript"
    if one.type.startswith("AWS::Serverless"):
        return "sam"
    return "serverless" if one.type.startswith("serverless") else "template"


__all__ = ["remedy"]
