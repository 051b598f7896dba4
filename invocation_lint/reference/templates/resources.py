"""Makes queues, topics, tables, buckets and buses of a stack, and what leads from them to functions: by SDK clients.

Properties of CloudFormation and parameters of the APIs have the same names, but for a few.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from invocation_lint.errors import UsageError
from invocation_lint.reference.templates import made
from invocation_lint.reference.templates.made import Resource
from invocation_lint.reference.templates.names import TABLES

Client = Callable[[str], Any]
_QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DelaySeconds",
    "FifoQueue",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedrivePolicy",
    "VisibilityTimeout",
)
_TABLE_PROPERTIES = (
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "ProvisionedThroughput",
)
_PIPE_PROPERTIES = (
    "Description",
    "DesiredState",
    "Enrichment",
    "EnrichmentParameters",
    "RoleArn",
    "Source",
    "SourceParameters",
    "Target",
    "TargetParameters",
)
_EXPECTED = re.compile(r" expecting \{.*\}")  # a parser's list of a hundred words that would have been right
_UNMAPPED = ("Tags", "KmsKeyArn", "LoggingConfig", "MetricsConfig")


def make_resource(resource: Resource, client: Client, region: str) -> None:
    """Make one resource; `client(service)` gives an SDK client. Raises UsageError for what the service refuses."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        _MAKERS[resource.kind](resource.name, resource.properties, client, region)
    except ClientError as error:
        message = str(error.response["Error"].get("Message", error)).partition(" in definition '")[0]
        message = " ".join(_EXPECTED.sub("", message).split())
        raise UsageError(f"{resource.kind} {resource.name}: {message}") from None
    except (BotoCoreError, KeyError, TypeError, ValueError) as error:
        what = f"property {error} is missing" if isinstance(error, KeyError) else " ".join(str(error).split())
        raise UsageError(f"{resource.kind} {resource.name}: {what}") from None


def _queue(name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    attributes = {key: _text(properties[key]) for key in _QUEUE_ATTRIBUTES if key in properties}
    client("sqs").create_queue(QueueName=name, Attributes=attributes)


def _topic(name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    attributes = {
        key: _text(properties[key]) for key in ("FifoTopic", "ContentBasedDeduplication") if key in properties
    }
    client("sns").create_topic(Name=name, Attributes=attributes)


def _bucket(name: str, _properties: dict[str, Any], client: Client, region: str) -> None:
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client("s3").create_bucket(Bucket=name, **where)


def _bus(name: str, _properties: dict[str, Any], client: Client, _region: str) -> None:
    client("events").create_event_bus(Name=name)


def _stream(name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    client("kinesis").create_stream(StreamName=name, ShardCount=int(properties.get("ShardCount", 1)))


def _setting(name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    kind, value = properties.get("Type", "String"), _text(properties["Value"])
    client("ssm").put_parameter(Name=name, Value=value, Type=kind)


def _secret(name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    value = properties.get("SecretString")
    if value is None:
        generated = properties.get("GenerateSecretString") or {}
        value = "local"
        if "GenerateStringKey" in generated:
            template = json.loads(generated.get("SecretStringTemplate") or "{}")
            value = json.dumps({**template, generated["GenerateStringKey"]: value})
    client("secretsmanager").create_secret(Name=name, SecretString=value)


def _table(name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    kept = {key: properties[key] for key in _TABLE_PROPERTIES if key in properties}
    if (stream := properties.get("StreamSpecification")) is not None:
        kept["StreamSpecification"] = {"StreamEnabled": True, **stream}
    if "ProvisionedThroughput" not in kept:
        kept.setdefault("BillingMode", "PAY_PER_REQUEST")
    client("dynamodb").create_table(TableName=name, **kept)


def _simple_table(name: str, properties: dict[str, Any], client: Client, region: str) -> None:
    key = properties.get("PrimaryKey") or {"Name": "id", "Type": "String"}
    letter = {"String": "S", "Number": "N", "Binary": "B"}[key.get("Type", "String")]
    full = {
        "AttributeDefinitions": [{"AttributeName": key["Name"], "AttributeType": letter}],
        "KeySchema": [{"AttributeName": key["Name"], "KeyType": "HASH"}],
    }
    _table(name, full, client, region)


def _machine(name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    client("stepfunctions").create_state_machine(
        name=name,
        definition=properties["DefinitionString"],
        roleArn=properties["RoleArn"],
        type=properties.get("StateMachineType", "STANDARD"),
    )


def _mapping(_name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    settings = {key: value for key, value in properties.items() if key not in _UNMAPPED}
    settings["EventSourceArn"] = _source(str(settings["EventSourceArn"]), client)
    failure = (settings.get("DestinationConfig") or {}).get("OnFailure") or {}
    if "Type" in failure:  # SAM's
        settings["DestinationConfig"] = {"OnFailure": {"Destination": failure.get("Destination")}}
    _write_patterns(settings)
    client("lambda").create_event_source_mapping(**settings)


def _pipe(name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    settings = {key: value for key, value in properties.items() if key in _PIPE_PROPERTIES}
    settings["Source"] = _source(str(settings["Source"]), client)
    _write_patterns(settings.get("SourceParameters") or {})
    for key in ("EnrichmentParameters", "TargetParameters"):
        template = (settings.get(key) or {}).get("InputTemplate", "")
        if not isinstance(template, str):
            settings[key] = {**settings[key], "InputTemplate": json.dumps(template)}
    client("pipes").create_pipe(Name=name, **settings)


def _source(arn: str, client: Client) -> str:
    """The ARN of a queue or a stream; the stream of a table has its name when the table is made."""
    if ":table/" not in arn:
        return arn
    name = arn.split(":table/")[1].split("/", 1)[0]
    return str(client("dynamodb").describe_table(TableName=name)["Table"]["LatestStreamArn"])


def _write_patterns(settings: dict[str, Any]) -> None:
    """Let the patterns of filters be texts: a template may hold them as objects."""
    for each in (settings.get("FilterCriteria") or {}).get("Filters") or ():
        if not isinstance(each.get("Pattern", ""), str):
            each["Pattern"] = json.dumps(each["Pattern"])


def _subscription(_name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    names = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")
    attributes = {key: _text(properties[key]) for key in names if key in properties}
    client("sns").subscribe(
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Endpoint=properties["Endpoint"],
        Attributes=attributes,
    )


def _notification(name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    """A bucket has one configuration: what was there stays."""
    held = client("s3").get_bucket_notification_configuration(Bucket=name)
    held.pop("ResponseMetadata")
    for key, configurations in properties.items():
        if key.endswith("Configurations"):
            held[key] = [*held.get(key, []), *configurations]
        else:
            held[key] = configurations
    client("s3").put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=held)


def _rule(name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    held: dict[str, Any] = {key: properties[key] for key in ("ScheduleExpression", "State") if key in properties}
    if "EventPattern" in properties:
        held["EventPattern"] = _text(properties["EventPattern"])
    bus = {"EventBusName": str(properties["EventBusName"]).rsplit("/", 1)[-1]} if "EventBusName" in properties else {}
    client("events").put_rule(Name=name, **held, **bus)
    if targets := properties.get("Targets"):
        client("events").put_targets(Rule=name, Targets=[_target(each) for each in targets], **bus)


def _schedule(name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    names = ("GroupName", "ScheduleExpression", "ScheduleExpressionTimezone", "StartDate", "EndDate", "State")
    held = {key: properties[key] for key in names if key in properties}
    if group := held.get("GroupName"):
        scheduler = client("scheduler")
        if all(each["Name"] != group for each in scheduler.list_schedule_groups()["ScheduleGroups"]):
            scheduler.create_schedule_group(Name=group)
    target = {"RoleArn": "arn:aws:iam::000000000000:role/none", **_target(properties["Target"])}
    window = properties.get("FlexibleTimeWindow") or {"Mode": "OFF"}
    client("scheduler").create_schedule(Name=name, Target=target, FlexibleTimeWindow=window, **held)


def _role(name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    iam = client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    statements = list(properties["Statements"])
    for arn in properties["Managed"]:
        if not _attached(iam, name, arn):  # one that is newer than moto
            statements.append({"Effect": "Allow", "Action": "*", "Resource": "*"})
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="template", PolicyDocument=document)


def _attached(iam: Any, role: str, arn: str) -> bool:
    """Attach a managed policy; SAM lets the folder of its name be left out. Whether there is one."""
    stem, name = arn.rsplit("/", 1)
    for candidate in (arn, f"{stem}/service-role/{name}"):
        try:
            iam.attach_role_policy(RoleName=role, PolicyArn=candidate)
        except iam.exceptions.NoSuchEntityException:
            continue
        return True
    return False


def _permission(name: str, properties: dict[str, Any], client: Client, _region: str) -> None:
    names = ("Action", "Principal", "SourceArn", "SourceAccount", "FunctionUrlAuthType")
    held = {key: properties[key] for key in names if key in properties}
    statement = name or f"made-{uuid.uuid4()}"
    client("lambda").add_permission(FunctionName=properties["FunctionName"], StatementId=statement, **held)


def _target(properties: dict[str, Any]) -> dict[str, Any]:
    target = dict(properties)
    if not isinstance(target.get("Input", ""), str):
        target["Input"] = json.dumps(target["Input"])
    return target


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


_MAKERS: dict[str, Callable[[str, dict[str, Any], Client, str], None]] = {
    made.QUEUE: _queue,
    made.TOPIC: _topic,
    made.BUCKET: _bucket,
    made.BUS: _bus,
    made.STREAM: _stream,
    made.SETTING: _setting,
    made.SECRET: _secret,
    TABLES[0]: _table,
    TABLES[1]: _simple_table,
    made.ROLE: _role,
    made.PERMISSION: _permission,
    made.MACHINE: _machine,
    made.MAPPING: _mapping,
    made.SUBSCRIPTION: _subscription,
    made.NOTIFICATION: _notification,
    made.RULE: _rule,
    made.SCHEDULE: _schedule,
    made.PIPE: _pipe,
}
