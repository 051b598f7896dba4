"""Opens a story and asks for its text; when the request is refused, the story is closed and the sender told."""

import json
import os
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story(json.loads(event["body"])["title"])
    user = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": user, "creatorUserId": user}
    try:
        lambda_client.invoke(
            FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], InvocationType="Event", Payload=json.dumps(payload)
        )
    except (ClientError, BotoCoreError) as error:
        fail_story(story.id, str(error))
        return {"statusCode": 503, "body": json.dumps({"id": story.id})}
    return {"statusCode": 202, "body": json.dumps({"id": story.id})}


def main():
    try:
        urllib.request.urlopen(os.environ["API_URL"] + "/stories", data=b'{"title": "The lost lantern"}')
    except urllib.error.HTTPError as error:
        print("answered", error.code)


if __name__ == "__main__":
    main()
