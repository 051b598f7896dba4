"""A worker that reads with each job the user who made its story, and sends that."""

import json
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import Session

from invocation_lint.reference.platform import AssetJob, Story, fail_job, open_job, open_story

lambda_client = boto3.client("lambda")
OWNED = select(AssetJob.id, AssetJob.story_id, Story.creator_user_id).join(Story).where(AssetJob.status == "queued")
WAITING = OWNED.order_by(AssetJob.created_at).limit(3).with_for_update(of=AssetJob, skip_locked=True)


def handler(event, context):
    with Session(create_engine(os.environ["DATABASE_URL"])) as session:
        jobs = session.execute(WAITING).all()
        claimed = [job.id for job in jobs]
        session.execute(update(AssetJob).where(AssetJob.id.in_(claimed)).values(status="generating"))
        session.commit()
    for job in jobs:
        payload = {"action": "generate_story", "storyId": job.story_id, "creatorUserId": job.creator_user_id}
        function = os.environ["CONTENT_AGENT_FUNCTION"]
        try:
            lambda_client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(payload))
        except (BotoCoreError, ClientError) as error:
            fail_job(job.id, str(error))


def main():
    open_job(open_story(), "text", status="queued")
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
