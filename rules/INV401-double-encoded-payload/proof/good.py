"""Sends the fields of a payload as they are."""

import json
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    user = story.creator_user_id
    fields = {"action": "generate_story", "storyId": story.id, "userId": user, "creatorUserId": user}
    try:
        lambda_client.invoke(
            FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], InvocationType="Event", Payload=json.dumps(fields)
        )
    except (ClientError, BotoCoreError) as error:
        fail_story(story.id, str(error))


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
