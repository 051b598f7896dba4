"""Reads the name of the function that it invokes from a variable that its template sets."""

import json
import os
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

lambda_client = boto3.client("lambda")


def handler(event, context):
    function = os.environ["ECHO_FUNCTION"]
    try:
        response = lambda_client.invoke(FunctionName=function, Payload=json.dumps({"text": event["text"]}))
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
