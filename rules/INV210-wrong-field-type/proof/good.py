"""Sends one asset type."""

import json
import os
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_job, open_job, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    job = open_job(story)
    payload = {"action": "generate_asset", "storyId": story.id, "jobId": job.id, "assetType": job.asset_type}
    payload["story"] = story.as_payload()
    payload["userId"] = payload["creatorUserId"] = story.creator_user_id
    try:
        lambda_client.invoke(
            FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], InvocationType="Event", Payload=json.dumps(payload)
        )
    except (BotoCoreError, ClientError) as error:
        fail_job(job.id, str(error))
        raise
    return {"job": job.id}


def main():
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")
    if response.get("FunctionError"):
        sys.exit(response["Payload"].read().decode())


if __name__ == "__main__":
    main()
