"""A queue worker that reads a message as the event gives it."""

import json
import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

sqs = boto3.client("sqs")
lambda_client = boto3.client("lambda")


def handler(event, context):
    for record in event["Records"]:
        print(record["messageId"])
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
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"storyId": story.id}))


if __name__ == "__main__":
    main()
