"""Loops around invocations: what they run over, and how they send again what has failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import Value
from invocation_lint.analysis.domain.events import Caught, LoopInfo, Raised, RetryLoop, Visit
from invocation_lint.analysis.domain.values import constants, source_of
from invocation_lint.analysis.program.acts import block_end, is_log_line
from invocation_lint.analysis.program.model import own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import conditions
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.loops.loop_ends import is_within

_COUNTERS = frozenset({"range", "count", "itertools.count"})
_GROWING = (cst.Power, cst.Multiply, cst.LeftShift, cst.Add)


def for_info(frame: Frame, node: cst.For | cst.CompFor, iterable: Value, items: list[Value] | None) -> LoopInfo:
    """What a for loop runs over, and how often where that is known. `items` are the elements where all are known."""
    call = node.iter if isinstance(node.iter, cst.Call) else None
    name = dotted(call.func) if call is not None else ""
    is_left_early = isinstance(node, cst.For) and _is_left_early(node.body)
    if call is not None and name in _COUNTERS:
        over = "attempts" if is_left_early else "numbers"
        return LoopInfo(_range_length(frame, call) if name == "range" else None, over=over)
    if items is not None:
        return LoopInfo(len(items), over="constants")
    over = "pages" if name.endswith("paginate") else "search" if is_left_early else "items"
    return LoopInfo(None, over=over, collection="" if is_left_early else _collection(iterable))


def _collection(iterable: Value) -> str:
    """What the items of a loop come from, when nothing bounds how many there are: all pages of a listing, a scan."""
    source = source_of(iterable)
    if "paginate()" in source:
        return "pages"
    return "scan" if "scan().Items" in source else ""


_COUNTED = frozenset({"items", "numbers", "constants", "pages"})


def within(outer: LoopInfo | None, inner: LoopInfo) -> LoopInfo:
    """A loop that is a round of another one: its rounds are those of both, where they are counted and not attempts."""
    if outer is None or outer.times is None or inner.times is None or outer.concurrent or inner.concurrent:
        return inner
    return replace(inner, times=outer.times * inner.times) if {outer.over, inner.over} <= _COUNTED else inner


def run_beside(frame: Frame, node: cst.CSTNode, info: LoopInfo | None) -> LoopInfo | None:
    """The loop around a call that gives an awaitable: unless it is awaited there, the rounds do not wait for it."""
    if info is None or node in frame.interpreter.modules.awaited_calls(frame.module):
        return info
    return replace(info, concurrent=True)


def _range_length(frame: Frame, call: cst.Call) -> int | None:
    given: list[int] = []
    for arg in call.args:
        values = constants(conditions.quietly(frame, arg.value))
        if values is None or len(values) != 1 or not isinstance(values[0], int):
            return None
        given.append(values[0])
    return len(range(*given)) if given and len(given) <= 3 and (len(given) < 3 or given[2]) else None


def _is_left_early(body: cst.CSTNode) -> bool:
    return any(isinstance(node, (cst.Break, cst.Return)) for node in own_nodes(body))


def note_retries(frame: Frame, node: cst.For | cst.While, first_event: int, first_raised: int) -> None:
    """A loop that sends the same invocation again after it has failed, or until its answer is the wanted one."""
    caught: list[Caught | Raised] = [event for event in frame.events[first_event:] if isinstance(event, Caught)]
    caught += [raised for raised in frame.raises[first_raised:] if raised.does == "reraises"]
    tries = [inner for inner in own_nodes(node.body) if isinstance(inner, cst.Try)]
    place = frame.place(node)
    for attempt in tries:
        staying = {frame.place(handler) for handler in attempt.handlers if _stays(handler)}
        sites = dict.fromkeys(event.site for event in caught if event.clause in staying)
        if sites and _ends_on_success(node, attempt) and not _turns_to_another(node, attempt):
            for site in sites:
                frame.events.append(RetryLoop(site, place, _pause(node), _is_bounded(node)))


def _turns_to_another(node: cst.For | cst.While, attempt: cst.Try) -> bool:
    """Whether each round asks something else than the one before: another region, another function."""
    if not isinstance(node, cst.For) or (isinstance(node.iter, cst.Call) and dotted(node.iter.func) in _COUNTERS):
        return False
    targets = {part.value for part in [node.target, *own_nodes(node.target)] if isinstance(part, cst.Name)}
    handed = (
        part
        for call in own_nodes(attempt.body)
        if isinstance(call, cst.Call) and not is_log_line(call)
        for part in own_nodes(call)
    )
    return any(isinstance(part, cst.Name) and part.value in targets for part in handed)


def note_polls(frame: Frame, node: cst.While, first_event: int) -> None:
    """`while not helper(): sleep(n)` and `while value is None: value = helper()`, where the helper invokes."""
    if _pause(node) == "none":
        return
    asked: list[cst.CSTNode] = [node.test]
    names = {part.value for part in [node.test, *own_nodes(node.test)] if isinstance(part, cst.Name)}
    for inner in own_nodes(node.body):
        if isinstance(inner, cst.Assign) and any(getattr(t.target, "value", None) in names for t in inner.targets):
            asked.append(inner.value)
    inside = [node.test, *own_nodes(node.test), *own_nodes(node.body)]
    ends = any(isinstance(inner, (cst.Break, cst.Return, cst.Raise)) or _compares(inner) for inner in inside)
    bounded = None if ends else False
    spans = [frame.place(part) for part in asked]
    sites = [event.site for event in frame.events[first_event:] if isinstance(event, Visit)]
    for site in dict.fromkeys(sites):
        if any(is_within(site[0], span) for span in spans):
            frame.events.append(RetryLoop(site, frame.place(node), _pause(node), bounded))


def _stays(handler: cst.ExceptHandler) -> bool:
    """Whether a clause goes on with the next round, at least on some path."""
    if any(isinstance(node, cst.Continue) for node in own_nodes(handler.body)):
        return True
    last = handler.body.body[-1] if handler.body.body else None
    return block_end(last if isinstance(last, cst.If) else handler) in {"falls", "leaves"} and not (
        isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Break)
    )


def _ends_on_success(node: cst.For | cst.While, attempt: cst.Try) -> bool:
    """Whether the loop is left where the guarded statements come to their end."""
    blocks: list[cst.CSTNode] = [attempt.body, *([attempt.orelse] if attempt.orelse is not None else [])]
    if any(_last_leaves(block) for block in blocks):
        return True
    rest = list(node.body.body) if isinstance(node.body, cst.IndentedBlock) else []
    after = rest[rest.index(attempt) + 1 :] if attempt in rest else []
    return bool(after) and _last_leaves(node.body)


def _last_leaves(block: cst.CSTNode) -> bool:
    body = getattr(block, "body", block)
    rest = body.body if isinstance(body, cst.IndentedBlock) else body if isinstance(body, (list, tuple)) else []
    last = rest[-1] if rest else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, (cst.Return, cst.Break))


_PAUSES = ("sleep", "jitter", "backoff", "back_off", "delay", "wait", "pause")
"""What is part of the name of a function that sleeps, for a time that is not seen."""


def _pause(node: cst.For | cst.While) -> str:
    """How long the loop sleeps between two rounds: none, fixed, or growing (random pauses count as such)."""
    changed = set(_changed_names(node))
    found = "none"
    for inner in own_nodes(node.body):
        name = dotted(inner.func).rpartition(".")[2].lower() if isinstance(inner, cst.Call) else ""
        if not isinstance(inner, cst.Call) or name != "sleep" or not inner.args:
            found = "unknown" if found == "none" and any(word in name for word in _PAUSES) else found
            continue
        parts = [inner.args[0].value, *own_nodes(inner.args[0].value)]
        if any(isinstance(part, cst.Name) and part.value in changed for part in parts):
            return "growing"
        if any(isinstance(part, cst.BinaryOperation) and isinstance(part.operator, _GROWING) for part in parts):
            return "growing"
        found = "unknown" if any(isinstance(part, cst.Call) for part in parts) else "fixed"
    return found


def _changed_names(node: cst.For | cst.While) -> Iterator[str]:
    targets: list[cst.CSTNode] = [node.target] if isinstance(node, cst.For) else []
    for inner in own_nodes(node.body):
        if isinstance(inner, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign)):
            targets.append(inner.target)
    for target in targets:
        for part in [target, *own_nodes(target)]:
            if isinstance(part, cst.Name):
                yield part.value


_ORDERS = (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)


def _compares(node: cst.CSTNode) -> bool:
    """Whether it compares amounts, as the test of a counter does."""
    return isinstance(node, cst.Comparison) and any(isinstance(to.operator, _ORDERS) for to in node.comparisons)


def _is_bounded(node: cst.For | cst.While) -> bool | None:
    """Whether the number of rounds has an end; None when it cannot be told."""
    if isinstance(node, cst.For):
        return True
    if not (isinstance(node.test, cst.Name) and node.test.value == "True") and not isinstance(node.test, cst.Integer):
        return True if any(_compares(inner) for inner in [node.test, *own_nodes(node.test)]) else None
    if any(_compares(inner) for inner in own_nodes(node.body)):
        return None
    changed = {part.target for part in own_nodes(node.body) if isinstance(part, cst.AugAssign)}
    return None if changed else False


__all__ = ["for_info", "note_polls", "note_retries", "run_beside", "within"]
