"""Logs an event that lacks a story, and is done with it: no retry could mend it."""

import json
import logging
import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

lambda_client = boto3.client("lambda")
logger = logging.getLogger(__name__)


def handler(event, context):
    for record in event["Records"]:
        story = json.loads(record["Sns"]["Message"])
        if "storyId" not in story:
            logger.error("no storyId: %s", story)
            continue
        finish_story(story["storyId"], "Once upon a time")


def main():
    for story in ({"storyId": open_story().id}, {}):
        payload = json.dumps({"Records": [{"Sns": {"Message": json.dumps(story)}}]})
        lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=payload)


if __name__ == "__main__":
    main()
