"""A queue worker that reports the message that failed: it comes again, and is handled then."""

import json
import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

sqs = boto3.client("sqs")
lambda_client = boto3.client("lambda")


def write(record):
    assert record["attributes"]["ApproximateReceiveCount"] != "1", "the model is busy"
    finish_story(json.loads(record["body"])["storyId"], "Once upon a time")


def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            write(record)
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def main():
    story = open_story()
    queue = sqs.create_queue(QueueName=story.id, Attributes={"VisibilityTimeout": "900"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"storyId": story.id}))
    lambda_client.create_event_source_mapping(
        EventSourceArn=arn, FunctionName=os.environ["PROOF_FUNCTION"], FunctionResponseTypes=["ReportBatchItemFailures"]
    )


if __name__ == "__main__":
    main()
