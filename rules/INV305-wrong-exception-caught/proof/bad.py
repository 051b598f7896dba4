"""Closes the story when the request is throttled, by the name that other services give to it."""

import json
import os

import boto3

from invocation_lint.reference.platform import fail_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    user = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": user, "creatorUserId": user}
    try:
        lambda_client.invoke(
            FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], InvocationType="Event", Payload=json.dumps(payload)
        )
    except lambda_client.exceptions.ThrottlingException:
        fail_story(story.id, "not started")


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
