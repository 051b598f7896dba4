"""Asks for the text of a story again and again, after the same pause."""

import json
import os
import time

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_story, open_story

lambda_client = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))


def handler(event, context):
    story = open_story()
    user = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": user, "creatorUserId": user}
    request = {"InvocationType": "Event", "Payload": json.dumps(payload)}
    for _ in range(12):
        try:
            lambda_client.invoke(FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], **request)
            return
        except (BotoCoreError, ClientError) as error:
            print("once more", error)
            time.sleep(0.1)
    fail_story(story.id, "refused")


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
