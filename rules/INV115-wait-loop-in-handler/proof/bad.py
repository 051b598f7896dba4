"""Sleeps until a text is uploaded that never comes, and is killed."""

import json
import os
import time

import boto3

from invocation_lint.reference.platform import finish_story, open_story

s3 = boto3.client("s3")
lambda_client = boto3.client("lambda")


def handler(event, context):
    while True:
        if s3.list_objects_v2(Bucket="uploads")["KeyCount"]:
            finish_story(event["storyId"], "Once upon a time")
            return
        time.sleep(5)


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
