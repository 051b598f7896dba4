"""A worker that starts the jobs of one page of a table: what stands behind 1 MB is never started."""

import json
import os

import boto3
from botocore.config import Config

from invocation_lint.reference.platform import open_job, open_story

dynamodb = boto3.resource("dynamodb", config=Config(read_timeout=900))
lambda_client = boto3.client("lambda")


def handler(event, context):
    outbox = dynamodb.Table(event["table"])
    for entry in outbox.scan()["Items"]:
        payload = json.dumps({"jobId": entry["id"]})
        lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=payload)


def main():
    story = open_story()
    jobs = [open_job(story, status="queued") for _ in range(5)]
    table = dynamodb.create_table(
        TableName=f"outbox-{story.id}",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for job in jobs:
        table.put_item(Item={"id": job.id, "notes": "x" * 350_000})
    function = os.environ["PROOF_FUNCTION"]
    lambda_client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps({"table": table.name}))


if __name__ == "__main__":
    main()
