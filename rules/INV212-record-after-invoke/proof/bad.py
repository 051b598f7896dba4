"""Has two jobs done and writes each of them then: it was done before it was there, and stays as generating."""

import json
import os
import time
import uuid

import boto3
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from invocation_lint.reference.platform import AssetJob, finish_job, open_story

lambda_client = boto3.client("lambda")


def save_job(job_id, story_id, status):
    with Session(create_engine(os.environ["DATABASE_URL"])) as session:
        session.add(AssetJob(id=job_id, story_id=story_id, asset_type="cover", status=status))
        session.commit()


def handler(event, context):
    finish_job(event["jobId"], "https://example.com/cover.png")


def main():
    story_id, name = open_story().id, os.environ["PROOF_FUNCTION"]
    for job_id in (str(uuid.uuid4()), str(uuid.uuid4())):
        lambda_client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps({"jobId": job_id}))
        time.sleep(120)
        save_job(job_id, story_id, status="generating")


if __name__ == "__main__":
    main()
