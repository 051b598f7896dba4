"""Asks for a story by a message to a FIFO queue, in a group."""

import json
import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

sqs = boto3.client("sqs")
lambda_client = boto3.client("lambda")


def handler(event, context):
    for record in event["Records"]:
        finish_story(json.loads(record["body"])["storyId"], "Once upon a time")


def main():
    story = open_story()
    switches = {"FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": "900"}
    queue = sqs.create_queue(QueueName=f"{story.id}.fifo", Attributes=switches)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    lambda_client.create_event_source_mapping(FunctionName=os.environ["PROOF_FUNCTION"], EventSourceArn=arn)
    body = json.dumps({"storyId": story.id})
    sqs.send_message(QueueUrl=queue, MessageBody=body, MessageGroupId="stories")


if __name__ == "__main__":
    main()
