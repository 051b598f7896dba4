"""What keeps a list from outgrowing a page: its entries expire, leave it with the work on them, or are limited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.analysis.program.acts import LOGGING
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.building.page_uses import Uses
from invocation_lint.facts.building.reading.list_contents import are_totals
from invocation_lint.facts.building.reading.list_growth import Request
from invocation_lint.facts.building.reading.table_names import words_in
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.parsing.walk import walk

if TYPE_CHECKING:
    from invocation_lint.deployment.deployed import Deployed
    from invocation_lint.deployment.model import Table

_EXPIRES = re.compile(
    r"[\"'](?:ttl|time_?to_?live|expires?(?:_?(?:at|on|time|date))?|expiry|expiration(?:_?time)?)[\"']"
    r"(?:\s*:|\]\s*=)([^\n]*)",
    re.IGNORECASE,
)
"""An attribute of an item by which DynamoDB may remove it, and what it is set to."""

_IN_SECONDS = re.compile(r"\bint\(|time\.time\(\)|timestamp\(\)|ttl|_SECONDS|_DAYS", re.IGNORECASE)
_REMOVES = ("delete_item", "delete_object", "delete_message")
_WRITES = ("update_item", "put_item")
_COMPOUND = (cst.If, cst.For, cst.While, cst.FunctionDef, cst.ClassDef, cst.Match)
_LEAVES = (cst.Continue, cst.Break, cst.Return)


def expires(files: ProjectFiles | None, module: ModuleInfo, receiver: str, names: Iterable[str]) -> bool:
    """Whether the items of a table go away by themselves: a template gives it a time to live, or a function of the
    module puts items with one. `receiver` is what the module calls the table, `names` those that it is opened by."""
    if receiver and any(_puts_with_expiry(module, one, receiver) for one in module.functions.values()):
        return True
    return files is not None and _expires_in_template(files, module.name, dict.fromkeys(names))


def _puts_with_expiry(module: ModuleInfo, function: FunctionInfo, receiver: str) -> bool:
    if function.parent is not None or not {"put_item", receiver} <= function.words:
        return False
    text = module.source.text[function.start : module.source.offsets(function.place)[1]]
    return any(_IN_SECONDS.search(found[1]) for found in _EXPIRES.finditer(text))


def _expires_in_template(files: ProjectFiles, key: str, names: Iterable[str]) -> bool:
    """Whether all tables that may be meant by one of these names have a time to live."""
    if not any(_TIME_TO_LIVE.search(data) for data in files.deployments.contents().values()):
        return False
    from invocation_lint.deployment.model import Table

    deployed = files.deployed_for(key)
    tables = list(deployed.all(Table))
    for name in names:
        if meant := list(_meant(deployed, tables, name)):
            return all(one.expires_by is not None for one in meant)
    return False


def _meant(deployed: Deployed, tables: Iterable[Table], name: str) -> Iterator[Table]:
    """The tables that a name may mean: their own, or that of a variable of the environment that holds it."""
    from invocation_lint.deployment.model import Table
    from invocation_lint.deployment.names import are_equal

    yield from deployed.held_by(name, Table)
    given = [one.environment[name].content for one in deployed.having(name)]
    for table in tables:
        if table.name is not None and any(are_equal(one, table.name.content) for one in (name, *given)):
            yield table


_TIME_TO_LIVE = re.compile(rb"TimeToLive|timeToLiveAttribute|time_to_live_attribute|\bttl\s*\{")


def is_drained(request: Request, uses: Uses, scope: Scope, module: ModuleInfo, *, in_s3: bool) -> bool:
    """Whether each entry leaves the list with the work on it, so that the next run finds those that are left: its
    status, by which it was asked for, is changed, or it is processed and deleted."""
    columns = [] if in_s3 else [one.column for one in request.compared if one.how == "eq" and one.column]
    for loop in uses.loops:
        if not isinstance(loop, cst.For) or not isinstance(loop.target, cst.Name):
            continue
        sure = list(_sure_calls(loop.body))
        left = [call for call in sure if _takes_out(call, columns, module, in_s3)]
        others = [call for call in sure if call not in left and called_name(call) not in LOGGING]
        if left and (others or not _only_removes(left)):
            return True
    return False


def _only_removes(calls: Iterable[cst.Call]) -> bool:
    return all(called_name(call).startswith(("delete", "remove")) for call in calls)


def _sure_calls(body: cst.BaseSuite) -> Iterator[cst.Call]:
    """The calls that each round makes, up to what may leave it."""
    for statement in body.body:
        if isinstance(statement, (cst.Try, cst.With)):
            yield from _sure_calls(statement.body)
        elif isinstance(statement, _COMPOUND):
            if any(isinstance(one, _LEAVES) for one in walk(statement)):
                return
        else:
            yield from (one for one in walk(statement) if isinstance(one, cst.Call))


def _takes_out(call: cst.Call, columns: Iterable[str], module: ModuleInfo, in_s3: bool) -> bool:
    """Whether a call, or the function of the module that it is of, removes an entry from what was asked for."""
    if _removes(call, columns, in_s3):
        return True
    helper = _helper(module, dotted(call.func))
    if helper is None or not isinstance(helper.node, cst.FunctionDef):
        return False
    written = helper.words
    return any(
        called_name(one) in _REMOVES or (called_name(one) in _WRITES and not written.isdisjoint(columns))
        for one in _sure_calls(helper.node.body)
    )


def _removes(call: cst.Call, columns: Iterable[str], in_s3: bool) -> bool:
    name = called_name(call)
    if name in _REMOVES:
        return in_s3 == (name == "delete_object")
    return name in _WRITES and any(re.search(rf"(?:^|_){column}(?:_|$)", words_in(call)) for column in columns)


def _helper(module: ModuleInfo, name: str) -> FunctionInfo | None:
    last = name.removeprefix("self.").removeprefix("cls.")
    found = [one for one in module.functions.values() if one.name == last and not one.is_lambda]
    return found[0] if len(found) == 1 else None


def is_small(uses: Uses, scope: Scope) -> bool:
    """Whether a list has few entries by what is done with it: they are totals, or are limited."""
    return are_totals(uses, scope) or is_bounded(uses, scope)


def is_bounded(uses: Uses, scope: Scope) -> bool:
    """Whether a function adds an entry only while there are fewer than a written number, or removes one for it:
    `if len(items) >= 100: ..`."""
    adds = any(called_name(call) == "put_item" for call in scope.calls)
    return adds and any(_is_bound(number, scope) for number in uses.numbers)


def _is_bound(count: cst.CSTNode, scope: Scope) -> bool:
    compared = scope.parents.get(count)
    if not isinstance(compared, cst.Comparison) or len(compared.comparisons) != 1:
        return False
    other = compared.comparisons[0].comparator
    is_number = isinstance(other, cst.Integer) and other.evaluated_value > 1
    is_constant = isinstance(other, cst.Name) and other.value.isupper()
    is_ordered = isinstance(
        compared.comparisons[0].operator, (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)
    )
    return is_ordered and (is_number or is_constant)


__all__ = ["expires", "is_drained", "is_small"]
