"""A worker that marks a job only while it is queued, and goes on only if that changed a row."""

import json
import os
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import Session

from invocation_lint.reference.platform import AssetJob, fail_job, open_job, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    with Session(create_engine(os.environ["DATABASE_URL"]), expire_on_commit=False) as session:
        jobs = session.scalars(select(AssetJob).where(AssetJob.status == "queued").order_by(AssetJob.id).limit(3)).all()
        time.sleep(300)
        for job in jobs:
            queued = update(AssetJob).where(AssetJob.id == job.id, AssetJob.status == "queued")
            claimed = session.execute(queued.values(status="generating")).rowcount
            session.commit()
            request = {"FunctionName": os.environ["ECHO_FUNCTION"], "Payload": json.dumps({"jobId": job.id})}
            try:
                if claimed:
                    lambda_client.invoke(InvocationType="Event", **request)
            except (BotoCoreError, ClientError) as error:
                fail_job(job.id, str(error))


def main():
    open_job(open_story(), status="queued")
    for _ in range(2):
        lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
