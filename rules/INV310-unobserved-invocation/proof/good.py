"""Asks for the text of a story in a thread, and waits until the request is accepted."""

import asyncio
import json
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_story, open_story

lambda_client = boto3.client("lambda")


def ask_for_text(story):
    user = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": user, "creatorUserId": user}
    request = {"InvocationType": "Event", "Payload": json.dumps(payload)}
    lambda_client.invoke(FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], **request)


async def create(story):
    await asyncio.to_thread(ask_for_text, story)


def handler(event, context):
    story = open_story()
    try:
        asyncio.run(create(story))
    except (BotoCoreError, ClientError) as error:
        fail_story(story.id, str(error))


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
