"""Asks a model that never answers, for less time than the function has, and marks the story as failed."""

import json
import os
import socket
from urllib.request import urlopen

import boto3

from invocation_lint.reference.platform import fail_story, open_story

lambda_client = boto3.client("lambda")
silent = socket.create_server(("127.0.0.1", 0))


def handler(event, context):
    try:
        text = urlopen(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.5).read()
        print(text)
    except OSError as error:
        fail_story(event["storyId"], f"no text: {error}")


def main():
    name = os.environ["PROOF_FUNCTION"]
    lambda_client.update_function_configuration(FunctionName=name, Timeout=30)
    payload = json.dumps({"storyId": open_story().id})
    answer = lambda_client.invoke(FunctionName=name, Payload=payload)
    if "FunctionError" in answer:
        raise RuntimeError(answer["Payload"].read())


if __name__ == "__main__":
    main()
