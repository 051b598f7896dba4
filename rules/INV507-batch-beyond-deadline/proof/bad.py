"""A worker that waits for 40 jobs of 30 seconds and more: its time is over before the batch is."""

import json
import os

import boto3
from botocore.config import Config
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from invocation_lint.reference.platform import AssetJob, finish_story, load_story, open_job, open_story

lambda_client = boto3.client("lambda", config=Config(read_timeout=120))
WAITING = select(AssetJob).where(AssetJob.status == "queued").order_by(AssetJob.created_at)


def handler(event, context):
    with Session(create_engine(os.environ["DATABASE_URL"])) as session:
        jobs = session.scalars(WAITING.limit(40)).all()
    for job in jobs:
        story = load_story(job.story_id).as_payload()
        owner = story["creatorUserId"]
        payload = {"action": "generate_asset", "storyId": story["id"], "jobId": job.id, "assetType": job.asset_type}
        lambda_client.invoke(
            FunctionName=os.environ["CONTENT_AGENT_FUNCTION"],
            Payload=json.dumps({**payload, "story": story, "userId": owner, "creatorUserId": owner}),
        )


def main():
    story = open_story()
    finish_story(story.id, "Once upon a time")
    for _ in range(20):
        open_job(story, status="queued")
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
