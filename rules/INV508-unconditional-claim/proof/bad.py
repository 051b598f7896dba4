"""A worker that marks what it has read, whoever has marked it in the meantime."""

import json
import os
import time

import boto3
from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import Session

from invocation_lint.reference.platform import AssetJob, open_job, open_story

lambda_client = boto3.client("lambda")
WAITING = select(AssetJob).where(AssetJob.status == "queued").order_by(AssetJob.created_at).limit(3)


def handler(event, context):
    with Session(create_engine(os.environ["DATABASE_URL"]), expire_on_commit=False) as session:
        jobs = session.scalars(WAITING).all()
        time.sleep(300)
        for job in jobs:
            session.execute(update(AssetJob).where(AssetJob.id == job.id).values(status="generating"))
            session.commit()
            payload = json.dumps({"jobId": job.id, "storyId": job.story_id})
            lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=payload)


def main():
    open_job(open_story(), status="queued")
    for _ in range(2):
        lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
