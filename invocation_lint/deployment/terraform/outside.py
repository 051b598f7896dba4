"""Attributes of resources, and what data sources give (HashiCorp: provider aws, resources and data sources)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.terraform.values import Reference, open_text
from invocation_lint.deployment.values import Attribute, Hole, Key, Piece, Text, Unknown, Value, pieces_of, text

if TYPE_CHECKING:
    from invocation_lint.deployment.terraform.modules import Instance

_NAMES: dict[str, dict[str, str]] = {
    "aws_lambda_function": {"function_name": "name", "id": "name", "arn": "arn"},
    "aws_lambda_alias": {"name": "name", "arn": "arn", "id": "arn"},
    "aws_lambda_layer_version": {"arn": "arn", "id": "arn", "layer_arn": "arn"},
    "aws_sqs_queue": {"url": "url", "id": "url", "arn": "arn", "name": "name"},
    "aws_sns_topic": {"arn": "arn", "id": "arn", "name": "name"},
    "aws_cloudwatch_event_bus": {"name": "name", "id": "name", "arn": "arn"},
    "aws_cloudwatch_event_rule": {"name": "name", "id": "name", "arn": "arn"},
    "aws_dynamodb_table": {"name": "name", "id": "name", "arn": "arn", "stream_arn": "stream_arn"},
    "aws_kinesis_stream": {"name": "name", "id": "arn", "arn": "arn"},
    "aws_s3_bucket": {"id": "name", "bucket": "name", "arn": "arn"},
    "aws_sfn_state_machine": {"arn": "arn", "id": "arn", "name": "name"},
    "aws_iam_role": {"name": "name", "id": "name", "arn": "arn"},
    "aws_iam_policy": {"arn": "arn", "id": "arn", "name": "name"},
    "aws_scheduler_schedule": {"arn": "arn", "name": "name"},
}
_ELSEWHERE = {
    "aws_lambda_function": ("lambda", "function:", "function_name", {"function_name": "name", "id": "name"}),
    "aws_sqs_queue": ("sqs", "", "name", {"name": "name"}),
    "aws_sns_topic": ("sns", "", "name", {"name": "name"}),
    "aws_dynamodb_table": ("dynamodb", "table/", "name", {"name": "name", "id": "name"}),
    "aws_sfn_state_machine": ("states", "stateMachine:", "name", {"name": "name"}),
    "aws_kinesis_stream": ("kinesis", "stream/", "name", {"name": "name"}),
}
"""What is deployed elsewhere: its service, what stands before its name in the ARN, the argument that has its name."""

REGION = Hole("AWS::Region", "", "the region is known when it is deployed")
ACCOUNT = Hole("AWS::AccountId", "", "the account is known when it is deployed")
PARTITION = Hole("AWS::Partition", "", "the partition is known when it is deployed", "aws")

_SHARED = {
    ("aws_region", "name"): REGION,
    ("aws_region", "id"): REGION,
    ("aws_region", "region"): REGION,
    ("aws_caller_identity", "account_id"): ACCOUNT,
    ("aws_caller_identity", "id"): ACCOUNT,
    ("aws_partition", "partition"): PARTITION,
}


def account_or_region(type: str, name: str) -> Text | None:
    """What is the same wherever it is asked for."""
    hole = _SHARED.get((type, name))
    return Text((hole,)) if hole is not None else None


def attribute_of(key: Key, type: str, name: str) -> Text | None:
    """An attribute of a resource by its plain name; None where it is one of those that arguments say."""
    if type in {"aws_lambda_function", "aws_lambda_alias"}:
        arn = Attribute(key, "arn")
        if name in {"invoke_arn", "response_streaming_invoke_arn"}:
            return Text(invoke_arn(arn))
        if name == "qualified_arn":
            return Text((arn, ":", Hole(f"version of {key.id}", key.template, "a version is made when it is deployed")))
    plain = _NAMES.get(type, {}).get(name)
    return Text((Attribute(key, plain),)) if plain is not None else None


def invoke_arn(arn: Piece) -> tuple[Piece, ...]:
    """The URI by which API Gateway invokes a function."""
    return ("arn:", PARTITION, ":apigateway:", REGION, ":lambda:path/2015-03-31/functions/", arn, "/invocations")


def data_of(instance: Instance, one: Reference, name: str) -> Any:
    """What a data source gives: its own argument, the ARN of what is deployed elsewhere, a setting."""
    if one.type == "aws_ssm_parameter" and name == "value":
        told = instance.text(one, "name")
        if isinstance(told, str):
            reason = f"the parameter {told} of Systems Manager is read when it is deployed"
            return open_text(f"ssm:{told}", "", reason)
    if one.type == "aws_iam_policy_document" and name in {"json", "minified_json"}:
        from invocation_lint.deployment.terraform.access import document_of

        frame = instance.frame_of(one)
        return document_of(frame) if frame is not None else Unknown("the policy is not known")
    service, before, argument, names = _ELSEWHERE.get(one.type, ("", "", "", {}))
    pieces = pieces_of(instance.text(one, argument)) if argument else None
    if pieces is not None and name in names:
        return text(pieces)
    if pieces is not None and name in {"arn", "invoke_arn", "qualified_arn"}:
        arn: list[Piece] = ["arn:", PARTITION, f":{service}:", REGION, ":", ACCOUNT, f":{before}", *pieces]
        if name == "invoke_arn":
            front: list[Piece] = ["arn:", PARTITION, ":apigateway:", REGION, ":lambda:path/2015-03-31/functions/"]
            return text([*front, *arn, "/invocations"])
        return text(arn)
    found: Value | None = instance.argument(one, name)
    if found is not None:
        return found
    return Text((Attribute(instance.key(one), name),))
