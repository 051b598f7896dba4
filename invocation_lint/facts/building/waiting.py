"""What waits for an invocation: a record that is written before it in a waiting state, a workflow by its task token."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.program.acts import HARMLESS, LOGGING
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Text
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.findings import Place

_WRITES = frozenset({"put_item", "update_item", "insert", "insert_one", "upsert"})
"""Methods that write one record, by the last part of their name."""

_MAKERS = ("create", "open_", "insert", "add_", "save", "put_")

_WAITING = frozenset(
    {"pending", "queued", "running", "in_progress", "in progress", "inprogress", "processing", "generating", "starting",
     "started", "submitted", "waiting", "created", "creating"}
)  # fmt: skip

_REMEMBERED = 16  # functions, of which many call sites are asked about one after another

_TOKEN = re.compile(r"task_?token", re.IGNORECASE)
_TELLS_FAILURE = re.compile(r"task_?failure|fail\w*(task|token|workflow|execution)|abort", re.IGNORECASE)
_ANSWERS = re.compile(r"(response|answer|json|jsonify|[a-z]Error|[a-z]Exception)$|^(Response|HTTPException)")


def record_written(
    module: ModuleInfo, function: FunctionInfo | None, call: Place, is_end: bool
) -> tuple[facts.WrittenRecord | None, Place | None]:
    """The record that a function writes before a call in it, and the place of that write; None when there is none."""
    if function is None:
        return None, None
    clauses = list(_clauses_around(module, function, call))
    written = _write_before(module, function, call) if clauses else None
    if written is None:
        return None, None
    status, place = written
    touched: Text = "yes" if any(_touches(clause) for clause in clauses) else "no"
    if touched == "no" and not all(_leaves(clause, is_end) for clause in clauses):
        touched = UnknownAnswer("what follows may change it")
    return facts.WrittenRecord(status, touched), place


def promised(module: ModuleInfo, function: FunctionInfo | None, call: Place) -> tuple[str, Place] | None:
    """What a function says of work as if it had begun, and where: the waiting state of a record that it writes before a
    call in it, or 202 (accepted)."""
    if function is None:
        return None
    written = _write_before(module, function, call)
    if written is not None:
        return written
    accepted = next((node for node in own_nodes(function.node) if _is_accepted(node)), None)
    return ("202", module.source.place(accepted)) if accepted is not None else None


def _is_accepted(node: cst.CSTNode) -> bool:
    return (isinstance(node, cst.Integer) and node.value == "202") or (
        isinstance(node, cst.Attribute) and node.attr.value in {"HTTP_202_ACCEPTED", "ACCEPTED"}
    )


def task_token(payload: facts.Payload | None, module: ModuleInfo) -> facts.TaskToken | None:
    """The task token that a payload carries, by the name of its key; a constant such as "" is none."""
    if payload is None or not isinstance(payload.keys, tuple):
        return None
    for key in payload.keys:
        if _TOKEN.search(key.name) and key.presence == "yes" and isinstance(key.source, str):
            names = {*module.mentions, *(name for info in module.functions.values() for name in info.mentions)}
            tells = any(_TELLS_FAILURE.search(name) for name in names)
            return facts.TaskToken(key.name, "yes" if tells else "no")
    return None


def _write_before(module: ModuleInfo, function: FunctionInfo, call: Place) -> tuple[str, Place] | None:
    for status, place in _records(module, function):
        if (place.end_line, place.end_column) <= (call.line, call.column):
            return status, place
    return None


@lru_cache(maxsize=_REMEMBERED)
def _records(module: ModuleInfo, function: FunctionInfo) -> list[tuple[str, Place]]:
    """The records that a function writes in a waiting state: the state, and the place of the write."""
    found = []
    for node in own_nodes(function.node):
        if isinstance(node, cst.Call) and _writes(node):
            status = next(_states(function, node), None)
            if status is not None:
                found.append((status, module.source.place(node)))
    return found


def _writes(call: cst.Call) -> bool:
    """Whether a call writes a record: by a method known for it, or by a maker that is given the record's status."""
    name = call.func.attr.value if isinstance(call.func, cst.Attribute) else dotted(call.func)
    if isinstance(call.func, cst.Attribute) and name in _WRITES:
        return True
    given = {arg.keyword.value for arg in call.args if arg.keyword is not None and _text(arg.value).lower() in _WAITING}
    return bool(given & {"status", "state"}) and name.startswith(_MAKERS)


def _states(function: FunctionInfo, call: cst.Call) -> Iterator[str]:
    """The waiting states that a write names, in its arguments or in the mapping that one of them is."""
    names = {arg.value.value for arg in call.args if isinstance(arg.value, cst.Name)}
    nodes = list(own_nodes(call))
    for node in own_nodes(function.node):
        if isinstance(node, cst.Assign) and any(getattr(to.target, "value", None) in names for to in node.targets):
            nodes.extend(own_nodes(node.value))
    keywords = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    texts = [_text(node).lower() for node in nodes]
    if not keywords & {"status", "state"} and not any("status" in text or "state" in text for text in texts):
        return
    for node in nodes:
        if _text(node).lower() in _WAITING:
            yield _text(node)


def _text(node: cst.CSTNode) -> str:
    return str(node.raw_value) if isinstance(node, cst.SimpleString) else ""


def _clauses_around(module: ModuleInfo, function: FunctionInfo, call: Place) -> Iterator[cst.ExceptHandler]:
    for body, handlers in _protected(module, function):
        if (body.line, body.column) <= (call.line, call.column) and call.end_line <= body.end_line:
            yield from handlers


@lru_cache(maxsize=_REMEMBERED)
def _protected(module: ModuleInfo, function: FunctionInfo) -> list[tuple[Place, Sequence[cst.ExceptHandler]]]:
    """The bodies of the `try` statements of a function, with their clauses."""
    tries = (node for node in own_nodes(function.node) if isinstance(node, cst.Try))
    return [(module.source.place(node.body), node.handlers) for node in tries]


def _touches(clause: cst.ExceptHandler) -> bool:
    """Whether a clause calls anything that may change a record: all but logging, answers and what is raised."""
    raised = {inner for node in own_nodes(clause.body) if isinstance(node, cst.Raise) for inner in own_nodes(node)}
    for node in own_nodes(clause.body):
        if isinstance(node, cst.Call) and node not in raised:
            name = node.func.attr.value if isinstance(node.func, cst.Attribute) else dotted(node.func)
            if name not in LOGGING and name not in HARMLESS and not _ANSWERS.search(name):
                return True
    return False


def _leaves(clause: cst.ExceptHandler, is_end: bool) -> bool:
    """Whether a clause ends the function, and no caller stands behind an error that it raises."""
    last = clause.body.body[-1] if clause.body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, cst.Return) or (isinstance(last, cst.Raise) and is_end)


__all__ = ["record_written", "task_token"]
