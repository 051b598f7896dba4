"""Sends the id of the story where the story belongs."""

import json
import os
import sys

import boto3

from invocation_lint.reference.platform import open_job, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    job = open_job(story)
    payload = {
        "action": "generate_asset",
        "storyId": story.id,
        "assetType": job.asset_type,
        "jobId": job.id,
        "story": job.story_id,
        "userId": story.creator_user_id,
        "creatorUserId": story.creator_user_id,
    }
    lambda_client.invoke(
        FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], InvocationType="Event", Payload=json.dumps(payload)
    )
    return {"job": job.id}


def main():
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")
    if response.get("FunctionError"):
        sys.exit(response["Payload"].read().decode())


if __name__ == "__main__":
    main()
