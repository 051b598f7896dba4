"""Notifications of buckets: CloudFormation's names and forms as those of the API.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-notificationconfiguration.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KINDS = {
    "LambdaConfigurations": ("LambdaFunctionConfigurations", "Function", "LambdaFunctionArn"),
    "QueueConfigurations": ("QueueConfigurations", "Queue", "QueueArn"),
    "TopicConfigurations": ("TopicConfigurations", "Topic", "TopicArn"),
}


def notification_configuration(properties: Mapping[str, Any]) -> dict[str, Any]:
    """What PutBucketNotificationConfiguration takes for a (resolved) NotificationConfiguration of a template."""
    made: dict[str, Any] = {}
    for name, (api_name, target, api_target) in _KINDS.items():
        configurations = [
            {api_target: each.get(target), "Events": [each.get("Event")], **_filter(each)}
            for each in properties.get(name) or ()
        ]
        if configurations:
            made[api_name] = configurations
    if (properties.get("EventBridgeConfiguration") or {}).get("EventBridgeEnabled", False) in (True, "true"):
        made["EventBridgeConfiguration"] = {}
    return made


def _filter(configuration: Mapping[str, Any]) -> dict[str, Any]:
    rules = ((configuration.get("Filter") or {}).get("S3Key") or {}).get("Rules")
    return {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
