"""Asks for FunctionError by `get`."""

import json
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_story, finish_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    try:
        response = lambda_client.invoke(
            FunctionName=os.environ["ECHO_FUNCTION"], Payload=json.dumps({"text": "Once upon a time."})
        )
        payload = response["Payload"].read()
    except (ClientError, BotoCoreError) as error:
        fail_story(story.id, str(error))
        return
    if response.get("FunctionError"):
        raise RuntimeError("no text")
    finish_story(story.id, json.loads(payload)["text"])


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
