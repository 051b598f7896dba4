"""Marks a story as generating and reads its draft: there is none, and the story is marked as failed."""

import contextlib
import json
import os
import urllib.error
import urllib.request

import boto3

from invocation_lint.reference.platform import fail_story, finish_story, open_story

s3 = boto3.client("s3")


def update_status(story_id, status):
    if status == "ready":
        finish_story(story_id, "Once upon a time")
    elif status == "failed":
        fail_story(story_id, "no draft")


def handler(event, context):
    story_id = json.loads(event["body"])["storyId"]
    update_status(story_id, "generating")
    try:
        s3.get_object(Bucket="drafts", Key=story_id)
    except s3.exceptions.ClientError:
        update_status(story_id, "failed")
        raise
    update_status(story_id, "ready")


def main():
    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen(os.environ["API_URL"], json.dumps({"storyId": open_story().id}).encode())


if __name__ == "__main__":
    main()
