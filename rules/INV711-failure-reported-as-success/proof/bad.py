"""A queue worker that answers its error with status 500: the message counts as handled, and is deleted."""

import json
import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

sqs = boto3.client("sqs")
lambda_client = boto3.client("lambda")


def write(record):
    if record["attributes"]["ApproximateReceiveCount"] == "1":
        raise RuntimeError("the model is busy")
    finish_story(json.loads(record["body"])["storyId"], "Once upon a time")


def handler(event, context):
    try:
        for record in event["Records"]:
            write(record)
        return {"statusCode": 200}
    except Exception as error:
        return {"statusCode": 500, "body": str(error)}


def main():
    story = open_story()
    queue = sqs.create_queue(QueueName=f"stories-{story.id}", Attributes={"VisibilityTimeout": "900"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"storyId": story.id}))
    lambda_client.create_event_source_mapping(EventSourceArn=arn, FunctionName=os.environ["PROOF_FUNCTION"])


if __name__ == "__main__":
    main()
