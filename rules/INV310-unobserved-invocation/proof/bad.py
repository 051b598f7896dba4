"""Asks for the text of a story in a coroutine that nobody awaits."""

import asyncio
import json
import os

import boto3

from invocation_lint.reference.platform import open_story

lambda_client = boto3.client("lambda")


async def ask_for_text(story):
    user = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": user, "creatorUserId": user}
    request = {"InvocationType": "Event", "Payload": json.dumps(payload)}
    lambda_client.invoke(FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], **request)


async def create():
    ask_for_text(open_story())


def handler(event, context):
    asyncio.run(create())


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
