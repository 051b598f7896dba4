"""Coroutines that have their event loop for themselves: `asyncio.run(work(event))`, with nothing running beside them,
and views on Lambda, where an execution environment handles one request at a time (AWS Lambda Developer Guide).

What blocks there keeps nothing waiting. A name that stands anywhere else, in a text or comment too, may mean that
others run it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.analysis.domain.events import Visit
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.protocol import Walk
from invocation_lint.facts.base import Text
from invocation_lint.facts.building.reading.list_requests import last_name
from invocation_lint.facts.building.seen import Seen
from invocation_lint.source.parsing.walk import walk

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program

_RUNS = frozenset({"run", "run_until_complete"})
_BESIDE = re.compile(
    r"\b(?:gather|create_task|ensure_future|TaskGroup|as_completed|wait_for|to_thread|run_in_executor|start_soon"
    r"|run_coroutine_threadsafe|create_task_group|run_forever)\b|\basyncio\.(?:wait|timeout|Queue|Event|Semaphore)\b"
)
"""What starts something beside a coroutine, or waits for something beside it."""

_DEPTH = 3  # of coroutines that await one another


def has_its_loop(seen: Seen, visit: Visit, interpreter: Walk[Frame], program: Program | None, on_lambda: Text) -> Text:
    """Whether a call is in a coroutine that shares its event loop with no other one; `on_lambda` tells whether what it
    begins with runs there."""
    function = interpreter.function_info(visit.function) if visit.is_async else seen.root.function
    if function is None or not function.is_async:
        return "no"
    is_alone = seen.ending.kind == "view" and on_lambda == "yes"
    if not is_alone and function is seen.root.function and seen.ending.is_end:
        return "no"
    reaching = program.reaching(function.module).values() if program is not None else (function.module,)
    if is_alone:
        return "no" if any(map(_starts_beside, (*reaching, seen.root.module))) else "yes"
    return "yes" if has_own_loop(reaching, function) else "no"


def has_own_loop(modules: Iterable[ModuleInfo], function: FunctionInfo) -> bool:
    """Whether all that runs a coroutine function, in the modules from which it may be reached, gives it a loop of its
    own, and none of them starts anything beside it."""
    known = tuple(modules)
    if any(map(_starts_beside, known)):
        return False
    return _is_run_alone(known, function, _DEPTH)


@lru_cache(maxsize=1024)  # each call in a coroutine asks it of all modules from which that may be reached
def _starts_beside(module: ModuleInfo) -> bool:
    return _BESIDE.search(module.source.text) is not None


def _is_run_alone(modules: tuple[ModuleInfo, ...], function: FunctionInfo, depth: int) -> bool:
    if not depth or function.decorators or function.is_generator:
        return False
    named = re.compile(rf"\b{re.escape(function.name)}\b")
    runs = 0
    for module in modules:
        found = len(named.findall(module.source.text)) - (module is function.module) - _imports(module, function.name)
        if not found:
            continue
        here = _runs_in(module, function.name)
        awaits = _awaiting(module, function.name)
        if found != here + len(awaits) or not all(_is_run_alone(modules, one, depth - 1) for one in awaits):
            return False
        runs += found
    return runs > 0


def _imports(module: ModuleInfo, name: str) -> int:
    """How often a module imports something of that name, under the name."""
    return sum(
        isinstance(node, cst.ImportAlias) and node.asname is None and getattr(node.name, "value", "") == name
        for node in walk(module.source.module)
    )


def _runs_in(module: ModuleInfo, name: str) -> int:
    """How often a module runs a coroutine until it is complete."""
    return sum(
        isinstance(node, cst.Call)
        and last_name(node.func) in _RUNS
        and len(node.args) == 1
        and _calls(node.args[0].value, name)
        for node in walk(module.source.module)
    )


def _awaiting(module: ModuleInfo, name: str) -> list[FunctionInfo]:
    """The functions of a module that await a coroutine, one for each place."""
    return [
        info
        for info in module.functions.values()
        if name in info.words
        for node in walk(info.node.body)
        if isinstance(node, cst.Await) and _calls(node.expression, name)
    ]


def _calls(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Call) and last_name(node.func) == name


__all__ = ["has_its_loop", "has_own_loop"]
