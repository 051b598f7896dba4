"""A handler that runs a coroutine."""

import asyncio
import json
import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

lambda_client = boto3.client("lambda")


async def write(story_id):
    finish_story(story_id, "Once upon a time")


def handler(event, context):
    asyncio.run(write(event["storyId"]))


def main():
    payload = json.dumps({"storyId": open_story().id})
    answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=payload)
    print(answer.get("FunctionError"), answer["Payload"].read())


if __name__ == "__main__":
    main()
