"""Puts a point in time into a payload, as text."""

import json
import os
from datetime import datetime, timezone

import boto3
from botocore.exceptions import BotoCoreError, ClientError

lambda_client = boto3.client("lambda")


def handler(event, context):
    payload = {"storyId": "lantern", "askedAt": datetime.now(timezone.utc).isoformat()}
    try:
        lambda_client.invoke(
            FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=json.dumps(payload)
        )
    except (ClientError, BotoCoreError) as error:
        print("not sent", error)


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
