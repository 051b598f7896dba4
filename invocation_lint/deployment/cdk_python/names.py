"""Names of the construct library in Python, as its TypeScript has them; and which arguments are given by name."""

from __future__ import annotations

import re
from typing import Any

from invocation_lint.deployment.cdk_constructs.things import Obj

_WORD = re.compile(r"_([a-z0-9])")

_FIRST = {
    "addEnvironment": ("key", "value"), "addEventSource": ("source",), "addTarget": ("target",),
    "addSubscription": ("topic_subscription",), "addToRolePolicy": ("statement",), "grantInvoke": ("grantee",),
    "addPermission": ("id",), "addEventNotification": ("event", "dest"), "addLayers": ("layers",),
    "addObjectCreatedNotification": ("dest",), "addMethod": ("http_method", "target"),
    "addEventPattern": (), "addTrigger": ("operation", "fn"), "addEventSourceMapping": ("id",),
    "addLambdaDataSource": ("id", "lambda_function"), "addAlias": ("alias_name",),
    "fromAsset": ("path",), "fromImageAsset": ("directory",), "fromAssetImage": ("directory",),
    "fromDockerBuild": ("path",), "fromInline": ("code",),
    "fromBucket": ("bucket", "key"), "expression": ("expression",), "rate": ("duration",), "cron": (),
    "seconds": ("amount",), "minutes": ("amount",), "hours": ("amount",), "days": ("amount",), "millis": ("amount",),
    "fromText": ("text",), "fromObject": ("obj",), "importValue": ("shared_value_to_import",),
    "valueForStringParameter": ("scope", "parameter_name", "version"),
    "fromFunctionName": ("scope", "id", "function_name"), "fromFunctionArn": ("scope", "id", "function_arn"),
    "fromQueueArn": ("scope", "id", "queue_arn"), "fromTopicArn": ("scope", "id", "topic_arn"),
    "fromTableName": ("scope", "id", "table_name"), "fromBucketName": ("scope", "id", "bucket_name"),
    "tryGetContext": ("key",), "getContext": ("key",),
}  # fmt: skip
"""The arguments of methods that are no properties, in their order."""

_FIRST_OF_CLASSES = {
    "LambdaFunction": ("handler",), "SqsEventSource": ("queue",), "SnsEventSource": ("topic",),
    "S3EventSource": ("bucket",), "DynamoEventSource": ("table",), "KinesisEventSource": ("stream",),
    "LambdaDestination": ("fn",), "SqsDestination": ("queue",), "SnsDestination": ("topic",),
    "LambdaSubscription": ("fn",), "SqsSubscription": ("queue",), "UrlSubscription": ("url",),
    "LambdaIntegration": ("handler",), "HttpLambdaIntegration": ("id", "handler"),
    "WebSocketLambdaIntegration": ("id", "handler"), "LambdaTarget": ("fn",), "SqsQueue": ("queue",),
    "SnsTopic": ("topic",), "SfnStateMachine": ("machine",), "EventBus": (), "LambdaInvoke": ("scope", "id"),
    "ServicePrincipal": ("service",), "AccountPrincipal": ("account_id",), "AssetCode": ("path",),
    "InlineCode": ("code",), "Runtime": ("name", "family"),
}  # fmt: skip
"""Those of constructors of classes that are no constructs."""

_NO_CONSTRUCTS = frozenset(_FIRST_OF_CLASSES) - {"LambdaInvoke", "EventBus"}

_STRUCTURES = re.compile(r"(?:Props|PropsV2|Options|Config|Configuration|Filter|Attributes|Override)\Z")
_STRUCTURE_NAMES = frozenset({"EventPattern", "DeadLetterQueue", "Attribute", "Environment", "CfnTag"})


def camel(name: str) -> str:
    """A name as TypeScript has it; one with capitals stays."""
    stripped = name.rstrip("_")
    if not stripped or stripped != stripped.lower() or "_" not in stripped.lstrip("_"):
        return stripped or name
    return _WORD.sub(lambda match: match[1].upper(), stripped)


def is_structure(name: str) -> bool:
    """Whether a class of the library only holds properties."""
    return _STRUCTURES.search(name) is not None or name in _STRUCTURE_NAMES


def arguments_of(
    name: str, positional: list[Any], named: Obj, *, is_class: bool = False, is_construct: bool = False
) -> list[Any]:
    """The arguments of a method or a constructor, in order, with what else is given by name in one object behind."""
    order = _FIRST_OF_CLASSES.get(name, ("scope", "id")) if is_class else _FIRST.get(name, ())
    found = list(positional)
    rest = dict(named.entries)
    if is_class and name not in _NO_CONSTRUCTS:
        rest = {"id" if key in {"construct_id", "id_"} else key: value for key, value in rest.items()}
    for parameter in order[len(found) :]:
        if parameter not in rest:
            break
        found.append(rest.pop(parameter))
    if rest or named.open:
        found.append(Obj({camel(key): value for key, value in rest.items()}, named.open, named.when))
    return found
