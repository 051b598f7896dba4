"""Reads FunctionError of a function that ended well by subscript."""

import json
import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    response = lambda_client.invoke(
        FunctionName=os.environ["ECHO_FUNCTION"], Payload=json.dumps({"text": "Once upon a time."})
    )
    if response["FunctionError"]:
        raise RuntimeError("no text")
    finish_story(story.id, json.loads(response["Payload"].read())["text"])


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
