"""Takes a story for told when the status of the call is 200."""

import json
import os

import boto3

from invocation_lint.reference.platform import fail_story, finish_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    response = lambda_client.invoke(
        FunctionName=os.environ["CRASHING_FUNCTION"], Payload=json.dumps({"storyId": story.id})
    )
    if response["StatusCode"] == 200:
        finish_story(story.id, f"stories/{story.id}.txt")
    else:
        fail_story(story.id, "the text was not written")


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
