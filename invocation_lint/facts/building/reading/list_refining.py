"""What is asked only of a list that may be a warning: whether it is ever read on Lambda, whether it stays small,
and what becomes of the entries behind the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.data.list_operations import ListOperation
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.handlers import may_be_handler
from invocation_lint.facts.building.page_uses import Uses
from invocation_lint.facts.building.reading.helped import used_by_callers
from invocation_lint.facts.building.reading.list_growth import Request
from invocation_lint.facts.building.reading.list_lasting import expires, is_drained, is_small
from invocation_lint.facts.building.reading.list_missing import missed
from invocation_lint.facts.building.reading.list_requests import last_name
from invocation_lint.facts.building.scopes import Scope
from invocation_lint.facts.list_read import ListRead
from invocation_lint.records import mutable
from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.left_out import is_left_out
from invocation_lint.source.record import Pattern


@mutable
class Read:
    """One read of a page in its code."""

    module: ModuleInfo
    files: ProjectFiles | None
    operation: ListOperation
    request: Request
    uses: Uses
    scope: Scope
    holder: FunctionInfo | None  # the function around it
    call: cst.Call


def refined(data: ListRead, read: Read, names: Iterable[str]) -> ListRead:
    """What is known of a read, with what is asked only of one that may be a warning; `names` are those by which its
    table is opened."""
    ways = [(read.uses, read.scope)]
    if _may_warn(data):
        if _is_never_read(read, data) or (read.files is not None and is_left_out(read.files, read.module.name)):
            data = replace(data, runs_on="elsewhere")
        if read.uses.strongest == "returned" and read.holder is not None:
            ways += [(uses, scope) for uses, scope, _ in used_by_callers(read.module, read.holder, read.operation.keys)]
        if data.jobs == "no":
            data = _lasting(data, read, ways, names)
    uses, scope = next(((uses, scope) for uses, scope in ways if uses.act), ways[-1] if ways[-1][0].found else ways[0])
    told = missed(
        read.operation,
        uses,
        scope,
        used=str(data.used) if uses is read.uses else uses.strongest,
        grows=data.grows,
        is_filtered=data.filtered == "yes",
        answers=data.caller.kind in {"lambda_handler", "view"} and uses is read.uses,
    )
    return replace(data, missed=told)


def _may_warn(data: ListRead) -> bool:
    is_read = data.next_page == "no" and data.entries in {"data", "resources"}
    return is_read and data.runs_on == "lambda" and data.caller.kind != "test"


def _lasting(data: ListRead, read: Read, ways: list[tuple[Uses, Scope]], names: Iterable[str]) -> ListRead:
    """The same, where something keeps the list from growing."""
    in_s3 = read.operation.service == "s3"
    if read.operation.service == "dynamodb":
        assert isinstance(read.call.func, cst.Attribute)
        if expires(read.files, read.module, last_name(read.call.func.value), names):
            gone = UnknownAnswer("its items expire")
            return replace(data, fills="few", grows=gone if isinstance(data.grows, str) else data.grows)
        if any(is_small(uses, scope) for uses, scope in ways):
            return replace(data, fills="few")
    is_whole = data.filtered == "no" and data.asks_for in {"kind", "parent"} and (in_s3 or data.operation == "query")
    if is_whole and any(is_drained(read.request, uses, scope, read.module, in_s3=in_s3) for uses, scope in ways):
        return replace(data, fills="few")
    return data


def _is_never_read(read: Read, data: ListRead) -> bool:
    """Whether a helper reads the list that nothing of the project calls."""
    function = read.holder
    if read.files is None or function is None or data.caller.kind != "library":
        return False
    if function.cls is None and (may_be_handler(function) or read.files.handlers_of(read.module.name) is not None):
        return False
    node = function.node
    is_of_base = function.cls is not None and bool(function.cls.bases)
    is_plain = isinstance(node, cst.FunctionDef) and not node.decorators and not function.name.startswith("__")
    if not is_plain or is_of_base or function.parent is not None or read.module.is_mentioned_outside(function):
        return False
    name = function.name
    return not read.files.holding(read.module.name, Pattern(rf"(?<!\bdef )(?<!\w){name}(?!\w)", (name,)))


__all__ = ["Read", "refined"]
