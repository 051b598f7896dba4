"""Sends to a queue, which its role does not allow."""

import json
import os
import sys

import boto3

sqs = boto3.client("sqs")
lambda_client = boto3.client("lambda")


def handler(event, context):
    sqs.send_message(QueueUrl=os.environ["PROOF_FUNCTION"], MessageBody=json.dumps(event))


def main():
    sqs.create_queue(QueueName=os.environ["PROOF_FUNCTION"])  # which the handler has in its environment
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=json.dumps({"text": "Hello"}))
    if "FunctionError" in response:
        sys.exit(json.loads(response["Payload"].read())["errorMessage"])


if __name__ == "__main__":
    main()
