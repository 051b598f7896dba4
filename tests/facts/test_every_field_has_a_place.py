"""A fact says what was seen, so each of its fields can be shown, with a place in the code that says so.

The code is that of the examples in the rules' READMEs. A field that is a verdict has no place of its own: it would be
shown at the call only. Fields that really are about the call as a whole are listed, each group with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

import pytest

from invocation_lint.facts.base import Fact, OneOf, Range, Unknown
from invocation_lint.facts.kinds import KINDS, OF_TEMPLATES
from invocation_lint.findings import Place
from invocation_lint.rulebook.paths import FieldInfo, fields_of
from invocation_lint.rulebook.template import element_name
from tests.rules.test_rooms import EXAMPLES, Template, facts_alone, facts_beside, rule_of

SHOWN_AT_THE_CALL = {
    # the call itself says it: which operation, with which arguments, in which loop, whether it goes out, and by what
    "api", "arguments", "invocation_type_source", "sent", "in_loop", "run_by",
    # the contract of the function that is named there says it
    "target",
    # the text of FunctionName says it
    "function",
    # the code around the call says it
    "caller", "runs_on", "guarded",
    # a list of places: each element has its own
    "catches", "codes_compared", "response.reads",
}  # fmt: skip
NOT_SHOWN_BY_AN_EXAMPLE = {
    # known from a template or a contract that no example has
    "target.handler", "target.template", "response.unknown_keys", "function.variable_set", "function.near_variable",
    "function.reader", "function.then", "taken", "not_taken_for", "permission", "sink",
    "batch_size", "report_switch", "content_deduplication", "machine", "filtered", "timeout_seconds", "front",
    "least_seconds", "longest_wait_seconds", "front_seconds", "outlasts", "event_retries",
    "failures_kept",
    "refused_for",
    "target.answer_form", "target.answers", "target.behind_http", "payload.unread",
    "target.timeout_seconds", "target.inner_timeout_seconds", "target.inner_wait", "target.idempotent",
    "caller.deadline_seconds", "caller.timeout_seconds",
    # seen in the corpus and in the tests of the facts
    "codes_compared", "in_loop.times",
}  # fmt: skip


def places_of_values(data: Any, prefix: str = "", shape: str = "") -> Iterator[tuple[str, str]]:
    """For each value that is known and there: its path as `Fact.places` names it, and the same without names."""
    for field in fields(data):
        value = getattr(data, field.name)
        path, plain = f"{prefix}{field.name}", f"{shape}{field.name}"
        if value is None or isinstance(value, Unknown):
            continue
        if isinstance(value, tuple):
            if value:
                yield path, plain
            for element in value:
                yield from places_of_values(element, f"{path}[{element_name(element)}].", f"{plain}[].")
        elif hasattr(value, "__dataclass_fields__") and not isinstance(value, (OneOf, Range)):
            yield from places_of_values(value, f"{path}.", f"{plain}.")
        else:
            yield path, plain


def has_a_place(fact: Fact, path: str) -> bool:
    """Whether a path, or one that encloses it, has a place of its own."""
    nowhere = Place("", 0, 0, 0, 0)
    return Fact(fact.kind, fact.data, nowhere, fact.places).place_of(path) != nowhere


@cache
def shown() -> tuple[frozenset[str], frozenset[str]]:
    """The paths that some example shows, and those that it shows with a place."""
    seen: set[str] = set()
    placed: set[str] = set()
    for example in EXAMPLES:
        facts = list(facts_alone(example.text, "app.py").facts)
        if example.template and rule_of(example.room).fact in OF_TEMPLATES:
            template = Template(example.template, example.template_file)
            facts += [fact for fact in facts_beside(template, example.text, example.file) if fact.kind in OF_TEMPLATES]
        for fact in facts:
            for path, plain in places_of_values(fact.data):
                seen.add(f"{fact.kind}:{plain}")
                if has_a_place(fact, path):
                    placed.add(f"{fact.kind}:{plain}")
    return frozenset(seen), frozenset(placed)


def is_listed(path: str, table: set[str]) -> bool:
    parts = path.replace("[]", "").split(".")
    return any(".".join(parts[:length]) in table for length in range(1, len(parts) + 1))


def leaves(paths: dict[str, FieldInfo], prefix: str = "") -> Iterator[str]:
    for path, info in paths.items():
        if info.type != "group":
            yield prefix + path


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_is_shown_by_some_example(kind: str) -> None:
    seen, _ = shown()
    hidden = [path for path in leaves(dict(fields_of(kind))) if f"{kind}:{path}" not in seen]
    assert [path for path in hidden if not is_listed(path, NOT_SHOWN_BY_AN_EXAMPLE)] == []


def test_every_field_is_shown_with_a_place() -> None:
    seen, placed = shown()
    unplaced = sorted(path.partition(":")[2] for path in seen - placed)
    assert [path for path in unplaced if not is_listed(path, SHOWN_AT_THE_CALL)] == []


def test_the_exceptions_are_fields() -> None:
    known = {path for kind in KINDS for path in fields_of(kind)}
    assert (SHOWN_AT_THE_CALL | NOT_SHOWN_BY_AN_EXAMPLE) - known == set()


def test_a_verdict_would_be_seen() -> None:
    assert not is_listed("payload.is_bad", SHOWN_AT_THE_CALL)
    assert not is_listed("response.unsafe", SHOWN_AT_THE_CALL)


SITE, HERE, THERE = (Place("app.py", line, 1, line, 9) for line in (1, 2, 3))


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("payload.keys[storyId]", HERE),
        ("payload.keys[storyId].type", HERE),
        ("payload.keys[a.b].type", SITE),
        ("payload.keys[userId]", SITE),
        ("client.created", THERE),
        ("client.created.x", THERE),
        ("client.sdk", SITE),
        ("", SITE),
    ],
)
def test_the_place_of_a_path_is_its_own_or_the_nearest_enclosing(path: str, place: Place) -> None:
    fact = Fact("invocation", None, SITE, {"payload.keys[storyId]": HERE, "client.created": THERE})
    assert fact.place_of(path) == place


def test_the_place_of_a_list_holds_for_its_elements() -> None:
    fact = Fact("invocation", None, SITE, {"payload": HERE, "payload.keys[a.b]": THERE})
    assert fact.place_of("payload.keys[a]") == HERE
    assert fact.place_of("payload.keys[a.b].type") == THERE
