"""Asks for a cover by the field that the handler reads: the story is written, and its cover begun."""

import json
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import fail_job, fail_story, finish_story, open_job, open_story

lambda_client = boto3.client("lambda")


def handler(event, context):
    finish_story(event["storyId"], "Once upon a time")
    for job in filter(None, (event["audioJob"], event.get("coverJob"))):
        payload = json.dumps({"jobId": job})
        try:
            lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=payload)
        except (BotoCoreError, ClientError) as error:
            fail_job(job, str(error))


def main():
    story = open_story()
    audio, cover = (open_job(story, kind, status="queued").id for kind in ("audio", "cover"))
    payload = {"storyId": story.id, "audioJob": audio, "coverJob": cover}
    function = os.environ["PROOF_FUNCTION"]
    try:
        lambda_client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(payload))
    except (BotoCoreError, ClientError) as error:
        fail_story(story.id, str(error))


if __name__ == "__main__":
    main()
