"""Keeps what a function answers as the chapters of a story, unless the function failed."""

import json
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_story, finish_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    try:
        response = lambda_client.invoke(
            FunctionName=os.environ["CRASHING_FUNCTION"], Payload=json.dumps({"storyId": story.id})
        )
        chapters = json.loads(response["Payload"].read())
    except (ClientError, BotoCoreError) as error:
        fail_story(story.id, str(error))
        return
    if "FunctionError" in response:
        fail_story(story.id, "the chapters were not written")
        return
    finish_story(story.id, "\n".join(f"{title}: {text}" for title, text in chapters.items()))


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
