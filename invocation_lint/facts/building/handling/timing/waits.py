"""Loops of a handler that sleep and ask again, and whether anything ends them but the answer that they wait for."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts import wait_loop as facts
from invocation_lint.facts.base import Fact
from invocation_lint.facts.building.around.entries import crhelper_resources, decorator_names
from invocation_lint.facts.building.handling.subjects import Subject
from invocation_lint.facts.building.handling.timing.helpers import helpers_of, modules_with
from invocation_lint.facts.building.handling.timing.own_processes import waits_for_own_process
from invocation_lint.facts.building.handling.timing.states_of_work import ends_in_any_other_state
from invocation_lint.facts.building.handling.timing.unchanging import waits_for_what_stays
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.findings import Place
from invocation_lint.source.parsing.walk import walk, walk_own

_CLOCKS = frozenset(
    {"time", "monotonic", "perf_counter", "now", "utcnow", "today", "get_remaining_time_in_millis", "time_ns"}
)
_LIMITS = re.compile(
    r"(?<!run)time|deadline|expir|elapsed|remaining|attempt|retr(?:y|ies)|(?<!en)(?<!un)(?<!us)tries|trial"
    r"|(?<!ac)(?<!dis)count(?!r)|max|limit|budget|left|until|wait",
    re.IGNORECASE,
)
"""In the names of what ends a loop; not in `runtime`, `entries`, `countries`, `industries`, `account`, `discount`."""

_OF_HTTP = re.compile(r"(?:^|[._])(?:requests|httpx|http|session)$", re.IGNORECASE)
_ASKS = re.compile(
    r"^(?:get|describe|list|head|query|check|poll|fetch|status|is_|has_|wait|lookup|read|batch_get|receive)"
)


def wait_loops(subject: Subject) -> Iterator[Fact]:
    """The facts of the loops in a handler and its helpers. One of another module is reported where that is called."""
    source = subject.code.module.source
    sleeping = list(modules_with(subject, "sleep"))
    for info in [*subject.reached, *_routed(subject)]:
        for place, end in _loops(subject.code, info):
            data = facts.WaitLoop(end=end, event_source=subject.event_source)
            yield Fact("wait_loop", data, place, {"end": place, "event_source": info.place}, (), info.title)
        for call, helper, code in helpers_of(subject, info, sleeping):
            site = source.place(call)
            start, stop = source.offsets(site)
            for place, end in _loops(code, helper, source.text[start:stop]):
                data = facts.WaitLoop(end=end, event_source=subject.event_source)
                yield Fact("wait_loop", data, site, {"end": place, "event_source": info.place}, (), info.title)


def _loops(code: Code, info: FunctionInfo, call: str = "") -> Iterator[tuple[Place, str]]:
    """The loops of a function that wait for others, each with what ends it; `call` is the text of the call of it, where
    that stands in another module."""
    if "sleep" not in info.words:
        return
    scope = code.scope_of(info)
    for node in scope.parents:
        if not isinstance(node, (cst.While, cst.For)) or not _waits(node, scope, info):
            continue
        if not waits_for_own_process(code, info, node, call):
            place = code.module.source.place(node.test if isinstance(node, cst.While) else node.iter)
            yield place, _end(node, code, info)


def _routed(subject: Subject) -> Iterator[FunctionInfo]:
    """The functions that a handler leads to by the routes of an application (`@app.get("/jobs")`, `app.resolve(..)`),
    or by a resource of crhelper that it calls (`@helper.create`, `helper(event, context)`)."""
    calls = subject.scope.calls
    applications = {dotted(call.func.value) for call in calls
                    if isinstance(call.func, cst.Attribute) and call.func.attr.value == "resolve"}  # fmt: skip
    called = {call.func.value for call in calls if isinstance(call.func, cst.Name)}
    for info in subject.code.functions() if applications or called else ():
        is_route = any(name.rpartition(".")[0] in applications for name in decorator_names(info))
        if is_route or not called.isdisjoint(crhelper_resources(subject.code.module, info)):
            yield info


def _waits(loop: cst.While | cst.For, scope: Scope, info: FunctionInfo) -> bool:
    """Whether a loop polls, or sleeps while something is so that it never looks at again."""
    if _polls(loop, scope):
        return True
    sleeps = any(isinstance(node, cst.Call) and called_name(node) == "sleep" for node in walk_own(loop.body))
    return sleeps and isinstance(loop, cst.While) and waits_for_what_stays(loop, info)


def _polls(loop: cst.While | cst.For, scope: Scope) -> bool:
    """Whether a loop sleeps and asks something in each round, of which its end depends."""
    own = list(walk_own(loop.body))
    calls = [node for node in own if isinstance(node, cst.Call)]
    sleeps = any(called_name(call) == "sleep" for call in calls)
    tested = list(walk_own(loop.test)) if isinstance(loop, cst.While) else []
    asking = [*calls, *(node for node in tested if isinstance(node, cst.Call))]
    asks = any(_ASKS.match(called_name(call).lstrip("_")) and not _is_get(call) for call in asking)
    if not sleeps or not (asks or _is_answered(own) or any(map(_is_question, tested))):
        return False
    if isinstance(loop, cst.While) and not _is_true(loop.test):
        return not _pages(loop, own)
    return any(isinstance(node, (cst.Break, cst.Return)) for node in own) and not _pages(loop, own)


def _is_answered(own: list[cst.CSTNode]) -> bool:
    """Whether what a call gives in a round decides that the loop is left: `found = there(key)`, `if found: break`, or
    `if there(key): break`."""
    answers = {
        target.target.value
        for node in own
        if isinstance(node, cst.Assign) and isinstance(node.value, cst.Call) and not _is_get(node.value)
        for target in node.targets
        if isinstance(target.target, cst.Name)
    }
    return any(
        isinstance(node, cst.If)
        and any(
            (isinstance(part, cst.Name) and part.value in answers) or _is_question(part) for part in walk(node.test)
        )
        and any(isinstance(part, (cst.Break, cst.Return)) for part in walk_own(node.body))
        for node in own
    )


def _is_question(node: cst.CSTNode) -> bool:
    """Whether it calls a function, other than one of Python's own or a clock."""
    named = node.func.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) else ""
    return bool(named) and named not in _CLOCKS and not hasattr(builtins, named)


def _is_get(call: cst.Call) -> bool:
    """Whether it is `mapping.get(key)`, which asks nobody; `requests.get(url)` does."""
    if called_name(call) != "get" or len(call.args) > 2 or any(arg.keyword for arg in call.args):
        return False
    return not (isinstance(call.func, cst.Attribute) and _OF_HTTP.search(dotted(call.func.value)))


def _pages(loop: cst.While | cst.For, own: list[cst.CSTNode]) -> bool:
    """Whether a loop goes over pages, or receives messages: its sleep is for politeness."""
    words = {str(node.raw_value) for node in own if isinstance(node, cst.SimpleString)}
    words |= {node.value for node in own if isinstance(node, cst.Name)}
    return any(re.search(r"(?i)next_?token|marker|lastevaluatedkey|pagination|cursor|has_more", word) for word in words)


def _is_true(test: cst.BaseExpression) -> bool:
    return (isinstance(test, cst.Name) and test.value == "True") or (
        isinstance(test, cst.Integer) and test.value == "1"
    )


def _end(loop: cst.While | cst.For, code: Code, holder: FunctionInfo) -> str:
    if isinstance(loop, cst.For):
        return "bounded"
    if _moves(loop.test):
        return "moving"
    tests = [loop.test, *(node.test for node in walk_own(loop.body) if isinstance(node, cst.If))]
    own = list(walk_own(loop.body))
    counted = {
        node.target.value for node in own if isinstance(node, cst.AugAssign) and isinstance(node.target, cst.Name)
    }
    counted |= {
        target.target.value
        for node in own
        if isinstance(node, cst.Assign)
        for target in node.targets
        if isinstance(target.target, cst.Name)
        and (_is_counted(target.target.value, node.value) or _asks_clock(node.value))
    }
    changed = counted | _bound(own)
    for test in tests:
        for node in walk(test, enter=lambda node: not _is_fixed(node, changed)):
            if _is_fixed(node, changed):
                continue
            if isinstance(node, cst.Call) and called_name(node) in _CLOCKS:
                return "bounded"
            if isinstance(node, cst.Name) and (node.value in counted or _LIMITS.search(node.value)):
                return "bounded"
            if isinstance(node, cst.Attribute) and _LIMITS.search(node.attr.value):
                return "bounded"
    raised = any(called_name(node) in {"next", "pop", "popleft"} for node in own if isinstance(node, cst.Call))
    if raised:
        return "bounded"
    return "settled" if ends_in_any_other_state(loop, code, holder) else "nothing"


def _bound(own: list[cst.CSTNode]) -> set[str]:
    """The names that a round of a loop sets."""
    targets: list[cst.CSTNode] = [
        target.target for node in own if isinstance(node, cst.Assign) for target in node.targets
    ]
    targets += [node.target for node in own if isinstance(node, (cst.AnnAssign, cst.For, cst.NamedExpr))]
    return {part.value for target in targets for part in walk(target) if isinstance(part, cst.Name)}


_ORDERS = (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)


def _is_fixed(node: cst.CSTNode, changed: set[str]) -> bool:
    """Whether it compares what no round changes: `if started > deadline: raise` is as false in the last as in the
    first."""
    if not isinstance(node, cst.Comparison) or not all(isinstance(one.operator, _ORDERS) for one in node.comparisons):
        return False
    sides = [node.left, *(one.comparator for one in node.comparisons)]
    names = [side.value for side in sides if isinstance(side, cst.Name)]
    plain = all(isinstance(side, (cst.Name, cst.Integer, cst.Float)) for side in sides)
    return plain and bool(names) and not changed & set(names)


def _is_counted(name: str, value: cst.BaseExpression) -> bool:
    """Whether a name is set to something made of itself: `left = left - 1`, `delay = min(delay * 2, 60)`."""
    return any(isinstance(node, cst.Name) and node.value == name for node in walk(value))


def _asks_clock(value: cst.BaseExpression) -> bool:
    """Whether a value is made of what the clock says: `elapsed = time.time() - started`."""
    return any(isinstance(node, cst.Call) and called_name(node) in _CLOCKS for node in walk(value))


def _moves(test: cst.BaseExpression) -> bool:
    """Whether both sides of a comparison ask the clock: `time.time() < time.time() + 900` never ends."""
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return False
    sides = (test.left, test.comparisons[0].comparator)
    return all(
        any(isinstance(node, cst.Call) and called_name(node) in _CLOCKS for node in walk(side)) for side in sides
    )


__all__ = ["wait_loops"]
