"""A handler that reads the old image, of a stream that carries both."""

import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

dynamodb = boto3.resource("dynamodb")
lambda_client = boto3.client("lambda")


def handler(event, context):
    for record in event["Records"]:
        change = record["dynamodb"]
        if record["eventName"] == "MODIFY" and change["OldImage"] != change["NewImage"]:
            finish_story(change["Keys"]["id"]["S"], "Once upon a time")


def main():
    story = open_story()
    table = dynamodb.create_table(
        TableName=f"stories-{story.id}",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    lambda_client.create_event_source_mapping(
        EventSourceArn=table.latest_stream_arn,
        FunctionName=os.environ["PROOF_FUNCTION"],
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=1,
    )
    for status in ("generating", "written"):
        table.put_item(Item={"id": str(story.id), "status": status})


if __name__ == "__main__":
    main()
