"""Keeps back texts that are too large for an event, by the memory of the dict: it is never too large."""

import json
import os
import sys

import boto3

lambda_client = boto3.client("lambda")
LIMIT = 1_000_000


def handler(event, context):
    payload = {"storyId": event["storyId"], "text": "once upon a time " * 70_000}
    if sys.getsizeof(payload) > LIMIT:
        payload = {"storyId": event["storyId"], "text": {"bucket": "stories", "key": "lantern.txt"}}
    lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=json.dumps(payload))


def main():
    payload = json.dumps({"storyId": "lantern"})
    answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=payload)
    if "FunctionError" in answer:
        print("not sent", answer["Payload"].read())


if __name__ == "__main__":
    main()
