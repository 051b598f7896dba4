"""The JSON types of which a handler needs fields that are sent as others."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from invocation_lint.analysis.python.frames.trial import FieldPath
from invocation_lint.facts.building.links.sent import SentFields

Refuses = Callable[[dict[FieldPath, Any], FieldPath, str], bool]
"""Whether a handler surely fails for a field of a type, where some others are constants."""

_TYPES = ("string", "number", "boolean", "object", "array")
_MEANT = ("number", "array")
"""What is meant where several types would do: a number where a flag counts as one, a list where a text can be gone over
as well."""


def expected_types(sent: SentFields, read: Collection[FieldPath], refuses: Refuses) -> dict[FieldPath, str]:
    """The fields among those that are read whose type is refused, and another one is not, with that."""
    found: dict[FieldPath, str] = {}
    for path, type in sent.types:
        others = {one: value for one, value in sent.constants if one[: len(path)] != path}
        if path in read and refuses(others, path, type):
            taken = [one for one in _TYPES if one != type and not refuses(others, path, one)]
            if taken:
                found[path] = next((one for one in _MEANT if one in taken), taken[0])
    return found


__all__ = ["expected_types"]
