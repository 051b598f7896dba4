"""A record that a handler marks as running and, further down, as done: the ways on which it is left as running.

Both writes stand in one function, name the same record, and are made alike. What raises or returns between them leaves
the record as it is, unless a clause, a decorator or a caller takes the error and may write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import libcst as cst

from invocation_lint.analysis.program.acts import is_log_line
from invocation_lint.analysis.program.model import FunctionInfo, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts import handler as facts
from invocation_lint.facts.building import waiting
from invocation_lint.facts.building.around.touching import may_write
from invocation_lint.facts.building.handling.subjects import Subject
from invocation_lint.facts.building.messaging.resolving import values_of
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.facts.building.states import is_waiting
from invocation_lint.findings import Place
from invocation_lint.source.parsing.walk import walk

_CLOSED = re.compile(
    r"(?i)^(?:complete|completed|done|finished|success|successful|succeeded|ready|processed|closed|ok|available)$"
)
MAX_WRITES = 8
"""Writes of a function that are held against each other."""

_CONDITIONS = frozenset({"ConditionExpression"})
"""A claim under a condition: the next worker may take over what has been running for too long."""

_SDKS = frozenset({"boto3", "session"})
_HTTP = frozenset({"requests", "httpx", "urllib"})
_OPEN_DECORATORS = frozenset(
    {"inject_lambda_context", "capture_lambda_handler", "capture_method", "log_metrics", "event_source", "event_parser",
     "validator", "staticmethod", "classmethod", "xray_recorder.capture"}
)  # fmt: skip
"""Decorators that let an error out, and write nothing."""

_OPEN_MANAGERS = frozenset(
    {"open", "TemporaryDirectory", "NamedTemporaryFile", "TemporaryFile", "ThreadPoolExecutor", "ProcessPoolExecutor",
     "closing", "ZipFile", "urlopen", "Session", "in_subsegment", "provider", "suppress", "Lock", "catch_warnings"}
)  # fmt: skip
"""Managers of `with` that write no status when an error passes."""

Found = tuple[facts.LeftRecord, Place, Place]
"""The fact, the place of the first write, and that of what leaves the record so."""


def record_left(subject: Subject) -> Found | None:
    """What a handler, or a helper that it calls, leaves as running; None where nothing of it is seen."""
    for info in subject.reached:
        if isinstance(info.node, cst.FunctionDef) and _lets_out(subject, info):
            found = next(_left_in(subject, info), None)
            if found is not None:
                return found
    return None


def _left_in(subject: Subject, info: FunctionInfo) -> Iterator[Found]:
    scope = subject.code.scope_of(info)
    writes = [(call, list(waiting.states_written(info, call))) for call in scope.calls]
    opened = [
        (call, state)
        for call, states in writes
        for state in states
        if is_waiting(state) and not _CONDITIONS & {_key(arg, 0) for arg in call.args}
    ]
    closed = [(call, state) for call, states in writes for state in states if _CLOSED.match(state)]
    for first, state in opened[:MAX_WRITES]:
        region = scope.region_after(first)
        if region is None or _is_in_clause(first, scope):
            continue
        for last, end in closed[-MAX_WRITES:]:
            if _is_alike(first, last) and _flows(first, last, region, subject, scope):
                yield from _between(subject, info, (first, state), (last, end), region)


# -- the two writes --------------------------------------------------------------------------------------------------


def _is_alike(first: cst.Call, last: cst.Call) -> bool:
    """Whether two calls are made of the same thing, and share what names the record."""
    if not first.func.deep_equals(last.func) or any(arg.star for arg in (*first.args, *last.args)):
        return False
    of_first = {_key(arg, index): arg.value for index, arg in enumerate(first.args)}
    shared = [
        value
        for index, arg in enumerate(last.args)
        if (value := of_first.get(_key(arg, index))) is not None and value.deep_equals(arg.value)
    ]
    return any(isinstance(node, (cst.Name, cst.Subscript)) for value in shared for node in walk(value))


def _key(arg: cst.Arg, index: int) -> str:
    return arg.keyword.value if arg.keyword is not None else str(index)


def _flows(first: cst.Call, last: cst.Call, region: cst.CSTNode, subject: Subject, scope: Scope) -> bool:
    """Whether the second call stands behind the first one, and is made neither after a failure, nor in any case."""
    around = list(scope.around(last))
    if region not in around or any(isinstance(one, (cst.ExceptHandler, cst.Finally)) for one in around):
        return False
    source = subject.code.module.source
    return (source.place(first).end_line, 0) < (source.place(last).line, 0)


# -- what stands between ---------------------------------------------------------------------------------------------


def _between(
    subject: Subject,
    info: FunctionInfo,
    first: tuple[cst.Call, str],
    last: tuple[cst.Call, str],
    region: cst.CSTNode,
) -> Iterator[Found]:
    code, scope = subject.code, subject.code.scope_of(info)
    source = code.module.source
    start, end = source.place(first[0]), source.place(last[0])
    for node in walk(region):
        if not isinstance(node, (cst.Call, cst.Return)):
            continue
        place = source.place(node)
        if not ((start.end_line, start.end_column) <= (place.line, place.column) and place.line < end.line):
            continue
        if isinstance(node, cst.Return):
            if _returns_bare(node, subject, info):
                yield _found(first, last, "returns"), start, place
        elif node.func.deep_equals(first[0].func) or _is_in_clause(node, scope):
            continue
        elif _fails(node, subject, info, 0) and not _is_guarded(node, subject, info):
            yield _found(first, last, "raises"), start, place


def _found(first: tuple[cst.Call, str], last: tuple[cst.Call, str], way: str) -> facts.LeftRecord:
    told = "what is called in between raises" if way == "raises" else "the handler returns in between"
    return facts.LeftRecord(first[1], last[1], way, told)


def _is_in_clause(node: cst.CSTNode, scope: Scope) -> bool:
    return any(isinstance(one, (cst.ExceptHandler, cst.ExceptStarHandler)) for one in scope.around(node))


def _returns_bare(node: cst.Return, subject: Subject, info: FunctionInfo) -> bool:
    """Whether a return leaves a branch in which nothing may write the record."""
    scope = subject.code.scope_of(info)
    for outer in scope.around(node):
        if isinstance(outer, (cst.FunctionDef, cst.ExceptHandler, cst.Lambda)):
            return False
        if isinstance(outer, (cst.If, cst.Else, cst.For, cst.While)):
            return not may_write(subject.code.module, info, own_nodes(outer.body)) and not _is_guarded(
                node, subject, info, finals=True
            )
    return False


def _fails(call: cst.Call, subject: Subject, info: FunctionInfo, depth: int) -> bool:
    """Whether a call may surely raise: one of AWS's operations, a request over HTTP, or a helper that makes one and
    takes no error."""
    scope = subject.code.scope_of(info)
    if any(isinstance(one, (cst.Lambda, cst.FunctionDef)) and one is not scope.root for one in scope.around(call)):
        return False
    if isinstance(call.func, cst.Attribute):
        owner = dotted(call.func.value).partition(".")[0]
        if owner in {"self", "cls"}:
            return False
        is_http = subject.code.meaning(call.func).partition(".")[0] in _HTTP
        return is_http or (called_name(call) not in {"get", "Table"} and _is_sdk(owner, subject, scope))
    helpers = subject.code.named(called_name(call))
    if len(helpers) != 1 or depth > 1 or is_log_line(call) or not _lets_out_alone(helpers[0]):
        return False
    inner = subject.code.scope_of(helpers[0])
    return any(
        _fails(one, subject, helpers[0], depth + 1) and not _is_in_try(one, inner, lambda _: True)
        for one in inner.calls
    )


def _is_sdk(owner: str, subject: Subject, scope: Scope) -> bool:
    """Whether a name is that of a client, resource or table of boto3."""
    values = list(values_of(owner, scope)) or list(values_of(owner, subject.code.scope_of(None)))
    for value in values:
        if value is None:
            continue
        names = [subject.code.meaning(one.func) for one in walk(value) if isinstance(one, cst.Call)]
        if any(name.partition(".")[0] in _SDKS and name.endswith(("client", "resource")) for name in names):
            return True
        if any(name.endswith(".Table") or name == "boto3.Session" for name in names):
            return True
    return False


# -- who may close it --------------------------------------------------------------------------------------------------


def _is_guarded(node: cst.CSTNode, subject: Subject, info: FunctionInfo, *, finals: bool = False) -> bool:
    """Whether a clause around a node takes what it raises and may write, or goes on; `finals`: or what runs anyhow."""
    scope, module = subject.code.scope_of(info), subject.code.module

    def closes(one: cst.Try | cst.TryStar) -> bool:
        if one.finalbody is not None and may_write(module, info, own_nodes(one.finalbody)):
            return True
        if finals:
            return False
        return any(
            may_write(module, info, own_nodes(handler.body)) or not _ends(handler.body) for handler in one.handlers
        )

    return _is_in_try(node, scope, closes)


def _ends(body: cst.BaseSuite) -> bool:
    """Whether a clause ends with a return or a raise: another one goes on to what stands behind it."""
    last = body.body[-1] if body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, (cst.Return, cst.Raise))


def _is_in_try(node: cst.CSTNode, scope: Scope, holds: Callable[[cst.Try | cst.TryStar], bool]) -> bool:
    """Whether a node stands in the body of a `try` of which something holds, or of a manager that is not known."""
    inner = node
    for outer in scope.around(node):
        if isinstance(outer, (cst.Try, cst.TryStar)) and inner is outer.body and holds(outer):
            return True
        if isinstance(outer, cst.With) and inner is outer.body and not all(map(_is_open_manager, outer.items)):
            return True
        inner = outer
    return False


def _is_open_manager(item: cst.WithItem) -> bool:
    call = item.item
    return isinstance(call, cst.Call) and called_name(call) in _OPEN_MANAGERS


def _lets_out_alone(info: FunctionInfo) -> bool:
    """Whether no decorator of a function may take its error."""
    names = (dotted(item.func if isinstance(item, cst.Call) else item) for item in info.decorators)
    return all(name.rpartition(".")[2] in _OPEN_DECORATORS or name in _OPEN_DECORATORS for name in names)


def _lets_out(subject: Subject, info: FunctionInfo, below: tuple[FunctionInfo, ...] = ()) -> bool:
    """Whether an error leaves a function for the service that invokes the handler: no decorator takes it, and no caller
    in the module that may write."""
    if not _lets_out_alone(info) or any(one is info for one in below):
        return False
    if info is subject.info:
        return not subject.code.module.is_mentioned_outside(info)
    if info.cls is not None:
        return False
    for caller in subject.code.functions():
        if caller is info or info.name not in caller.words:
            continue
        scope = subject.code.scope_of(caller)
        calls = [one for one in scope.calls if called_name(one) == info.name]
        if len(calls) != sum(1 for one in scope.names.get(info.name, ())) or not calls:
            return False  # handed on as a value
        if any(_is_guarded(call, subject, caller) for call in calls):
            return False
        if caller is not subject.info and not (
            caller in subject.reached and _lets_out(subject, caller, (*below, info))
        ):
            return False
    return True


__all__ = ["record_left"]
