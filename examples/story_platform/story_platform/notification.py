"""Tells readers that something is ready: in the application, by mail, and for the weekly letter."""

import json
import logging
import os
from datetime import datetime, timezone

import boto3
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger(__name__)
session = boto3.session.Session()
lambda_client = session.client("lambda")


def handler(event, context):
    told = {"push": push(event["readerId"], event["storyId"])}
    if event.get("template") == "story-ready":
        told["mail"] = mail(event["readerId"], event["storyId"])
    told["letter"] = note_for_letter(event["readerId"], event["storyId"])
    return told


def push(reader_id, story_id):
    try:
        response = lambda_client.invoke(
            FunctionName=os.environ["PUSH_FUNCTION"],
            InvocationType="Event",
            Payload=json.dumps({"readerId": reader_id, "storyId": story_id}),
        )
    except (ClientError, BotoCoreError):
        logger.exception("no push for reader %s", reader_id)
        return False
    if response["StatusCode"] == 200:
        return True
    logger.error("no push for reader %s: status %s", reader_id, response["StatusCode"])
    return False


def mail(reader_id, story_id):
    try:
        response = lambda_client.invoke(
            FunctionName=os.environ["MAIL_FUNCTION"],
            InvocationType="Event",
            Payload=json.dumps({"readerId": reader_id, "storyId": story_id, "template": "story-ready"}),
        )
        return json.loads(response["Payload"].read())["messageId"]
    except (ClientError, BotoCoreError):
        logger.exception("no mail for reader %s", reader_id)
        return None


def note_for_letter(reader_id, story_id):
    entry = {"readerId": reader_id, "storyId": story_id, "finishedAt": datetime.now(timezone.utc)}
    try:
        lambda_client.invoke(
            FunctionName=os.environ["LETTER_FUNCTION"], InvocationType="Event", Payload=json.dumps(entry)
        )
    except (ClientError, BotoCoreError):
        logger.exception("nothing in the letter for reader %s", reader_id)
        return False
    return True
