"""Follows what readers read, by the stream of the table of their progress."""

import os

import boto3

shelves = boto3.resource("dynamodb").Table(os.environ["SHELVES_TABLE"])


def count_pages(event, context):
    for record in event["Records"]:
        progress = record["dynamodb"]["NewImage"]
        shelves.update_item(
            Key={"readerId": progress["readerId"]["S"]},
            UpdateExpression="SET lastPage = :page",
            ExpressionAttributeValues={":page": int(progress["page"]["N"])},
        )


def award_badges(event, context):
    for record in event["Records"]:
        if record["eventName"] == "REMOVE":
            continue
        progress = record["dynamodb"]["NewImage"]
        if progress.get("finished", {}).get("BOOL"):
            shelves.update_item(
                Key={"readerId": progress["readerId"]["S"]},
                UpdateExpression="ADD badges :badge",
                ExpressionAttributeValues={":badge": {progress["storyId"]["S"]}},
            )
