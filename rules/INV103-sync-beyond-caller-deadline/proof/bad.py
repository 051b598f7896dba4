"""A function with ten seconds of its own that waits for a story."""

import json
import os
import sys

import boto3

from invocation_lint.reference.platform import open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    owner = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": owner, "creatorUserId": owner}
    answer = lambda_client.invoke(FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], Payload=json.dumps(payload))
    return json.load(answer["Payload"])


def main():
    lambda_client.update_function_configuration(FunctionName=os.environ["PROOF_FUNCTION"], Timeout=10)
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")
    if response.get("FunctionError"):
        sys.exit(response["Payload"].read().decode())


if __name__ == "__main__":
    main()
