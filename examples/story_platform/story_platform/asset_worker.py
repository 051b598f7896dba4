"""Every five minutes: hand the oldest queued asset jobs to the content agent."""

import json
import logging
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from story_platform import repository

logger = logging.getLogger(__name__)
lambda_client = boto3.client("lambda", region_name=os.environ.get("AWS_REGION", "us-east-1"))

CONTENT_AGENT = os.environ["CONTENT_AGENT_FUNCTION"]
BATCH = 10


def handler(event, context):
    jobs = repository.queued_jobs(limit=BATCH)
    started = 0
    for job in jobs:
        if not repository.claim_job(job["id"]):
            continue
        try:
            dispatch(job)
            started += 1
        except (ClientError, BotoCoreError) as error:
            logger.exception("job %s was not started", job["id"])
            repository.fail_job(job["id"], str(error))
    return {"found": len(jobs), "started": started}


def dispatch(job):
    story = repository.get_story(job["story_id"])
    if job["asset_type"] == "cover":
        start_cover(job, story)
    elif job["asset_type"] == "audio":
        start_audio(job, story)
    elif job["asset_type"] == "pdf":
        start_pdf(job, story)
    else:
        start_scene(job, story)


def send(payload):
    lambda_client.invoke(
        FunctionName=CONTENT_AGENT, InvocationType="Event", Payload=json.dumps(payload, ensure_ascii=False)
    )


def start_scene(job, story):
    send(
        {
            "action": "generate_asset",
            "storyId": job["story_id"],
            "jobId": job["id"],
            "assetType": job["asset_type"],
            "story": {"id": story["id"], "title": story["title"], "content": story["content"]},
            "userId": story["creator_user_id"],
            "creatorUserId": story["creator_user_id"],
        }
    )


def start_cover(job, story):
    # covers are stored with the library they are shown in
    send(
        {
            "action": "generate_asset",
            "storyId": job["story_id"],
            "jobId": job["id"],
            "assetType": "cover",
            "story": {"id": story["id"], "title": story["title"], "content": story["content"]},
            "userId": story["library_id"],
            "creatorUserId": story["creator_user_id"],
        }
    )


def start_audio(job, story):
    payload = {"action": "generate_asset", "assetType": "audio", "storyId": story["id"]}
    payload["jobId"] = job["id"]
    payload["story"] = {"id": story["id"], "title": story["title"], "content": story["content"]}
    payload["userId"] = story["creator_user_id"]
    send(payload)


def start_pdf(job, story):
    send(
        {
            "action": "generate_asset",
            "storyId": job["story_id"],
            "jobId": job["id"],
            "assetType": "pdf",
            "story": str(story["id"]),
            "userId": story["creator_user_id"],
            "creatorUserId": story["creator_user_id"],
        }
    )


def redo_assets(story_id, asset_types):
    """Called by support from a shell when a family complains about a picture."""
    story = repository.get_story(story_id)
    for asset_type in asset_types:
        try:
            lambda_client.invoke(
                FunctionName=CONTENT_AGENT,
                InvocationType="Event",
                Payload=json.dumps(
                    {
                        "action": "generate_asset",
                        "storyId": story_id,
                        "assetType": asset_type,
                        "story": story,
                        "userId": story["creator_user_id"],
                        "creatorUserId": story["creator_user_id"],
                    }
                ),
            )
        except (ClientError, BotoCoreError):
            logger.exception("%s of %s was not started", asset_type, story_id)
