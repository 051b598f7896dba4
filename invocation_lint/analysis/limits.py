"""How far walks go. Limits are counts, never times, so that runs are equal everywhere."""

from __future__ import annotations

MAX_CALLS = 5
"""Calls below the function that is looked at: deeper ones are frameworks, not the way of a payload."""

MAX_INTERPRETATIONS = 400
"""Functions walked for one function that is looked at: real ones take some dozens."""

MAX_BUILDING_CALLS = 2
"""Calls below a demanded function into those that build a value and reach no call site; a constructor counts half."""

MAX_BUILDING_SIZE = 30_000
"""Characters of a function that builds a value: what is longer is data that was generated."""

MAX_SCOUTED_LINES = 12
"""Lines of a function that is entered to see whether it may lead anywhere though it names nothing that does: what makes
a client, a decorated function or `self` of a context manager is short."""

MAX_INHERITED = 200
"""Methods walked in one module for the classes that inherit them: a module of real code has a dozen, one that describes
every kind of resource may have a hundred."""

ATTRIBUTE_CALLS, ATTRIBUTE_INTERPRETATIONS = 2, 20
"""The same limits where a method is walked only for what it assigns to attributes."""
