"""A stream worker whose mapping has no end of retries: one record that is no JSON stops all that follow."""

import base64
import json
import os
import time

import boto3

from invocation_lint.reference.platform import finish_story, open_story

kinesis = boto3.client("kinesis")
lambda_client = boto3.client("lambda")


def handler(event, context):
    for record in event["Records"]:
        finish_story(json.loads(base64.b64decode(record["kinesis"]["data"]))["storyId"], "Once upon a time")


def main():
    story = open_story()
    stream = f"stories-{story.id}"
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    arn = kinesis.describe_stream(StreamName=stream)["StreamDescription"]["StreamARN"]
    mapping = lambda_client.create_event_source_mapping(
        EventSourceArn=arn,
        FunctionName=os.environ["PROOF_FUNCTION"],
        StartingPosition="TRIM_HORIZON",
        BatchSize=1,
    )
    for data in ("no JSON", json.dumps({"storyId": story.id})):
        kinesis.put_record(StreamName=stream, Data=data, PartitionKey="stories")
    time.sleep(300)
    lambda_client.delete_event_source_mapping(UUID=mapping["UUID"])


if __name__ == "__main__":
    main()
