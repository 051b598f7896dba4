"""Which field of an event chooses between the actions of a handler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from invocation_lint.analysis.libraries.trials.envelopes import ENVELOPE
from invocation_lint.analysis.libraries.trials.shapes import is_index
from invocation_lint.analysis.python.frames.trial import FieldPath

_NAMES = ("action", "operation", "op", "type", "command", "method", "task", "event_type", "eventType", "request_type")


def discriminator_of(compared: Mapping[FieldPath, tuple[Any, ...]]) -> FieldPath:
    """The field that chooses between actions: one that is compared with texts, by its name or by their number."""
    candidates = {
        path: [one for one in known if isinstance(one, str) and one]
        for path, known in compared.items()
        if path[0] not in ENVELOPE and not any(map(is_index, path))
    }
    candidates = {path: known for path, known in candidates.items() if known}
    named = [path for name in _NAMES for path in candidates if path[-1] == name]
    if named:
        return named[0]
    many = [path for path, known in candidates.items() if len(known) > 1]
    return max(many, key=lambda path: len(candidates[path]), default=())
