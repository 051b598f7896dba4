"""A function with ten seconds of its own that sends a story on its way."""

import json
import os
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    owner = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": owner, "creatorUserId": owner}
    try:
        lambda_client.invoke(
            FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], InvocationType="Event", Payload=json.dumps(payload)
        )
    except (BotoCoreError, ClientError) as error:
        fail_story(story.id, str(error))
        raise
    return {"id": story.id, "status": "generating"}


def main():
    lambda_client.update_function_configuration(FunctionName=os.environ["PROOF_FUNCTION"], Timeout=10)
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")
    if response.get("FunctionError"):
        sys.exit(response["Payload"].read().decode())


if __name__ == "__main__":
    main()
