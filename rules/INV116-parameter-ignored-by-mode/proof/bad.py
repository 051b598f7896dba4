"""Sends who asks in the client context of an event."""

import base64
import json
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

lambda_client = boto3.client("lambda")


def handler(event, context):
    payload = json.dumps({"user": context.client_context.custom["user"]})
    try:
        lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=payload)
    except (ClientError, BotoCoreError) as error:
        print("not sent", error)


def main():
    asked_by = base64.b64encode(json.dumps({"custom": {"user": "luna"}}).encode()).decode()
    lambda_client.invoke(
        FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", ClientContext=asked_by, Payload=b"{}"
    )


if __name__ == "__main__":
    main()
