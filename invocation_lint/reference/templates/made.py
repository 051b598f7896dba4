"""Resources that are made by SDK clients: their kinds, and the order in which they are made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from invocation_lint.reference.templates.names import TABLES

QUEUE, TOPIC, BUCKET, BUS = "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::S3::Bucket", "AWS::Events::EventBus"
STREAM, SETTING, SECRET = "AWS::Kinesis::Stream", "AWS::SSM::Parameter", "AWS::SecretsManager::Secret"
MACHINE = "AWS::StepFunctions::StateMachine"
MAPPING = "AWS::Lambda::EventSourceMapping"
SUBSCRIPTION, RULE, SCHEDULE = "AWS::SNS::Subscription", "AWS::Events::Rule", "AWS::Scheduler::Schedule"
NOTIFICATION = "AWS::S3::Bucket NotificationConfiguration"  # a bucket's, made when its functions are there
PIPE = "AWS::Pipes::Pipe"
ROLE, PERMISSION = "AWS::IAM::Role", "AWS::Lambda::Permission"
STORES = (QUEUE, TOPIC, BUCKET, BUS, STREAM, SETTING, SECRET, *TABLES)  # made before functions are
LINKS = (
    PERMISSION,
    MACHINE,
    MAPPING,
    SUBSCRIPTION,
    NOTIFICATION,
    RULE,
    SCHEDULE,
    PIPE,
)  # they name functions and stores


@dataclass
class Resource:
    """A resource: its type, name and resolved properties, under CloudFormation's names."""

    kind: str
    name: str
    properties: dict[str, Any]


def dead_letters_first(resources: list[Resource]) -> list[Resource]:
    """The resources in their order, but queues after those that they redrive to."""
    queues = {each.name: each for each in resources if each.kind == QUEUE}

    def depth(resource: Resource, over: int = 0) -> int:
        policy = resource.properties.get("RedrivePolicy") if resource.kind == QUEUE else None
        following = queues.get(_dead_letters_of(policy).rsplit(":", 1)[-1])
        return over if following is None or over > len(queues) else depth(following, over + 1)

    return sorted(resources, key=depth)


def _dead_letters_of(policy: Any) -> str:
    """The ARN of the queue that a policy, an object or JSON, redrives to; what is neither the queue's maker refuses."""
    try:
        held = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        return ""
    return str(held.get("deadLetterTargetArn", "")) if isinstance(held, dict) else ""
