"""Asks for the text of a story by a function that says whether it could, and does not listen."""

import json
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import open_story

lambda_client = boto3.client("lambda")


def ask_for_text(story):
    user = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": user, "creatorUserId": user}
    request = {"InvocationType": "Event", "Payload": json.dumps(payload)}
    try:
        lambda_client.invoke(FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], **request)
    except (BotoCoreError, ClientError):
        return False
    return True


def handler(event, context):
    story = open_story()
    ask_for_text(story)
    return {"statusCode": 202, "body": story.id}


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
