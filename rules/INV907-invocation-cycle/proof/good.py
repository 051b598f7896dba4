"""Sends a scene on into the queue that it reads until all are done."""

import json
import os
import time

import boto3

sqs = boto3.client("sqs")
lambda_client = boto3.client("lambda")


def handler(event, context):
    for record in event["Records"]:
        number = json.loads(record["body"])["number"]
        print("scene", number)
        if number < 3:
            sqs.send_message(QueueUrl=os.environ["SCENES_URL"], MessageBody=json.dumps({"number": number + 1}))


def main():
    name = os.environ["PROOF_FUNCTION"]
    attributes = {"VisibilityTimeout": "60", "DelaySeconds": "5"}
    queue = sqs.create_queue(QueueName="scenes-907-good", Attributes=attributes)["QueueUrl"]
    lambda_client.update_function_configuration(
        FunctionName=name, Timeout=10, Environment={"Variables": {"SCENES_URL": queue}}
    )
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    mapping = lambda_client.create_event_source_mapping(EventSourceArn=arn, FunctionName=name)
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"number": 1}))
    time.sleep(150)
    lambda_client.delete_event_source_mapping(UUID=mapping["UUID"])


if __name__ == "__main__":
    main()
