"""Reads a key of the answer that the function returns."""

import json
import os
import sys

import boto3

from invocation_lint.reference.platform import finish_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    finish_story(story.id, "Once upon a time")
    return {"id": story.id, "status": "ready"}


def main(event=None, context=None):
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")
    answer = json.loads(response["Payload"].read())
    if "FunctionError" in response:
        sys.exit(answer["errorMessage"])
    print(answer["id"])


if __name__ == "__main__":
    main()
