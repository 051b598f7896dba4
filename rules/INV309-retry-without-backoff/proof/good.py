"""Asks for the text of a story, and leaves it to the SDK to ask again."""

import json
import os

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_story, open_story

lambda_client = boto3.client("lambda", config=Config(retries={"mode": "standard", "total_max_attempts": 3}))


def handler(event, context):
    story = open_story()
    user = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": user, "creatorUserId": user}
    request = {"InvocationType": "Event", "Payload": json.dumps(payload)}
    try:
        lambda_client.invoke(FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], **request)
    except (BotoCoreError, ClientError) as error:
        fail_story(story.id, str(error))


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
