"""Reads the new image of every record: one that tells of a removed item fails, and all that stand beside it."""

import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

tables = boto3.client("dynamodb")
lambda_client = boto3.client("lambda")


def handler(event, context):
    for record in event["Records"]:
        finish_story(record["dynamodb"]["NewImage"]["id"]["S"], "Once upon a time")


def main():
    story = open_story()
    made = tables.create_table(
        TableName=story.id,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    tables.put_item(TableName=story.id, Item={"id": {"S": "draft"}})
    tables.delete_item(TableName=story.id, Key={"id": {"S": "draft"}})
    tables.put_item(TableName=story.id, Item={"id": {"S": story.id}})
    lambda_client.create_event_source_mapping(
        FunctionName=os.environ["PROOF_FUNCTION"],
        EventSourceArn=made["TableDescription"]["LatestStreamArn"],
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=1,
    )


if __name__ == "__main__":
    main()
