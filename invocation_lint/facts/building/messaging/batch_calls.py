"""One fact for each call of a batch operation of AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.data.batch_operations import BatchOperation, batch_operations
from invocation_lint.facts import batch_call as facts
from invocation_lint.facts.base import Fact
from invocation_lint.facts.building import callers
from invocation_lint.facts.building.messaging.calls import Code, keywords
from invocation_lint.facts.building.messaging.counting import entries_of
from invocation_lint.facts.building.messaging.looks import MAX_HELPERS, STRENGTH, FailureReader
from invocation_lint.facts.building.messaging.resolving import Resolver
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.facts.options import AnalysisOptions
from invocation_lint.findings import Place

_REMOVES = ("delete", "remove", "unlink", "purge")
_WRITES = frozenset({"batch_write_item", "put_records", "put_record_batch"})


def batch_calls(code: Code, options: AnalysisOptions, unread: Callable[[], frozenset[str]]) -> Iterator[Fact]:
    """The facts of a module, in no order; `unread` gives the keys of the handlers whose answers nobody reads."""
    operations = batch_operations()
    for call, function in code.calls(operations, given={one.entries for one in operations.values()}):
        operation = operations[called_name(call)]
        if isinstance(call.func, cst.Attribute) and operation.entries in keywords(call):
            yield _fact(code, options, call, function, operation, unread)


def _fact(
    code: Code,
    options: AnalysisOptions,
    call: cst.Call,
    function: FunctionInfo | None,
    operation: BatchOperation,
    unread: Callable[[], frozenset[str]],
) -> Fact:
    source = code.module.source
    scope = code.scope_of(function)
    holder = code.holder(call, function)
    site = source.place(call)
    found, status = _looked_at(code, scope, call, holder, operation, unread)
    how = next((word for word in STRENGTH if word in found), "unread")
    given = keywords(call)[operation.entries]
    removed = _removed_after(code.module, scope, call) if operation.name in _WRITES else None
    assert isinstance(call.func, cst.Attribute)
    named = source.place(call.func.attr)
    places = dict.fromkeys(("operation", "kind", "limit", "service", "failed_in"), named)
    counted = entries_of(call, given.value, scope, operation, Resolver(code, function))
    places["entries"] = places["sizing"] = source.place(given.value if counted is None else counted[1])
    places["failures"] = found.get(how, site)
    places["caller"] = site if holder is None else holder.place
    places["status"] = status or site
    places["then_removed"] = removed or site
    data = facts.BatchCall(
        service=operation.service,
        operation=operation.name,
        kind=operation.kind,
        entries=counted[0] if counted is not None else None,
        sizing=counted[2] if counted is not None else None,
        limit=operation.limit,
        failed_in=min(operation.failures, key=lambda key: (key not in operation.counts, key)),
        failures=how,
        status="yes" if status is not None else "no",
        then_removed="yes" if removed is not None else "no",
        caller=facts.Caller(callers.ending_of(code.module, holder, site, options).kind),
    )
    return Fact("batch_call", data, site, places, (), holder.title if holder is not None else "")


def _looked_at(
    code: Code,
    scope: Scope,
    call: cst.Call,
    holder: FunctionInfo | None,
    operation: BatchOperation,
    unread: Callable[[], frozenset[str]],
    depth: int = 0,
) -> tuple[dict[str, Place], Place | None]:
    """What is done about failures, by the function and by its callers in the module where it gives the answer back;
    and where the status of the answer is read."""
    reader = FailureReader(code, scope, operation)
    found = dict(reader.follow(call))
    status = reader.status
    answered = found.pop("answered", None)
    if (answered is not None or "returned" in found) and holder is not None and holder.key in unread():
        found.pop("returned", None)
        return found, status
    if answered is not None:
        found.setdefault("handed_over", answered)
    if "returned" not in found or holder is None or depth >= MAX_HELPERS or _is_called_elsewhere(code.module, holder):
        return found, status
    ways = [
        _looked_at(code, code.scope_of(outer), one, code.holder(one, outer), operation, unread, depth + 1)
        for one, outer in code.calls({holder.name})
        if outer is not holder
    ]
    if not ways:
        return found, status
    place = found.pop("returned")
    for uses, status_read in ways:
        status = status or status_read
        for word in uses:
            found.setdefault(word, uses[word])
    if any(not uses for uses, _ in ways) and not found:
        found["unread"] = place
    return found, status


def _is_called_elsewhere(module: ModuleInfo, holder: FunctionInfo) -> bool:
    """Whether other modules are likely to call a function: nothing says that only its own does."""
    return not holder.name.startswith("_") and not module.is_mentioned_outside(holder)


def _removed_after(module: ModuleInfo, scope: Scope, call: cst.Call) -> Place | None:
    """Where the function removes something after a call."""
    at = module.source.place(call)
    for other in scope.calls:
        place = module.source.place(other)
        if (place.line, place.column) > (at.line, at.column) and called_name(other).startswith(_REMOVES):
            return place
    return None


__all__ = ["batch_calls"]
