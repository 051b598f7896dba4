"""Takes a story for told when the function that tells it did not fail."""

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
    except (ClientError, BotoCoreError) as error:
        fail_story(story.id, str(error))
        return
    if "FunctionError" not in response:
        finish_story(story.id, f"stories/{story.id}.txt")
    else:
        fail_story(story.id, "the text was not written")


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
