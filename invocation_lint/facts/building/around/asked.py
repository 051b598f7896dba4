"""Functions that are asked for something on the way: no record waits for them."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.events import Caught
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo, own_nodes
from invocation_lint.analysis.program.reads import is_read
from invocation_lint.analysis.tracing.answer_notes import AnswerUse
from invocation_lint.analysis.tracing.answer_parts import is_decoded
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Text
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.seen import Seen
from invocation_lint.findings import Place


def unless_asked(record: facts.WrittenRecord | None, seen: Seen, mode: Text) -> facts.WrittenRecord | None:
    """The record, unless a helper asks the invoked function something for it, takes the error itself, and its answer is
    read: the record waits for the function that goes on with that."""
    function = seen.root.function
    if record is None or record.touched_on_failure != "no" or mode != "RequestResponse" or function is None:
        return record
    whole = seen.root.module.source.place(function.node)
    clauses = [event.clause for event in seen.events if isinstance(event, Caught)]
    asks = any(isinstance(event, AnswerUse) and is_decoded(event.path) for event in seen.events)
    if not asks or not clauses or any(clause.is_within(whole) for clause in clauses):
        return record
    if not _is_read(seen.root.module, function, seen.site[0]):
        return record
    return facts.WrittenRecord(record.status, UnknownAnswer("its function goes on with what the helper gives"))


def _is_read(module: ModuleInfo, function: FunctionInfo, call: Place) -> bool:
    """Whether a function does something with what a call in it gives."""
    for node in own_nodes(function.node):
        if isinstance(node, (cst.Expr, cst.Assign)) and module.source.place(node.value) == call:
            target = node.targets[0].target if isinstance(node, cst.Assign) else None
            return isinstance(target, cst.Name) and is_read(function, target.value)
    return True


__all__ = ["unless_asked"]
