"""Looks at texts and pictures before children do. The classifiers are functions of the safety team."""

import json
import logging
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger(__name__)


class Moderator:
    def __init__(self, client=None):
        self.client = client or boto3.client("lambda")

    def handler(self, event, context):
        return {
            "language": self.language(event["text"]),
            "labels": self.labels(event["text"]),
            "pictures": [self.picture(url) for url in event.get("pictures", [])],
            "allowed": self.allowed(event["text"]),
        }

    def labels(self, text):
        """The text's labels with their scores, 0 to 1."""
        try:
            response = self.client.invoke(
                FunctionName=os.environ["TEXT_CLASSIFIER_FUNCTION"],
                InvocationType="RequestResponse",
                Payload=json.dumps({"text": text}),
            )
            verdict = json.loads(response["Payload"].read())
        except (ClientError, BotoCoreError):
            logger.exception("the text was not classified")
            return {"unclassified": 1.0}
        return verdict.get("labels", {})

    def picture(self, url):
        try:
            response = self.client.invoke(
                FunctionName=os.environ["IMAGE_CLASSIFIER_FUNCTION"], Payload=json.dumps({"url": url})
            )
            if response["StatusCode"] != 200:
                return {"url": url, "labels": {"unclassified": 1.0}}
            return {"url": url, "labels": json.loads(response["Payload"].read())["labels"]}
        except (ClientError, BotoCoreError):
            logger.exception("%s was not classified", url)
            return {"url": url, "labels": {"unclassified": 1.0}}

    def language(self, text):
        try:
            response = self.client.invoke(
                FunctionName=os.environ["LANGUAGE_FUNCTION"], Payload=json.dumps({"text": text[:500]})
            )
            if "FunctionError" in response:
                return "en"
            return json.loads(response["Payload"])["language"]
        except (ClientError, BotoCoreError):
            return "en"

    def allowed(self, text):
        """False when the blocklist says so, and when it cannot be asked."""
        try:
            response = self.client.invoke(
                FunctionName=os.environ["BLOCKLIST_FUNCTION"], Payload=json.dumps({"text": text})
            )
            answer = json.load(response["Payload"])
        except (ClientError, BotoCoreError):
            logger.exception("the blocklist could not be asked")
            return False
        if response.get("FunctionError"):
            logger.error("the blocklist failed: %s", answer)
            return False
        return answer["allowed"]


handler = Moderator().handler
