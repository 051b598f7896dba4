"""The models behind the content agent. They take as long as real ones do, and make small texts and addresses."""

from __future__ import annotations

import time
from collections.abc import Sequence

WRITING_SECONDS = 45.0
DRAWING_SECONDS = 60.0
PORTRAIT_SECONDS = 20.0
POSES = ("portrait", "full")


def write(story_type: str, themes: Sequence[str]) -> str:
    """The text of a story."""
    time.sleep(WRITING_SECONDS)
    return f"Once upon a time there was an {story_type} about {' and '.join(themes) or 'friendship'}."


def make(asset_type: str, text: str) -> bytes:
    """A picture, a recording or a file for that text."""
    time.sleep(DRAWING_SECONDS)
    return f"{asset_type} of: {text}".encode()


def portray(name: str, pose: str) -> bytes:
    """A picture of a character."""
    time.sleep(PORTRAIT_SECONDS)
    return f"{pose} of {name}".encode()
