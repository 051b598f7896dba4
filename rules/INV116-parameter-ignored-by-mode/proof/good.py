"""Sends who asks in the payload of an event."""

import json
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

lambda_client = boto3.client("lambda")


def handler(event, context):
    payload = json.dumps({"user": event["user"]})
    try:
        lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=payload)
    except (ClientError, BotoCoreError) as error:
        print("not sent", error)


def main():
    lambda_client.invoke(
        FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=json.dumps({"user": "luna"})
    )


if __name__ == "__main__":
    main()
