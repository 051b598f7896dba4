"""What values are while a configuration of Terraform is evaluated, and how their cases are worked through.

A value is that of `deployment.values`; its cases may also hold what only Terraform has: a `Reference` to a resource or
a module as a whole, the text that `jsonencode` makes of a structure (`Json`), and what fails (`Absent`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.values import (
    MAX_CASES,
    Case,
    Conditions,
    Hole,
    Key,
    Piece,
    Text,
    Unknown,
    Value,
    both,
    known,
    pieces_of,
    text,
    unknown,
    value_of,
)
from invocation_lint.findings import Place
from invocation_lint.records import record

if TYPE_CHECKING:
    from invocation_lint.deployment.terraform.modules import Instance


@record
class Partly(Unknown):
    """A mapping of which only some entries are known, as `merge` makes of one that is not known and one that is."""

    entries: dict[str, Value] = field(default_factory=dict)


@record
class Reference:
    """A resource, a data source or a module as a whole. `suffix` is the key behind its name (`["a"]`, `[0]`), None
    where all that `count` or `for_each` makes of it are meant."""

    instance: Instance
    kind: str  # "resource", "data", "module"
    type: str  # empty of a module
    name: str
    suffix: str | None


@record
class Json:
    """The text that `jsonencode` makes of a structure."""

    value: Value


@record
class Name:
    """The beginning of a name that means something only as a whole: `var`, `data.aws_region`."""

    words: tuple[str, ...]


@record
class Absent(Unknown):
    """It is not there: `try` and `lookup` take something else."""


def each(values: Sequence[Value], act: Callable[..., Any], place: Place) -> Value:
    """What a function of contents gives, for each combination of the cases of its arguments: contents, or values."""
    combined: list[tuple[Conditions, list[Any]]] = [((), [])]
    for value in values:
        longer = []
        for when, contents in combined:
            for case in value.cases:
                conditions = both(when, case.when)
                if conditions is not None:
                    longer.append((conditions, [*contents, case.content]))
        combined = longer
        if len(combined) > MAX_CASES:
            return unknown(f"it has more than {MAX_CASES} alternatives", place)
    return joined(((when, act(*contents)) for when, contents in combined), place)


def joined(found: Iterable[tuple[Conditions, Any]], place: Place) -> Value:
    """The value of contents or values that hold under conditions."""
    cases: list[Case] = []
    for when, content in found:
        if isinstance(content, Value):
            cases += [Case(one.content, w) for one in content.cases if (w := both(when, one.when)) is not None]
        else:
            cases.append(Case(content, when))
    return value_of(cases, place)


def booleans(value: Value) -> list[tuple[bool | Unknown, Conditions]]:
    """The truth values of a value; one that is open is a condition by its name."""
    found: list[tuple[bool | Unknown, Conditions]] = []
    for case in value.cases:
        content = case.content
        told = {"true": True, "false": False}.get(content) if isinstance(content, str) else content
        if isinstance(told, bool):
            found.append((told, case.when))
            continue
        hole = content.pieces[0] if isinstance(content, Text) and len(content.pieces) == 1 else None
        if not isinstance(hole, Hole):
            why = content if isinstance(content, Unknown) else Unknown("it is no truth value")
            found.append((why, case.when))
            continue
        for holds in (True, False):
            when = both(case.when, ((Key(hole.scope, hole.name), holds),))
            if when is not None:
                found.append((holds, when))
    return found


def open_text(name: str, scope: str, reason: str, default: str | None = None) -> Text:
    """A text that is open as a whole."""
    return Text((Hole(name, scope, reason, default),))


def as_pieces(content: Any, hole: Hole) -> list[Piece]:
    """The pieces of a content within a text; a hole where it is not known."""
    if content is None:
        return []
    if isinstance(content, Json):
        return list(pieces_of(encoded(content.value)) or ())
    found = pieces_of(content)
    return [hole] if found is None else list(found)


def encoded(value: Value) -> Any:
    """The text of JSON of a structure; what has several cases in it is open."""
    return text(_json(value))


def _json(value: Value) -> list[Piece]:
    content = value.content
    if isinstance(content, Json):
        content = encoded(content.value)
    if isinstance(content, dict):
        found: list[Piece] = ["{"]
        for number, (key, one) in enumerate(content.items()):
            found += [", " if number else "", json.dumps(key), ": ", *_json(one)]
        return [*found, "}"]
    if isinstance(content, tuple):
        found = ["["]
        for number, one in enumerate(content):
            found += [", " if number else "", *_json(one)]
        return [*found, "]"]
    if isinstance(content, Text):
        inner: list[Piece] = [json.dumps(one)[1:-1] if isinstance(one, str) else one for one in content.pieces]
        return ['"', *inner, '"']
    if content is None or isinstance(content, (str, bool, int, float)):
        return [json.dumps(content)]
    place = value.place
    return [Hole(f"?{place.path}:{place.line}:{place.column}", "", "it is not known")]


def merged(given: Iterable[Any]) -> Any:
    """The mapping that `merge` makes of mappings, of which some may not be known."""
    found: dict[str, Value] = {}
    reason = ""
    for one in given:
        if isinstance(one, dict):
            found.update(one)
        elif one is not None:  # what it has overrides what stands before it
            reason = one.reason if isinstance(one, Unknown) else "a part of it is not known"
            found = dict(one.entries) if isinstance(one, Partly) else {}
    if reason:
        return Partly(reason, found) if found else Unknown(reason)
    return found


def plain_value(content: Any, place: Place) -> Value:
    """The value of plain data."""
    if isinstance(content, dict):
        return known({str(key): plain_value(one, place) for key, one in content.items()}, place)
    if isinstance(content, (list, tuple)):
        return known(tuple(plain_value(one, place) for one in content), place)
    return known(content, place)


def settled(value: Value) -> Value:
    """A value for the model: without what only Terraform has."""
    if not any(_is_own(case.content) for case in value.cases):
        return value
    return value_of([Case(_settled(case.content), case.when) for case in value.cases], value.place)


def _is_own(content: Any) -> bool:
    return isinstance(content, (Reference, Name, Json, dict, tuple, Absent, Partly))


def _settled(content: Any) -> Any:
    if isinstance(content, (Reference, Name)):
        return Unknown("a resource is no text")
    if isinstance(content, Absent):
        return Unknown(content.reason)
    if isinstance(content, Json):
        return encoded(content.value)
    if isinstance(content, dict):
        return {key: settled(one) for key, one in content.items()}
    if isinstance(content, Partly):
        return Partly(content.reason, {key: settled(one) for key, one in content.entries.items()})
    return tuple(settled(one) for one in content) if isinstance(content, tuple) else content
