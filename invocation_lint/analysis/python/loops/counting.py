"""How often loops run, and over what: as far as that is known of the loop around an invocation."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.domain.atoms import Value
from invocation_lint.analysis.domain.events import LoopInfo
from invocation_lint.analysis.domain.values import constants, source_of
from invocation_lint.analysis.program.model import names_within, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import conditions
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.iteration import iteration_items
from invocation_lint.analysis.python.loops.ways import ways_to

COUNTERS = frozenset({"range", "count", "itertools.count"})
"""What counts the rounds of a loop."""


def for_info(frame: Frame, node: cst.For | cst.CompFor, iterable: Value, items: list[Value] | None) -> LoopInfo:
    """What a for loop runs over, and how often where that is known. `items` are the elements where all are known."""
    call = node.iter if isinstance(node.iter, cst.Call) else None
    name = dotted(call.func) if call is not None else ""
    is_left_early = isinstance(node, cst.For) and _is_left_early(node)
    if call is not None and name in COUNTERS:
        counted = _counted(call) if name == "range" and not is_left_early else None
        if counted is not None and _range_length(frame, call) is None:
            return LoopInfo(None, over="items", collection=_collection(frame, conditions.quietly(frame, counted)))
        over = "attempts" if is_left_early else "numbers"
        return LoopInfo(_range_length(frame, call) if name == "range" else None, over=over)
    if items is not None:
        return LoopInfo(len(items), over="constants")
    if len(iterable.atoms) > 1 and all(iteration_items(frame, Value((one,))) for one in iterable.atoms):
        return LoopInfo(None, over="constants")  # one list of the code, or another one
    over = "pages" if name.endswith("paginate") else "search" if is_left_early else "items"
    found = "" if is_left_early else "rows" if _takes_all(name) else _collection(frame, iterable)
    return LoopInfo(None, over=over, collection=found)


def mapped_info(frame: Frame, source: cst.CSTNode | None, iterable: Value, items: list[Value] | None) -> LoopInfo:
    """The same of `map` over a source."""
    if isinstance(source, cst.Call) and dotted(source.func) == "range":
        return LoopInfo(_range_length(frame, source), over="numbers")
    return LoopInfo(len(items) if items is not None else None, over="items", collection=_collection(frame, iterable))


def _takes_all(call: str) -> bool:
    """Whether a call gives all rows of a model, or all objects of a bucket: `User.objects.all()`, `Job.query.all()`."""
    return call.endswith((".objects.all", ".query.all"))


def _counted(call: cst.Call) -> cst.BaseExpression | None:
    """What a loop runs over by its indexes, one by one or some at once: `jobs` of `range(0, len(jobs), 10)`."""
    end = call.args[min(1, len(call.args) - 1)].value if call.args else None
    is_length = isinstance(end, cst.Call) and dotted(end.func) == "len" and len(end.args) == 1
    return end.args[0].value if isinstance(end, cst.Call) and is_length else None


def _collection(frame: Frame, iterable: Value) -> str:
    """What the items of a loop come from, when nothing bounds how many there are: pages, a listing of objects, a scan,
    all rows, a file."""
    source = source_of(iterable) or _source_of_items(frame, iterable)
    if "paginate()" in source:
        return "pages"
    if _OF_LISTINGS.search(source) is not None:
        return "listing"
    if source.endswith(("objects.all()", "query().all()")):
        return "rows"
    if _OF_FILES.search(source) is not None:
        return "file"
    return "scan" if "scan().Items" in source else ""


_OF_LISTINGS = re.compile(r"list_objects(?:_v2)?\(\)\.Contents|(?:^|\.)Bucket\(\)\.objects\.filter\(\)$")
_OF_FILES = re.compile(
    r"(?:^|\.)DictReader\(\)$|read_(?:csv|excel|json|parquet)\(\)\.(?:iterrows|itertuples|to_dict)\(\)$"
)
"""Rows of a file, as the csv module and pandas give them."""


def _source_of_items(frame: Frame, iterable: Value) -> str:
    """Where the items of a list come from, as they or their parts tell."""
    for _, obj in frame.live.deref(iterable):
        for element in obj.elements():
            if source := source_of(element):
                return source
            for _, item in frame.live.deref(element):
                sources = (source_of(slot.value) for slot in item.slots.values())
                return next((source for source in sources if source), "")
    return ""


_COUNTED = frozenset({"items", "numbers", "constants", "pages"})


def within(outer: LoopInfo | None, inner: LoopInfo) -> LoopInfo:
    """A loop that is a round of another one: its rounds are those of both, where they are counted."""
    if outer is not None and inner.over == "attempts":
        return outer  # each round of it takes several attempts
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
    if not 1 <= len(given) <= 3 or (len(given) == 3 and not given[2]):
        return None
    try:
        return len(range(*given))
    except OverflowError:  # more rounds than a list could have items
        return None


@lru_cache(maxsize=1024)
def _is_left_early(loop: cst.For) -> bool:
    """Whether a loop is left before its end for what a round has found. Where only something else decides, such as the
    time that is left, it was meant to go on."""
    nodes = own_nodes(loop.body)
    inside = {part for node in nodes if isinstance(node, (cst.For, cst.While)) for part in own_nodes(node.body)}
    targets = [
        loop.target,
        *(node.target for node in nodes if isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.For))),
    ]
    own = names_within(*targets)
    return any(
        not tests
        or (any(_is_of_round(test, own) for test in tests) and not any(_is_of_time(test, own) for test in tests))
        for node, tests in ways_to(loop.body, (cst.Return, cst.Break))
        if isinstance(node, cst.Return) or node not in inside
    )


_CLOCKS = frozenset({"get_remaining_time_in_millis", "time", "monotonic", "perf_counter", "now", "utcnow"})


def _is_of_round(test: cst.BaseExpression, own: set[str]) -> bool:
    """Whether a test is about what a round sets or asks, other than what time it is."""
    return any(
        not _is_clock(part) if isinstance(part, cst.Call) else isinstance(part, cst.Name) and part.value in own
        for part in (test, *own_nodes(test))
    )


def _is_of_time(test: cst.BaseExpression, own: set[str]) -> bool:
    """Whether a test only asks what time it is."""
    return any(map(_is_clock, (test, *own_nodes(test)))) and not _is_of_round(test, own)


def _is_clock(part: cst.CSTNode) -> bool:
    return isinstance(part, cst.Call) and dotted(part.func).rpartition(".")[2] in _CLOCKS
