"""Waits in a handler for a story to be written: both functions are billed for that time."""

import json
import os

import boto3

from invocation_lint.reference.platform import open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    payload = {"action": "generate_story", "userId": event["creatorUserId"], **event}
    answer = lambda_client.invoke(FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], Payload=json.dumps(payload))
    if "FunctionError" in answer:
        raise RuntimeError(answer["Payload"].read())
    return json.load(answer["Payload"])


def main():
    story = open_story()
    payload = json.dumps({"storyId": story.id, "creatorUserId": story.creator_user_id})
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=payload)


if __name__ == "__main__":
    main()
