"""Asks for a story by an event that EventBridge refuses, and takes the success of the call for that of the event."""

import json
import os

import boto3

from invocation_lint.reference.platform import open_story

events = boto3.client("events")
lambda_client = boto3.client("lambda")


def handler(event, context):
    detail = "story " + event["storyId"]  # no JSON
    events.put_events(Entries=[{"Source": "stories", "DetailType": "StoryWanted", "Detail": detail}])


def main():
    payload = json.dumps({"storyId": open_story().id})
    answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=payload)
    if "FunctionError" in answer:
        raise RuntimeError(answer["Payload"].read())


if __name__ == "__main__":
    main()
