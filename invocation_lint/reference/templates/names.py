"""Names, ARNs and addresses that resources of a template have on a local service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from invocation_lint.reference.templates.custom_resources import is_custom, token

FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
TABLES = ("AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable")
LONGEST_NAME = 64
_REFERRED_BY_ARN = (
    "AWS::SNS::Topic",
    "AWS::StepFunctions::StateMachine",
    "AWS::Serverless::StateMachine",
    "AWS::SecretsManager::Secret",
    "AWS::IAM::ManagedPolicy",
)
_NAME_PROPERTIES = {
    **dict.fromkeys(FUNCTIONS, "FunctionName"),
    **dict.fromkeys(TABLES, "TableName"),
    "AWS::SQS::Queue": "QueueName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::Events::EventBus": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
    "AWS::Serverless::StateMachine": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::SSM::Parameter": "Name",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::Pipes::Pipe": "Name",
}


_PLAIN = {
    "AWS::Serverless::Function": "AWS::Lambda::Function",
    "AWS::Serverless::SimpleTable": "AWS::DynamoDB::Table",
    "AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
    "AWS::Serverless::Api": "AWS::ApiGateway::RestApi",
    "AWS::Serverless::HttpApi": "AWS::ApiGatewayV2::Api",
}


@dataclass(frozen=True)
class Place:
    """Where a stack lives: what ARNs and addresses are made of."""

    region: str
    account: str
    endpoint_url: str
    stack: str


def plain_type(kind: str) -> str:
    """The type of a resource as SAM hands it to CloudFormation."""
    return _PLAIN.get(kind, kind)


def shortened(stack: str, logical_id: str) -> str:
    """`STACK-ID` with at most 64 characters, what functions and roles may have: CloudFormation cuts the stack, too."""
    return f"{stack[: max(1, LONGEST_NAME - 1 - len(logical_id))]}-{logical_id}"[:LONGEST_NAME]


def with_generated(resources: Mapping[str, Any], stack: str) -> dict[str, Any]:
    """The resources, and those that SAM makes of them and that a template may refer to."""
    generated: dict[str, Any] = {
        "ServerlessRestApi": {"Type": "AWS::ApiGateway::RestApi"},
        "ServerlessHttpApi": {"Type": "AWS::ApiGatewayV2::Api"},
    }
    for logical_id, resource in resources.items():
        kind = resource.get("Type") if isinstance(resource, dict) else None
        if kind in ("AWS::Serverless::Function", "AWS::Serverless::StateMachine"):
            role = shortened(stack, f"{logical_id}Role")
            generated[f"{logical_id}Role"] = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": role}}
        if kind == "AWS::Serverless::Function":
            generated[f"{logical_id}Url"] = {"Type": "AWS::Lambda::Url"}
    return {**generated, **resources}


class Names:
    """Answers Ref and GetAtt for resources. `resolve` resolves a property (a name may be a Sub itself)."""

    def __init__(self, resources: dict[str, Any], place: Place, resolve: Callable[[Any], Any]) -> None:
        self._resources = resources
        self._place = place
        self._resolve = resolve

    def name(self, logical_id: str) -> str:
        """The physical name: the one that the template gives, else stack and logical id."""
        resource = self._resources[logical_id]
        given = resource.get("Properties", {}).get(_NAME_PROPERTIES.get(resource.get("Type"), ""))
        name = None if given is None else self._resolve(given)
        if isinstance(name, str) and name:
            return name
        made = f"{self._place.stack}-{logical_id}"
        if resource.get("Type") in FUNCTIONS:
            made = shortened(self._place.stack, logical_id)
        if resource.get("Type") == "AWS::S3::Bucket":
            return made.lower()
        is_fifo = resource.get("Properties", {}).get("FifoQueue") in (True, "true")
        return f"{made}.fifo" if is_fifo else made

    def arn(self, logical_id: str) -> str:
        """The ARN of a resource; made up for types that the service does not know."""
        kind, name, place = self._resources[logical_id].get("Type", ""), self.name(logical_id), self._place
        middle = f"{place.region}:{place.account}"
        forms = {
            **dict.fromkeys(FUNCTIONS, f"arn:aws:lambda:{middle}:function:{name}"),
            **dict.fromkeys(TABLES, f"arn:aws:dynamodb:{middle}:table/{name}"),
            "AWS::SQS::Queue": f"arn:aws:sqs:{middle}:{name}",
            "AWS::SNS::Topic": f"arn:aws:sns:{middle}:{name}",
            "AWS::S3::Bucket": f"arn:aws:s3:::{name}",
            "AWS::Events::EventBus": f"arn:aws:events:{middle}:event-bus/{name}",
            "AWS::Kinesis::Stream": f"arn:aws:kinesis:{middle}:stream/{name}",
            "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{middle}:secret:{name}",
            "AWS::SSM::Parameter": f"arn:aws:ssm:{middle}:parameter/{name.removeprefix('/')}",
            "AWS::Pipes::Pipe": f"arn:aws:pipes:{middle}:pipe/{name}",
            "AWS::IAM::Role": f"arn:aws:iam::{place.account}:role/{name}",
            "AWS::IAM::ManagedPolicy": f"arn:aws:iam::{place.account}:policy/{name}",
            "AWS::StepFunctions::StateMachine": f"arn:aws:states:{middle}:stateMachine:{name}",
            "AWS::Serverless::StateMachine": f"arn:aws:states:{middle}:stateMachine:{name}",
        }
        service = kind.split("::")[1].lower() if kind.count("::") > 1 else "local"
        return forms.get(kind, f"arn:aws:{service}:{middle}:{name}")

    def reference(self, logical_id: str) -> str:
        """What Ref gives: an address for a queue, an ARN for topics, state machines and secrets, else the name."""
        kind = self._resources[logical_id].get("Type", "")
        if is_custom(kind):
            return token(self._place.stack, logical_id)
        if kind == "AWS::SQS::Queue":
            return f"{self._place.endpoint_url}/{self._place.account}/{self.name(logical_id)}"
        if kind in _REFERRED_BY_ARN:
            return self.arn(logical_id)
        return self.name(logical_id)

    def attribute(self, logical_id: str, attribute: str) -> str:
        """What GetAtt gives: ARNs, names, a queue's address; a made-up text for others."""
        if is_custom(self._resources[logical_id].get("Type", "")):
            return token(self._place.stack, logical_id, attribute)
        if attribute in ("Arn", "TopicArn"):
            return self.arn(logical_id)
        if attribute in ("QueueName", "TopicName", "Name"):
            return self.name(logical_id)
        if attribute == "QueueUrl":
            return self.reference(logical_id)
        if attribute in ("Alias", "Version"):  # of SAM's AutoPublishAlias
            alias = self._resolve(self._resources[logical_id].get("Properties", {}).get("AutoPublishAlias", "live"))
            return f"{self.arn(logical_id)}:{alias if attribute == 'Alias' else '1'}"
        if attribute == "StreamArn":
            return f"{self.arn(logical_id)}/stream/2026-01-01T00:00:00.000"
        return f"{self.name(logical_id)}.{attribute}"
