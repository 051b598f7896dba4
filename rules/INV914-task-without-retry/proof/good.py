"""A task that is throttled once, with a Retry for that error: it is tried again, and the execution ends well."""

import json
import os
import time

import boto3
from botocore.config import Config

from invocation_lint.reference.platform import finish_story, open_story

lambda_client = boto3.client("lambda")
stepfunctions = boto3.client("stepfunctions", config=Config(read_timeout=900))


def handler(event, context):
    finish_story(event["storyId"], "Once upon a time")


def definition(function):
    retry = {"ErrorEquals": ["Lambda.TooManyRequestsException"], "IntervalSeconds": 60, "MaxAttempts": 5}
    write = {"Type": "Task", "Resource": function, "Retry": [retry], "End": True}
    return json.dumps({"StartAt": "Write", "States": {"Write": write}})


def main():
    story, name = open_story(), os.environ["PROOF_FUNCTION"]
    arn = lambda_client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    lambda_client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    role = "arn:aws:iam::123456789012:role/stories"
    machine = stepfunctions.create_state_machine(name="stories-good", definition=definition(arn), roleArn=role)
    told = json.dumps({"storyId": str(story.id)})
    stepfunctions.start_execution(stateMachineArn=machine["stateMachineArn"], input=told)
    time.sleep(90)
    lambda_client.delete_function_concurrency(FunctionName=name)


if __name__ == "__main__":
    main()
