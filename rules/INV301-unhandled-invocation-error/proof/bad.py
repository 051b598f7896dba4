"""Opens a story and asks for its text; when the request is refused, the handler ends there."""

import json
import os
import urllib.error
import urllib.request

import boto3

from invocation_lint.reference.platform import open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story(json.loads(event["body"])["title"])
    user = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": user, "creatorUserId": user}
    lambda_client.invoke(
        FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], InvocationType="Event", Payload=json.dumps(payload)
    )
    return {"statusCode": 202, "body": json.dumps({"id": story.id})}


def main():
    try:
        urllib.request.urlopen(os.environ["API_URL"] + "/stories", data=b'{"title": "The lost lantern"}')
    except urllib.error.HTTPError as error:
        print("answered", error.code)


if __name__ == "__main__":
    main()
