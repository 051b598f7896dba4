"""Waits for a quick function and reads its result."""

import json
import os
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

lambda_client = boto3.client("lambda")


def handler(event, context):
    try:
        response = lambda_client.invoke(
            FunctionName=os.environ["ECHO_FUNCTION"],
            InvocationType="RequestResponse",
            Payload=json.dumps({"title": "The lost lantern"}),
        )
        result = json.loads(response["Payload"].read())
    except (BotoCoreError, ClientError) as error:
        return {"title": None, "reason": str(error)}
    if response.get("FunctionError"):
        return {"title": None, "reason": result["errorMessage"]}
    return {"title": result["title"]}


def main():
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")
    if response.get("FunctionError"):
        sys.exit(response["Payload"].read().decode())


if __name__ == "__main__":
    main()
