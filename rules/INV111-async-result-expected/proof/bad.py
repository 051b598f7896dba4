"""Reads the result of an event, which has none."""

import json
import os
import sys

import boto3

lambda_client = boto3.client("lambda")


def handler(event, context):
    response = lambda_client.invoke(
        FunctionName=os.environ["ECHO_FUNCTION"],
        InvocationType="Event",
        Payload=json.dumps({"title": "The lost lantern"}),
    )
    result = json.loads(response["Payload"].read())
    return {"title": result["title"]}


def main():
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")
    if response.get("FunctionError"):
        sys.exit(response["Payload"].read().decode())


if __name__ == "__main__":
    main()
