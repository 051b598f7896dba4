"""Makes a client for each event: each opens a connection of its own."""

import json
import os

import boto3
from botocore.exceptions import ClientError

lambda_client = boto3.client("lambda")


def handler(event, context):
    client = boto3.client("lambda")
    try:
        answer = client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], Payload=json.dumps(event))
    except ClientError as error:
        return {"statusCode": 503, "body": str(error)}
    if "FunctionError" in answer:
        raise RuntimeError(answer["Payload"].read())
    return {"statusCode": 200, "body": answer["Payload"].read().decode()}


def main():
    for _ in range(3):
        payload = json.dumps({"httpMethod": "GET", "path": "/"})
        answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=payload)
        if "FunctionError" in answer:
            raise RuntimeError(answer["Payload"].read())


if __name__ == "__main__":
    main()
