"""Marks a story as generating and reads its draft: there is none, that raises, and the story stays so."""

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
    s3.get_object(Bucket="drafts", Key=story_id)
    update_status(story_id, "ready")


def main():
    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen(os.environ["API_URL"], json.dumps({"storyId": open_story().id}).encode())


if __name__ == "__main__":
    main()
