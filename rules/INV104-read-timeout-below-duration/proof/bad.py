"""Waits 20 s for 45 s of work: the SDK gives up and has it done again."""

import json
import os
import sys

import boto3
from botocore.config import Config

from invocation_lint.reference.platform import open_story

lambda_client = boto3.client("lambda", config=Config(read_timeout=20))


def handler(event, context):
    story = open_story()
    owner = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": owner, "creatorUserId": owner}
    response = lambda_client.invoke(
        FunctionName=os.environ["CONTENT_AGENT_FUNCTION"],
        InvocationType="RequestResponse",
        Payload=json.dumps(payload),
    )
    return json.load(response["Payload"])


def main():
    starter = boto3.client("lambda")
    response = starter.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")
    if response["StatusCode"] != 202:
        sys.exit("not started")


if __name__ == "__main__":
    main()
