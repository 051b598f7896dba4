"""What `Ref` and `Fn::GetAtt` of a resource are, in the words of `values.Attribute`.

AWS: CloudFormation resource and property types reference, return values; AWS SAM developer guide, generated resources.
"""

from __future__ import annotations

from collections.abc import Mapping

from invocation_lint.deployment.values import Attribute, Key, Unknown

SAM_FUNCTION = "AWS::Serverless::Function"

_REFS = {
    "AWS::Lambda::Function": "name", SAM_FUNCTION: "name", "AWS::SQS::Queue": "url", "AWS::SNS::Topic": "arn",
    "AWS::StepFunctions::StateMachine": "arn", "AWS::Serverless::StateMachine": "arn", "AWS::Events::EventBus": "name",
    "AWS::Events::Rule": "name", "AWS::DynamoDB::Table": "name", "AWS::Serverless::SimpleTable": "name",
    "AWS::DynamoDB::GlobalTable": "name", "AWS::S3::Bucket": "name", "AWS::Kinesis::Stream": "name",
    "AWS::IAM::Role": "name", "AWS::IAM::ManagedPolicy": "arn", "AWS::Lambda::LayerVersion": "arn",
    "AWS::Serverless::LayerVersion": "arn", "AWS::Lambda::Alias": "arn", "AWS::Lambda::Version": "arn",
    "AWS::SSM::Parameter": "name", "AWS::Logs::LogGroup": "name", "AWS::Scheduler::Schedule": "name",
    "AWS::SNS::Subscription": "arn", "AWS::ECS::Cluster": "name", "AWS::SecretsManager::Secret": "arn",
}  # fmt: skip
"""What `Ref` gives of a type; of all others, an id."""

_ATTRIBUTES = {
    "Arn": "arn", "QueueName": "name", "QueueUrl": "url", "TopicName": "name", "TopicArn": "arn", "Name": "name",
    "StreamArn": "stream_arn", "FunctionName": "name", "FunctionArn": "arn", "FunctionUrl": "url", "RoleId": "id",
    "StateMachineName": "name",
}  # fmt: skip

_OF_SAM = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine", "AWS::Serverless::Api",
           "AWS::Serverless::HttpApi", "AWS::Serverless::GraphQLApi")  # fmt: skip
_IMPLICIT = ("ServerlessRestApi", "ServerlessHttpApi", "ServerlessDeploymentApplication", "ServerlessRestApiProdStage")


def named_by_ref(path: str, name: str, types: Mapping[str, str]) -> Attribute | Unknown:
    """What `Ref` of a resource is."""
    if name in types:
        return Attribute(Key(path, name), _REFS.get(types[name], "id"))
    owner, _, part = name.partition(".")
    if types.get(owner, "") in _OF_SAM and part:  # Orders.Alias, Orders.Version, Api.Stage
        function = types[owner] == SAM_FUNCTION and part in {"Alias", "Version"}
        return Attribute(Key(path, owner), "arn" if function else part)
    made_of = _owner_of(name, types)
    if made_of is not None:
        is_version = name.startswith((f"{made_of}Version", f"{made_of}Alias"))
        if is_version and types[made_of] == SAM_FUNCTION:
            return Attribute(Key(path, made_of), "arn")
        return Attribute(Key(path, name), "name" if name.endswith("Role") else "id")
    if name in _IMPLICIT:
        return Attribute(Key(path, name), "id")
    return Unknown(f"{name} is neither a parameter nor a resource of the template")


def named_by_attribute(path: str, name: str, attribute: str, types: Mapping[str, str]) -> Attribute | Unknown:
    """What `Fn::GetAtt` of a resource is."""
    if name in types or _owner_of(name, types) is not None or name in _IMPLICIT:
        is_custom = types.get(name, "").startswith(("Custom::", "AWS::CloudFormation::"))
        return Attribute(Key(path, name), attribute if is_custom else _ATTRIBUTES.get(attribute, attribute))
    owner, _, part = name.partition(".")
    if owner in types and part in {"Alias", "Version"}:
        return Attribute(Key(path, owner), "arn")
    return Unknown(f"{name} is no resource of the template")


def _owner_of(name: str, types: Mapping[str, str]) -> str | None:
    """The resource of SAM beside which one of this id is made: `OrdersRole`, `OrdersAliaslive`, `WebProdStage`."""
    owners = [one for one, type in types.items() if type in _OF_SAM and name.startswith(one) and name != one]
    return max(owners, key=len, default=None)
