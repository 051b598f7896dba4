"""Creating a character: it is usable at once, its images come later or, when they fail, can be asked for again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from invocation_lint.reference.platform import records
from invocation_lint.reference.platform.invoking import NotAccepted, start
from invocation_lint.reference.platform.models import Character
from invocation_lint.reference.platform.observing import Correlation


@dataclass(frozen=True, slots=True)
class CharacterRequest:
    """What a user asks for."""

    name: str
    creator_user_id: str
    library_id: str
    traits: Sequence[str] = ()
    with_images: bool = True


@dataclass(frozen=True, slots=True)
class CharacterCreated:
    """The character's record; `image_status` is none, generating or failed."""

    character_id: str
    image_status: str

    def as_answer(self) -> dict[str, str]:
        """What the user is told, at once."""
        return {"id": self.character_id, "imageStatus": self.image_status}


def create_character(request: CharacterRequest, correlation: Correlation) -> CharacterCreated:
    """Writes the character, then starts its images if they are wanted."""
    character = records.open_character(
        request.name,
        traits=request.traits,
        creator_user_id=request.creator_user_id,
        library_id=request.library_id,
        with_images=request.with_images,
    )
    if not request.with_images:
        return CharacterCreated(character.id, "none")
    outcome = start(os.environ["CONTENT_AGENT_FUNCTION"], character_payload(character, correlation))
    if isinstance(outcome, NotAccepted):
        records.fail_character(character.id, f"not started: {outcome}")
        return CharacterCreated(character.id, "failed")
    return CharacterCreated(character.id, "generating")


def character_payload(character: Character, correlation: Correlation) -> dict[str, Any]:
    """The payload of `create_character`, which draws the images of a character that exists."""
    return {
        "action": "create_character",
        "characterId": character.id,
        "userId": character.creator_user_id,
        "creatorUserId": character.creator_user_id,
        "character": {"name": character.name, "traits": list(character.traits)},
        **correlation.as_payload(),
    }
