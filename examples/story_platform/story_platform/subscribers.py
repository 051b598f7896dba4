"""What the event bus starts: a finished story goes to the shelf of its reader and into the statistics."""

import logging
import os

import boto3
from botocore.exceptions import ClientError

logger = logging.getLogger(__name__)
dynamodb = boto3.resource("dynamodb")
shelves = dynamodb.Table(os.environ["SHELVES_TABLE"])


def fill_shelf(event, context):
    story = event["detail"]
    try:
        shelves.update_item(
            Key={"readerId": story["readerId"]},
            UpdateExpression="ADD stories :story",
            ExpressionAttributeValues={":story": {story["storyId"]}},
        )
    except ClientError as error:
        logger.exception("story %s is on no shelf", story["storyId"])
        return {"statusCode": 500, "error": str(error)}
    return {"statusCode": 200}


def note_finish(event, context):
    story = event["detail"]
    try:
        shelves.update_item(
            Key={"readerId": story["readerId"]},
            UpdateExpression="SET lastFinished = :time",
            ExpressionAttributeValues={":time": event["time"]},
        )
    except ClientError:
        logger.exception("the end of story %s was not noted", story["storyId"])
        raise
