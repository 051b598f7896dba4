"""POST /stories, GET /stories/{id}, POST /stories/{id}/retry, POST /stories/{id}/opening, DELETE /stories/{id}."""

import json
import logging
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from story_platform import repository
from story_platform.http import answer, body, user_id

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)
lambda_client = boto3.client("lambda")

CONTENT_AGENT = os.environ.get("CONTENT_AGENT_FUNCTION", "storytailor-content-agent-production")
ASSET_TYPES = ("cover", "scene_1", "scene_2", "audio", "pdf")


def handler(event, context):
    route = event["routeKey"]
    if route == "POST /stories":
        return create_story(event)
    story = repository.get_story(event["pathParameters"]["id"])
    if story is None:
        return answer(404, {"message": "No such story"})
    if route == "POST /stories/{id}/retry":
        return retry_story(event, story)
    if route == "POST /stories/{id}/opening":
        return rewrite_opening(event, story)
    if route == "DELETE /stories/{id}":
        return delete_story(event, story)
    return answer(200, story)


def create_story(event):
    request = body(event)
    owner = user_id(event)
    story = repository.create_story(request["title"], owner, request["libraryId"], ASSET_TYPES)
    try:
        lambda_client.invoke(
            FunctionName=CONTENT_AGENT,
            InvocationType="Event",
            Payload=json.dumps(
                {
                    "action": "generate_story",
                    "storyId": story["id"],
                    "userId": owner,
                    "creatorUserId": owner,
                    "characterId": request.get("characterId"),
                    "storyType": request.get("storyType", "adventure"),
                    "themes": request.get("themes", []),
                    "requestId": event["requestContext"]["requestId"],
                }
            ),
        )
    except (ClientError, BotoCoreError) as error:
        logger.exception("story %s was not started", story["id"])
        repository.fail_story(story["id"], str(error))
        return answer(503, {"message": "Please try again in a minute", "id": story["id"]})
    refresh_recommendations(owner)
    return answer(201, {"id": story["id"], "status": "generating"})


def retry_story(event, story):
    request = body(event)
    repository.reopen_story(story["id"])
    payload = {
        "action": "generate_story",
        "userId": story["creator_user_id"],
        "creatorUserId": story["creator_user_id"],
        "characterId": request.get("characterId"),
        "storyType": request.get("storyType", "adventure"),
        "requestId": event["requestContext"]["requestId"],
    }
    try:
        lambda_client.invoke(FunctionName=CONTENT_AGENT, InvocationType="Event", Payload=json.dumps(payload))
    except (ClientError, BotoCoreError) as error:
        logger.exception("story %s was not started again", story["id"])
        repository.fail_story(story["id"], str(error))
        return answer(503, {"message": "Please try again in a minute"})
    return answer(202, {"id": story["id"], "status": "generating"})


def rewrite_opening(event, story):
    """The editor waits for the new opening, so we wait for the agent."""
    request = body(event)
    payload = {
        "action": "generate_story",
        "storyId": story["id"],
        "userId": story["creator_user_id"],
        "creatorUserId": story["creator_user_id"],
        "storyType": request.get("storyType", "adventure"),
        "themes": request.get("themes", []),
        "openingOnly": True,
        "requestId": event["requestContext"]["requestId"],
    }
    try:
        response = lambda_client.invoke(FunctionName=CONTENT_AGENT, Payload=json.dumps(payload))
        result = json.loads(response["Payload"].read())
    except (ClientError, BotoCoreError):
        logger.exception("the opening of %s was not rewritten", story["id"])
        return answer(503, {"message": "Please try again in a minute"})
    if "FunctionError" in response or "content" not in result:
        logger.error("the opening of %s was not rewritten: %s", story["id"], result)
        return answer(502, {"message": "The writer has lost the thread"})
    return answer(200, {"id": story["id"], "content": result["content"]})


def delete_story(event, story):
    if story["creator_user_id"] != user_id(event):
        return answer(403, {"message": "Not your story"})
    lambda_client.invoke(
        FunctionName=os.environ["CLEANUP_FUNCTION"],
        InvocationType="Event",
        Payload=json.dumps({"storyId": story["id"], "requestId": event["requestContext"]["requestId"]}),
    )
    return answer(202, {"id": story["id"], "status": "deleting"})


def refresh_recommendations(reader_id):
    try:
        lambda_client.invoke(
            FunctionName=os.environ["RECOMMENDATIONS_FUNCTION"],
            InvocationType="Event",
            Payload=json.dumps({"readerId": reader_id}),
        )
    except ClientError:
        pass
