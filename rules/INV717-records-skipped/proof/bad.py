"""A queue worker that reads the first message of each batch: the others are deleted unread."""

import json
import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

sqs = boto3.client("sqs")
lambda_client = boto3.client("lambda")


def handler(event, context):
    record = event["Records"][0]
    finish_story(json.loads(record["body"])["storyId"], "Once upon a time")


def main():
    stories = [open_story(), open_story()]
    queue = sqs.create_queue(QueueName=f"stories-{stories[0].id}", Attributes={"VisibilityTimeout": "900"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for story in stories:
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"storyId": story.id}))
    lambda_client.create_event_source_mapping(EventSourceArn=arn, FunctionName=os.environ["PROOF_FUNCTION"])


if __name__ == "__main__":
    main()
