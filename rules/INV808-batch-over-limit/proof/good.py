"""Sends eleven messages, ten of them in the first batch."""

import json
import os

import boto3

sqs = boto3.client("sqs")
lambda_client = boto3.client("lambda")


def handler(event, context):
    return event


def main():
    queue = sqs.create_queue(QueueName="eleven")["QueueUrl"]
    entries = [{"Id": str(number), "MessageBody": json.dumps({"n": number})} for number in range(11)]
    for start in range(0, len(entries), 10):
        answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries[start : start + 10])
        if answer.get("Failed"):
            raise RuntimeError(answer["Failed"])
    answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")
    if "FunctionError" in answer:
        raise RuntimeError(answer["Payload"].read())


if __name__ == "__main__":
    main()
