"""A worker that reads the waiting jobs without their owner: the owner of the library is charged."""

import json
import os

import boto3
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from invocation_lint.reference.platform import AssetJob, open_job, open_story

lambda_client = boto3.client("lambda")
WAITING = select(AssetJob.id, AssetJob.story_id).where(AssetJob.status == "queued").order_by(AssetJob.created_at)


def handler(event, context):
    with Session(create_engine(os.environ["DATABASE_URL"])) as session:
        jobs = session.execute(WAITING.limit(3)).all()
    for job in jobs:
        payload = {"action": "generate_story", "storyId": job.story_id}
        function = os.environ["CONTENT_AGENT_FUNCTION"]
        lambda_client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(payload))


def main():
    open_job(open_story(), "text", status="queued")
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")


if __name__ == "__main__":
    main()
