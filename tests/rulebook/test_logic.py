"""The three-valued tests: a table of each operator, and the laws that hold for all values."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invocation_lint.facts.base import OneOf, Range, Unknown
from invocation_lint.facts.invocation import Action, Payload
from invocation_lint.rulebook.logic import MAYBE, NO, YES, all_of, any_of, follow, negated, passes

UNKNOWN = Unknown()


@pytest.mark.parametrize(
    ("operator", "value", "operands", "answer"),
    [
        ("equals", "a", ("a",), YES), ("equals", "a", ("b", "a"), YES), ("equals", "a", ("b",), NO),
        ("equals", UNKNOWN, ("a",), MAYBE), ("equals", None, ("a",), NO),
        ("equals", OneOf(("a", "b")), ("a", "b"), YES), ("equals", OneOf(("a", "b")), ("a",), MAYBE),
        ("equals", OneOf(("a", "b")), ("c",), NO), ("equals", OneOf(("a", UNKNOWN)), ("c",), MAYBE),
        ("equals", "a", (UNKNOWN,), MAYBE), ("equals", "a", (None,), NO),
        ("equals", "a", (OneOf(("a", "b")),), MAYBE), ("equals", "c", (OneOf(("a", "b")),), NO),
        ("equals", "a", (("a", "b"),), YES), ("equals", 3, (3.0,), YES), ("equals", "3", (3,), NO),
        ("equals", Range(3, 3), (3,), YES), ("equals", Range(1, 3), (3,), MAYBE), ("equals", Range(1, 3), (4,), NO),
        ("not", "a", ("b",), YES), ("not", "a", ("a", "b"), NO), ("not", UNKNOWN, ("a",), MAYBE),
        ("not", None, ("a",), NO), ("not", OneOf(("a", "b")), ("c",), YES), ("not", OneOf(("a", "b")), ("a",), MAYBE),
        ("not", "a", (None,), NO), ("not", "a", (UNKNOWN,), MAYBE),
        ("not_known_to_be", "a", ("a",), NO), ("not_known_to_be", "b", ("a",), YES),
        ("not_known_to_be", UNKNOWN, ("a",), YES), ("not_known_to_be", None, ("a",), YES),
        ("not_known_to_be", OneOf(("a", "b")), ("a",), YES), ("not_known_to_be", OneOf(("a", "b")), ("a", "b"), NO),
        ("over", 11, (10,), YES), ("over", 10, (10,), NO), ("over", Range(11, 60), (10,), YES),
        ("over", Range(5, 60), (10,), MAYBE), ("over", Range(5, 10), (10,), NO), ("over", UNKNOWN, (10,), MAYBE),
        ("over", None, (10,), NO), ("over", OneOf((5, 20)), (10,), MAYBE), ("over", 5, (UNKNOWN,), MAYBE),
        ("over", Range(5, math.inf), (10,), MAYBE),
        ("at_least", 10, (10,), YES), ("at_least", 9, (10,), NO), ("at_least", Range(9, 10), (10,), MAYBE),
        ("under", 9, (10,), YES), ("under", 10, (10,), NO), ("under", 29, (Range(30, 60),), YES),
        ("under", 30, (Range(30, 60),), MAYBE), ("under", 60, (Range(30, 60),), NO), ("under", 29, (None,), NO),
        ("at_most", 10, (10,), YES), ("at_most", 11, (10,), NO), ("at_most", Range(10, 11), (10,), MAYBE),
        ("like", "story-1", ("story-*",), YES), ("like", "a", ("b*",), NO), ("like", UNKNOWN, ("b*",), MAYBE),
        ("like", None, ("*",), NO), ("like", "b1", (("a*", "b*"),), YES),
        ("is", "a", ("present",), YES), ("is", None, ("present",), NO), ("is", UNKNOWN, ("present",), MAYBE),
        ("is", "a", ("absent",), NO), ("is", None, ("absent",), YES), ("is", UNKNOWN, ("absent",), MAYBE),
        ("is", "a", ("known",), YES), ("is", None, ("known",), NO), ("is", UNKNOWN, ("known",), NO),
        ("is", OneOf(("a", "b")), ("known",), YES), ("is", OneOf(("a", None)), ("present",), MAYBE),
        ("is", (), ("present",), YES),
    ],
)  # fmt: skip
def test_operators(operator: str, value: Any, operands: tuple[Any, ...], answer: int) -> None:
    assert passes(operator, value, operands) == answer


def test_paths_lead_through_what_is_not_known_or_absent() -> None:
    assert follow(None, ("a", "b")) is None
    assert follow(UNKNOWN, ("a", "b")) is UNKNOWN
    payload = Payload(action=Action(value="x"))
    assert follow(payload, ("action", "value")) == "x"
    both = OneOf((payload, Payload(action=Action(value=OneOf(("x", "y"))))))
    assert follow(both, ("action", "value")) == OneOf(("x", "y"))
    assert follow(OneOf((payload, Payload(action=Action(value="x")))), ("action", "value")) == "x"


answers = st.sampled_from([NO, MAYBE, YES])


@given(answers, answers, answers)
def test_the_laws_of_kleene(a: int, b: int, c: int) -> None:
    assert negated(negated(a)) == a
    assert negated(all_of((a, b))) == any_of((negated(a), negated(b)))
    assert all_of((a, any_of((b, c)))) == any_of((all_of((a, b)), all_of((a, c))))
    assert all_of((a, b)) == all_of((b, a))
    assert all_of((a, YES)) == any_of((a, NO)) == a
    assert all_of((a, NO)) == NO
    assert any_of((a, YES)) == YES


numbers = st.integers(-3, 3)
ranges = st.tuples(numbers, numbers).map(lambda pair: Range(min(pair), max(pair)))
texts = st.sampled_from(["a", "b", "c"])
numeric = ["equals", "not", "over", "under", "at_least", "at_most"]


def several(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return values | st.lists(values, min_size=2, max_size=3, unique_by=repr).map(lambda found: OneOf(tuple(found)))


number_values = several(numbers | ranges | st.none() | st.just(UNKNOWN))
text_values = several(texts | st.none() | st.just(UNKNOWN))


def concretes(value: Any) -> list[Any]:
    """What a value may turn out to be, over the small universes of these tests."""
    if isinstance(value, OneOf):
        return [inner for part in value.values for inner in concretes(part)]
    if isinstance(value, Range):
        return list(range(int(value.min), int(value.max) + 1))
    if isinstance(value, Unknown):
        return ["a", "b", "c", None, *range(-3, 4)]
    return [value]


def of_one_type(first: Any, second: Any) -> bool:
    return not (isinstance(first, str) and isinstance(second, int)) and not (
        isinstance(first, int) and isinstance(second, str)
    )


@given(st.sampled_from(numeric), number_values, number_values)
def test_an_answer_about_numbers_holds_for_all_that_they_may_be(operator: str, value: Any, operand: Any) -> None:
    check_sound(operator, value, operand)


@given(st.sampled_from(["equals", "not", "like"]), text_values, text_values)
def test_an_answer_about_texts_holds_for_all_that_they_may_be(operator: str, value: Any, operand: Any) -> None:
    check_sound(operator, value, operand)


def check_sound(operator: str, value: Any, operand: Any) -> None:
    answer = passes(operator, value, (operand,))
    if answer == MAYBE:
        return
    for one in concretes(value):
        for other in concretes(operand):
            if of_one_type(one, other):
                assert passes(operator, one, (other,)) == answer, (one, other)


@given(st.sampled_from([*numeric, "is present", "is absent"]), number_values, number_values)
def test_knowing_less_never_turns_an_answer_round(operator: str, value: Any, operand: Any) -> None:
    name, _, state = operator.partition(" ")
    known = passes(name, value, (state or operand,))
    less = [passes(name, UNKNOWN, (state or operand,))]
    if not state:
        less += [passes(name, value, (UNKNOWN,)), passes(name, UNKNOWN, (UNKNOWN,))]
    assert all({known, answer} != {YES, NO} for answer in less)


@given(text_values, text_values)
def test_not_known_to_be_always_answers(value: Any, operand: Any) -> None:
    answer = passes("not_known_to_be", value, (operand,))
    assert answer in (YES, NO)
    assert (answer == NO) == (passes("equals", value, (operand,)) == YES)


@given(number_values, number_values)
def test_not_is_the_mirror_of_equals_where_there_is_a_value(value: Any, operand: Any) -> None:
    if None not in concretes(value) and None not in concretes(operand):
        assert passes("not", value, (operand,)) == negated(passes("equals", value, (operand,)))


def test_scalars_compare_as_numbers_do() -> None:
    for value in range(-2, 3):
        for operand in range(-2, 3):
            assert (passes("over", value, (operand,)) == YES) == (value > operand)
            assert (passes("under", value, (operand,)) == YES) == (value < operand)
            assert (passes("at_least", value, (operand,)) == YES) == (value >= operand)
            assert (passes("at_most", value, (operand,)) == YES) == (value <= operand)
