"""Has a story written for each record; the first function does not exist, and the rest are not reached."""

import json
import os

import boto3

from invocation_lint.reference.platform import open_story

lambda_client = boto3.client("lambda")


def send(function, story):
    user = story.creator_user_id
    payload = {"action": "generate_story", "storyId": story.id, "userId": user, "creatorUserId": user}
    lambda_client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(payload))


def handler(event, context):
    for record in event["Records"]:
        send(record["function"], open_story())


def main():
    records = [{"function": os.environ[name]} for name in ("MISSING_FUNCTION", "CONTENT_AGENT_FUNCTION")]
    event = json.dumps({"Records": records})
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=event)


if __name__ == "__main__":
    main()
