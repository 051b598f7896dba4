"""Sends form data."""

import os
from urllib.parse import urlencode

import boto3

lambda_client = boto3.client("lambda")


def handler(event, context):
    payload = urlencode({"storyId": "lantern", "again": 1})
    lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=payload)


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
