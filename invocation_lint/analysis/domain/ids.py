"""What call sites and objects of the heap are known by."""

from __future__ import annotations

from typing import Any

from invocation_lint.findings import Place

SiteKey = tuple[Place, ...]
"""A call site as seen from a frame: the places of the calls that lead to it, outermost first, then its own place."""


class ObjectId:
    """An object of the heap: the calls that lead to its making, the place where it is made, and its age.

    There is one for each sequence of `parts`, made by `id_of`: heaps are looked into all the time, so that ids are
    compared and hashed as what they are, not by their parts.
    """

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Any, ...]) -> None:
        self.parts = parts

    def __repr__(self) -> str:
        return f"ObjectId{self.parts!r}"


_object_ids: dict[tuple[Any, ...], ObjectId] = {}


def id_of(*parts: Any) -> ObjectId:
    """The id of these parts, the same object whenever it is asked for."""
    found = _object_ids.get(parts)
    if found is None:
        found = _object_ids[parts] = ObjectId(parts)
    return found
