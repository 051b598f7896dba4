"""Writes stories, makes their assets, draws characters. Invoked directly; the field `action` says what is wanted.

The answer is `{"statusCode": .., "body": JSON text}`. A failure marks the records that the event names and is then
answered with 500: to Lambda the run has succeeded, so that an event is not tried again, and a synchronous caller sees
no `FunctionError`. What an event asks for is done once, however often it is delivered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from invocation_lint.reference.platform import records, studio
from invocation_lint.reference.platform.models import Asset
from invocation_lint.reference.platform.observing import Correlation, logger

Event = Mapping[str, Any]
Answer = dict[str, Any]


@logger.inject_lambda_context(correlation_id_path="requestId", clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Answer:
    """`{"action": ..}` with the fields of that action in; out 200 with the result, 400 or 500 with what was wrong."""
    action = event.get("action")
    work = ACTIONS.get(str(action))
    correlation = Correlation.of(event, context.aws_request_id)
    logger.append_keys(
        action=action, story_id=event.get("storyId"), job_id=event.get("jobId"), **correlation.as_log_keys()
    )
    if work is None:
        logger.warning("no such action")
        return _answer(400, {"status": "ignored", "action": action})
    logger.info("begun")
    try:
        result = work(event, context.aws_request_id)
    except Exception as error:
        logger.exception("failed")
        reason = f"{type(error).__name__}: {error}"
        _mark_failed(event, reason)
        return _answer(500, {"error": reason})
    logger.info("done")
    return _answer(200, result)


def _answer(status: int, body: Mapping[str, Any]) -> Answer:
    return {"statusCode": status, "body": json.dumps(body)}


def generate_story(event: Event, request_id: str) -> Answer:
    """Writes the story named by `storyId`; a caller that names none has not made a record, so one is made here."""
    story = records.load_story(event["storyId"]) if event.get("storyId") else records.open_story("Untitled")
    if story.status == "ready":
        return {"status": "ready", "storyId": story.id}
    text = studio.write(str(event.get("storyType", "adventure")), event.get("themes", ()))
    records.complete_story(story.id, text, _payer(event, story.library_id))
    return {"status": "ready", "storyId": story.id}


def generate_asset(event: Event, request_id: str) -> Answer:
    """Makes one asset of the `story` that the event holds, keeps it under `userId`, and marks the job of `jobId`."""
    story_id, job_id, asset_type = event["storyId"], event.get("jobId"), event["assetType"]
    if job_id is not None and (job := records.load_job(job_id)).status == "ready":
        return {"status": "ready", "storyId": story_id, "jobId": job_id, "url": job.url}
    text = event["story"]["content"]
    url = _upload(event.get("userId"), f"{story_id}/{asset_type}", studio.make(asset_type, text))
    payer = _payer(event, records.load_story(story_id).library_id)
    asset = Asset(story_id=story_id, job_id=job_id, asset_type=asset_type, url=url)
    records.complete_asset(asset, payer, job_id or request_id)
    return {"status": "ready", "storyId": story_id, "jobId": job_id, "url": url}


def create_character(event: Event, request_id: str) -> Answer:
    """Draws the images of a character whose record exists."""
    character_id, name = event["characterId"], event["character"]["name"]
    images = [
        _upload(event.get("userId"), f"{character_id}/{pose}", studio.portray(name, pose)) for pose in studio.POSES
    ]
    payer = _payer(event, records.load_character(character_id).library_id)
    records.complete_character(character_id, images, payer)
    return {"status": "ready", "characterId": character_id, "images": images}


def health(event: Event, request_id: str) -> Answer:
    """Says that the function is there."""
    return {"status": "ok"}


ACTIONS: Mapping[str, Callable[[Event, str], Answer]] = {
    "generate_story": generate_story,
    "generate_asset": generate_asset,
    "create_character": create_character,
    "health": health,
}


def _payer(event: Event, library_id: str) -> str:
    """Who pays: the creator, else the user for whom the files are kept, else whoever owns the library."""
    return str(event.get("creatorUserId") or event.get("userId") or records.library_owner(library_id))


def _upload(user_id: str | None, name: str, data: bytes) -> str:
    """Keeps a file in the user's folder and returns its address; PermissionError when there is no such user."""
    if not records.is_user(user_id):
        raise PermissionError(f"no folder for {user_id!r}")
    return f"assets://{user_id}/{name}?bytes={len(data)}"


def _mark_failed(event: Event, error: str) -> None:
    """Marks what the event names as failed. The first error is what counts: one in here is only logged."""
    try:
        if event.get("jobId"):
            records.fail_job(event["jobId"], error)
        elif event.get("storyId"):
            records.fail_story(event["storyId"], error)
        if event.get("characterId"):
            records.fail_character(event["characterId"], error)
    except Exception:
        logger.exception("the failure could not be recorded")
