"""A custom resource that answers FAILED when its work fails."""

import json
import os
import urllib.request

import boto3

from invocation_lint.reference.platform import finish_story, open_story

s3 = boto3.client("s3")
lambda_client = boto3.client("lambda")


def send(event, status):
    body = json.dumps({"Status": status, "PhysicalResourceId": event["RequestType"]}).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], data=body, method="PUT"))


def handler(event, context):
    try:
        s3.head_bucket(Bucket="there-is-none")
        send(event, "SUCCESS")
    except Exception:
        send(event, "FAILED")


def main():
    story = open_story()
    s3.create_bucket(Bucket=story.id)
    url = s3.generate_presigned_url("put_object", Params={"Bucket": story.id, "Key": "answer"})
    event = json.dumps({"RequestType": "Create", "ResourceProperties": {}, "ResponseURL": url})
    answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=event)
    print(answer.get("FunctionError"), answer["Payload"].read())
    if s3.list_objects_v2(Bucket=story.id, MaxKeys=1).get("Contents"):
        finish_story(story.id, "the stack has its answer")


if __name__ == "__main__":
    main()
