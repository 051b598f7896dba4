"""Waits for a story with a client that retries: when the connection breaks, the story is written again."""

import json
import os

import boto3
from botocore.config import Config

from invocation_lint.reference.platform import open_story

lambda_client = boto3.client("lambda", config=Config(read_timeout=900))


def handler(event, context):
    return {"storyId": open_story().id}


def main():
    story = open_story()
    owner = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": owner, "creatorUserId": owner}
    answer = lambda_client.invoke(FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], Payload=json.dumps(payload))
    written = json.load(answer["Payload"])
    if "FunctionError" in answer or written["statusCode"] != 200:
        raise RuntimeError(written)


if __name__ == "__main__":
    main()
