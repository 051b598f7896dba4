"""Loops that go on while something is in a state of work, so that every final state ends them, the failed ones too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.source.parsing.walk import walk

_WORKING = re.compile(
    r"(?:[a-z]{2}ing|queued|submitted|scheduled|runnable|started|picked|in[_ -]?progress)"
    r"(?:_?stat(?:us|e)(?:e?s)?)?$",
    re.IGNORECASE,
)
"""States of something that is still being done: RUNNING, IN_PROGRESS, Scheduled."""
_NO_WORK = re.compile(r"no[nt]?[_ -]|.*(?:missing|nothing|warning)$", re.IGNORECASE)

_LEAVES = (cst.Break, cst.Return, cst.Raise)
_SERIES = (cst.List, cst.Tuple, cst.Set)


def ends_in_any_other_state(loop: cst.While, code: Code, holder: FunctionInfo) -> bool:
    """Whether a loop of a function goes on in states of work only: `while state == "RUNNING"`, or
    `if state not in ("QUEUED", "RUNNING"): break`."""
    reader = _Reader(code, holder)
    if reader.is_of_work(loop.test, True):
        return True
    return reader.asks_for_work(loop) and reader.is_left(loop.body, _LEAVES)


class _Reader:
    def __init__(self, code: Code, holder: FunctionInfo) -> None:
        self._code = code
        self._holder = holder

    def is_of_work(self, test: cst.BaseExpression, holds: bool) -> bool:
        """Whether a test can hold (or fail, unless `holds`) in states of work alone, or before any was asked for."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            return self.is_of_work(test.expression, not holds)
        if isinstance(test, cst.BooleanOperation):
            if isinstance(test.operator, cst.And) == holds:  # all of it must be so: one that tells is enough
                return self.is_of_work(test.left, holds) or self.is_of_work(test.right, holds)
            terms = list(_terms(test, type(test.operator), holds))
            work = [(term, so) for term, so in terms if self.is_of_work(term, so)]
            asked = {part.value for term, _ in work for part in walk(term) if isinstance(part, cst.Name)}
            return bool(work) and all(one in work or _nothing_yet(*one) in asked for one in terms)
        if isinstance(test, cst.Call) and isinstance(test.func, cst.Name) and len(test.args) == 1:
            each = test.args[0].value  # any(state == "RUNNING" for state in states)
            if test.func.value == ("any" if holds else "all") and isinstance(each, (cst.GeneratorExp, cst.ListComp)):
                return self.is_of_work(each.elt, holds)
        return isinstance(test, cst.Comparison) and self._names_work(test, holds)

    def asks_for_work(self, loop: cst.While) -> bool:
        """Whether a condition in a loop asks for a state of work."""
        tests = [node.test for node in walk(loop.body) if isinstance(node, cst.If)]
        return any(self.is_of_work(test, holds) for test in tests for holds in (True, False))

    def is_left(self, block: cst.BaseSuite, leaves: tuple[type[cst.CSTNode], ...]) -> bool:
        """Whether a block is left in every state but those of work."""
        for node in _statements(block):
            if isinstance(node, leaves) or self._is_left_by(node, leaves):
                return True
            if self._goes_on(node):
                return False
        return False

    def _is_left_by(self, node: cst.CSTNode, leaves: tuple[type[cst.CSTNode], ...]) -> bool:
        if isinstance(node, cst.If):
            ways = self._other_ways(node)
            return all(way is not None and self.is_left(way, leaves) for way in ways)
        if isinstance(node, (cst.With, cst.Else)):
            return self.is_left(node.body, leaves)
        if isinstance(node, cst.Try):
            return self.is_left(node.body, leaves) or (
                node.orelse is not None and self.is_left(node.orelse.body, leaves)
            )
        if isinstance(node, cst.For):  # over the one that was asked for, or several
            return self.is_left(node.body, (cst.Return, cst.Raise))
        return False

    def _goes_on(self, node: cst.CSTNode) -> bool:
        """Whether a statement may start the next round in another state than one of work."""
        if isinstance(node, cst.If):
            return any(way is not None and any(map(self._goes_on, _statements(way))) for way in self._other_ways(node))
        if isinstance(node, (cst.With, cst.Else, cst.Try)):
            return any(map(self._goes_on, _statements(node.body)))
        return isinstance(node, cst.Continue)

    def _other_ways(self, node: cst.If) -> list[cst.BaseSuite | None]:
        """The ways that a condition may take in another state than one of work; None for the one past it."""
        other = node.orelse.body if isinstance(node.orelse, cst.Else) else None
        if isinstance(node.orelse, cst.If):
            other = cst.IndentedBlock(body=[node.orelse])
        if self.is_of_work(node.test, True):
            return [other]
        return [node.body] if self.is_of_work(node.test, False) else [node.body, other]

    def _names_work(self, test: cst.Comparison, holds: bool) -> bool:
        """Whether something is compared with states of work, and with no other."""
        target = test.comparisons[0]
        wanted = (cst.Equal, cst.In) if holds else (cst.NotEqual, cst.NotIn)
        if len(test.comparisons) != 1 or not isinstance(target.operator, wanted):
            return False
        words = list(self._words(target.comparator)) or list(self._words(test.left))  # "RUNNING" in states
        return bool(words) and all(_WORKING.search(word) and not _NO_WORK.match(word) for word in words)

    def _words(self, node: cst.BaseExpression) -> Iterator[str]:
        """The states that an expression names: a text, a member of an enumeration, a constant, a series of them."""
        if isinstance(node, cst.SimpleString):
            yield str(node.raw_value)
        elif isinstance(node, _SERIES):
            for element in node.elements:
                if not _is_empty(element.value):
                    yield from list(self._words(element.value)) or [""]
        elif isinstance(node, cst.Attribute):
            if node.attr.value == "value":
                yield from self._words(node.value)
            elif node.attr.value[:1].isupper():
                yield node.attr.value
        elif isinstance(node, cst.Name):
            yield from self._constant(node.value)

    def _constant(self, name: str) -> Iterator[str]:
        for holder in (self._holder, None):
            written = self._code.scope_of(holder).assignments.get(name, ())
            if written:
                if len(written) == 1 and isinstance(written[0].value, (cst.SimpleString, *_SERIES)):
                    yield from self._words(written[0].value)
                return
        if name.isupper():
            yield name


def _terms(
    test: cst.BaseExpression, operator: type[cst.BaseBooleanOp], holds: bool
) -> Iterator[tuple[cst.BaseExpression, bool]]:
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, operator):
        yield from _terms(test.left, operator, holds)
        yield from _terms(test.right, operator, holds)
    elif isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        yield test.expression, not holds
    else:
        yield test, holds


def _nothing_yet(test: cst.BaseExpression, holds: bool) -> str:
    """The name of what has not been asked for where this holds: `state is None`, `not state`."""
    if isinstance(test, cst.Name) and not holds:
        return test.value
    if isinstance(test, cst.Comparison) and isinstance(test.left, cst.Name) and len(test.comparisons) == 1:
        target = test.comparisons[0]
        wanted = (cst.Is, cst.Equal) if holds else (cst.IsNot, cst.NotEqual)
        if isinstance(target.operator, wanted) and _is_empty(target.comparator):
            return test.left.value
    return ""


def _is_empty(value: cst.BaseExpression) -> bool:
    return (isinstance(value, cst.Name) and value.value == "None") or (
        isinstance(value, cst.SimpleString) and not value.raw_value
    )


def _statements(block: cst.BaseSuite) -> Sequence[cst.CSTNode]:
    found: list[cst.CSTNode] = []
    for node in block.body:
        found.extend(node.body if isinstance(node, cst.SimpleStatementLine) else [node])
    return found


__all__ = ["ends_in_any_other_state"]
