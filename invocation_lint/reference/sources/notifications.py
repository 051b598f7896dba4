"""The events that a function gets of topics and buckets, in the forms recorded from AWS.

Topics: LocalStack's snapshot tests TestSNSSubscriptionLambda (2023 to 2025); buckets: TestS3NotificationsToLambda and
TestS3NotificationsToSQS (2025). Signatures are made up: nobody here verifies them.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, unquote_plus


def topic_event(what: Mapping[str, Any], stamp: str) -> dict[str, Any]:
    """The event of one message of a topic."""
    notification = envelope(what, stamp)
    # The names of two members differ between the event of a function and the envelope that a queue gets.
    notification["SigningCertUrl"] = notification.pop("SigningCertURL")
    notification["UnsubscribeUrl"] = notification.pop("UnsubscribeURL")
    notification = {**notification, "Subject": what["subject"], "MessageAttributes": _attributes(what)}
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": what["subscription"],
                "Sns": notification,
            }
        ]
    }


def envelope(what: Mapping[str, Any], stamp: str) -> dict[str, Any]:
    """A message of a topic as a queue gets it, and the dead-letter queue of a subscription."""
    region = what["topic"].split(":")[3]
    host = f"https://sns.{region}.amazonaws.com"
    made: dict[str, Any] = {
        "Type": "Notification",
        "MessageId": what["message_id"],
        "TopicArn": what["topic"],
        "Message": what["message"],
        "Timestamp": stamp,
        "SignatureVersion": "1",
        "Signature": base64.b64encode(secrets.token_bytes(64)).decode(),
        "SigningCertURL": f"{host}/SimpleNotificationService-{secrets.token_hex(16)}.pem",
        "UnsubscribeURL": f"{host}/?Action=Unsubscribe&SubscriptionArn={what['subscription']}",
    }
    if what["subject"]:
        made["Subject"] = what["subject"]
    if attributes := _attributes(what):
        made["MessageAttributes"] = attributes
    return made


def _attributes(what: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {"Type": each["Type"], "Value": str(each["Value"])} for name, each in what["attributes"].items()}


def object_event(event: Mapping[str, Any], account: str) -> dict[str, Any]:
    """The event of an object, as moto makes it, completed; its key encoded as AWS does.

    A key is encoded as in a form, a space as `+` (recorded: `a@b` as `a%40b`), but a slash stays.
    """
    records = []
    for each in event["Records"]:
        held = each["s3"]
        key = quote_plus(unquote_plus(held["object"]["key"]), safe="/")
        item = {"key": key, "size": held["object"].get("size"), "eTag": held["object"].get("eTag")}
        if "ObjectRemoved" in each["eventName"]:
            item = {"key": key}
        records.append(
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": each["awsRegion"],
                "eventTime": each["eventTime"],
                "eventName": each["eventName"],
                "userIdentity": {"principalId": f"AWS:{account}"},
                "requestParameters": {"sourceIPAddress": "127.0.0.1"},
                "responseElements": {
                    "x-amz-request-id": secrets.token_hex(8).upper(),
                    "x-amz-id-2": base64.b64encode(secrets.token_bytes(48)).decode(),
                },
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": held["configurationId"],
                    "bucket": {**held["bucket"], "ownerIdentity": {"principalId": account}},
                    "object": {**item, "sequencer": secrets.token_hex(9).upper()},
                },
            }
        )
    return {"Records": records}
