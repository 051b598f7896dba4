"""A record that a function writes in a waiting state after it has asked another function to work on it.

The call and the write share the name of an id, and the write follows the call on the same way. An asynchronous
invocation is answered before the function runs, so nothing tells which of the two comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.building import waiting
from invocation_lint.facts.building.scopes import Scope, called_name, scope_of, text_of
from invocation_lint.facts.building.states import is_waiting
from invocation_lint.findings import Place
from invocation_lint.source.parsing.walk import walk

_ID = re.compile(r"(?:^|_)(?:id|uuid|guid|key)$|[a-z](?:Id|ID|Uuid|UUID|Key)$")
_ASIDE = re.compile(r"(?i)audit|(?:^|_)log(?:s|_|$)|history|metric|notif|event_?(?:log|store)|activity")
"""Names of what is written beside the record, for people to read."""

_CREATES = re.compile(r"^(?:put_item|insert\w*|create\w*|add\w*|save\w*|store\w*|register\w*|upsert)$")
_CONDITIONAL = frozenset({"ConditionExpression", "condition", "on_conflict"})
MAX_STEPS = 3
_REMEMBERED = 16  # functions, of which many call sites are asked about one after another


def later_record(
    module: ModuleInfo, function: FunctionInfo | None, call: Place
) -> tuple[facts.LaterRecord, Place] | None:
    """The record that a function writes after a call in it, and the place of that write; None where none is seen."""
    if function is None or not isinstance(function.node, cst.FunctionDef):
        return None
    writes = [one for one in _writes(function) if (one[2].line, one[2].column) > (call.end_line, 0)]
    if not writes:
        return None
    scope, sent = scope_of(function), _calls(function).get(call)
    if sent is None or any(isinstance(one, cst.Return) for one in scope.around(sent)):
        return None
    region = scope.region_after(sent)
    if region is None:
        return None
    ids = dict.fromkeys(_ids(sent, scope))
    for write, status, place in writes:
        around = list(scope.around(write))
        if region not in around or any(isinstance(one, (cst.ExceptHandler, cst.Lambda)) for one in around):
            continue
        shared = next((name for name in _ids(write, scope) if name in ids), None)
        if shared is not None and not _is_aside(write):
            way = "created" if _CREATES.match(called_name(write)) else "updated"
            return facts.LaterRecord(status, shared, way), place
    return None


@lru_cache(maxsize=_REMEMBERED)
def _calls(function: FunctionInfo) -> dict[Place, cst.Call]:
    return {function.module.source.place(call): call for call in scope_of(function).calls}


@lru_cache(maxsize=_REMEMBERED)
def _writes(function: FunctionInfo) -> list[tuple[cst.Call, str, Place]]:
    """The writes of a function in a waiting state, those under a condition aside."""
    found = []
    for call in scope_of(function).calls:
        states = list(waiting.states_written(function, call))
        status = next((one for one in states if is_waiting(one)), None)
        if status is not None and not any(
            arg.keyword is not None and arg.keyword.value in _CONDITIONAL for arg in call.args
        ):
            found.append((call, status, function.module.source.place(call)))
    return found


def _ids(call: cst.Call, scope: Scope) -> Iterator[str]:
    """The names and attributes of ids in the arguments of a call, and in what the names there stand for."""
    nodes: list[cst.CSTNode] = [arg.value for arg in call.args]
    for _ in range(MAX_STEPS):
        names: list[str] = []
        for node in nodes:
            for part in walk(node):
                shown = _shown(part)
                if shown and _ID.search(shown.rpartition(".")[2]):
                    yield shown
                if isinstance(part, cst.Name):
                    names.append(part.value)
        nodes = [one.value for name in dict.fromkeys(names) for one in scope.assignments.get(name, ())[:2]]
        if not nodes:
            return


def _shown(node: cst.CSTNode) -> str:
    """`job_id`, `job.id`, and `job.id` for `job["id"]` and `job.get("id")`; empty for anything else."""
    if isinstance(node, (cst.Name, cst.Attribute)):
        return dotted(node)
    if isinstance(node, cst.Subscript) and len(node.slice) == 1:
        owner, key = dotted(node.value), text_of(node.slice[0].slice)
        return f"{owner}.{key}" if owner and key else ""
    return ""


def _is_aside(write: cst.Call) -> bool:
    names = [part.value for part in walk(write.func) if isinstance(part, cst.Name)]
    names += [text_of(arg.value) for arg in write.args if arg.keyword is not None and arg.keyword.value == "TableName"]
    return any(map(_ASIDE.search, names))


__all__ = ["later_record"]
