"""What a function returns where a crash was told from success: word of an error, or what looks like a good answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from invocation_lint.analysis.domain.atoms import (
    FALSE,
    NONE,
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
    if _is_payload(atom, site):
        return True
    if isinstance(atom, Encoded) and any(_is_payload(inner, site) for inner in atom.value.atoms):
        return True
    return _is_fine(frame, atom, site)


def _is_payload(atom: Any, site: SiteKey) -> bool:
    if not isinstance(atom, Traced) or atom.origin != site:
        return False
    is_part = atom.path in {(), STREAM, TEXT} or is_decoded(atom.path)
    return is_part and atom.path[3:4] not in {(key,) for key in CRASH_KEYS}


_LEVELS = 5
"""How deep a collection is looked into: one may hold itself."""


def _is_fine(frame: Frame, atom: Any, site: SiteKey, level: int = 0) -> bool:
    """Whether it says that there is nothing, or that all is well: an empty value, `No rows found`, or a collection of
    such values; also one of the payload, with word of success: `{"statusCode": 200, "body": json.dumps(payload)}`."""
    if level > _LEVELS:
        return False
    if isinstance(atom, Const):
        return _is_success(atom) or _is_plain(atom)
    if isinstance(atom, Text):
        return _says_nothing(" ".join(piece for piece in atom.pieces if isinstance(piece, str)))
    if isinstance(atom, Struct):
        return _holds_no_error(frame, atom, atom.slots, site, level)
    if isinstance(atom, Encoded):
        return bool(atom.value.atoms) and all(_is_fine(frame, one, site, level + 1) for one in atom.value.atoms)
    if not isinstance(atom, Ref) or frame.state is None or atom.id not in frame.state.heap:
        return False
    obj = frame.state.heap[atom.id]
    return _holds_no_error(frame, obj, obj.slots.items(), site, level)


def _holds_no_error(
    frame: Frame, kept: Obj | Struct, slots: Iterable[tuple[Any, Slot]], site: SiteKey, level: int
) -> bool:
    if kept.kind == "instance" or kept.rest is not None or kept.open:
        return False
    named = [(key, slot.value) for key, slot in slots if key not in _BESIDE]
    held = [(key, one) for key, value in [*((None, item) for item in kept.items), *named] for one in value.atoms]
    carries = [one for key, one in held if not _names_error(key) and _carries(one, site)]
    if carries and not any(isinstance(one, Const) and _is_success(one) for _, one in held):
        return False
    others = [(key, one) for key, one in held if one not in carries]
    return all(_denies(one) if _names_error(key) else _is_fine(frame, one, site, level + 1) for key, one in others)


def _carries(atom: Any, site: SiteKey) -> bool:
    """Whether it is the payload, as it is or encoded."""
    inside = atom.value.atoms if isinstance(atom, Encoded) else (atom,)
    return any(_is_payload(one, site) for one in inside)


def _is_success(atom: Const) -> bool:
    value = atom.value
    return value is True or (isinstance(value, str) and value.lower() in GOOD_WORDS) or _is_good_code(value)


def _is_good_code(value: object) -> bool:
    return isinstance(value, int) and value in HTTP_OK


def _is_plain(atom: Const) -> bool:
    value = atom.value
    if isinstance(value, str) and value:
        return _says_nothing(value)
    return not value and atom not in {NONE.single, FALSE.single}


def _says_nothing(text: str) -> bool:
    return _NOTHING.search(text) is not None and not FAILING.search(text)


def _names_error(key: object) -> bool:
    return isinstance(key, str) and key.lower() in ERROR_WORDS


def _denies(atom: Any) -> bool:
    """Of `{"error": None}`."""
    return isinstance(atom, Const) and not atom.value
