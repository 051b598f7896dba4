"""What a function returns where a crash was told from success: word of an error, or what looks like a good answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from invocation_lint.analysis.domain.atoms import (
    FALSE,
    NONE,
    TRUE,
    Const,
    Encoded,
    Ref,
    Slot,
    Struct,
    Text,
    Traced,
    Value,
)
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.domain.state import Obj
from invocation_lint.analysis.program.acts import FAILING
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.tracing.answer_parts import CRASH_KEYS, STREAM, TEXT, is_decoded
from invocation_lint.analysis.tracing.answer_readings import ERROR_WORDS, GOOD_WORDS, HTTP_OK

_NOTHING = re.compile(
    r"\b(no|none|nothing)\b.{0,60}\b(found|matched|match|matches|results|records|items|entries|rows|documents)\b",
    re.IGNORECASE,
)
"""`No results found`: a good answer may say that, too. `No response` is word of a failure."""

_BESIDE = frozenset({"headers"})
"""Keys of an answer over HTTP that say nothing of what came of it."""


def says_error(frame: Frame, value: Value | None, site: SiteKey) -> bool:
    """Whether what is returned may tell of an error: not the payload itself, and nothing that a good answer may be."""
    return value is not None and not any(_is_no_error(frame, atom, site) for atom in value.atoms)


def _is_no_error(frame: Frame, atom: Any, site: SiteKey) -> bool:
    if isinstance(atom, Traced):
        of_payload = atom.path in {(), STREAM, TEXT} or is_decoded(atom.path)
        return atom.origin == site and of_payload and atom.path[3:4] not in {(key,) for key in CRASH_KEYS}
    if isinstance(atom, Encoded) and any(_is_no_error(frame, inner, site) for inner in atom.value.of(Traced)):
        return True
    return _is_nothing(frame, atom)


_LEVELS = 5
"""How deep a collection is looked into: one may hold itself."""


def _is_nothing(frame: Frame, atom: Any, level: int = 0) -> bool:
    """Whether it says that there is nothing, or that all is well: an empty value, `No rows found`, or a collection of
    such values."""
    if level > _LEVELS:
        return False
    if isinstance(atom, Const):
        return _is_plain(atom)
    if isinstance(atom, Text):
        return _says_nothing(" ".join(piece for piece in atom.pieces if isinstance(piece, str)))
    if isinstance(atom, Struct):
        return _holds_nothing(frame, atom, atom.slots, level)
    if isinstance(atom, Encoded):
        return bool(atom.value.atoms) and all(_is_nothing(frame, one, level + 1) for one in atom.value.atoms)
    if not isinstance(atom, Ref) or frame.state is None or atom.id not in frame.state.heap:
        return False
    obj = frame.state.heap[atom.id]
    return _holds_nothing(frame, obj, obj.slots.items(), level)


def _holds_nothing(frame: Frame, kept: Obj | Struct, slots: Iterable[tuple[Any, Slot]], level: int) -> bool:
    if kept.kind == "instance" or kept.rest is not None or kept.open:
        return False
    named = [(key, slot.value) for key, slot in slots if key not in _BESIDE]
    held = [(key, one) for key, value in [*((None, item) for item in kept.items), *named] for one in value.atoms]
    return all(_denies(one) if _names_error(key) else _is_nothing(frame, one, level + 1) for key, one in held)


def _is_plain(atom: Const) -> bool:
    value = atom.value
    if isinstance(value, str) and value:
        return value.lower() in GOOD_WORDS or _says_nothing(value)
    if value in HTTP_OK:
        return True
    return atom == TRUE.single or (not value and atom not in {NONE.single, FALSE.single})


def _says_nothing(text: str) -> bool:
    return _NOTHING.search(text) is not None and not FAILING.search(text)


def _names_error(key: object) -> bool:
    return isinstance(key, str) and key.lower() in ERROR_WORDS


def _denies(atom: Any) -> bool:
    """Of `{"error": None}`."""
    return isinstance(atom, Const) and not atom.value
