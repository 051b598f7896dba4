"""Every fifteen minutes: jobs that nobody finished are tried once more, then given up."""

import json
import logging
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from story_platform import announcements, repository

logger = logging.getLogger(__name__)
lambda_client = boto3.client("lambda")


def handler(event, context):
    jobs = repository.stuck_jobs(minutes=15)
    for job in jobs:
        story = repository.get_story(job["story_id"])
        if not try_again(job, story):
            repository.fail_job(job["id"], "timed out after 15 minutes")
            announcements.job_given_up(job["id"], job["story_id"])
    if jobs:
        report(jobs)
    return {"stuck": len(jobs), "agent": agent_is_well()}


def try_again(job, story):
    payload = {
        "action": "generate_assets",
        "storyId": job["story_id"],
        "jobId": job["id"],
        "assetType": job["asset_type"],
        "story": story,
        "userId": story["creator_user_id"],
        "creatorUserId": story["creator_user_id"],
    }
    if job["asset_type"] == "audio":
        return read_aloud_again(job, story)
    try:
        lambda_client.invoke(
            FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], InvocationType="Event", Payload=json.dumps(payload)
        )
    except lambda_client.exceptions.ThrottlingException:
        logger.warning("job %s must wait for the next round", job["id"])
        return True
    except (ClientError, BotoCoreError):
        logger.exception("job %s was not started again", job["id"])
        return False
    return True


def read_aloud_again(job, story):
    try:
        lambda_client.invoke(
            FunctionName=os.environ["CONTENT_AGENT_FUNCTION"],
            InvocationType="Event",
            Payload=json.dumps(
                {
                    "action": "generate_asset",
                    "storyId": job["story_id"],
                    "jobId": job["id"],
                    "asset_type": "audio",
                    "story": story,
                    "userId": story["creator_user_id"],
                    "creatorUserId": story["creator_user_id"],
                }
            ),
        )
    except (ClientError, BotoCoreError):
        logger.exception("job %s was not started again", job["id"])
        return False
    return True


def report(jobs):
    try:
        lambda_client.invoke(
            FunctionName=os.environ["ALERT_FUNCTION"],
            InvocationType="Event",
            Payload=json.dumps({"title": "stuck jobs", "jobs": [job["id"] for job in jobs]}),
        )
    except ClientError as error:
        logger.error("no alert: %s", error.response["Error"]["Code"])
    except BotoCoreError:
        logger.exception("no alert")


def agent_is_well():
    """A quick look, so waiting for the answer is fine."""
    try:
        response = lambda_client.invoke(
            FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], Payload=json.dumps({"action": "health"})
        )
        return "FunctionError" not in response
    except (ClientError, BotoCoreError):
        logger.exception("the content agent does not answer")
        return False
