"""Decodes the stream of an answer without reading it."""

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
    if "FunctionError" in response:
        raise RuntimeError("no text")
    answer = json.loads(response["Payload"])
    finish_story(story.id, answer["text"])


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
