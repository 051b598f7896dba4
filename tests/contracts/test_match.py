"""Which contract an invoked function has."""

from __future__ import annotations

import fnmatch
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invocation_lint.contracts.match import (
    Conflict,
    Pieces,
    fits,
    literal_pieces,
    match_contract,
    plain_name,
    plain_pieces,
)
from invocation_lint.contracts.model import ContractBook, FunctionContract

ARN = "arn:aws:lambda:us-east-1:123456789012:function:"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("story-agent", "story-agent"),
        ("story-agent:live", "story-agent"),
        ("story-agent:$LATEST", "story-agent"),
        (ARN + "story-agent", "story-agent"),
        (ARN + "story-agent:42", "story-agent"),
        (ARN + "my-function:42", "my-function"),
        ("arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:story-agent", "story-agent"),
        ("arn:aws-cn:lambda:cn-north-1:123456789012:function:story-agent", "story-agent"),
        ("123456789012:function:story-agent", "story-agent"),
        ("123456789012:function:story-agent:live", "story-agent"),
        ("function:story-agent", "story-agent"),
        ("my-function:live", "my-function"),
    ],
)
def test_the_plain_name_of_every_form(text: str, name: str) -> None:
    assert plain_name(text) == name
    assert plain_pieces((text,)) == (name,)


@pytest.mark.parametrize(
    ("pieces", "name"),
    [
        (("story-", None), ("story-", None)),
        (("story-", None, ":live"), ("story-", None)),
        ((ARN, None), (None,)),
        (("arn:aws:lambda:", None, ":function:story-", None, ":", None), ("story-", None)),
        (("arn:aws:lambda:us-east-1:", None, ":function:my-function:live"), ("my-function",)),
        (("arn:", None, "-agent"), (None,)),
        ((None, ":live"), (None,)),
        ((None, "function:", "x"), (None,)),
        ((None, None, "-agent"), (None, "-agent")),
        ((None,), (None,)),
    ],
)
def test_the_plain_name_of_a_text_with_holes(pieces: Pieces, name: Pieces) -> None:
    assert plain_pieces(pieces) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (("storytailor-content-agent-production",), True),
        (("storytailor-content-agent-",), True),
        (("storytailor-content-agent",), False),
        (("Storytailor-content-agent-x",), False),
        (("other-storytailor-content-agent-x",), False),
        (("storytailor-content-agent-", None), True),
        (("storytailor-content-agent-", None, "-blue"), True),
        ((None, "storytailor-content-agent-", None), True),
        (("other-", None, "storytailor-content-agent-x"), False),
        (("storytailor-", None), False),
        ((None, "-content-agent-", None), False),
        ((None,), False),
    ],
)
def test_names_and_globs(name: Pieces, expected: bool) -> None:
    assert fits("storytailor-content-agent-*", name) is expected


def test_the_longest_literal_piece() -> None:
    assert literal_pieces("a-*-longer-?x") == ["a-", "-longer-", "x"]
    assert fits("a-*-longer-?x", (None, "-longer-", None))
    assert not fits("a-*-longer-?x", ("a-", None, "x"))


letters = st.text(alphabet="ab-", max_size=6)
globs = st.text(alphabet="ab-*?", min_size=1, max_size=6)


@given(globs, letters)
def test_a_known_name_fits_as_globs_do(glob: str, name: str) -> None:
    assert fits(glob, (name,)) == fnmatch.fnmatchcase(name, glob)


@given(globs, st.lists(letters | st.none(), min_size=1, max_size=4), st.lists(letters, min_size=4, max_size=4))
def test_a_name_with_holes_fits_when_some_filling_does(glob: str, pieces: list[str | None], fill: list[str]) -> None:
    name = "".join(fill[index] if piece is None else piece for index, piece in enumerate(pieces))
    longest = max(literal_pieces(glob), key=len, default="")
    holds = bool(longest) and any(piece is not None and longest in piece for piece in pieces)
    if fnmatch.fnmatchcase(name, glob) and (None not in pieces or holds):
        assert fits(glob, tuple(pieces))


AGENT = FunctionContract("agent", names=("story-agent-*",), environment=("AGENT",), origin="shipped")


def test_by_name_and_by_variable() -> None:
    book = ContractBook((AGENT,))
    assert match_contract(book, ("story-agent-x",), None) is AGENT
    assert match_contract(book, None, "AGENT") is AGENT
    assert match_contract(book, ("other",), "AGENT") is AGENT
    assert match_contract(book, ("other",), "OTHER") is None
    assert match_contract(book, None) is None


def test_declared_comes_before_shipped() -> None:
    declared = replace(AGENT, name="mine", environment=(), origin="declared")
    inferred = replace(AGENT, name="read", origin="inferred")
    book = ContractBook((AGENT,)).joined(ContractBook((inferred, declared)))
    assert match_contract(book, ("story-agent-x",)) is declared
    assert match_contract(book, None, "AGENT") is inferred


def test_two_that_differ_are_a_conflict() -> None:
    second = replace(AGENT, name="second", names=("story-*",))
    found = match_contract(ContractBook((AGENT, second)), ("story-agent-x",))
    assert isinstance(found, Conflict)
    assert found.contracts == (AGENT, second)
    assert found.message == 'the contracts "agent" and "second" both match this function, so neither is used'
    assert match_contract(ContractBook((AGENT, AGENT)), ("story-agent-x",)) is AGENT
