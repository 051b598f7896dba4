"""The words in which facts answer: a value, one of several, a range, unknown, or absent (None).

Facts are frozen, hold no syntax and serialize. Two-valued fields hold the text "yes" or "no".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, field
from typing import Any

from invocation_lint.findings import Label, Place
from invocation_lint.records import record


@record
class Unknown:
    """The analysis cannot tell; `reason` says why, in words for a user."""

    reason: str = "not known"


@record
class OneOf:
    """One of several values, at least two; which one depends on the path taken."""

    values: tuple[Any, ...]


@record
class Range:
    """A number between `min` and `max`, both included; `max` may be infinite."""

    min: float
    max: float


Text = str | OneOf | Unknown | None
Number = int | float | Range | OneOf | Unknown | None


def fact_field(doc: str, *, words: tuple[str, ...] = (), default: Any = MISSING) -> Any:
    """A field of a fact: its documentation and, where they are closed, the words it may hold. The default is None."""
    value = None if default is MISSING else default
    return field(default=value, metadata={"doc": doc, "words": words})


@record
class Fact:
    """One fact with its places.

    `data` is the dataclass of the kind; `places` maps a dotted path of it (`payload.keys[storyId]` for an element of a
    list) to the place in the code that says so; `chain` holds the calls that lead from the frame whose values are used
    to the call site, outermost first, and is empty when the function of the call site alone gives the fact;
    `site` is the call expression, equal for all facts of one call site, and `home` the title of the function around it;
    `instead_of` is the call that has failed when this one is made.
    """

    kind: str
    data: Any
    site: Place
    places: Mapping[str, Place]
    chain: tuple[Label, ...] = ()
    function: str = ""
    home: str = ""
    instead_of: Place | None = None

    def place_of(self, path: str) -> Place:
        """The place for a path: its own, else that of the nearest enclosing path, else the call site."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path[: path.rindex("[")] if path.endswith("]") else path.rpartition(".")[0]
        return self.site
