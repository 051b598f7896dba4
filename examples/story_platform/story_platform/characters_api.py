"""POST /characters, POST /characters/{id}/images, POST /characters/{id}/voice."""

import json
import logging
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from story_platform import repository
from story_platform.http import answer, body, user_id

logger = logging.getLogger(__name__)
lambda_client = boto3.client("lambda")


def handler(event, context):
    route = event["routeKey"]
    if route == "POST /characters":
        return create_character(event)
    character = repository.get_character(event["pathParameters"]["id"])
    if character is None:
        return answer(404, {"message": "No such character"})
    if route == "POST /characters/{id}/voice":
        return record_voice(event, character)
    return redraw(event, character)


def create_character(event):
    request = body(event)
    owner = user_id(event)
    character = repository.create_character(request["name"], request.get("traits", []), owner)
    if request.get("generateImages", True) and not start_images(character, owner):
        return answer(201, {**character, "images": "failed"})
    return answer(201, character)


def start_images(character, owner):
    """False when the images could not be started; the character is usable without them."""
    payload = {
        "action": "create_character",
        "characterId": character["id"],
        "userId": owner,
        "creatorUserId": owner,
        "character": {"name": character["name"], "traits": character["traits"]},
    }
    try:
        lambda_client.invoke(
            FunctionName=os.environ["CONTENT_AGENT_FUNCTION"],
            InvocationType="Event",
            Payload=json.dumps(payload).encode("utf-8"),
        )
    except (ClientError, BotoCoreError):
        logger.exception("no images for character %s", character["id"])
        return False
    return True


def redraw(event, character):
    owner = user_id(event)
    message = {
        "action": "create_character",
        "characterId": character["id"],
        "userId": owner,
        "creatorUserId": owner,
        "character": {"name": character["name"], "traits": character["traits"]},
    }
    try:
        lambda_client.invoke(
            FunctionName=os.environ["CONTENT_AGENT_FUNCTION"],
            InvocationType="Event",
            Payload=json.dumps({"body": json.dumps(message)}),
        )
    except (ClientError, BotoCoreError):
        logger.exception("character %s was not drawn again", character["id"])
        return answer(503, {"message": "Please try again in a minute"})
    return answer(202, {"id": character["id"]})


def record_voice(event, character):
    request = body(event)
    try:
        lambda_client.invoke(
            FunctionName=os.environ["VOICE_FUNCTION"],
            InvocationType="Event",
            Payload=str(
                {
                    "characterId": character["id"],
                    "language": request.get("language", "en"),
                    "preview": False,
                }
            ),
        )
    except (ClientError, BotoCoreError):
        logger.exception("no voice for character %s", character["id"])
        return answer(503, {"message": "Please try again in a minute"})
    return answer(202, {"id": character["id"]})
