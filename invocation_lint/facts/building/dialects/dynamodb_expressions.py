"""Expressions of DynamoDB: conditions in text and by boto3.dynamodb.conditions, and what an update writes.

The grammar is that of the developer guide (Condition and filter expressions, operators and functions); an expression
with `OR` or `NOT` is not told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from invocation_lint.analysis.domain.atoms import Chain, Struct, Unknown, Value
from invocation_lint.facts.building.dialects.shape import Condition, Written, chain_in, constants, line_of, text

_CALLS = {"eq": "equals", "ne": "not_equals", "lt": "less", "lte": "less", "gt": "more", "gte": "more", "is_in": "in",
          "begins_with": "like", "contains": "like", "between": "other", "not_exists": "is_null", "exists": "other",
          "size": "other", "attribute_type": "other"}  # fmt: skip
_SIGNS = {"=": "equals", "<>": "not_equals", "<": "less", "<=": "less", ">": "more", ">=": "more"}
_NAME = r"[#\w.\[\]-]+"
_PART = re.compile(
    rf"\s*\(?\s*(?:(?P<function>attribute_exists|attribute_not_exists|begins_with|contains|attribute_type)\s*"
    rf"\(\s*(?P<of>{_NAME})\s*(?:,\s*(?P<with>:?\w+)\s*)?\)"
    rf"|(?P<left>{_NAME})\s*(?:(?P<sign><=|>=|<>|=|<|>)\s*(?P<right>:?{_NAME})"
    rf"|between\s+:?{_NAME}\s+and\s+:?{_NAME}|in\s*\((?P<list>[^()]*)\)))\s*\)?\s*(?:and\b|$)",
    re.IGNORECASE,
)
_FUNCTIONS = {"attribute_not_exists": "is_null", "begins_with": "like", "contains": "like"}
_CLAUSE = re.compile(r"\b(SET|REMOVE|ADD|DELETE)\b", re.IGNORECASE)


class Names:
    """What `#name` and `:value` of an expression stand for."""

    def __init__(self, names: Value | None, values: Value | None) -> None:
        self._names, self._values = _slots(names), _slots(values)

    def column(self, written: str) -> str:
        """The attribute that a name of an expression means; the innermost one of a path."""
        last = written.strip().rpartition(".")[2]
        return text(self._names.get(last)) or last.lstrip("#")

    def values(self, written: str) -> tuple[Any, ...] | None:
        """The constants that a value of an expression is."""
        return plain(self._values.get(written.strip()))


def _slots(value: Value | None) -> Mapping[str, Value]:
    atom = value.single if value is not None else None
    return {str(key): slot.value for key, slot in atom.slots} if isinstance(atom, Struct) else {}


def plain(value: Value | None) -> tuple[Any, ...] | None:
    """The constants of a value, which a client gives with its type: `{"S": "queued"}`."""
    atom = value.single if value is not None else None
    if isinstance(atom, Struct) and atom.kind == "dict":
        (one,) = atom.slots if len(atom.slots) == 1 else (("", None),)
        return constants(one[1].value) if one[1] is not None and one[0] in {"S", "N", "BOOL"} else None
    return constants(value)


def conditions_in(value: Value, names: Names) -> list[Condition] | None:
    """The conditions of an expression that are joined by `and`; None when it is not known or says anything else."""
    written = text(value)
    if written is not None:
        return _of_text(written, names)
    chain = chain_in(value)
    return _of_chain(chain) if chain is not None and chain.steps else None


def _of_text(written: str, names: Names) -> list[Condition] | None:
    found, at = [], 0
    while at < len(written.rstrip()):
        match = _PART.match(written, at)
        if match is None:
            return None
        at = match.end()
        if match["function"]:
            operator = _FUNCTIONS.get(match["function"].lower(), "other")
            values = (None,) if operator == "is_null" else names.values(match["with"] or "")
            found.append(Condition(names.column(match["of"]), operator, values))
        elif match["sign"]:
            found.append(Condition(names.column(match["left"]), _SIGNS[match["sign"]], names.values(match["right"])))
        elif match["list"] is not None:
            every = [names.values(one) for one in match["list"].split(",")]
            known = None if any(one is None for one in every) else tuple(v for one in every for v in one or ())
            found.append(Condition(names.column(match["left"]), "in", known))
        else:
            found.append(Condition(names.column(match["left"]), "other", None))
    return found


def _of_chain(chain: Chain) -> list[Condition] | None:
    last = chain.steps[-1]
    if last.name == "&" and last.args:
        left = conditions_in(Value((Unknown(chain=Chain(chain.root, chain.steps[:-1])),)), Names(None, None))
        right = conditions_in(last.args[0], Names(None, None))
        return None if left is None or right is None else [*left, *right]
    steps = line_of(chain).steps
    if len(steps) < 2 or steps[-2].name not in {"Key", "Attr"} or steps[-1].name not in _CALLS:
        return None
    column = text(steps[-2].args[0]) if steps[-2].args else None
    if column is None:
        return None
    operator = _CALLS[steps[-1].name]
    values = (None,) if operator == "is_null" else constants(steps[-1].args[0]) if steps[-1].args else None
    return [Condition(column, operator, values)]


def written_by(value: Value | None, names: Names) -> Written | None:
    """The attributes that an update expression changes; None when it is not known."""
    written = text(value)
    if written is None:
        return None
    pieces = _CLAUSE.split(written)
    found: dict[str, tuple[Any, ...] | None] = {}
    for clause in pieces[2::2]:
        for part in re.split(r",(?![^()]*\))", clause):
            column, *rest = re.split(r"[\s=]+", part.strip(), maxsplit=1)
            found[names.column(column)] = names.values(rest[0]) if rest else None
    found.pop("", None)
    return found
