"""Custom resources of the template: what CloudFormation cannot make by itself."""

import json
import logging
import os

import boto3
import urllib3

logger = logging.getLogger(__name__)
http = urllib3.PoolManager()
s3 = boto3.client("s3")
shelves = boto3.resource("dynamodb").Table(os.environ["SHELVES_TABLE"])


def make_theme_list(event, context):
    bucket = event["ResourceProperties"]["Bucket"]
    if event["RequestType"] == "Delete":
        s3.delete_object(Bucket=bucket, Key="themes.json")
    else:
        themes = json.dumps(event["ResourceProperties"]["Themes"])
        s3.put_object(Bucket=bucket, Key="themes.json", Body=themes.encode("utf-8"))
    respond(event, "SUCCESS", "theme-list")


def make_sample_shelf(event, context):
    try:
        if event["RequestType"] != "Delete":
            shelves.put_item(Item={"readerId": "sample", "stories": set(event["ResourceProperties"]["Stories"])})
    except Exception as error:
        logger.exception("no sample shelf")
        respond(event, "FAILED", "sample-shelf", reason=str(error))
    else:
        respond(event, "SUCCESS", "sample-shelf")


def respond(event, status, physical_id, reason="see the log of the function"):
    answer = {
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    http.request("PUT", event["ResponseURL"], body=json.dumps(answer).encode("utf-8"))
