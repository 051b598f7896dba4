"""Sends a text of 1.2 MB in an event."""

import json
import os

import boto3

lambda_client = boto3.client("lambda")


def handler(event, context):
    payload = json.dumps({"storyId": "lantern", "text": "once upon a time " * 70_000})
    lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=payload)


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
