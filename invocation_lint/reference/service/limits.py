"""The limits of Lambda and of its neighbours, from the one data file that the rules read as well."""

from __future__ import annotations

from invocation_lint.data.limits import limits


def limit(name: str) -> int:
    """The value of the limit `name`, in the unit that data/limits.json gives with its source.

    Raises KeyError for a name that the file does not hold.
    """
    return limits()[name]
