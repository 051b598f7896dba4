"""What a request of a read of a page is given, and what tells that the part that it asks for outgrows a page.

How much lies below one user, job or prefix is not in sight. What is done with it may tell: whoever removes all that
lies there, or takes the newest, counts on more than a few; and messages, events and log entries are added without end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from invocation_lint.analysis.program.acts import LOGGING
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.building.page_uses import Uses
from invocation_lint.facts.building.reading.constants import Constants
from invocation_lint.facts.building.reading.days import names_days
from invocation_lint.facts.building.reading.list_contents import (
    hold_texts,
    is_picked_by_state,
    is_picked_by_time,
    is_time,
    parts_of,
)
from invocation_lint.facts.building.reading.partitions import Comparison, comparisons, texts
from invocation_lint.facts.building.reading.table_names import words_in
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.facts.building.states import snake_case
from invocation_lint.source.parsing.walk import walk

_REMOVES = ("delete", "remove", "batch_delete")
_HAPPENINGS = re.compile(
    r"(?<=_)(?:messages?|msgs?|chats?|conversations?|events|logs|audits?|histor(?:y|ies)|orders?|transactions?"
    r"|payments?|invoices?|notifications?|executions?|runs|visits?|measurements?|readings|telemetry|activities"
    r"|comments?|failures?|incidents?|alerts?|tickets?)(?=_)"
)
"""Words for what is added with each thing that happens, and rarely removed."""

_OF_EVERYBODY = ("activities", "logs", "audits", "history", "messages", "notifications", "orders", "transactions",
                 "payments", "visits", "measurements", "readings", "telemetry", "executions")  # fmt: skip
"""Those of them of which each person, or device, of an organization adds some every day."""

_TENANTS = frozenset({"org", "orgs", "organization", "organisation", "tenant", "company", "workspace", "enterprise"})
"""Words in the names of columns for all the people of a customer together."""

_GETTERS = re.compile(r"^_*(?:list|get|fetch|query|load|read|find|search|delete|remove)_.*(?:s|history)$")
"""Names of functions that say what they read."""

_OF_TABLES = re.compile(r"(?:Repository|Repo|Store|Storage|Dao|DAO|Table)$")
"""Endings of the names of classes that say what their table holds: `OrderHistoryRepository`."""

_LAST_MODIFIED = re.compile(r"last_?modified", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """The arguments of a call, also of a mapping that its function writes and the call spreads.

    `is_open` where a mapping comes from elsewhere, or is handed to what may add to it."""

    given: Mapping[str, cst.BaseExpression]
    is_open: bool
    constants: Constants

    @cached_property
    def compared(self) -> tuple[Comparison, ...]:
        """The comparisons of its key condition, of a query of DynamoDB."""
        return comparisons(self.given)

    def is_constant(self, node: cst.CSTNode | None) -> bool:
        """Whether a value is the same in every call, or one of a few that the code names."""
        return self.constants.holds(node)

    def words(self) -> Iterator[str]:
        """The texts that columns are compared with, and the names of those that are constants."""
        yield from texts(self.compared)
        for one in self.compared:
            if self.is_constant(one.value):
                yield from self.constants.words(one.value)

    def filtered_by(self) -> str:
        """The names and texts of its filter, in one."""
        filters = [self.given[name] for name in ("FilterExpression", "ExpressionAttributeNames") if name in self.given]
        return " ".join(map(words_in, filters)) if "FilterExpression" in self.given else ""


def request_of(call: cst.Call, scope: Scope, constants: Mapping[str, cst.BaseExpression]) -> Request:
    """What a call is given. A name that its function sets once stands for what it is set to."""
    given: dict[str, cst.BaseExpression] = {}
    is_open = False
    for arg in call.args:
        if arg.keyword is not None:
            given[arg.keyword.value] = _set_to(arg.value, scope)
        else:
            is_open = not _add_mapping(given, arg.value, scope) or is_open
    return Request(given, is_open, Constants(constants, scope))


def _add_mapping(given: dict[str, cst.BaseExpression], node: cst.BaseExpression, scope: Scope, levels: int = 3) -> bool:
    """Note what a mapping holds; whether that is all of it."""
    if levels < 0:
        return False
    if isinstance(node, cst.Name):
        own = scope.assignments.get(node.value, ())
        is_whole = len(own) == 1 and _add_mapping(given, own[0].value, scope, levels - 1)
        given |= _added(node, scope)
        return is_whole and not any(_may_be_filled(one, scope) for one in scope.names.get(node.value, ()))
    if isinstance(node, cst.Dict):
        told = [_add_element(given, one, scope, levels) for one in node.elements]
        return all(told)
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "copy":
        return not node.args and _add_mapping(given, node.func.value, scope, levels - 1)
    if isinstance(node, cst.Call) and dotted(node.func) == "dict":
        told = [_add_argument(given, arg, scope, levels) for arg in node.args]
        return all(told)
    return False


def _add_element(given: dict[str, cst.BaseExpression], one: cst.BaseDictElement, scope: Scope, levels: int) -> bool:
    if isinstance(one, cst.StarredDictElement):
        return _add_mapping(given, one.value, scope, levels - 1)
    if isinstance(one, cst.DictElement) and isinstance(one.key, cst.SimpleString):
        given[str(one.key.raw_value)] = _set_to(one.value, scope)
        return True
    return False


def _add_argument(given: dict[str, cst.BaseExpression], arg: cst.Arg, scope: Scope, levels: int) -> bool:
    if arg.keyword is None:
        return _add_mapping(given, arg.value, scope, levels - 1)
    given[arg.keyword.value] = _set_to(arg.value, scope)
    return True


def _may_be_filled(name: cst.Name, scope: Scope) -> bool:
    """Whether a mapping is filled, or handed to what may fill it, in a way that is not noted: `request.update(..)`."""
    parent = scope.parents.get(name)
    if isinstance(parent, (cst.AssignTarget, cst.Comparison, cst.ComparisonTarget, cst.StarredDictElement)):
        return False
    if isinstance(parent, cst.Attribute):
        return parent.attr.value not in {"copy", "get", "keys", "items", "values"}
    if isinstance(parent, cst.Subscript) and parent.value is name:
        held = scope.parents.get(parent)
        return isinstance(held, (cst.AssignTarget, cst.AugAssign)) and not text_of(parent.slice[0].slice)
    if isinstance(parent, cst.Arg):
        call = scope.parents.get(parent)
        is_copied = isinstance(call, cst.Call) and called_name(call) in {"dict", "copy", "deepcopy", *LOGGING}
        return not (parent.star == "**" or is_copied)
    return not isinstance(parent, (cst.If, cst.UnaryOperation, cst.FormattedStringExpression))


def growth(
    request: Request, uses: Uses, scope: Scope, tables: Iterable[str], function: str, of_class: str, *, in_s3: bool
) -> str:
    """What tells that the part asked for outgrows a page, in the words of `ListRead.grows`; empty where nothing does.

    `tables` are the names of the table, `function` that of the function around the call, `of_class` of its class."""
    if any(is_cleared(loop, scope) for loop in uses.loops):
        return "cleared"
    if is_picked_by_time(uses):
        return "sifted"
    if in_s3:
        if any(_takes_newest(call, scope) for call in (*uses.ordered, *_ordered_later(uses, scope))):
            return "newest"
        if any(_is_summed(loop, scope) for loop in uses.loops):
            return "summed"
        return "happenings" if names_days(request.given.get("Prefix"), request.constants) else ""
    if not _is_backwards(request) and any(_takes_latest(call, scope) for call in uses.ordered):
        return "newest"
    columns = {_stem(word) for one in request.compared for word in snake_case(one.column).split("_")}
    names = [*tables, *([of_class] if _OF_TABLES.search(of_class) else ())]
    names += [snake_case(function)] if _GETTERS.match(snake_case(function)) else []
    written = [*names, *texts(tuple(one for one in request.compared if one.how == "begins_with"))]
    found = {_stem(word) for name in written for word in _HAPPENINGS.findall(f"_{_words(name)}_")}
    if hold_texts(uses, scope, [*names, *texts(request.compared), function]):
        return "texts"
    if found <= columns:
        return ""
    if is_picked_by_state(uses, function):
        return "sifted"
    is_of_many = any(_stem(word) in found for word in _OF_EVERYBODY)
    return "amassed" if is_of_many and _is_of_tenant(request) else "happenings"


def _is_backwards(request: Request) -> bool:
    """Whether a query begins with the last items of the partition."""
    forward = request.given.get("ScanIndexForward")
    return forward is not None and not (isinstance(forward, cst.Name) and forward.value == "True")


def _takes_latest(call: cst.Call, scope: Scope) -> bool:
    """Whether the items of a partition are put in the order of their times, and the last of them are taken."""
    by_time = any(is_time(snake_case(text_of(part))) for arg in call.args for part in walk(arg.value)
                  if isinstance(part, cst.SimpleString))  # fmt: skip
    if not by_time or called_name(call) == "min":
        return False
    if called_name(call) == "max":
        return True
    backwards = any(arg.keyword is not None and arg.keyword.value == "reverse" for arg in call.args)
    return any(_is_end(part, at_start=backwards) for part in parts_of(call, scope))


def _is_end(part: cst.Subscript, *, at_start: bool) -> bool:
    """Whether the first entry of a list is taken, or the last."""
    index = part.slice[0].slice
    if not isinstance(index, cst.Index):
        return False
    is_last = isinstance(index.value, cst.UnaryOperation)
    return is_last if not at_start else isinstance(index.value, cst.Integer) and index.value.value == "0"


def _is_of_tenant(request: Request) -> bool:
    """Whether all that belongs to a whole customer is asked for: `Key("org_id").eq(org_id)`."""
    columns = [snake_case(one.column) for one in request.compared]
    return len(columns) == 1 and not _TENANTS.isdisjoint(columns[0].split("_"))


def _set_to(node: cst.BaseExpression, scope: Scope) -> cst.BaseExpression:
    own = scope.assignments.get(node.value, ()) if isinstance(node, cst.Name) else ()
    return own[0].value if len(own) == 1 else node


def _added(mapping: cst.BaseExpression, scope: Scope) -> dict[str, cst.BaseExpression]:
    """What a function adds to a mapping: `request["IndexName"] = "by-type"`."""
    found: dict[str, cst.BaseExpression] = {}
    for name in scope.names.get(mapping.value, ()) if isinstance(mapping, cst.Name) else ():
        held = scope.parents.get(name)
        target = scope.parents.get(held) if isinstance(held, cst.Subscript) and held.value is name else None
        assign = scope.parents.get(target) if isinstance(target, cst.AssignTarget) else None
        if isinstance(held, cst.Subscript) and isinstance(assign, cst.Assign) and (key := text_of(held.slice[0].slice)):
            found[key] = _set_to(assign.value, scope)
    return found


def _words(name: str) -> str:
    return re.sub(r"[\W_]+", "_", snake_case(name))


def _stem(word: str) -> str:
    return word.removesuffix("ies").removesuffix("y").removesuffix("s")


def is_cleared(loop: cst.For | cst.CompFor, scope: Scope) -> bool:
    """Whether a loop removes each entry, or collects what is removed after it."""
    if isinstance(loop, cst.For):
        collected: set[str] = set()
        for node in walk(loop.body):
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
                if _removes(node):
                    return True
                if node.func.attr.value == "append" and isinstance(node.func.value, cst.Name):
                    collected.add(node.func.value.value)
        return _is_removed(collected, scope)
    for outer in scope.around(loop):
        if isinstance(outer, cst.Assign):
            return _is_removed({one.target.value for one in outer.targets if isinstance(one.target, cst.Name)}, scope)
        if isinstance(outer, cst.Call) and _removes(outer):
            return True
        if isinstance(outer, cst.BaseStatement):
            return False
    return False


def _removes(call: cst.Call) -> bool:
    """Whether a call removes something at a service: keywords tell it from a method of a list or a set."""
    return called_name(call).startswith(_REMOVES) and any(arg.keyword is not None for arg in call.args)


def _is_removed(collected: set[str], scope: Scope) -> bool:
    return any(
        _removes(call)
        and any(isinstance(part, cst.Name) and part.value in collected for arg in call.args for part in walk(arg.value))
        for call in scope.calls
    )


def _is_summed(loop: cst.For | cst.CompFor, scope: Scope) -> bool:
    """Whether the sizes of objects, or numbers read for each, are added up: `total += entry["Size"]`."""
    if isinstance(loop, cst.CompFor):
        made = scope.parents.get(loop)
        if not isinstance(made, (cst.GeneratorExp, cst.ListComp)) or isinstance(made.elt, cst.Integer):
            return False
        holder = scope.parents.get(made)
        call = scope.parents.get(holder) if isinstance(holder, cst.Arg) else None
        return isinstance(call, cst.Call) and dotted(call.func) == "sum"
    return any(
        isinstance(node, cst.AugAssign) and isinstance(node.operator, cst.AddAssign) and _is_number(node.value)
        for node in walk(loop.body)
    )


def _is_number(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Call):
        is_size = called_name(node) == "get" and bool(node.args) and text_of(node.args[0].value) == "Size"
        return is_size or dotted(node.func) in {"int", "float"}
    return isinstance(node, cst.Subscript) and text_of(node.slice[0].slice) == "Size"


def _ordered_later(uses: Uses, scope: Scope) -> Iterator[cst.Call]:
    """What sorts the entries that a comprehension kept under a name, or takes the largest of them."""
    for loop in uses.loops:
        made = scope.parents.get(loop) if isinstance(loop, cst.CompFor) else None
        held = scope.parents.get(made) if isinstance(made, cst.ListComp) else None
        name = held.targets[0].target if isinstance(held, cst.Assign) else None
        for use in scope.names.get(name.value, ()) if isinstance(name, cst.Name) else ():
            holder = scope.parents.get(use)
            call = scope.parents.get(holder) if isinstance(holder, (cst.Arg, cst.Attribute)) else None
            if isinstance(call, cst.Call) and called_name(call) in {"sorted", "max", "sort"}:
                yield call


def _takes_newest(call: cst.Call, scope: Scope) -> bool:
    """Whether objects are put in the order in which they were written, or the last of a sorted page is taken."""
    if called_name(call) == "min":
        return False
    taken = scope.parents.get(call)
    if isinstance(taken, cst.Subscript) and called_name(call) == "sorted":
        index = taken.slice[0].slice
        if isinstance(index, cst.Index) and isinstance(index.value, cst.UnaryOperation):
            return True
    return any(
        isinstance(part, (cst.SimpleString, cst.Name)) and _LAST_MODIFIED.search(part.value) is not None
        for arg in call.args
        for part in walk(arg.value)
    )
