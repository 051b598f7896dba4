"""Sleeps for less than the function may run."""

import json
import os
import time

import boto3

from invocation_lint.reference.platform import finish_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    time.sleep(2)
    finish_story(event["storyId"], "Once upon a time")


def main():
    name = os.environ["PROOF_FUNCTION"]
    lambda_client.update_function_configuration(FunctionName=name, Timeout=10)
    answer = lambda_client.invoke(FunctionName=name, Payload=json.dumps({"storyId": open_story().id}))
    if "FunctionError" in answer:
        raise RuntimeError(answer["Payload"].read())


if __name__ == "__main__":
    main()
