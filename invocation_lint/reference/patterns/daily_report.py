"""A scheduled worker: each day's report, made once, of the day that the event names and not of the day it runs on.

A schedule may fire twice, and Lambda tries again after a failure. The report is stored under its day, where the first
stays, and word of it is sent under its day to a queue that takes an id once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import ClientError

sales = boto3.resource("dynamodb").Table(os.environ["SALES_TABLE"])
s3, sqs = boto3.client("s3"), boto3.client("sqs")


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """The event of the schedule in, with its `time`; out the day before that, and the sum of its sales."""
    day = (datetime.fromisoformat(event["time"].replace("Z", "+00:00")) - timedelta(days=1)).date().isoformat()
    total = sum(int(sale["cents"]) for sale in _sales_of(day))
    report = json.dumps({"day": day, "cents": total}).encode("utf-8")
    _store(day, report)
    _tell(day, report)
    return {"day": day, "cents": total}


def _sales_of(day: str) -> list[Any]:
    """The sales of a day, page by page."""
    found: list[Any] = []
    more: dict[str, Any] = {}
    while True:
        page = sales.query(
            KeyConditionExpression="#day = :day",
            ExpressionAttributeNames={"#day": "day"},
            ExpressionAttributeValues={":day": day},
            **more,
        )
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return found
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _store(day: str, report: bytes) -> None:
    """Stores the report of a day, unless there is one."""
    key = f"reports/{day}.json"
    try:
        s3.put_object(Bucket=os.environ["REPORTS_BUCKET"], Key=key, Body=report, IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise


def _tell(day: str, report: bytes) -> None:
    """Sends word of a report, once. The queue takes the id of a day once in five minutes, the note holds for good."""
    note = {"day": "told", "id": day}
    if "Item" in sales.get_item(Key=note, ConsistentRead=True):
        return
    message = report.decode("utf-8")
    sqs.send_message(
        QueueUrl=os.environ["REPORTS_QUEUE"], MessageBody=message, MessageGroupId="reports", MessageDeduplicationId=day
    )
    sales.put_item(Item=note)
