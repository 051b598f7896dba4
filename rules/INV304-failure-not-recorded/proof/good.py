"""Opens a job, and fails it when the function that was to do it cannot be invoked."""

import json
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_job, open_job, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    story = open_story()
    job = open_job(story, "cover", status="generating")
    payload = {"action": "generate_asset", "storyId": story.id, "jobId": job.id, "userId": story.creator_user_id}
    try:
        lambda_client.invoke(
            FunctionName=os.environ["MISSING_FUNCTION"], InvocationType="Event", Payload=json.dumps(payload)
        )
    except (BotoCoreError, ClientError) as error:
        fail_job(job.id, str(error))
        return {"id": job.id, "started": False}


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
