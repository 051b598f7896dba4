"""A worker that goes over the pages of a table to the end."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_job, open_job, open_story

dynamodb = boto3.client("dynamodb", config=boto3.session.Config(read_timeout=900))
aws = boto3.client("lambda")


def start(job):
    request = {"FunctionName": os.environ["ECHO_FUNCTION"], "Payload": json.dumps({"jobId": job})}
    try:
        aws.invoke(InvocationType="Event", **request)
    except (BotoCoreError, ClientError) as error:
        fail_job(job, str(error))


def handler(event, context):
    for page in dynamodb.get_paginator("scan").paginate(TableName=event["table"]):
        list(ThreadPoolExecutor().map(start, [entry["id"]["S"] for entry in page["Items"]]))


def main():
    jobs = [open_job(open_story(), status="queued") for _ in range(5)]
    table, kind = f"outbox-{jobs[0].id}", [{"AttributeName": "id", "AttributeType": "S"}]
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    dynamodb.create_table(TableName=table, KeySchema=key, AttributeDefinitions=kind, BillingMode="PAY_PER_REQUEST")
    for job in jobs:
        dynamodb.put_item(TableName=table, Item={"id": {"S": job.id}, "notes": {"S": "x" * 350_000}})
    aws.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=json.dumps({"table": table}))


if __name__ == "__main__":
    main()
