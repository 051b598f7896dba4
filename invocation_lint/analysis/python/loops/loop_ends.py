"""Loops over items: what one failed round does to the rest, and where the rest is none of its business."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.domain.events import Caught, LoopInfo, LoopLeft, Raised, Visit
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.program.acts import is_log_line, strongest_act, suite_end
from invocation_lint.analysis.program.model import FunctionInfo, names_within, own_nodes
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.loops.answering import are_only_returned, is_only_returned
from invocation_lint.analysis.python.loops.draining import drained, what_becomes_of
from invocation_lint.analysis.python.loops.gathering import are_needed_together
from invocation_lint.analysis.python.loops.same_rounds import passes_on_the_same, sends_the_same
from invocation_lint.analysis.python.loops.ways import is_last_round, ways_to
from invocation_lint.findings import Place


@lru_cache(maxsize=1024)
def _is_all_or_nothing(loop: cst.For | cst.While) -> bool:
    """Whether the loop itself ends with an error where one item is not right; an error about something that is the same
    in all rounds says nothing of the items."""
    changing = bound_names(loop)
    return any(
        not tests
        or any(
            isinstance(part, cst.Call) or (isinstance(part, cst.Name) and part.value in changing)
            for test in tests
            for part in [test, *own_nodes(test)]
        )
        for _, tests in ways_to(loop.body, (cst.Raise,), (cst.If, cst.While), _CLAUSES)
    )


_CLAUSES = (cst.ExceptHandler, cst.ExceptStarHandler)

FEW = 2
"""A loop over so many known elements is no batch: the code names each of them."""


def note_left(frame: Frame, node: cst.For | cst.While, info: LoopInfo, since: int, elements: int | None = None) -> None:
    """An error that no clause of the loop's body has taken ends the loop over items; `elements` is how many there are,
    where they are known."""
    if not _is_over_items(node, info, elements) or _is_all_or_nothing(node):
        return
    place = _place_of(frame, node)
    left = [
        raised.site
        for raised in frame.raises[since:]
        if raised.family == "service"
        and _leaves_the_round(frame, raised, frame.place(node.body))
        and not is_last_round(frame.place, node, raised.site[0])
    ]
    for site in dict.fromkeys(left):
        if isinstance(node, cst.For) and _is_the_same(frame, node.target, node.body, site):
            continue
        looked_up = _is_looked_up(frame, node, site[0])
        together = are_needed_together(frame, node, site[0])
        returned = together and are_only_returned(frame, node, site[0])
        records = isinstance(node, cst.For) and _is_of_records(node.iter)
        frame.events.append(LoopLeft(site, place, _ONE_ITEM if looked_up else "", together, returned, records))


def _is_of_records(items: cst.BaseExpression) -> bool:
    """Whether a loop is over `event["Records"]` or `event.get("Records", [])`."""
    if isinstance(items, cst.Call) and isinstance(items.func, cst.Attribute) and items.func.attr.value == "get":
        key: cst.CSTNode | None = items.args[0].value if items.args else None
    else:
        index = items.slice[0].slice if isinstance(items, cst.Subscript) else None
        key = index.value if isinstance(index, cst.Index) else None
    return isinstance(key, cst.SimpleString) and key.raw_value == "Records"


def _is_the_same(frame: Frame, target: cst.CSTNode, body: cst.CSTNode, site: SiteKey) -> bool:
    """Whether all rounds of a loop send the same, itself or through functions that pass it on."""
    if not sends_the_same(frame, target, body, site[0]):
        return False
    holders = [(frame.interpreter.modules.enclosing(place), place) for place in site[1:]]
    return all(info is not None and passes_on_the_same(info, place) for info, place in holders)


def _is_over_items(node: cst.For | cst.While, info: LoopInfo, elements: int | None) -> bool:
    if isinstance(node, cst.While):
        return info.over == "condition" and bool(drained(node))
    if elements is None:
        return info.over == "items"
    names = names_within(node.target)
    return elements > FEW and any(isinstance(part, cst.Name) and part.value in names for part in own_nodes(node.body))


def note_left_expression(
    frame: Frame,
    node: cst.CSTNode,
    items: cst.BaseExpression,
    since: tuple[int, int],
    source: cst.CompFor | None = None,
) -> None:
    """The same of an expression over items: a comprehension, whose `source` they are, or `map`. `since` are the numbers
    of the first event and the first error in it; what asks for the results of calls that run already ends none."""
    events, raises = since
    made = {one.site for one in frame.events[events:] if isinstance(one, Visit) and one.run_by != "executor"}
    since_then = [
        raised
        for raised in frame.raises[raises:]
        if raised.family == "service" and _leaves_the_round(frame, raised, frame.place(node)) and raised.site in made
    ]
    use = what_becomes_of(frame, node) if since_then else "lazy"
    if use == "lazy":
        return
    tests = [term for one in source.ifs for term in _terms(one.test)] if source is not None else []
    changing = _names_in(source.target) if source is not None else set()
    looked_up = any(_picks_one(frame, test, cst.Equal, changing) for test in tests)
    element = node.elt if isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp)) else None
    for raised in since_then:
        if source is not None and element is not None and _is_the_same(frame, source.target, element, raised.site):
            continue
        excuse = _ONE_ITEM if looked_up else ""
        returned = use == "kept" and is_only_returned(frame, node)
        frame.events.append(LoopLeft(raised.site, frame.place(items), excuse, use == "kept", returned))


def _leaves_the_round(frame: Frame, raised: Raised, body: Place) -> bool:
    """Whether no clause of the loop's body has had the error: what a called function has raised again, be it as
    another error, it leaves to the loop; not so where it ends the process, which is for all items."""
    if raised.seen == "no":
        return True
    if raised.seen != "yes" or raised.does != "reraises" or raised.clause is None or raised.clause.is_within(body):
        return False
    holder = frame.interpreter.modules.enclosing(raised.clause)
    return holder is None or raised.clause not in _clauses_that_exit(holder)


@lru_cache(maxsize=256)
def _clauses_that_exit(function: FunctionInfo) -> frozenset[Place]:
    """The clauses of a function that end the process."""
    place = function.module.source.place
    nodes = own_nodes(function.node)
    return frozenset(place(one) for one in nodes if isinstance(one, _CLAUSES) and suite_end(one.body) == "exit")


def _place_of(frame: Frame, loop: cst.For | cst.While) -> Place:
    return frame.place(loop.iter if isinstance(loop, cst.For) else loop.test)


_ONE_ITEM = "only the item that is asked for comes to the invocation"
_OWN_ITEM = "the clause around the loop deals with the item that failed"
_OUTER_ROUND = "the loop is one round of another one, which takes its error"
LOGGED_OUTSIDE = "the loop is one round of another one, which logs its error"
"""No excuse for the rest of what is only sent: nothing is done about it."""


def _is_looked_up(frame: Frame, loop: cst.For | cst.While, call: Place) -> bool:
    """Whether the loop comes to the call only for an item that equals something which the function was asked for."""
    changing = bound_names(loop)
    for node in own_nodes(loop.body):
        if isinstance(node, cst.If) and call.is_within(frame.place(node.body)):
            wanted: type[cst.BaseCompOp] = cst.Equal
        elif isinstance(node, cst.If) and node.orelse is None and _last_continues(node.body):
            wanted = cst.NotEqual
        else:
            continue
        if any(_picks_one(frame, test, wanted, changing) for test in _terms(node.test)):
            return True
    return False


def _last_continues(block: cst.BaseSuite) -> bool:
    last = block.body[-1] if block.body else None
    last = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last
    return isinstance(last, cst.Continue)


def _terms(test: cst.BaseExpression) -> list[cst.BaseExpression]:
    if isinstance(test, cst.BooleanOperation):
        return [*_terms(test.left), *_terms(test.right)]
    return [test]


def _picks_one(frame: Frame, test: cst.BaseExpression, operator: type[cst.BaseCompOp], changing: set[str]) -> bool:
    """`item.key == given`, where what is given comes from outside the loop, and from no constant of the module."""
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return False
    target = test.comparisons[0]
    if not isinstance(target.operator, operator) or frame.state is None:
        return False
    left, right = _names_in(test.left), _names_in(target.comparator)
    for item, given in ((left, right), (right, left)):
        if item & changing and given and not given & changing and given <= frame.state.env.keys():
            return True
    return False


def _names_in(node: cst.BaseExpression) -> set[str]:
    return {part.value for part in _read_parts(node) if isinstance(part, cst.Name)}


def _read_parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and what is in it, but for the names of attributes and keywords."""
    yield node
    for child in node.children:
        if (isinstance(node, cst.Attribute) and child is node.attr) or (
            isinstance(node, cst.Arg) and child is node.keyword
        ):
            continue
        yield from _read_parts(child)


def bound_names(loop: cst.For | cst.While) -> set[str]:
    """The names that stand for something else in each round of a loop."""
    targets: list[cst.CSTNode] = [loop.target] if isinstance(loop, cst.For) else [*_bound_in(loop.test)]
    for node in own_nodes(loop.body):
        if isinstance(node, (cst.AssignTarget, cst.AnnAssign, cst.For)):
            targets.append(node.target)
    return names_within(*targets)


def _bound_in(test: cst.BaseExpression) -> Iterator[cst.CSTNode]:
    return (part.target for part in [test, *own_nodes(test)] if isinstance(part, cst.NamedExpr))


def excuse_by_clauses(frame: Frame, node: cst.Try | cst.TryStar, since: int) -> None:
    """A clause around a loop that does something with the item of the failed round leaves the loop on purpose."""
    if not any(isinstance(event, LoopLeft) and not event.excuse for event in frame.events[since:]):
        return
    for loop in own_nodes(node.body):
        if not isinstance(loop, (cst.For, cst.While)):
            continue
        names, place = bound_names(loop), _place_of(frame, loop)
        tended = any(
            strongest_act(handler.body) not in {"drops", "logs"} and names & _acted_on(handler)
            for handler in node.handlers
        )
        if tended:
            _excuse(frame, since, _OWN_ITEM, {event.site for event in frame.events[since:] if _is_of(event, place)})


def _acted_on(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> set[str]:
    """The names that a clause reads, log lines aside."""
    logged = {
        part
        for node in own_nodes(handler.body)
        if isinstance(node, cst.Call) and is_log_line(node)
        for part in own_nodes(node)
    }
    return {node.value for node in own_nodes(handler.body) if isinstance(node, cst.Name) and node not in logged}


def excuse_inner(frame: Frame, loop: cst.For | cst.While, first_event: int, first_raised: int) -> None:
    """A round has taken the error of an invocation, and the next one follows: a loop inside it that the error ended was
    part of one item."""
    taken = [event for event in frame.events[first_event:] if isinstance(event, Caught)]
    if not taken:
        return
    ending = {frame.place(handler) for handler in _clauses_that_leave(loop.body)}
    escaped = {raised.site for raised in frame.raises[first_raised:] if raised.family == "service"}
    caught = {event.site for event in taken if event.clause not in ending} - escaped
    if caught:
        telling = {frame.place(handler) for handler in _clauses_that_only_tell(loop.body)}
        logged = caught - {event.site for event in taken if event.clause not in telling}
        _excuse(frame, first_event, LOGGED_OUTSIDE, logged)
        _excuse(frame, first_event, _OUTER_ROUND, caught)


@lru_cache(maxsize=1024)
def _clauses_that_only_tell(body: cst.CSTNode) -> list[cst.CSTNode]:
    """The clauses of a loop's body that log, count, or do nothing about an error."""
    tries = (node for node in own_nodes(body) if isinstance(node, (cst.Try, cst.TryStar)))
    return [
        handler
        for attempt in tries
        for handler in attempt.handlers
        if all(
            isinstance(line, cst.SimpleStatementLine) and all(map(_only_tells, line.body)) for line in handler.body.body
        )
    ]


def _only_tells(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Expr) and isinstance(node.value, cst.Call):
        return is_log_line(node.value)
    is_count = isinstance(node, cst.AugAssign) and isinstance(node.value, cst.Integer)
    return is_count or isinstance(node, (cst.Pass, cst.Continue))


@lru_cache(maxsize=1024)
def _clauses_that_leave(body: cst.CSTNode) -> list[cst.CSTNode]:
    """The clauses of a loop's body that end the loop, not only the round."""
    return [
        handler
        for attempt in own_nodes(body)
        if isinstance(attempt, (cst.Try, cst.TryStar))
        for handler in attempt.handlers
        if handler.body.body
        and isinstance(last := handler.body.body[-1], cst.SimpleStatementLine)
        and isinstance(last.body[-1], (cst.Break, cst.Return))
    ]


def _is_of(event: object, place: Place) -> bool:
    return isinstance(event, LoopLeft) and event.place == place


def _excuse(frame: Frame, since: int, why: str, sites: set[SiteKey]) -> None:
    for index in range(since, len(frame.events)):
        event = frame.events[index]
        if isinstance(event, LoopLeft) and not event.excuse and event.site in sites:
            frame.events[index] = replace(event, excuse=why)


__all__ = ["LOGGED_OUTSIDE", "excuse_by_clauses", "excuse_inner", "note_left", "note_left_expression"]
