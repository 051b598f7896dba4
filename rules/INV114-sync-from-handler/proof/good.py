"""Asks in a handler for a story to be written, and does not wait for it."""

import json
import os

import boto3

from invocation_lint.reference.platform import open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    payload = {"action": "generate_story", "userId": event["creatorUserId"], **event}
    lambda_client.invoke(
        FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], InvocationType="Event", Payload=json.dumps(payload)
    )


def main():
    story = open_story()
    payload = json.dumps({"storyId": story.id, "creatorUserId": story.creator_user_id})
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=payload)


if __name__ == "__main__":
    main()
