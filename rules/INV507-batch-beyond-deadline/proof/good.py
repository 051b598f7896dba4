"""A worker that claims 40 jobs and sends their work on: it waits for none of them."""

import json
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import claim_jobs, fail_job, finish_story, load_story, open_job, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    for job in claim_jobs(40):
        story = load_story(job.story_id).as_payload()
        owner = story["creatorUserId"]
        payload = {"action": "generate_asset", "storyId": story["id"], "jobId": job.id, "assetType": job.asset_type}
        try:
            lambda_client.invoke(
                FunctionName=os.environ["CONTENT_AGENT_FUNCTION"],
                InvocationType="Event",
                Payload=json.dumps({**payload, "story": story, "userId": owner, "creatorUserId": owner}),
            )
        except (BotoCoreError, ClientError) as error:
            fail_job(job.id, str(error))


def main():
    story = open_story()
    finish_story(story.id, "Once upon a time")
    for _ in range(20):
        open_job(story, status="queued")
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
