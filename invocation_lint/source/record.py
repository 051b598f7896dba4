"""What was asked of a project to know what is known of a file: questions, each with its answer.

Whatever was found of a file stays true as long as each question that was asked for it has the answer that it had; so a
cache can be added that asks them again. Questions are kept with the module that asked, and with the modules to which
the answer led: what was learned of those once serves all that ask later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

Question = tuple[str, ...]
"""A kind (`bytes`, `imports`, `importers`, `locate`, ..) and what it is asked about."""

EVERYTHING: Question = ("everything",)
"""What all files of the project hold: asked where a name is looked for in each of them."""


def digest(data: bytes | None) -> str:
    """The hash of a file's bytes; empty for one that is not there, or is not read."""
    from hashlib import blake2b  # loads a large library, which a run without call sites needs not

    return blake2b(data, digest_size=16).hexdigest() if data is not None else ""


class Record:
    """Questions and their answers, by the module that asked."""

    def __init__(self) -> None:
        self._answers: dict[str, dict[Question, str]] = {}
        self._leads: dict[str, set[str]] = {}
        self.is_of_everything = False

    def note(self, asker: str, question: Question, answer: str, leads: Iterable[str | None] = ()) -> None:
        """A module asks and is answered; `leads` are the modules that it goes on to look into."""
        self._answers.setdefault(asker, {})[question] = answer
        led = self._leads.setdefault(asker, set())
        led.update(lead for lead in leads if lead is not None)

    def of(self, key: str) -> dict[Question, str]:
        """All that was asked for a module: by itself, and by each module to which that led."""
        found: dict[Question, str] = {}
        seen: set[str] = set()
        waiting = [key]
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                found.update(self._answers.get(current, {}))
                waiting.extend(self._leads.get(current, ()))
        return found


def told_of(found: Any) -> str:
    """A dataclass of names and sets of words, in words that are the same in every process."""
    if found is None:
        return repr(None)
    parts = (getattr(found, one.name) for one in fields(found))
    return repr([sorted((name, sorted(told)) for name, told in part.items()) for part in parts])
