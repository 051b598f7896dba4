"""Conditions of a rule, made once into functions that answer for each fact.

Most tests compare a field with words that the rule itself holds: what they answer for a text, for what is absent and
for what is not known is settled when the function is made. `logic` answers for everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from invocation_lint.facts.base import OneOf, Unknown
from invocation_lint.rulebook.logic import MAYBE, NO, YES, agreed, follow, negated, passes
from invocation_lint.rulebook.model import Condition, OptionName, PathTest, Reference, When


class Frame:
    """What the names of a rule stand for: the data of a fact, the element of `each`, and the one of some/none.

    `chosen` holds one of several values that an operand may have, for the while that it is looked at.
    """

    __slots__ = ("chosen", "element", "fact", "item")

    def __init__(self, fact: Any, item: Any = None, chosen: Mapping[Reference, Any] = MappingProxyType({})) -> None:
        self.fact = fact
        self.item = item
        self.element: Any = None
        self.chosen = chosen


Options = Mapping[str, Any]
Look = Callable[[Frame], Any]
Ask = Callable[[Frame], int]
_Test = Callable[[Any, Frame], int]  # of the value of a path

_WORDS = {"equals": (YES, NO), "not": (NO, YES), "not_known_to_be": (NO, YES)}  # for a text among the words, another


def question(when: When, options: Options) -> Ask:
    """What answers yes, maybe or no (see `logic`) for a frame; `options` are the values of the rule's options."""
    parts = [_condition(condition, options) for condition in sorted(when.conditions, key=_cost)]
    if when.any:
        parts.append(_any_of([question(branch, options) for branch in when.any]))
    return parts[0] if len(parts) == 1 else _all_of(parts)


def _cost(condition: Condition) -> int:
    """Words first, comparisons with other fields next, lists last: most facts are told apart by a word."""
    if any(one.when is not None for one in condition.tests):
        return 2
    return int(any(isinstance(operand, Reference) for one in condition.tests for operand in one.operands))


def _all_of(parts: Sequence[Ask]) -> Ask:
    def ask(frame: Frame) -> int:
        least = YES
        for part in parts:
            answer = part(frame)
            if answer == NO:
                return NO
            least = min(least, answer)
        return least

    return ask


def _any_of(parts: Sequence[Ask]) -> Ask:
    def ask(frame: Frame) -> int:
        most = NO
        for part in parts:
            answer = part(frame)
            if answer == YES:
                return YES
            most = max(most, answer)
        return most

    return ask


def _condition(condition: Condition, options: Options) -> Ask:
    look = _path(condition.reference)
    tests = [_test(one, options) for one in condition.tests]
    if len(tests) == 1:
        (test,) = tests
        return lambda frame: test(look(frame), frame)

    def ask(frame: Frame) -> int:
        value = look(frame)
        return min((test(value, frame) for test in tests), default=YES)

    return ask


def _path(reference: Reference) -> Look:
    scope, parts = reference.scope, reference.parts
    if scope == "fact":
        return lambda frame: follow(frame.fact, parts)
    if scope == "item":
        return lambda frame: follow(frame.item, parts)
    return lambda frame: follow(frame.element, parts)


def _operand(reference: Reference) -> Look:
    look = _path(reference)
    return lambda frame: frame.chosen[reference] if reference in frame.chosen else look(frame)


def _test(one: PathTest, options: Options) -> _Test:
    if one.when is not None:
        return _quantified(one.operator, one.when, options)
    operator = one.operator
    operands = tuple(options[part.name] if isinstance(part, OptionName) else part for part in one.operands)
    if not any(isinstance(operand, Reference) for operand in operands):
        return _settled(operator, operands)
    looks = [_operand(part) if isinstance(part, Reference) else _constant(part) for part in operands]
    return lambda value, frame: passes(operator, value, tuple([look(frame) for look in looks]))


def _constant(value: Any) -> Look:
    return lambda _: value


def _settled(operator: str, operands: tuple[Any, ...]) -> _Test:
    """A test whose operands are the same for all facts."""
    absent, unknown = passes(operator, None, operands), passes(operator, Unknown(), operands)
    flat = [one for operand in operands for one in (operand if isinstance(operand, (tuple, list)) else (operand,))]
    if operator in _WORDS and all(isinstance(one, str) for one in flat):
        words = frozenset(flat)
        among, another = _WORDS[operator]
    else:
        words, among, another = None, NO, NO

    def test(value: Any, _: Frame) -> int:
        if value is None:
            return absent
        if type(value) is Unknown:
            return unknown
        if words is not None and type(value) is str:
            return among if value in words else another
        return passes(operator, value, operands)

    return test


def _quantified(operator: str, when: When, options: Options) -> _Test:
    """`some` or `none` of the elements of a list."""
    ask = question(when, options)
    operands = [(operand, _operand(operand)) for operand in dict.fromkeys(_operands(when))]

    def some(elements: tuple[Any, ...], frame: Frame) -> int:
        most = NO
        for element in elements:
            frame.element = element
            most = max(most, ask(frame))
            if most == YES:
                break
        return most

    def test(value: Any, frame: Frame) -> int:
        if value is None:
            return NO
        if not isinstance(value, tuple):
            return MAYBE
        for operand, look in operands:
            several = look(frame)
            if isinstance(several, OneOf):  # whichever it is, it is the same one for all elements
                frames = (Frame(frame.fact, frame.item, {**frame.chosen, operand: one}) for one in several.values)
                return agreed(test(value, one) for one in frames)
        answer = some(value, frame)
        return answer if operator == "some" else negated(answer)

    return test


def _operands(when: When) -> Iterator[Reference]:
    """The fields of the fact or item that the tests of a some/none compare with."""
    for part in (when, *when.any):
        for condition in part.conditions:
            for one in condition.tests:
                yield from (name for name in one.operands if isinstance(name, Reference) and name.scope != "element")
