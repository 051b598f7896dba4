"""Near names: equal but for case, dashes and underscores, or one edit away."""

from __future__ import annotations

from collections.abc import Iterable

SHORTEST_FOR_AN_EDIT = 5
"""Shorter names are one edit away from too much."""


def plain(name: str) -> str:
    """The name in lower case, without dashes and underscores."""
    return name.lower().replace("_", "").replace("-", "")


def is_near(name: str, wanted: str) -> bool:
    """Whether the name nearly spells the wanted one, and is not it."""
    if name == wanted:
        return False
    one, other = plain(name), plain(wanted)
    if one == other:
        return True
    return min(len(one), len(other)) >= SHORTEST_FOR_AN_EDIT and _one_edit(one, other)


def _one_edit(one: str, other: str) -> bool:
    """Whether one insertion, deletion, replacement or swap of neighbours makes them equal."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    if len(left) == len(right):
        return left[1:] == right[1:] or (len(left) > 1 and left[:2] == right[1::-1] and left[2:] == right[2:])
    longer, shorter = (left, right) if len(left) > len(right) else (right, left)
    return longer[1:] == shorter


def nearest(wanted: str, names: Iterable[str]) -> str | None:
    """The first name that nearly spells the wanted one."""
    return next((name for name in names if is_near(name, wanted)), None)
