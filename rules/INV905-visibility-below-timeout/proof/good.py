"""A queue that hides messages for as long as AWS advises: the mapping is made."""

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
    queue = sqs.create_queue(QueueName=f"stories-{story.id}", Attributes={"VisibilityTimeout": "5400"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"storyId": story.id}))
    lambda_client.create_event_source_mapping(EventSourceArn=arn, FunctionName=os.environ["PROOF_FUNCTION"])


if __name__ == "__main__":
    main()
