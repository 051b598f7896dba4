"""A provider's handler that swallows its error: the stack is complete, and what it should have made is not there."""

import json
import os

import boto3

from invocation_lint.reference.platform import fail_story, open_story

s3 = boto3.client("s3")
lambda_client = boto3.client("lambda")


def handler(event, context):
    try:
        if event["RequestType"] in ("Create", "Update"):
            s3.head_bucket(Bucket="there-is-none")
    except Exception as error:
        print("failed", error)
    return {"PhysicalResourceId": "bucket"}


def main():
    story = open_story()
    event = {"RequestType": "Create", "ResourceProperties": {"Story": story.id}}
    answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=json.dumps(event))
    if "FunctionError" in answer:  # the stack is rolled back
        fail_story(story.id, "rolled back")


if __name__ == "__main__":
    main()
