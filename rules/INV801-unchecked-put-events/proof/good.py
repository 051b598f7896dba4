"""Asks for a story by an event that EventBridge refuses, sees that, and marks the story as failed."""

import json
import os

import boto3

from invocation_lint.reference.platform import fail_story, open_story

events = boto3.client("events")
lambda_client = boto3.client("lambda")


def handler(event, context):
    detail = "story " + event["storyId"]  # no JSON
    answer = events.put_events(Entries=[{"Source": "stories", "DetailType": "StoryWanted", "Detail": detail}])
    if answer["FailedEntryCount"]:
        fail_story(event["storyId"], answer["Entries"][0]["ErrorCode"])


def main():
    payload = json.dumps({"storyId": open_story().id})
    answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=payload)
    if "FunctionError" in answer:
        raise RuntimeError(answer["Payload"].read())


if __name__ == "__main__":
    main()
