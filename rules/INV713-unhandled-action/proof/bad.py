"""A handler that passes over an action which it does not know: its caller waits for a story that nobody writes."""

import json
import os

import boto3

from invocation_lint.reference.platform import fail_story, finish_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    action = event["action"]
    if action == "generate_story":
        finish_story(event["storyId"], "Once upon a time")
    elif action == "cancel_story":
        fail_story(event["storyId"], "cancelled")


def main():
    story = open_story()
    payload = json.dumps({"action": "generate-story", "storyId": story.id})
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=payload)
    if "FunctionError" in response:
        fail_story(story.id, response["Payload"].read().decode())


if __name__ == "__main__":
    main()
