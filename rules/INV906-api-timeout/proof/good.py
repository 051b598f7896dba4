"""A route that answers at once and invokes its own function for the work."""

import json
import os
import time
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import finish_story, open_story

lambda_client = boto3.client("lambda")
NAME = os.environ["PROOF_FUNCTION"]


def handler(event, context):
    if "body" in event:
        try:
            lambda_client.invoke(FunctionName=NAME, InvocationType="Event", Payload=event["body"].encode())
        except (BotoCoreError, ClientError):
            return {"statusCode": 503, "body": "try again"}
        return {"statusCode": 202, "body": "{}"}
    time.sleep(40)
    return finish_story(event["storyId"], "Once upon a time")


def main():
    data = json.dumps({"storyId": open_story().id}).encode()
    try:
        with urllib.request.urlopen(os.environ["API_URL"], data=data) as reply:
            print(reply.status)
    except urllib.error.HTTPError as error:
        print(error.code)


if __name__ == "__main__":
    main()
