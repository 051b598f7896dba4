"""A worker that takes the newest jobs first: the oldest one is never among them."""

import json
import os

import boto3
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from invocation_lint.reference.platform import AssetJob, finish_story, load_story, open_job, open_story

lambda_client = boto3.client("lambda")
NEWEST = select(AssetJob).where(AssetJob.status == "queued").order_by(AssetJob.created_at.desc()).limit(3)


def handler(event, context):
    with Session(create_engine(os.environ["DATABASE_URL"]), expire_on_commit=False) as session, session.begin():
        jobs = session.scalars(NEWEST).all()
        for job in jobs:
            job.status = "generating"
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
    for _ in range(5):
        open_job(story, status="queued")
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
