"""The loops over items behind handlers and in workers: one fact each, with what becomes of an error of one item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.deployment.kinds import REDELIVERING, WAITING
from invocation_lint.facts import item_loop as facts
from invocation_lint.facts.base import Fact
from invocation_lint.facts.building.handlers import is_asked_over_http
from invocation_lint.facts.building.handling.event_reads import event_name
from invocation_lint.facts.building.handling.subjects import Subject, subjects
from invocation_lint.facts.building.items.naming import Functions
from invocation_lint.facts.building.items.results import are_needed_together, names_returned
from invocation_lint.facts.building.items.sources import EVENT, Given, Sources, derived
from invocation_lint.facts.building.items.work import Worker
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.findings import Label, Place
from invocation_lint.records import record
from invocation_lint.source.parsing.walk import walk, walk_own
from invocation_lint.source.scan import may_work_off

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program

MAX_DEPTH = 3
"""Functions between a handler and a loop."""

_WAITING = frozenset({"sleep", "receive_message", "receive_messages", "wait"})
"""What a worker does between its rounds."""

_ORDER = ("schedule", "queue", "stream", "sns", "s3", "eventbridge", "event")
"""Of several that invoke a handler, the first is told."""

_SETS_UP = re.compile(
    r"(?i)(?:^|[/_.-])(?:migrat\w*|backfill\w*|seed\w*|set_?up\w*|bootstrap\w*|populat\w*|init|initiali[sz]e\w*|demo\w*"
    r"|samples?|examples?|benchmark\w*|load_?tests?|smoke\w*|one_?off|fixtures?|tests?|restor\w*|reset\w*|import\w*)"
    r"(?:[/_.-]|$)"
)
"""Names of code that somebody watches."""

_READ_BY = {
    "rows": "rows of a query",
    "table_items": "items of a table",
    "objects": "objects of a bucket",
    "messages": "messages that it received",
    "resources": "resources of the account",
    "fetched": "items that it has fetched",
    "lines": "rows of a file",
    "configured": "what its environment lists",
    "entries": "entries of its event",
}

_AGAIN = "the items after it are not reached, and an item that always fails stops each retry of the event"
_LOSS = {
    "schedule": "the items after it wait for the next run, and an item that always fails stops each run",
    "queue": "the items after it are not reached, and an item that always fails stops each time that the message comes",
    "stream": "the items after it are not reached, and an item that always fails stops each time that the batch comes",
    **dict.fromkeys(("sns", "s3", "eventbridge", "event"), _AGAIN),
}


_OF_WORKERS = {
    "again": "the items after it wait for the next round, and an item that always fails ends each round",
    "messages": "the worker ends, and the messages after it come back when their visibility timeout has passed",
    "ends": "the worker ends, and an item that always fails ends it again after each start",
}


class _Called(NamedTuple):
    """A call, the code around it, and the call by which that is reached."""

    call: cst.Call
    scope: Scope
    by: _Called | None


@record
class _At:
    """A function on the way: its code, what its call gives it, the call in the first module that leads to it, and the
    call by which it is reached, with the code around that."""

    info: FunctionInfo
    code: Code
    given: Given
    chain: tuple[Label, ...] = ()
    call: _Called | None = None


class ItemLoops:
    """Builds the facts of the handlers and workers of a module."""

    def __init__(self, code: Code, program: Program | None) -> None:
        self._code = code
        self._program = program
        self._functions = Functions(program)
        self._sources = Sources(self._functions)
        self._worker = Worker(self._functions)
        self._found: dict[tuple[Place, Place | None], Fact] = {}

    def build(self) -> Iterator[Fact]:
        """All facts, in no order."""
        for subject in subjects(self._code, self._program):
            caller = _caller(subject)
            if caller is not None:
                given = {event_name(subject.info): EVENT}
                self._look(_At(subject.info, self._code, given), caller, 0, set())
        if may_work_off(self._code.module.source.data):
            for info in self._code.functions():
                if may_run_on(info) and runs_on(self._code.scope_of(info)):
                    self._look(_At(info, self._code, {}), facts.Caller("worker"), 0, set())
        yield from self._found.values()

    def _look(self, at: _At, caller: facts.Caller, depth: int, seen: set[str]) -> None:
        """Look for loops in a function, and in those that it calls."""
        if at.info.key in seen:
            return
        seen.add(at.info.key)
        scope = at.code.scope_of(at.info)
        inside: set[cst.CSTNode] = set()
        for node in list(scope.parents):
            if isinstance(node, cst.For) and node not in inside:
                items = self._sources.of(node.iter, at.code, at.info, at.given)
                if items is not None and self._note(node, items, at, caller):
                    inside.update(walk(node))
        if depth >= MAX_DEPTH:
            return
        for call in scope.calls:
            helper = self._functions.of(call, at.code) if call not in inside else None
            if helper is None or _is_taken(call, scope, cst.For):
                continue
            if not depth and caller.kind == "worker" and not _is_in_rounds(call, scope):
                continue
            info, code = helper
            given = self._sources.given(info, call, at.code, at.info, at.given)
            chain = at.chain
            if code is not at.code and at.code is self._code:
                place = at.code.module.source.place(call)
                chain = (*chain, Label(place, f"{at.info.title} calls {info.title} here"))
            self._look(_At(info, code, given, chain, _Called(call, scope, at.call)), caller, depth + 1, seen)

    def _note(self, loop: cst.For, items: str, at: _At, caller: facts.Caller) -> bool:
        """Note a loop as a fact; whether it works on its items."""
        scope, source = at.code.scope_of(at.info), at.code.module.source
        if items == "records" or _is_taken(loop, scope, cst.For) or not isinstance(loop.body, cst.IndentedBlock):
            return False
        goes_on = caller.kind == "worker" and _goes_on(loop, at)
        if caller.kind == "worker" and (
            (items == "messages" and goes_on) or (at.call is None and not _is_in_rounds(loop, scope))
        ):
            return False
        items = "entries" if items == EVENT else items
        work = self._worker.of_round(loop.body, derived(loop), at.code, at.info)
        if work.kind is None or work.invokes:
            return False
        site = source.place(loop.iter)
        first = next(iter(work.kinds.values()))
        left = _left_by(loop, first, scope)
        together = are_needed_together(loop, scope, source) or self._is_needed_by_caller(loop, at)
        data = facts.ItemLoop(
            items=items,
            read_by=_READ_BY[items],
            work=work.kind,
            item_failure="caught" if work.is_guarded else "escapes",
            left_by=left[0] if left is not None else None,
            results="together" if together else "each",
            purpose="sets_up" if _sets_up(at, self._code) else "works",
            caller=caller,
            loss=_loss(caller, items, goes_on=goes_on, is_marked=work.marks_first),
        )
        places = {"items": site, "work": source.place(first), "item_failure": source.place(first), "results": site}
        places |= dict.fromkeys(("read_by", "purpose", "caller", "loss"), site)
        if left is not None:
            places["left_by"] = source.place(left[1])
        key = (site, at.chain[0].place if at.chain else None)
        self._found.setdefault(key, Fact("item_loop", data, site, places, at.chain, at.info.title))
        return True

    def _is_needed_by_caller(self, loop: cst.For, at: _At) -> bool:
        """Whether a function gives what its loop has filled to a caller that goes on with it."""
        if at.call is None or not names_returned(loop, at.code.scope_of(at.info)):
            return False
        return not isinstance(at.call.scope.parents.get(at.call.call), (cst.Expr, cst.Return))


def _caller(subject: Subject) -> facts.Caller | None:
    """What runs a handler; None where somebody waits for its answer, or gets its error."""
    kinds = subject.kinds
    source = subject.event_source
    if len(kinds) > 1 and kinds <= REDELIVERING:
        source = next((one for one in _ORDER if one in kinds), None)
    elif kinds & WAITING or len(kinds) > 1:
        return None
    event = event_name(subject.info)
    uses = subject.scope.names.get(event, ())
    looks = [use for use in uses if not isinstance(subject.scope.parents.get(use), cst.Param)]
    reading = [use for use in looks if not subject.scope.is_logged(use)]
    reads = bool(reading)
    if source == "http" and subject.known_by == "answer" and not reads:
        source = None if not is_asked_over_http(subject.code.module, subject.info) else source
    if source is not None and source not in REDELIVERING:
        return None
    settings = reads and all(_asks_for_setting(use, subject.scope) for use in reading)
    return facts.Caller("lambda_handler", source, "settings" if settings else "yes" if reads else "no")


def _asks_for_setting(use: cst.CSTNode, scope: Scope) -> bool:
    """Whether an event is asked for something that may be left out: `event.get("days", 7)`."""
    outer = scope.parents.get(use)
    if isinstance(outer, cst.BooleanOperation):  # `(event or {}).get(..)`
        outer = scope.parents.get(outer)
    call = scope.parents.get(outer) if isinstance(outer, cst.Attribute) else None
    if not isinstance(call, cst.Call) or called_name(call) != "get" or len(call.args) != 2:
        return False
    default = call.args[1].value
    if isinstance(default, cst.SimpleString):
        return bool(default.evaluated_value)
    return isinstance(default, (cst.Integer, cst.Float)) or (isinstance(default, cst.Name) and default.value != "None")


_MARKED = "the items after it wait for the next run"
"""Of items that are marked before the work on them: the next run may leave the one that failed aside."""


def _loss(caller: facts.Caller, items: str, *, goes_on: bool, is_marked: bool) -> str:
    """What becomes of the items after one that failed, in words."""
    if is_marked:
        return _MARKED
    if caller.kind == "worker":
        return _OF_WORKERS["again" if goes_on else items if items == "messages" else "ends"]
    if caller.event_source is None and caller.reads_event == "settings":
        return "the items after it are not reached"
    return _LOSS[caller.event_source if isinstance(caller.event_source, str) else "schedule"]


def _goes_on(loop: cst.For, at: _At) -> bool:
    """Whether a worker goes on when a loop has failed: something in its own loop takes the error."""
    if _is_taken(loop, at.code.scope_of(at.info), cst.While):
        return True
    called = at.call
    while called is not None:
        if _is_taken(called.call, called.scope, cst.While):
            return True
        called = called.by
    return False


def _is_in_rounds(node: cst.CSTNode, scope: Scope) -> bool:
    """Whether a node stands in a `while` loop."""
    return any(isinstance(one, cst.While) for one in scope.around(node))


def may_run_on(info: FunctionInfo) -> bool:
    """Whether the words of a function, which is not parsed for it, are those of a loop that waits."""
    return "while" in info.words and not info.words.isdisjoint(_WAITING)


def runs_on(scope: Scope) -> bool:
    """Whether a function goes on without an end: it has a `while` that nothing in it leaves."""
    loops = [node for node in scope.parents if isinstance(node, cst.While)]
    return any(not any(_leaves(node, one, scope) for node in walk(one.body)) for one in loops)


def _leaves(node: cst.CSTNode, loop: cst.While, scope: Scope) -> bool:
    if isinstance(node, cst.Return):
        return True
    return isinstance(node, cst.Break) and _nearest_loop(node, scope) is loop


def _nearest_loop(node: cst.CSTNode, scope: Scope) -> cst.CSTNode | None:
    return next((one for one in scope.around(node) if isinstance(one, (cst.For, cst.While))), None)


def _is_taken(node: cst.CSTNode, scope: Scope, of: type[cst.CSTNode]) -> bool:
    """Whether what stands around a node, in a loop of a kind around it, takes its errors: that loop goes on."""
    inner, takes = node, False
    for outer in scope.around(node):
        if isinstance(outer, (cst.Try, cst.TryStar)) and inner is outer.body and outer.handlers:
            takes = True
        if isinstance(outer, of) and takes:
            return True
        inner = outer
    return False


def _left_by(loop: cst.For, work: cst.Call, scope: Scope) -> tuple[str, cst.CSTNode] | None:
    """How a loop leaves items aside by itself: a break behind the work, in the same block, ends it with one item."""
    around = list(scope.around(work))
    for node in walk_own(loop.body):
        if isinstance(node, (cst.Raise, cst.Return)):
            return ("raise" if isinstance(node, cst.Raise) else "return"), node
        if isinstance(node, cst.Break) and _nearest_loop(node, scope) is loop:
            block = next((one for one in scope.around(node) if isinstance(one, cst.BaseSuite)), None)
            if block in around:
                return "break", node
    return None


def _sets_up(at: _At, code: Code) -> bool:
    names = (code.module.path, at.code.module.path, at.info.name)
    return any(map(_SETS_UP.search, names))


def item_loops(code: Code, program: Program | None) -> Iterator[Fact]:
    """The facts of a module, in no order."""
    return ItemLoops(code, program).build()


__all__ = ["item_loops"]
