"""Encodes the payload as the command line wants it."""

import base64
import json
import os

import boto3

lambda_client = boto3.client("lambda")


def handler(event, context):
    payload = base64.b64encode(json.dumps({"storyId": "lantern"}).encode())
    lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=payload)


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
