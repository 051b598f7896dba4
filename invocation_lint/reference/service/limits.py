"""The limits of Lambda and of its neighbours, from the one data file that the rules read as well."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources


@cache
def _limits() -> dict[str, int]:
    text = resources.files("invocation_lint.data").joinpath("limits.json").read_text(encoding="utf-8")
    return {name: int(entry["value"]) for name, entry in json.loads(text).items()}


def limit(name: str) -> int:
    """The value of the limit `name`, in the unit that data/limits.json gives with its source.

    Raises KeyError for a name that the file does not hold.
    """
    return _limits()[name]
