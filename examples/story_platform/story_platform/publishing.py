"""POST /stories/{id}/print, /share and /archive: what leaves the platform."""

import json
import logging
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from story_platform import repository
from story_platform.http import answer, user_id

logger = logging.getLogger(__name__)
lambda_client = boto3.client("lambda")


def handler(event, context):
    story = repository.get_story(event["pathParameters"]["id"])
    if story is None or story["creator_user_id"] != user_id(event):
        return answer(404, {"message": "No such story"})
    route = event["routeKey"].rsplit("/", 1)[-1]
    if route == "print":
        return order_print(story)
    if route == "share":
        return share(story, user_id(event))
    return archive(story)


def order_print(story):
    """The printer answers with the number of the order; laying out the pages is all it does at once."""
    try:
        response = lambda_client.invoke(
            FunctionName=os.environ["PRINT_FUNCTION"],
            InvocationType="RequestResponse",
            Payload=json.dumps({"storyId": story["id"], "format": "A5"}),
        )
        order = json.loads(response["Payload"].read())
    except (ClientError, BotoCoreError):
        logger.exception("story %s was not printed", story["id"])
        return answer(503, {"message": "The printer does not answer"})
    if response.get("FunctionError"):
        logger.error("story %s was not printed: %s", story["id"], order)
        return answer(502, {"message": "The printer refused the story"})
    return answer(200, {"order": order["number"]})


def share(story, sender_id):
    try:
        lambda_client.invoke(
            FunctionName=os.environ["SHARE_FUNCTION"],
            InvocationType="Async",
            Payload=json.dumps({"storyId": story["id"], "senderId": sender_id}),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "RequestTooLargeException":
            return answer(413, {"message": "The story is too long to be shared"})
        logger.exception("story %s was not shared", story["id"])
        return answer(503, {"message": "Please try again in a minute"})
    return answer(202, {"id": story["id"]})


def archive(story):
    try:
        lambda_client.invoke(
            FunctionName=os.environ["ARCHIVE_FUNCTION"],
            InvocationType="Event",
            Payload={"storyId": story["id"], "keepFor": "10 years"},
        )
    except (ClientError, BotoCoreError):
        logger.exception("story %s was not archived", story["id"])
        return answer(503, {"message": "Please try again in a minute"})
    return answer(202, {"id": story["id"]})
