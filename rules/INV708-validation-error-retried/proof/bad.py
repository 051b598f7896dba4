"""Raises for an event that lacks a story: Lambda runs it three times, and it lacks the story each time."""

import json
import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    for record in event["Records"]:
        story = json.loads(record["Sns"]["Message"])
        if "storyId" not in story:
            raise ValueError("no storyId")
        finish_story(story["storyId"], "Once upon a time")


def main():
    for story in ({"storyId": open_story().id}, {}):
        payload = json.dumps({"Records": [{"Sns": {"Message": json.dumps(story)}}]})
        lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=payload)


if __name__ == "__main__":
    main()
