"""Writes a story, and returns the time of it as a text."""

import datetime
import json
import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    finish_story(event["storyId"], "Once upon a time")
    return {"storyId": event["storyId"], "at": datetime.datetime.now().isoformat()}


def main():
    payload = json.dumps({"storyId": open_story().id})
    answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=payload)
    if "FunctionError" in answer:
        raise RuntimeError(answer["Payload"].read())


if __name__ == "__main__":
    main()
