"""Answers the physical id that the event holds."""

import json
import os
import uuid

import boto3

from invocation_lint.reference.platform import fail_story, open_story

lambda_client = boto3.client("lambda")


def remove(story_id):
    fail_story(story_id, "deleted")


def handler(event, context):
    if event["RequestType"] == "Delete":
        remove(event["ResourceProperties"]["Story"])
    return {"PhysicalResourceId": event.get("PhysicalResourceId") or str(uuid.uuid4())}


def ask(kind, story, resource=None):
    event = {"RequestType": kind, "ResourceProperties": {"Story": story.id}, "PhysicalResourceId": resource}
    answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=json.dumps(event))
    assert "FunctionError" not in answer
    return json.load(answer["Payload"])["PhysicalResourceId"]


def main():
    story = open_story()
    old = ask("Create", story)
    new = ask("Update", story, old)
    if new != old:  # as CloudFormation does
        ask("Delete", story, old)


if __name__ == "__main__":
    main()
