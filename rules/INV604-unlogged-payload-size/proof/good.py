"""Keeps back texts that are too large for an event, by the bytes that would be sent."""

import json
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

lambda_client = boto3.client("lambda")
LIMIT = 1_000_000


def handler(event, context):
    payload = json.dumps({"storyId": event["storyId"], "text": "once upon a time " * 70_000}).encode()
    if len(payload) > LIMIT:
        text = {"bucket": "stories", "key": "lantern.txt"}
        payload = json.dumps({"storyId": event["storyId"], "text": text}).encode()
    try:
        lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=payload)
    except (ClientError, BotoCoreError) as error:
        print("not sent", error)


def main():
    payload = json.dumps({"storyId": "lantern"})
    answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=payload)
    if "FunctionError" in answer:
        print("not sent", answer["Payload"].read())


if __name__ == "__main__":
    main()
