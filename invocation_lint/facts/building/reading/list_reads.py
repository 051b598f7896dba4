"""One fact for each read of a page of AWS, from the syntax of the function around it.

Nothing is interpreted: what matters is which operation is called and whether the same function ever looks for the next
page, and that is written there. A token, a paginator or a cursor anywhere in the function is such a look.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from functools import cached_property
from typing import Any

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.analysis.program.ways import reaches_sites
from invocation_lint.data.list_operations import ListOperation, is_list_operation
from invocation_lint.facts import list_read as facts
from invocation_lint.facts.base import Fact
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building import callers
from invocation_lint.facts.building.page_uses import Uses
from invocation_lint.facts.building.reading.constants import is_constant_or_series
from invocation_lint.facts.building.reading.helped import HelpedReader, constants_given
from invocation_lint.facts.building.reading.list_clients import Clients
from invocation_lint.facts.building.reading.list_filling import adds_entries, filling, meant, of_folder
from invocation_lint.facts.building.reading.list_growth import Request, growth, request_of
from invocation_lint.facts.building.reading.list_refining import Read, refined
from invocation_lint.facts.building.reading.list_requests import (
    asks_for,
    has_just_made,
    is_a_page,
    is_filtered,
    is_in_while,
    last_name,
    left_empty,
    next_page,
    page_of,
    read_of,
)
from invocation_lint.facts.building.reading.list_searches import is_sifted, ranked
from invocation_lint.facts.building.reading.list_tables import entries_of, holds_jobs
from invocation_lint.facts.building.reading.next_pages import Pages, may_look
from invocation_lint.facts.building.reading.table_names import words_in
from invocation_lint.facts.building.scopes import Scope
from invocation_lint.facts.options import AnalysisOptions
from invocation_lint.records import mutable, record
from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.lambda_code import is_handler_code, runs_on_lambda
from invocation_lint.source.list_calls import clients_made, list_calls, reads_entries
from invocation_lint.source.parsing.walk import walk
from invocation_lint.source.scan import may_query_jobs

_NAMING = (cst.Assign, cst.AnnAssign, cst.WithItem)


@mutable
class _Body:
    """A function that stands in no other one, or the module without its functions."""

    root: cst.CSTNode
    function: FunctionInfo | None
    calls: list[cst.Call] = field(default_factory=list)
    clients: list[cst.CSTNode] = field(default_factory=list)  # statements that may bind one to a name
    looks: list[cst.Name | cst.SimpleString] = field(default_factory=list)  # what may speak of a next page


@record
class _Root:
    """The same before it is parsed, and where it stands in the text; the module's start is -1."""

    module: ModuleInfo
    function: FunctionInfo | None
    start: int
    end: int

    @property
    def node(self) -> cst.CSTNode:
        """Its tree."""
        return self.module.source.module if self.function is None else self.function.node

    @property
    def words(self) -> frozenset[str]:
        """The words that stand there, at least."""
        if self.function is not None:
            return self.function.words
        return self.module.mentions.union(*(cls.mentions for cls in self.module.classes.values()))


class ListReadBuilder:
    """Builds the facts of the reads of pages in a module; without the `files` of its project it is looked at alone."""

    def __init__(self, module: ModuleInfo, options: AnalysisOptions, files: ProjectFiles | None = None) -> None:
        self.module = module
        self.files = files
        self.options = options
        self._clients = Clients(module.source)

    def build(self) -> tuple[Fact, ...]:
        """All facts, in the order of their places."""
        roots = list(self._roots())
        called = self._called(roots)
        bodies = {root.start: self._body(root) for root in roots if root.start in called}
        receivers = {_receiver(call) for body in bodies.values() for call in body.calls}
        makers = self._makers(roots) if receivers else set()
        for root in roots:
            if root.start in makers and ("" in receivers or not receivers.isdisjoint(root.words)):
                known = bodies.get(root.start)
                for node in known.clients if known is not None else _nodes(root):
                    self._clients.note(node)
        found = [fact for body in bodies.values() if body.calls for fact in self._of_body(body)]
        return tuple(sorted(found, key=lambda fact: fact.site))

    @property
    def may_matter(self) -> bool:
        """Whether the module may read jobs, or is near Lambda."""
        data = self.module.source.data
        return may_query_jobs(data, self.options.job_tables) or self._is_near_lambda

    def _roots(self) -> Iterator[_Root]:
        """The functions that stand in no other one, in order, and the module without its functions."""
        source = self.module.source
        whole = [info for info in self.module.functions.values() if info.parent is None and not info.is_lambda]
        for info in sorted(whole, key=lambda info: info.start):
            yield _Root(self.module, info, info.start, source.offsets(info.place)[1])
        yield _Root(self.module, None, -1, len(source.text))

    def _called(self, roots: Sequence[_Root]) -> set[int]:
        """The starts of those that may hold a call of an operation, and read its answer."""
        text = self.module.source.text
        called = list(list_calls(text))
        read = {name for name in {call.name for call in called} if reads_entries(text, name, 0, len(text))}
        return {root.start for call in called if call.name in read for root in _holding(roots, call.start)}

    def _makers(self, roots: Sequence[_Root]) -> set[int]:
        """The starts of those that may make a client or table."""
        return {root.start for at in clients_made(self.module.source.text) for root in _holding(roots, at)}

    def _body(self, root: _Root) -> _Body:
        body = _Body(root.node, root.function)
        for node in _nodes(root):
            if isinstance(node, cst.Call):
                if _may_be_read(node):
                    body.calls.append(node)
            elif isinstance(node, (cst.Name, cst.SimpleString)):
                if may_look(node.value):
                    body.looks.append(node)
            elif isinstance(node, _NAMING):
                body.clients.append(node)
        return body

    def _of_body(self, body: _Body) -> Iterator[Fact]:
        found = [(call, candidates) for call in body.calls if (candidates := self._clients.candidates(call))]
        if not found:
            return
        scope = Scope(body.root)
        pages = Pages(self.module.source, scope, [call for call, _ in found], body.looks)
        for call, candidates in found:
            yield from self._fact(body, scope, pages, call, candidates)

    @cached_property
    def _once(self) -> dict[str, cst.BaseExpression]:
        """The names that the module sets once, with what they are set to."""
        given: dict[str, list[cst.BaseExpression]] = {}
        for line in self.module.source.module.body:
            for node in line.body if isinstance(line, cst.SimpleStatementLine) else ():
                if isinstance(node, cst.Assign):
                    for one in node.targets:
                        given.setdefault(last_name(one.target), []).append(node.value)
        return {name: values[0] for name, values in given.items() if len(values) == 1}

    @cached_property
    def _constants(self) -> dict[str, cst.BaseExpression]:
        """Those that it gives a constant, or a list of them."""
        return {name: value for name, value in self._once.items() if is_constant_or_series(value)}

    @cached_property
    def _is_near_lambda(self) -> bool:
        """Whether the module is a handler's, is imported by one, or leads to an invocation, where nobody runs it by
        hand."""
        if reaches_sites(self.module) and not callers.is_run_by_hand(self.module, self.files):
            return True
        if self.files is None:
            return is_handler_code(self.module.source.data)
        is_a_script = callers.is_run_by_hand(self.module, self.files) and callers.stands_alone(self.module, self.files)
        return not is_a_script and runs_on_lambda(self.files, self.module.name)

    # -- the fact ----------------------------------------------------------------------------------------------------

    def _fact(
        self, body: _Body, scope: Scope, pages: Pages, call: cst.Call, candidates: list[ListOperation]
    ) -> Iterator[Fact]:
        source = self.module.source
        read = [
            (one, uses)
            for one in candidates
            if (uses := HelpedReader(self.module, body.function, scope, frozenset(one.keys)).read(call)).found
        ]
        if not read:
            return
        operation, uses = read[0]
        site = source.place(call)
        around = [self.module.defined_by(one) for one in scope.around(call) if isinstance(one, cst.FunctionDef)]
        inner = around[0] if around else None
        holder = inner if isinstance(inner, FunctionInfo) else body.function
        assert isinstance(call.func, cst.Attribute)
        named = source.place(call.func.attr)
        asked = source.place(call.args[0]) if call.args else named
        places = {
            "operation": named,
            "page": named,
            "read": named,
            "paginator": named,
            "missed": named,
            "asks_for": asked,
            "grows": asked,
            "fills": asked,
        }
        places |= dict.fromkeys(("service", "entries", "jobs", "created"), source.place(call.func.value))
        if holder is not None and isinstance(holder.node, cst.FunctionDef):
            places["next_page"] = source.place(holder.node.name)
        given = {arg.keyword.value for arg in call.args if arg.keyword is not None}
        spread = [arg.value for arg in call.args if arg.star == "**"]
        request = request_of(call, scope, self._constants)
        if holder is not None and holder is body.function and asks_for(operation, request, given) == "part":
            parameters = constants_given(self.module, holder, self._constants)
            request = replace(request, constants=replace(request.constants, parameters=parameters))
        given |= set(request.given)
        given -= left_empty(operation, request)
        if spread and request.is_open:
            given |= scope.texts  # a mapping that the function fills
        named_by = self._clients.named_by(call, scope, self._once)
        names = [*map(words_in, named_by), *request.words()]
        limits = [] if is_a_page(operation, request) else sorted({one.limit for one, _ in read} & given)
        is_looked_through = bool(limits) and is_sifted(operation, request, uses, scope)
        top = ranked(uses, scope, source)
        is_again = is_in_while(operation, given, scope, call, uses)
        looks = is_again or pages.looks_on(call, operation.name, operation.given)
        grows = _grows(operation, request, uses, scope, names, holder, is_limited=bool(limits))
        data = facts.ListRead(
            service=operation.service if len(read) == 1 else UnknownAnswer("several services have the operation"),
            operation=operation.name,
            page=page_of(operation, request, is_limited=bool(limits), given=given)
            if len(read) == 1
            else UnknownAnswer("which service is asked is not known"),
            read=read_of(operation, is_limited=bool(limits), given=given),
            paginator=None if operation.is_of_one_job else operation.name,
            entries=entries_of(
                operation, named_by, request, _titles(holder), is_filled=last_name(call.func.value) in self._filled
            )
            if len(read) == 1
            else UnknownAnswer("of which service?"),
            limit=limits[0] if limits else None,
            jobs="yes" if operation.service == "dynamodb" and holds_jobs(names, self.options.job_tables) else "no",
            asks_for=asks_for(operation, request, given, is_sifted=is_looked_through),
            grows=grows,
            fills=self._fills(operation, request, scope, named_by, holder, grows, last_name(call.func.value), uses),
            filtered="yes" if is_filtered(operation, given) or is_looked_through else "no",
            created="yes" if has_just_made(scope, call) else "no",
            next_page=next_page(operation, uses, given, looks, spread, scope),
            used="ranked" if top is not None else uses.strongest,
            each_entry="acts" if uses.acts is not None else "reads",
            runs_on="lambda" if self._is_near_lambda else "elsewhere",
            caller=facts.Caller(callers.ending_of(self.module, holder, site, self.options).kind),
        )
        if top is not None or uses.strongest in uses.found:
            places["used"] = top or uses.found[uses.strongest]
        if uses.acts is not None:
            places["each_entry"] = uses.acts
        if uses.escapes is not None:
            places["next_page"] = uses.escapes
        for arg in call.args:
            if arg.keyword is not None and arg.keyword.value in limits:
                places["limit"] = source.place(arg)
            if arg.keyword is not None and is_filtered(operation, {arg.keyword.value}):
                places["filtered"] = source.place(arg)
        read_here = Read(self.module, self.files, operation, request, uses, scope, holder, call)
        data = refined(data, read_here, [name for one in named_by for name in meant(one, scope, self._constants)])
        yield Fact("list_read", data, site, places, (), holder.title if holder is not None else "")

    @cached_property
    def _filled(self) -> frozenset[str]:
        """The names of the tables to which the module adds entries."""
        return frozenset(re.findall(r"(\w+)\s*\.\s*(?:put_item|batch_writer)\s*\(", self.module.source.text))

    def _fills(
        self, operation: ListOperation, request: Request, scope: Scope, named_by: Sequence[cst.BaseExpression],
        holder: FunctionInfo | None, grows: object, receiver: str, uses: Uses,
    ) -> Any:  # fmt: skip
        folder, _, name = self.module.name.rpartition("/")
        titles = (*_titles(holder), name.removesuffix(".py"), of_folder(folder.rpartition("/")[2], name))
        adds = adds_entries(self.module, receiver)
        told = filling(operation, request, scope, named_by, titles, self._constants, grows, uses=uses, adds=adds)
        return told or UnknownAnswer("what is added, and how often, is not in sight")


def _grows(
    operation: ListOperation,
    request: Request,
    uses: Uses,
    scope: Scope,
    tables: Sequence[str],
    holder: FunctionInfo | None,
    *,
    is_limited: bool,
) -> Any:
    function, of_class = _titles(holder)
    told = growth(request, uses, scope, tables, function, of_class, in_s3=operation.service == "s3")
    return told or (None if is_limited else UnknownAnswer("how much lies there is not in sight"))


def _titles(holder: FunctionInfo | None) -> tuple[str, str]:
    return (holder.name, holder.cls.name if holder.cls else "") if holder is not None else ("", "")


def _nodes(root: _Root) -> Iterator[cst.CSTNode]:
    return walk(root.node, enter=None if root.function is not None else _is_no_function)


def _holding(roots: Sequence[_Root], at: int) -> Iterator[_Root]:
    """The code that may hold an offset: a function, or the module and the function whose decorator it may stand in."""
    index = bisect_right(roots, at, hi=len(roots) - 1, key=lambda root: root.start)
    if index and at < roots[index - 1].end:
        yield roots[index - 1]
    else:
        yield from roots[index:][:1]
        yield roots[-1]


def _is_no_function(node: cst.CSTNode) -> bool:
    return not isinstance(node, cst.FunctionDef)


def _receiver(call: cst.Call) -> str:
    assert isinstance(call.func, cst.Attribute)
    return last_name(call.func.value)


def _may_be_read(call: cst.Call) -> bool:
    """Whether a call may be one of an operation that answers in pages; those take no argument by position."""
    named = all(arg.keyword is not None or arg.star == "**" for arg in call.args)
    return named and isinstance(call.func, cst.Attribute) and is_list_operation(call.func.attr.value)


__all__ = ["ListReadBuilder"]
