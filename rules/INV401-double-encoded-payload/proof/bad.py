"""Wraps the fields of a payload as an HTTP front would: the agent finds no action and does nothing."""

import json
import os

import boto3

from invocation_lint.reference.platform import open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    user = story.creator_user_id
    fields = {"action": "generate_story", "storyId": story.id, "userId": user, "creatorUserId": user}
    lambda_client.invoke(
        FunctionName=os.environ["CONTENT_AGENT_FUNCTION"],
        InvocationType="Event",
        Payload=json.dumps({"body": json.dumps(fields)}),
    )


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
