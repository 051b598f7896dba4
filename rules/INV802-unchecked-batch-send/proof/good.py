"""Asks for a story by a message that SQS refuses, sees that, and marks the story as failed."""

import json
import os

import boto3

from invocation_lint.reference.platform import fail_story, open_story

sqs = boto3.client("sqs")
lambda_client = boto3.client("lambda")


def handler(event, context):
    entry = {"Id": "1", "MessageBody": json.dumps(event), "DelaySeconds": 5000}  # 900 at most
    for failure in sqs.send_message_batch(QueueUrl=event["queue"], Entries=[entry]).get("Failed", []):
        fail_story(event["storyId"], failure["Code"])


def main():
    story = open_story()
    queue = sqs.create_queue(QueueName=f"stories-{story.id}")["QueueUrl"]
    payload = json.dumps({"storyId": story.id, "queue": queue})
    answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=payload)
    if "FunctionError" in answer:
        raise RuntimeError(answer["Payload"].read())


if __name__ == "__main__":
    main()
