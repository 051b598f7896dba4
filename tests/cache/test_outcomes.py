"""Outcomes as plain data: no field is lost."""

from __future__ import annotations

import json
from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from invocation_lint.cache.outcomes import outcome_of, plain
from invocation_lint.findings import (
    Confidence,
    Edit,
    Finding,
    FixRequest,
    Label,
    Place,
    Severity,
    Suppression,
)
from invocation_lint.outcome import Outcome

TEXTS = st.text(max_size=5)
NUMBERS = st.integers(1, 10**6)
PLACES = st.builds(Place, TEXTS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.integers(0, 3))
LABELS = st.lists(st.builds(Label, PLACES, TEXTS), max_size=2).map(tuple)
FIXES = st.builds(
    FixRequest,
    TEXTS,
    st.sampled_from(["safe", "unsafe"]),
    PLACES,
    st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple),
    TEXTS,
    st.lists(st.builds(Edit, PLACES, TEXTS), max_size=2).map(tuple),
)
SUPPRESSIONS = st.builds(Suppression, PLACES, TEXTS, st.lists(TEXTS, max_size=2).map(tuple), TEXTS)
FINDINGS = st.builds(
    Finding,
    id=TEXTS,
    name=TEXTS,
    severity=st.sampled_from(Severity),
    message=TEXTS,
    place=PLACES,
    help=TEXTS,
    confidence=st.sampled_from(Confidence),
    labels=LABELS,
    chain=LABELS,
    notes=st.lists(TEXTS, max_size=2).map(tuple),
    fix=st.none() | FIXES,
    function=TEXTS,
    suppressed_by=st.none() | SUPPRESSIONS,
    site=st.none() | PLACES,
)
OUTCOMES = st.builds(
    Outcome,
    findings=st.lists(FINDINGS, max_size=3),
    analysed=st.booleans(),
    functions_too_large=st.lists(TEXTS, max_size=3).map(tuple),
    without_contract=st.lists(TEXTS, max_size=2).map(tuple),
    too_large=st.booleans(),
    filled_in=st.booleans(),
    inline=st.integers(0, 9),
    left_out=st.lists(st.text()).map(tuple),
)


@given(OUTCOMES)
def test_an_outcome_comes_back_as_it_was(outcome: Outcome) -> None:
    assert outcome_of(json.loads(json.dumps(plain(outcome)))) == outcome


def test_every_field_is_thought_of() -> None:
    """Who adds a field says here whether it is kept: `text` is read again, the others are of one run."""
    not_kept = {"text", "traceback", "digest", "news", "seconds", "walks"}
    of_templates = {"filled_in", "left_out", "inline"}
    kept = {"findings", "analysed", "functions_too_large", "without_contract", "too_large", *of_templates}
    assert {field.name for field in fields(Outcome)} == kept | not_kept
    assert [field.name for field in fields(Finding)] == [
        "id", "name", "severity", "message", "place", "help", "confidence", "labels", "chain", "notes", "fix",
        "function", "suppressed_by", "site",
    ]  # fmt: skip
