"""Looks once whether a text was uploaded, and marks the story as failed when none was."""

import json
import os

import boto3

from invocation_lint.reference.platform import fail_story, finish_story, open_story

s3 = boto3.client("s3")
lambda_client = boto3.client("lambda")


def handler(event, context):
    if s3.list_objects_v2(Bucket="uploads")["KeyCount"]:
        finish_story(event["storyId"], "Once upon a time")
    else:
        fail_story(event["storyId"], "no text was uploaded")


def main():
    name = os.environ["PROOF_FUNCTION"]
    lambda_client.update_function_configuration(FunctionName=name, Timeout=30)
    s3.create_bucket(Bucket="uploads")
    payload = json.dumps({"storyId": open_story().id})
    answer = lambda_client.invoke(FunctionName=name, Payload=payload)
    if "FunctionError" in answer:
        raise RuntimeError(answer["Payload"].read())


if __name__ == "__main__":
    main()
