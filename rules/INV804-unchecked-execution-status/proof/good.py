"""Writes a story by a workflow, and marks it as failed when the workflow has not succeeded."""

import json
import os

import boto3

from invocation_lint.reference.platform import fail_story, finish_story, open_story

machines = boto3.client("stepfunctions")
lambda_client = boto3.client("lambda")


def handler(event, context):
    answer = machines.describe_execution(executionArn=event["execution"])
    if answer["status"] == "SUCCEEDED":
        finish_story(event["storyId"], answer["output"])
    else:
        fail_story(event["storyId"], answer.get("cause", answer["status"]))


def main():
    story = open_story()
    states = '{"StartAt": "Write", "States": {"Write": {"Type": "Wait", "Seconds": 900, "End": true}}}'
    role = "arn:aws:iam::123456789012:role/writer"
    machine = machines.create_state_machine(name=story.id, definition=states, roleArn=role)["stateMachineArn"]
    execution = machines.start_execution(stateMachineArn=machine, name="one")["executionArn"]
    machines.stop_execution(executionArn=execution, error="TooLong", cause="nobody waits for it any more")
    payload = json.dumps({"storyId": story.id, "execution": execution})
    answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=payload)
    if "FunctionError" in answer:
        raise RuntimeError(answer["Payload"].read())


if __name__ == "__main__":
    main()
