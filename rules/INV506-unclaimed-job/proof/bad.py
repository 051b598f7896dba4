"""A worker that leaves the jobs as they are: while their work is under way, its next run takes them again."""

import json
import os

import boto3
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from invocation_lint.reference.platform import AssetJob, finish_story, load_story, open_job, open_story

lambda_client = boto3.client("lambda")
WAITING = select(AssetJob).where(AssetJob.status == "queued").order_by(AssetJob.created_at).limit(3)


def handler(event, context):
    with Session(create_engine(os.environ["DATABASE_URL"])) as session:
        jobs = session.scalars(WAITING).all()
    for job in jobs:
        story = load_story(job.story_id).as_payload()
        owner = story["creatorUserId"]
        payload = {"action": "generate_asset", "storyId": story["id"], "jobId": job.id, "assetType": job.asset_type}
        payload |= {"story": story, "userId": owner, "creatorUserId": owner}
        function = os.environ["CONTENT_AGENT_FUNCTION"]
        lambda_client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(payload))


def main():
    story = open_story()
    finish_story(story.id, "Once upon a time")
    for _ in range(3):
        open_job(story, status="queued")
    for _ in range(2):
        lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")


if __name__ == "__main__":
    main()
