"""A worker whose queue has a dead-letter queue: a message that is no JSON is set aside after three attempts."""

import json
import os
import time

import boto3

from invocation_lint.reference.platform import finish_story

sqs = boto3.client("sqs")
lambda_client = boto3.client("lambda")


def handler(event, context):
    for record in event["Records"]:
        finish_story(json.loads(record["body"])["storyId"], "Once upon a time")


def arn_of(url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def main():
    name = os.environ["PROOF_FUNCTION"]
    lambda_client.update_function_configuration(FunctionName=name, Timeout=10)
    failed = sqs.create_queue(QueueName="failed-902-good")["QueueUrl"]
    redrive = json.dumps({"deadLetterTargetArn": arn_of(failed), "maxReceiveCount": 3})
    attributes = {"VisibilityTimeout": "60", "RedrivePolicy": redrive}
    queue = sqs.create_queue(QueueName="stories-902-good", Attributes=attributes)["QueueUrl"]
    mapping = lambda_client.create_event_source_mapping(EventSourceArn=arn_of(queue), FunctionName=name)
    sqs.send_message(QueueUrl=queue, MessageBody="no JSON")
    time.sleep(420)
    lambda_client.delete_event_source_mapping(UUID=mapping["UUID"])


if __name__ == "__main__":
    main()
