"""Which handler reads what a call sends: the names of the fields, and the words that some of them are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from invocation_lint.facts.building.links.sent import SentFields
from invocation_lint.records import record

MIN_NAMES = 3
"""So many names and words are asked for, of which the handler has all."""

MIN_NEEDED = 2
"""So many names that tell something a handler needs, all of which are sent."""

_USUAL = frozenset({
    "body", "headers", "action", "type", "id", "name", "status", "event", "data", "payload", "message", "httpMethod",
    "path", "detail", "Records", "source", "user", "userId", "user_id", "key", "value", "statusCode", "params",
})  # fmt: skip
"""Names that most handlers read: they tell none from others."""


_FIELD = rb"(?m)(?:[\[(]\s*[\"']%s[\"'](?!\]\s*=[^=])|^\s+%s\s*:\s*[\w\"'\[])"
"""How code reads a field: by subscript, by a call, or as one of a class."""

_WORD = rb"(?<![:\s])\s*[\"']%s[\"']"
"""How code compares something with a word; what it makes a dict with stands behind a colon."""


@record
class Sent:
    """The names of the fields of a payload at its top, and the words that some of them are."""

    names: frozenset[str]
    words: frozenset[str]


def read_of(sent: SentFields | None) -> Sent:
    """What a handler has to read that is sent a payload."""
    if sent is None:
        return Sent(frozenset(), frozenset())
    words = {value for _, value in sent.constants if isinstance(value, str) and re.fullmatch(r"[a-z]\w{3,}", value)}
    return Sent(frozenset(path[0] for path in sent.paths if len(path) == 1), frozenset(words))


def reads_it(sent: Sent, texts: Mapping[str, bytes]) -> list[str]:
    """The keys of the modules that read all of it; none where it tells nothing, or several read it."""
    telling = (sent.names | sent.words) - _USUAL
    if len(sent.names) + len(sent.words) < MIN_NAMES or len(telling) < MIN_NAMES - 1:
        return []
    found = [key for key, text in texts.items() if _reads(sent, text)]
    return found if len(found) == 1 else []


def may_need(sent: Sent, texts: Mapping[str, bytes]) -> list[str]:
    """The keys of the modules that read several of the names that tell something."""
    telling = Sent(sent.names - _USUAL, frozenset())
    if len(telling.names) < MIN_NEEDED:
        return []
    return [key for key, text in texts.items() if len(_names_read(telling, text)) >= MIN_NEEDED]


def is_all_sent(needed: frozenset[str], sent: Sent) -> bool:
    """Whether what is sent is what a handler needs, which tells it from others."""
    return needed <= sent.names and len(needed - _USUAL) >= MIN_NEEDED


def _names_read(sent: Sent, text: bytes) -> list[str]:
    return [name for name in sent.names if re.search(_FIELD.replace(b"%s", re.escape(name.encode())), text)]


def _reads(sent: Sent, text: bytes) -> bool:
    patterns = [_FIELD.replace(b"%s", re.escape(name.encode())) for name in sent.names]
    patterns += [_WORD.replace(b"%s", re.escape(word.encode())) for word in sent.words]
    return all(re.search(pattern, text) is not None for pattern in patterns)
