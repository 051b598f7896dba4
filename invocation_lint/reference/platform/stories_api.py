"""The platform's HTTP function: POST /stories, GET /stories/{id}, POST /characters.

The user is whom the authorizer names (`principalId`), else, where there is no authorizer, the header `X-User-Id`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import BadRequestError, NotFoundError, UnauthorizedError
from aws_lambda_powertools.utilities.typing import LambdaContext
from sqlalchemy.exc import NoResultFound

from invocation_lint.reference.platform import records
from invocation_lint.reference.platform.character_creation import CharacterRequest, create_character
from invocation_lint.reference.platform.observing import Correlation, logger
from invocation_lint.reference.platform.story_creation import ASSET_TYPES, StoryRequest, create_story

api = APIGatewayRestResolver()


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The proxy event of a REST API in, its proxy response out."""
    return api.resolve(event, context)


@api.post("/stories")
def post_story() -> Response[str]:
    """201 with the story's id while it is being generated; 503 with the id of the failed record otherwise."""
    body = _body()
    created = create_story(
        StoryRequest(
            title=_text(body, "title"),
            creator_user_id=_user(),
            library_id=_text(body, "libraryId"),
            story_type=str(body.get("storyType", "adventure")),
            themes=[str(theme) for theme in body.get("themes", [])],
            asset_types=[str(kind) for kind in body.get("assetTypes", ASSET_TYPES)],
        ),
        _correlation(),
    )
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE if created.failure else HTTPStatus.CREATED, created.as_answer())


@api.get("/stories/<story_id>")
def get_story(story_id: str) -> Response[str]:
    """200 with the story and its status."""
    try:
        story = records.load_story(story_id)
    except NoResultFound:
        raise NotFoundError("no such story") from None
    return _answer(HTTPStatus.OK, {**story.as_payload(), "status": story.status, "error": story.error})


@api.post("/characters")
def post_character() -> Response[str]:
    """201 with the character's id, whether or not its images could be started."""
    body = _body()
    created = create_character(
        CharacterRequest(
            name=_text(body, "name"),
            creator_user_id=_user(),
            library_id=_text(body, "libraryId"),
            traits=[str(trait) for trait in body.get("traits", [])],
            with_images=body.get("generateImages") is not False,
        ),
        _correlation(),
    )
    return _answer(HTTPStatus.CREATED, created.as_answer())


def _body() -> Mapping[str, Any]:
    try:
        body = json.loads(api.current_event.decoded_body or "{}")
    except json.JSONDecodeError:
        raise BadRequestError("the body is no JSON") from None
    if not isinstance(body, dict):
        raise BadRequestError("the body is no JSON object")
    return body


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise BadRequestError(f"{key} is missing")
    return value


def _user() -> str:
    event = api.current_event
    authorizer = event.raw_event.get("requestContext", {}).get("authorizer") or {}
    user = authorizer.get("principalId") or event.headers.get("X-User-Id")
    if not user:
        raise UnauthorizedError("nobody is signed in")
    return str(user)


def _correlation() -> Correlation:
    event = api.current_event
    return Correlation(
        event.raw_event["requestContext"].get("requestId") or api.lambda_context.aws_request_id,
        event.headers.get("X-Session-Id"),
    )


def _answer(status: HTTPStatus, data: Mapping[str, Any]) -> Response[str]:
    return Response(status_code=status, content_type="application/json", body=json.dumps(data))
