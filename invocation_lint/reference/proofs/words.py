"""The words that a rule's `proof` may use, from `data/proof_words.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parents[2] / "data" / "proof_words.json"


@dataclass(frozen=True, slots=True)
class Word:
    """A word, what it means, and what the runner arranges before the program starts.

    `given`: "throttled" (all other functions refuse), "disconnected" (the first connection to each other function
    breaks when the function has run), "guarded" (permissions are strict, and the program's handler has
    the role and the permissions that its template gives it), or nothing.
    """

    name: str
    means: str
    given: str | None = None


def read_words(path: Path = FILE) -> Mapping[str, Word]:
    """All words by name."""
    return {
        name: Word(name, entry["means"], entry.get("given")) for name, entry in json.loads(path.read_text()).items()
    }


WORDS = read_words()
