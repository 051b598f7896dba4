"""A route that answers when the story is told: the front has given up by then."""

import json
import os
import urllib.error
import urllib.request

import boto3

from invocation_lint.reference.platform import open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    payload = {
        "action": "generate_story",
        "storyId": story.id,
        "userId": story.creator_user_id,
        "creatorUserId": story.creator_user_id,
    }
    response = lambda_client.invoke(
        FunctionName=os.environ["CONTENT_AGENT_FUNCTION"],
        InvocationType="RequestResponse",
        Payload=json.dumps(payload),
    )
    return {"statusCode": 201, "body": response["Payload"].read().decode()}


def main():
    try:
        with urllib.request.urlopen(os.environ["API_URL"], data=b"{}") as reply:
            print(reply.status, reply.read())
    except urllib.error.HTTPError as error:
        print(error.code, error.reason)


if __name__ == "__main__":
    main()
