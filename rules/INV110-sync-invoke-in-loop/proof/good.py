"""Has the pages of a book drawn by events, and answers at once."""

import json
import os
import time
import urllib.request

import boto3
from botocore.exceptions import BotoCoreError, ClientError

lambda_client = boto3.client("lambda")


def draw(page):
    time.sleep(3)
    return {"page": page}


def handler(event, context):
    if "page" in event:
        return draw(event["page"])
    missing = []
    for page in range(12):
        request = {"FunctionName": os.environ["PROOF_FUNCTION"], "Payload": json.dumps({"page": page})}
        try:
            lambda_client.invoke(InvocationType="Event", **request)
        except (BotoCoreError, ClientError):
            missing.append(page)
    return {"statusCode": 202, "body": json.dumps({"missing": missing})}


def main():
    with urllib.request.urlopen(os.environ["API_URL"], data=b"{}") as reply:
        print(reply.status, reply.read())


if __name__ == "__main__":
    main()
