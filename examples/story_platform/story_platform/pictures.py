"""Draws the pictures that readers order, as the queues bring them: portraits, scenes, and covers for print."""

import json
import logging

from story_platform import repository, studio

logger = logging.getLogger(__name__)


def draw_portraits(event, context):
    drawn = 0
    for record in event["Records"]:
        order = json.loads(record["body"])
        try:
            draw(order, "portrait")
            drawn += 1
        except Exception:
            logger.exception("portrait %s was not drawn", order["jobId"])
    return {"drawn": drawn}


def draw_scenes(event, context):
    failed = []
    for record in event["Records"]:
        try:
            draw(json.loads(record["body"]), "scene")
        except Exception:
            logger.exception("message %s is left in the queue", record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def draw_covers(event, context):
    failed = []
    for record in event["Records"]:
        try:
            draw(json.loads(record["body"]), "cover")
        except Exception:
            logger.exception("message %s is left in the queue", record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def draw(order, kind):
    studio.draw(kind, order["description"], folder=order["userId"])
    repository.finish_job(order["jobId"])
