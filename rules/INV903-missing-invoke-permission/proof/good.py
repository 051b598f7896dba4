"""Invokes a function that its role allows it to invoke."""

import json
import os
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

lambda_client = boto3.client("lambda")


def echo(event, context):
    return event


def handler(event, context):
    try:
        response = lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], Payload=json.dumps(event))
    except (ClientError, BotoCoreError) as error:
        raise RuntimeError("nobody answers") from error
    answer = json.loads(response["Payload"].read())
    if "FunctionError" in response:
        raise RuntimeError(answer["errorMessage"])
    return answer


def main():
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=json.dumps({"text": "Hello"}))
    answer = json.loads(response["Payload"].read())
    if "FunctionError" in response:
        sys.exit(answer["errorMessage"])
    print(answer)


if __name__ == "__main__":
    main()
