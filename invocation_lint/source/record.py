"""What was asked of a project to know what is known of a file: questions, each with its answer.

Whatever was found of a file stays true as long as each question that was asked for it has the answer that it had; so a
cache can be added that asks them again. Questions are kept with the module that asked, and with the modules to which
the answer led: what was learned of those once serves all that ask later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any, NamedTuple

Question = tuple[str, ...]
"""A kind (`bytes`, `imports`, `importers`, `locate`, ..) and what it is asked about."""


class How(NamedTuple):
    """Why a module looks into another one: for what it names there, since it is called from there, or for anything.
    `called` are the words by which the other one may call it; None where it is not looked into for calls."""

    by_name: bool = False
    called: frozenset[str] | None = None
    wholly: bool = False

    def joined(self, other: How) -> How:
        """Both."""
        called = self.called if other.called is None else other.called | (self.called or frozenset())
        return How(self.by_name or other.by_name, called, self.wholly or other.wholly)


BY_NAME, WHOLLY = How(by_name=True), How(wholly=True)

Lead = tuple[str, str, How]
"""A module, another one into which it looks, and why."""

Noted = tuple[str, Question, str]
"""The module that asked, its question, and the answer."""


class Pattern(NamedTuple):
    """What is looked for in all files of a project: `words`, of which one stands wherever it is found, are looked for
    first; where `unless` is found, too, nothing is."""

    regex: str
    words: tuple[str, ...]
    unless: str = ""

    def is_in(self, data: bytes) -> bool:
        """Whether the bytes of a file hold it."""
        if not any(_bytes(word) in data for word in self.words) or re.search(_bytes(self.regex), data) is None:
            return False
        return not self.unless or re.search(_bytes(self.unless), data) is None

    @property
    def question(self) -> Question:
        """Which files hold it."""
        return ("holding", self.regex, self.unless, *self.words)

    @classmethod
    def of(cls, question: Question) -> Pattern:
        """The pattern that a question is about."""
        _, regex, unless, *words = question
        return cls(regex, tuple(words), unless)


def _bytes(text: str) -> bytes:
    """A text in UTF-8; the name of a file may hold bytes that are no text."""
    return text.encode("utf-8", "surrogatepass")


def digest(data: bytes | None) -> str:
    """The hash of a file's bytes; empty for one that is not there, or is not read."""
    try:
        from _blake2 import blake2b  # hashlib loads a large library as well, which a run needs not
    except ImportError:
        from hashlib import blake2b

    return blake2b(data, digest_size=16).hexdigest() if data is not None else ""


class Record:
    """Questions and their answers, by the module that asked."""

    def __init__(self) -> None:
        self._answers: dict[str, dict[Question, str]] = {}
        self._leads: dict[str, dict[str, How]] = {}
        self._new: list[Noted] = []
        self._new_leads: list[Lead] = []

    def note(
        self, asker: str, question: Question, answer: str, leads: Iterable[str | None] = (), how: How = WHOLLY
    ) -> None:
        """A module asks and is answered; `leads` are the modules that it goes on to look into, and `how` says why."""
        answers = self._answers.setdefault(asker, {})
        if answers.get(question) != answer:
            answers[question] = answer
            self._new.append((asker, question, answer))
        self.lead(asker, (lead for lead in leads if lead is not None), how)

    def lead(self, asker: str, leads: Iterable[str], how: How = WHOLLY) -> None:
        """What was asked for `leads` was asked for a module as well."""
        known = self._leads.setdefault(asker, {})
        for lead in leads:
            both = how.joined(known[lead]) if lead in known else how
            if known.get(lead) != both:
                known[lead] = both
                self._new_leads.append((asker, lead, both))

    def news(self) -> tuple[list[Noted], list[Lead]]:
        """What was noted since this was asked last: askers with questions and answers, and askers with their leads."""
        found = self._new, self._new_leads
        self._new, self._new_leads = [], []
        return found

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
