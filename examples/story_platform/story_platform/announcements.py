"""Tells the rest of the platform what has happened, on its event bus. That nobody is told stops no work."""

import json
import logging
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger(__name__)
events = boto3.client("events")

BUS = os.environ["EVENT_BUS"]
SOURCE = "story-platform"


def story_finished(story_id, reader_id):
    entry = {
        "EventBusName": BUS,
        "Source": SOURCE,
        "DetailType": "StoryFinished",
        "Detail": json.dumps({"storyId": story_id, "readerId": reader_id}),
    }
    try:
        events.put_events(Entries=[entry])
    except (ClientError, BotoCoreError):
        logger.exception("nobody was told that story %s is finished", story_id)


def character_drawn(character_id, images):
    entry = {
        "EventBusName": BUS,
        "Source": SOURCE,
        "DetailType": "CharacterDrawn",
        "Detail": json.dumps({"characterId": character_id, "images": images}),
    }
    try:
        response = events.put_events(Entries=[entry])
    except (ClientError, BotoCoreError):
        logger.exception("nobody was told of the images of character %s", character_id)
        return
    if response["FailedEntryCount"]:
        logger.error("nobody was told of the images of character %s: %s", character_id, response["Entries"])


def job_given_up(job_id, story_id):
    entry = {
        "EventBusName": BUS,
        "Source": SOURCE,
        "DetailType": "JobGivenUp",
        "Detail": str({"jobId": job_id, "storyId": story_id}),
    }
    try:
        response = events.put_events(Entries=[entry])
    except (ClientError, BotoCoreError):
        logger.exception("nobody was told of job %s", job_id)
        return
    if response["FailedEntryCount"]:
        logger.error("nobody was told of job %s: %s", job_id, response["Entries"])
