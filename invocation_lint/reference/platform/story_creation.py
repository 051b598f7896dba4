"""Creating a story: the records first, then the work, and the answer at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from invocation_lint.reference.platform import records
from invocation_lint.reference.platform.invoking import NotAccepted, start
from invocation_lint.reference.platform.models import Story
from invocation_lint.reference.platform.observing import Correlation

ASSET_TYPES = ("cover", "scene_1", "audio", "pdf")


@dataclass(frozen=True, slots=True)
class StoryRequest:
    """What a user asks for."""

    title: str
    creator_user_id: str
    library_id: str
    story_type: str = "adventure"
    themes: Sequence[str] = ()
    asset_types: Sequence[str] = ASSET_TYPES


@dataclass(frozen=True, slots=True)
class StoryCreated:
    """The story's record, `generating` or, when its work could not be started, `failed` with the reason."""

    story_id: str
    failure: NotAccepted | None

    def as_answer(self) -> Mapping[str, Any]:
        """What the user is told, at once."""
        return {"id": self.story_id, "status": "failed" if self.failure else "generating"}


def create_story(request: StoryRequest, correlation: Correlation) -> StoryCreated:
    """Writes the story and its jobs, starts the content agent, and records it when that could not be started."""
    story = records.open_story(
        request.title,
        creator_user_id=request.creator_user_id,
        library_id=request.library_id,
        asset_types=request.asset_types,
    )
    outcome = start(os.environ["CONTENT_AGENT_FUNCTION"], story_payload(story, request, correlation))
    if isinstance(outcome, NotAccepted):
        records.fail_story(story.id, f"not started: {outcome}")
        return StoryCreated(story.id, outcome)
    return StoryCreated(story.id, None)


def story_payload(story: Story, request: StoryRequest, correlation: Correlation) -> dict[str, Any]:
    """The payload of `generate_story`."""
    return {
        "action": "generate_story",
        "storyId": story.id,
        "userId": story.creator_user_id,
        "creatorUserId": story.creator_user_id,
        "storyType": request.story_type,
        "themes": list(request.themes),
        **correlation.as_payload(),
    }
