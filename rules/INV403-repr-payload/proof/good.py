"""Sends a dict as JSON."""

import json
import os

import boto3

lambda_client = boto3.client("lambda")


def handler(event, context):
    payload = {"storyId": "lantern", "retry": True}
    lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=json.dumps(payload))


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
