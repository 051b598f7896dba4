"""One fact for each call that starts an execution of a state machine, or asks how one ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts import execution as facts
from invocation_lint.facts.base import Fact
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building import callers
from invocation_lint.facts.building.messaging.calls import Code, is_spread, keywords
from invocation_lint.facts.building.messaging.fresh import is_made_anew
from invocation_lint.facts.building.messaging.resolving import Resolver, values_of
from invocation_lint.facts.building.messaging.targets import Targets
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.facts.options import AnalysisOptions
from invocation_lint.findings import Place
from invocation_lint.records import mutable

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program

_NEEDS = {
    "start_execution": "stateMachineArn",
    "start_sync_execution": "stateMachineArn",
    "describe_execution": "executionArn",
}
_LACKS = {
    "no": "without a name, the second one is not rejected",
    "anew": "the name is made anew each time, so the second one is not rejected",
}
_TELLS = frozenset({"status", "error", "cause"})
"""The parts of an answer that tell that the execution failed."""


@mutable
class Reads:
    """Which parts of an answer are read, with the first place of each; where the whole answer goes elsewhere."""

    keys: dict[str, cst.CSTNode] = field(default_factory=dict)
    away: cst.CSTNode | None = None


def executions(code: Code, options: AnalysisOptions, program: Program | None) -> Iterator[Fact]:
    """The facts of a module, in no order."""
    targets = Targets(code.module, program)
    for call, function in code.calls(_NEEDS):
        needed = keywords(call).get(_NEEDS[called_name(call)])
        if isinstance(call.func, cst.Attribute) and needed is not None and not code.named(called_name(call)):
            yield _fact(code, options, call, function, targets, program)


def _fact(
    code: Code,
    options: AnalysisOptions,
    call: cst.Call,
    function: FunctionInfo | None,
    targets: Targets,
    program: Program | None,
) -> Fact:
    source = code.module.source
    operation = called_name(call)
    holder = code.holder(call, function)
    resolver = Resolver(code, function)
    site = source.place(call)
    given = keywords(call)
    places: dict[str, Place] = dict.fromkeys(
        ("operation", "named", "lacks", "machine", "output", "status", "event_source"), site
    )
    output = status = named = machine = None
    if operation != "start_execution":
        output, status = _looked_at(_reads_of(call, resolver.scope), places, code)
    if operation != "describe_execution":
        machine = targets.machine(given["stateMachineArn"].value, resolver)
        named = "yes" if "name" in given else "no"
        if named == "yes":
            places["named"] = source.place(given["name"])
            named = "anew" if is_made_anew(given["name"].value, resolver) else named
    ending = callers.ending_of(code.module, holder, site, options, project=program)
    data = facts.Execution(
        operation=operation,
        output=output,
        status=status,
        named=UnknownAnswer("more may be given than is written") if named == "no" and is_spread(call) else named,
        lacks=_LACKS.get(named) if named is not None else None,
        machine=machine,
        event_source=ending.event_source if isinstance(ending.event_source, str) else None,
    )
    return Fact("execution", data, site, places, (), holder.title if holder is not None else "")


def _looked_at(reads: Reads, places: dict[str, Place], code: Code) -> tuple[str, str | UnknownAnswer]:
    """What is done with the output, and whether anything tells of a failure."""
    told = next((reads.keys[key] for key in reads.keys if key in _TELLS), None)
    if told is not None:
        places["status"] = code.module.source.place(told)
    read = reads.keys.get("output", reads.away)
    if read is not None:
        places["output"] = code.module.source.place(read)
    output = "read" if "output" in reads.keys else "handed_over" if reads.away is not None else "unread"
    if told is None and reads.away is not None:
        return output, UnknownAnswer("the answer goes to code that is not followed")
    return output, "unread" if told is None else "read"


def _reads_of(call: cst.Call, scope: Scope) -> Reads:
    reads = Reads()
    _follow(call, scope, reads, frozenset())
    return reads


def _follow(node: cst.CSTNode, scope: Scope, reads: Reads, names: frozenset[str]) -> None:
    """Note what is read of the answer that an expression is."""
    parent = scope.parents.get(node)
    key = _key(node, parent, scope)
    if key is not None:
        if key not in _TELLS or not scope.is_logged(node):  # a log line decides about nothing
            reads.keys.setdefault(key, node)
    elif isinstance(parent, cst.Await):
        _follow(parent, scope, reads, names)
    elif isinstance(parent, (cst.AssignTarget, cst.Expr)) or parent is None:
        return
    elif isinstance(parent, cst.Assign) and all(isinstance(one.target, cst.Name) for one in parent.targets):
        for target in parent.targets:
            assert isinstance(target.target, cst.Name)
            _follow_name(target.target.value, scope, reads, names)
    elif isinstance(parent, (cst.AnnAssign, cst.NamedExpr)) and isinstance(parent.target, cst.Name):
        if parent.target is not node:
            _follow_name(parent.target.value, scope, reads, names)
    elif isinstance(parent, cst.ComparisonTarget):
        comparison = scope.parents.get(parent)
        left = text_of(comparison.left) if isinstance(comparison, cst.Comparison) else ""
        reads.keys.setdefault("status" if left == "output" else left, node)  # output is there after a success only
    elif not scope.is_logged(node):
        reads.away = reads.away or node


def _follow_name(name: str, scope: Scope, reads: Reads, names: frozenset[str]) -> None:
    if name in names:
        return
    if len(list(values_of(name, scope))) > 2:  # before a loop and in it is one answer still
        reads.away = reads.away or scope.names[name][0]
        return
    for use in scope.names.get(name, ()):
        _follow(use, scope, reads, names | {name})


def _key(node: cst.CSTNode, parent: cst.CSTNode | None, scope: Scope) -> str | None:
    """The key that is read of an answer: `answer["output"]`, `answer.get("output", "")`. Without a default, `get` gives
    None after a failure, which whoever reads it may test."""
    if isinstance(parent, cst.Subscript) and parent.value is node and len(parent.slice) == 1:
        return text_of(parent.slice[0].slice) or ""
    if isinstance(parent, cst.Attribute) and parent.value is node:
        call = scope.parents.get(parent)
        if isinstance(call, cst.Call) and call.func is parent and parent.attr.value == "get" and call.args:
            name = text_of(call.args[0].value)
            return "status" if name == "output" and len(call.args) == 1 else name
    return None


__all__ = ["executions"]
