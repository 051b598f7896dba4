"""Asks for a story by a message that is encoded once."""

import json
import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

sqs = boto3.client("sqs")
lambda_client = boto3.client("lambda")


def handler(event, context):
    for record in event["Records"]:
        finish_story(json.loads(record["body"])["storyId"], "Once upon a time")


def arn_of(queue):
    return sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def main():
    story = open_story()
    failed = arn_of(sqs.create_queue(QueueName=f"{story.id}-failed")["QueueUrl"])
    policy = json.dumps({"deadLetterTargetArn": failed, "maxReceiveCount": 1})
    switches = {"VisibilityTimeout": "900", "RedrivePolicy": policy}
    queue = sqs.create_queue(QueueName=story.id, Attributes=switches)["QueueUrl"]
    lambda_client.create_event_source_mapping(FunctionName=os.environ["PROOF_FUNCTION"], EventSourceArn=arn_of(queue))
    body = json.dumps({"storyId": story.id})
    sqs.send_message(QueueUrl=queue, MessageBody=body)


if __name__ == "__main__":
    main()
