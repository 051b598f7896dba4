"""Asks for the text of a story, and closes the story when that could not be done."""

import json
import logging
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_story, open_story

lambda_client = boto3.client("lambda")


def ask_for_text(story):
    user = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": user, "creatorUserId": user}
    request = {"InvocationType": "Event", "Payload": json.dumps(payload)}
    try:
        lambda_client.invoke(FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], **request)
    except (BotoCoreError, ClientError):
        logging.exception("story %s not asked for", story.id)
        return False
    return True


def handler(event, context):
    story = open_story()
    if not ask_for_text(story):
        fail_story(story.id, "not asked for")
        return {"statusCode": 503}
    return {"statusCode": 202, "body": story.id}


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
