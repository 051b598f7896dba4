"""Waits for a story with a client that sends one request: when the connection breaks, the record tells the rest."""

import json
import os

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_story, load_story, open_story

lambda_client = boto3.client("lambda", config=Config(read_timeout=900, retries={"total_max_attempts": 1}))


def handler(event, context):
    return {"storyId": open_story().id}


def main():
    story = open_story()
    owner = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": owner, "creatorUserId": owner}
    try:
        answer = lambda_client.invoke(FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], Payload=json.dumps(payload))
    except (BotoCoreError, ClientError) as error:
        if load_story(story.id).status == "generating":
            fail_story(story.id, str(error))
        return
    written = json.load(answer["Payload"])
    if "FunctionError" in answer or written["statusCode"] != 200:
        raise RuntimeError(written)


if __name__ == "__main__":
    main()
