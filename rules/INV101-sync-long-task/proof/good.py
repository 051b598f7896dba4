"""A route that sends the story on its way and answers with its id."""

import json
import os
import urllib.request

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
            FunctionName=os.environ["CONTENT_AGENT_FUNCTION"],
            InvocationType="Event",
            Payload=json.dumps(payload),
        )
    except (BotoCoreError, ClientError) as error:
        fail_story(story.id, str(error))
        return {"statusCode": 503, "body": json.dumps({"id": story.id, "status": "failed"})}
    return {"statusCode": 201, "body": json.dumps({"id": story.id, "status": "generating"})}


def main():
    with urllib.request.urlopen(os.environ["API_URL"], data=b"{}") as reply:
        print(reply.status, reply.read())


if __name__ == "__main__":
    main()
