"""Writes stories and makes their assets. Invoked directly, by action."""

import json
import logging
import os

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from story_platform import announcements, repository, studio

logger = logging.getLogger(__name__)
lambda_client = boto3.client("lambda", config=Config(read_timeout=900, retries={"total_max_attempts": 1}))


def handler(event, context):
    action = event.get("action") or event.get("intent", {}).get("type")
    logger.info("action %s, request %s", action, event.get("requestId"))
    try:
        if action == "generate_story":
            return generate_story(event)
        if action == "generate_asset":
            return generate_asset(event)
        if action == "create_character":
            return create_character(event)
        if action == "health":
            return {"status": "ok"}
        raise ValueError(f"no such action: {action}")
    except Exception as error:
        if event.get("jobId"):
            repository.fail_job(event["jobId"], str(error))
        if event.get("storyId"):
            repository.fail_story(event["storyId"], str(error))
        raise


def generate_story(event):
    story_id = event.get("storyId")
    if story_id is None:
        story_id = repository.create_story("Untitled", event["userId"], event.get("libraryId", "default"))["id"]
    content = studio.write(event.get("storyType", "adventure"), event.get("themes", []))
    if event.get("chapters", 1) > 1:
        content += write_chapters(event, content)
    repository.finish_story(story_id, content)
    tell_reader(event.get("creatorUserId") or event["userId"], story_id)
    announcements.story_finished(story_id, event["userId"])
    return {"storyId": story_id, "content": content}


def write_chapters(event, opening):
    """Later chapters are written one by one, each with the one before in mind."""
    try:
        response = lambda_client.invoke(
            FunctionName=os.environ["AWS_LAMBDA_FUNCTION_NAME"],
            Payload=json.dumps(
                {
                    "action": "generate_story",
                    "storyId": event["storyId"],
                    "userId": event["userId"],
                    "creatorUserId": event.get("creatorUserId", event["userId"]),
                    "opening": opening,
                    "chapters": event["chapters"] - 1,
                }
            ),
        )
        answer = json.loads(response["Payload"].read())
    except (ClientError, BotoCoreError):
        logger.exception("no further chapters for %s", event["storyId"])
        return ""
    if response.get("FunctionError"):
        logger.error("no further chapters for %s: %s", event["storyId"], answer)
        return ""
    return answer["content"]


def generate_asset(event):
    url = studio.draw(event["assetType"], event["story"]["content"], folder=event["userId"])
    repository.finish_job(event["jobId"])
    return {"jobId": event["jobId"], "url": url}


def create_character(event):
    character = event["character"]
    images = [studio.draw(pose, character["name"], folder=event["userId"]) for pose in ("portrait", "full")]
    announcements.character_drawn(event["characterId"], images)
    return {"characterId": event["characterId"], "images": images}


def tell_reader(reader_id, story_id):
    try:
        lambda_client.invoke(
            FunctionName=os.environ["NOTIFICATION_FUNCTION"],
            InvocationType="RequestResponse",
            Payload=json.dumps({"readerId": reader_id, "storyId": story_id, "template": "story-ready"}),
        )
    except (ClientError, BotoCoreError):
        logger.warning("reader %s was not told of story %s", reader_id, story_id, exc_info=True)
