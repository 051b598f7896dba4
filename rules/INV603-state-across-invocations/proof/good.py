"""Keeps the payers in a list of the handler."""

import json
import os

import boto3

from invocation_lint.reference.platform import complete_story, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    payers = [event["creatorUserId"]]
    complete_story(event["storyId"], "Once upon a time", payers[0])


def main():
    for user in ("user-mira", "user-noah"):
        payload = json.dumps({"storyId": open_story(creator_user_id=user).id, "creatorUserId": user})
        answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=payload)
        if "FunctionError" in answer:
            raise RuntimeError(answer["Payload"].read())


if __name__ == "__main__":
    main()
