"""Sends the same 300 KB as an event, which may hold 1 MB."""

import json
import os
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

lambda_client = boto3.client("lambda")


def handler(event, context):
    manuscript = "once upon a time " * 18_000
    payload = json.dumps({"manuscript": manuscript})
    try:
        response = lambda_client.invoke(
            FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=payload
        )
    except (BotoCoreError, ClientError) as error:
        return {"status": "failed", "reason": str(error)}
    return {"status": response["StatusCode"]}


def main():
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")
    if response.get("FunctionError"):
        sys.exit(response["Payload"].read().decode())


if __name__ == "__main__":
    main()
