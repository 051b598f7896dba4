"""Where the error of a call is taken, and whether anything that may change a record comes after that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.protocol import Walk
from invocation_lint.facts.building.around.touching import may_write
from invocation_lint.findings import Place
from invocation_lint.records import record

_REMEMBERED = 16  # functions, of which many call sites are asked about one after another


@record
class Taken:
    """Where the error of a call is taken: the function, its clauses, the `with suppress(..)`, and the calls in the
    functions around it that lead there."""

    module: ModuleInfo
    function: FunctionInfo
    clauses: tuple[cst.ExceptHandler, ...]
    suppressing: tuple[Step, ...]
    outer: tuple[Step, ...]


Step = tuple[ModuleInfo, FunctionInfo, Place]
"""A function, and what stands in it."""


def taken_by(interpreter: Walk[Frame], module: ModuleInfo, function: FunctionInfo, site: SiteKey) -> Taken | None:
    """The innermost function on the way to a site that takes its errors; None where none does."""
    steps: list[Step] = [(module, function, site[0])]
    for place in site[1:]:
        info = interpreter.modules.enclosing(place)
        if info is None:
            break
        steps.append((info.module, info, place))
    for index in reversed(range(len(steps))):
        here, info, place = steps[index]
        clauses = tuple(clauses_around(here, info, place))
        suppressing = tuple((here, info, one) for one in _suppressed(here, info) if _is_around(one, place))
        if clauses or suppressing:
            return Taken(here, info, clauses, suppressing, tuple(steps[:index]))
    return None


def _is_around(body: Place, call: Place) -> bool:
    return (body.line, body.column) <= (call.line, call.column) and call.end_line <= body.end_line


@lru_cache(maxsize=_REMEMBERED)
def _suppressed(module: ModuleInfo, function: FunctionInfo) -> list[Place]:
    """The bodies of `with suppress(..):` in a function."""
    return [
        module.source.place(node)
        for node in own_nodes(function.node)
        if isinstance(node, cst.With) and any(_last_word(item.item) == "suppress" for item in node.items)
    ]


def _last_word(made: cst.BaseExpression) -> str:
    return dotted(made.func).rpartition(".")[2] if isinstance(made, cst.Call) else ""


def goes_on_alone(
    module: ModuleInfo, function: FunctionInfo, around: Place, written: Place, *, may_raise: bool
) -> bool:
    """Whether nothing in a function that comes after something in it may change a record; `may_raise` is whether an
    error that it raises is for nobody who might."""
    nodes = list(own_nodes(function.node))
    loops = [node for node in nodes if isinstance(node, (cst.For, cst.While))]
    goes_round = any(_is_around(module.source.place(loop.body), around) for loop in loops)
    behind = [
        node
        for node in nodes
        if isinstance(node, (cst.Call, cst.Raise))
        and (at := module.source.place(node)) != written
        and (is_behind(at, around) or (goes_round and not _is_around(around, at) and not _is_around(at, around)))
    ]
    raises = any(isinstance(node, cst.Raise) for node in behind) and not may_raise
    return not raises and not may_write(module, function, behind)


def clauses_around(module: ModuleInfo, function: FunctionInfo, call: Place) -> Iterator[cst.ExceptHandler]:
    for body, handlers in _protected(module, function):
        if _is_around(body, call):
            yield from handlers


@lru_cache(maxsize=_REMEMBERED)
def _protected(module: ModuleInfo, function: FunctionInfo) -> list[tuple[Place, Sequence[cst.ExceptHandler]]]:
    """The bodies of the `try` statements of a function, with their clauses."""
    tries = (node for node in own_nodes(function.node) if isinstance(node, cst.Try))
    return [(module.source.place(node.body), node.handlers) for node in tries]


def leaves(module: ModuleInfo, function: FunctionInfo, clause: cst.ExceptHandler, written: Place, is_end: bool) -> bool:
    """Whether nothing that may change a record comes after a clause: it ends the function, or falls through to such
    statements only; and no caller stands behind an error that it raises. The write itself is no such statement."""
    last = clause.body.body[-1] if clause.body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    if isinstance(last, (cst.Return, cst.Raise)):
        return isinstance(last, cst.Return) or is_end
    around = _loops_around(module, function, clause)
    end = module.source.place(clause)
    others = {
        part
        for node in own_nodes(function.node)
        if isinstance(node, cst.Try) and clause in node.handlers
        for handler in node.handlers
        for part in own_nodes(handler)
    }
    behind = [
        node
        for node in own_nodes(function.node)
        if isinstance(node, (cst.Call, cst.Raise))
        and node not in others
        and module.source.place(node) != written
        and (around or is_behind(module.source.place(node), end))
    ]
    return not any(isinstance(node, cst.Raise) for node in behind) and not may_write(module, function, behind)


def is_behind(place: Place, end: Place) -> bool:
    return (place.line, place.column) >= (end.end_line, end.end_column)


def _loops_around(module: ModuleInfo, function: FunctionInfo, clause: cst.ExceptHandler) -> bool:
    """Whether a loop of the function goes on after a clause."""
    return any(
        isinstance(node, (cst.For, cst.While)) and clause in own_nodes(node.body) for node in own_nodes(function.node)
    )


__all__ = ["Step", "Taken", "clauses_around", "goes_on_alone", "is_behind", "leaves", "taken_by"]
