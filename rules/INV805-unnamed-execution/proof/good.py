"""Has a cover painted for each message, by an execution of that name: one that comes again starts nothing."""

import json
import os

import boto3
from botocore.config import Config

from invocation_lint.reference.platform import open_job, open_story

machines = boto3.client("stepfunctions", config=Config(read_timeout=900))
sqs, aws = boto3.client("sqs"), boto3.client("lambda")


def handler(event, context):
    for record in event["Records"]:
        try:
            machines.start_execution(
                stateMachineArn=os.environ["COVERS"], name=record["messageId"], input=record["body"]
            )
        except machines.exceptions.ExecutionAlreadyExists:
            print("painted before")
        assert record["attributes"]["ApproximateReceiveCount"] != "1", "the first run does not get to its end"


def main():
    job, function = open_job(open_story(), status="queued"), os.environ["PROOF_FUNCTION"]
    echo = aws.get_function(FunctionName=os.environ["ECHO_FUNCTION"])["Configuration"]["FunctionArn"]
    states = {"StartAt": "Paint", "States": {"Paint": {"Type": "Task", "Resource": echo, "End": True}}}
    asked = {"name": job.id, "definition": json.dumps(states), "roleArn": "arn:aws:iam::123456789012:role/covers"}
    machine = machines.create_state_machine(**asked)["stateMachineArn"]
    aws.update_function_configuration(FunctionName=function, Timeout=60, Environment={"Variables": {"COVERS": machine}})
    queue = sqs.create_queue(QueueName=job.id, Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"jobId": job.id}))
    aws.create_event_source_mapping(EventSourceArn=arn, FunctionName=function)


if __name__ == "__main__":
    main()
