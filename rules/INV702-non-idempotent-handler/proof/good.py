"""Stores each order of a queue under the id of its message: one that comes again is the same order."""

import os
import time

import boto3
from botocore.config import Config

from invocation_lint.reference.platform import open_story

sqs, dynamodb = boto3.client("sqs"), boto3.resource("dynamodb", config=Config(read_timeout=900))
COUNTS = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]


def handler(event, context):
    for record in event["Records"]:
        dynamodb.Table("orders").put_item(Item={"id": record["messageId"], "title": record["body"]})
        assert record["attributes"]["ApproximateReceiveCount"] != "1", "the first run does not get to its end"


def main():
    key, kind = {"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "id", "AttributeType": "S"}
    table = {"TableName": "orders", "KeySchema": [key], "AttributeDefinitions": [kind]}
    dynamodb.create_table(BillingMode="PAY_PER_REQUEST", **table)
    queue = sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.send_message(QueueUrl=queue, MessageBody="The lost lantern")
    function = os.environ["PROOF_FUNCTION"]
    boto3.client("lambda").update_function_configuration(FunctionName=function, Timeout=60)
    boto3.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName=function)
    while any(map(int, sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=COUNTS)["Attributes"].values())):
        time.sleep(5)
    for order in dynamodb.Table("orders").scan(Limit=10)["Items"]:
        open_story(order["title"])


if __name__ == "__main__":
    main()
