"""Sends the same fields as JSON."""

import json
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

lambda_client = boto3.client("lambda")


def handler(event, context):
    payload = json.dumps({"storyId": "lantern", "again": 1})
    try:
        lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=payload)
    except (ClientError, BotoCoreError) as error:
        print("not sent", error)


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
