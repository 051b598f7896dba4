"""What a loop goes over: rows of a query, items of a table, objects of a bucket, messages that were received."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.items.naming import Functions
from invocation_lint.facts.building.items.outside import Outside
from invocation_lint.facts.building.messaging.calls import Code, arguments_of, keywords
from invocation_lint.facts.building.scopes import Scope, called_name, targets_of, text_of
from invocation_lint.source.parsing.texts import number_in
from invocation_lint.source.parsing.walk import walk

MAX_STEPS = 6
"""Names and functions behind each other that are followed."""

EVENT = "event"
"""Stands for the event of a handler, and for parts of it."""

_SAME = frozenset({"list", "sorted", "enumerate", "reversed", "tuple", "iter", "set", "islice", "tqdm", "deepcopy"})
_OF_TABLES = frozenset({"scan", "query", "paginate", "execute_statement"})
_KEYS = {
    "Items": ("table_items", _OF_TABLES),
    "Messages": ("messages", frozenset({"receive_message"})),
    "Contents": ("objects", frozenset({"list_objects", "list_objects_v2", "paginate"})),
    "Reservations": ("resources", frozenset({"describe_instances", "paginate"})),
    "Volumes": ("resources", frozenset({"describe_volumes", "paginate"})),
    "Snapshots": ("resources", frozenset({"describe_snapshots", "paginate"})),
    "DBInstances": ("resources", frozenset({"describe_db_instances", "paginate"})),
    "DBClusters": ("resources", frozenset({"describe_db_clusters", "paginate"})),
    "Users": ("resources", frozenset({"list_users", "paginate"})),
}
"""Keys of answers of AWS that hold items, with the operations that answer so."""

_ROWS = frozenset({"fetchall", "fetchmany"})
_TAKING_ROWS = frozenset({"all", "scalars", "filter", "exclude", "iterator", "order_by", "where", "limit", "yield_per"})
_SELECTS = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)
_SELECTS_ONE = re.compile(r"(?:\bLIMIT\s+1|\bFETCH\s+FIRST\s+(?:1\s+)?ROW\s+ONLY)\s*;?\s*\Z", re.IGNORECASE)
_LIMITS = frozenset({"Limit", "MaxKeys", "limit"})
_CHANGES = frozenset({"insert", "update", "upsert", "delete"})
_OF_EC2 = frozenset({"instances", "volumes", "snapshots", "images"})
"""Collections of `boto3.resource("ec2")`."""

Given = Mapping[str, str]
"""The words of the parameters of a function, as its call gives them."""


class Sources:
    """Tells what expressions hold, by the words of the fact's `items`, and `EVENT`."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._returned: dict[tuple[str, int], str | None] = {}
        self._answering: dict[tuple[str, frozenset[str], int, int], bool] = {}

    def of(self, node: cst.BaseExpression, code: Code, info: FunctionInfo, given: Given) -> str | None:
        """The word for what a loop over an expression goes over; None where that is nothing of these."""
        return _Reader(self, code, info, given, MAX_STEPS).items(node)

    def given(self, helper: FunctionInfo, call: cst.Call, code: Code, info: FunctionInfo, given: Given) -> Given:
        """The words of the parameters of a helper that a call in a function gives."""
        values = arguments_of(helper, call)
        found = ((name, self.of(value, code, info, given)) for name, value in values)
        return {name: word for name, word in found if word is not None}

    def returned(self, call: cst.Call, code: Code, steps: int) -> str | None:
        """The word for what a function of the project returns, or yields."""
        found = self._functions.of(call, code) if steps > 0 else None
        if found is None:
            return None
        info, other = found
        key = info.key, steps
        if key not in self._returned:
            self._returned[key] = self._returned_by(info, other, steps - 1)
        return self._returned[key]

    def _returned_by(self, info: FunctionInfo, other: Code, steps: int) -> str | None:
        reader = _Reader(self, other, info, {}, steps)
        for node in other.scope_of(info).parents:
            if isinstance(node, (cst.Return, cst.From)) and isinstance(_value(node), cst.BaseExpression):
                word = reader.items(_value(node))
            elif isinstance(node, cst.Yield) and isinstance(node.value, cst.BaseExpression):
                word = reader.around(node)
            else:
                continue
            if word is not None:
                return word
        return None


def _value(node: cst.CSTNode) -> cst.BaseExpression:
    found = node.value if isinstance(node, cst.Return) else node.item if isinstance(node, cst.From) else None
    return found if found is not None else cst.Name("None")


class Answer(NamedTuple):
    """The name of the operation whose answer, or a page of whose answers, an expression is."""

    operation: str


class _Reader:
    def __init__(self, sources: Sources, code: Code, info: FunctionInfo, given: Given, steps: int) -> None:
        self._sources = sources
        self._code = code
        self._scope: Scope = code.scope_of(info)
        self._outside = Outside(code, self._scope)
        self._given = given
        self._steps = steps
        self._seen: set[str] = set()
        self._known: dict[tuple[str, frozenset[str], int], bool] = {}

    def items(self, node: cst.BaseExpression) -> str | None:
        """The word for the items of an expression."""
        if isinstance(node, cst.Await):
            return self.items(node.expression)
        if isinstance(node, cst.Name):
            return self._named(node.value)
        if isinstance(node, cst.BooleanOperation):
            return self.items(node.left)
        if isinstance(node, cst.IfExp):
            return self.items(node.body) or self.items(node.orelse)
        if isinstance(node, (cst.ListComp, cst.GeneratorExp, cst.SetComp)):
            return self.items(node.for_in.iter)
        if isinstance(node, cst.Subscript) and len(node.slice) == 1:
            return self._part(node.value, text_of(node.slice[0].slice), node)
        if isinstance(node, cst.Attribute):
            return "rows" if node.attr.value == "data" and self._is_executed(node.value) else None
        return self._called(node) if isinstance(node, cst.Call) else None

    def around(self, node: cst.CSTNode) -> str | None:
        """The word for what the loop around a node goes over."""
        for outer in self._scope.around(node):
            if isinstance(outer, cst.For):
                return self.items(outer.iter)
        return None

    def _named(self, name: str) -> str | None:
        if name in self._seen or len(self._seen) >= MAX_STEPS:
            return None
        self._seen.add(name)
        values = [one.value for one in self._scope.assignments.get(name, ())]
        found = (self.items(value) for value in (*values, *self._added_to(name)))
        word = next((one for one in found if one is not None), None)
        word = word or self._given.get(name)
        if word is None and all(isinstance(one, cst.Call) and called_name(one) == "cursor" for one in values):
            word = self._cursor(name)
        return word or (None if values else self._outside.constant(name))

    def _added_to(self, name: str) -> Iterator[cst.BaseExpression]:
        """What a list is extended by, and what the loops go over that append to it."""
        for use in self._scope.names.get(name, ()):
            parent = self._scope.parents.get(use)
            call = self._scope.parents.get(parent) if isinstance(parent, cst.Attribute) else None
            if isinstance(parent, cst.AugAssign) and parent.target is use:
                yield parent.value
            elif isinstance(parent, cst.Attribute) and isinstance(call, cst.Call) and call.args:
                if parent.attr.value == "extend":
                    yield call.args[0].value
                elif parent.attr.value == "append":
                    yield from (one.iter for one in self._scope.around(call) if isinstance(one, cst.For))

    def _grouped(self, node: cst.BaseExpression) -> str | None:
        """The word for the items that a mapping holds in lists: `groups[item["owner"]].append(item)`."""
        for use in self._scope.names.get(node.value, ()) if isinstance(node, cst.Name) else ():
            held = self._scope.parents.get(use)
            if isinstance(held, cst.Attribute) and held.attr.value == "setdefault":
                held = self._scope.parents.get(held)
            taken = self._scope.parents.get(held) if isinstance(held, (cst.Subscript, cst.Call)) else None
            if isinstance(taken, cst.Attribute) and taken.attr.value == "append":
                return self.around(taken)
        return None

    def _cursor(self, name: str) -> str | None:
        """`cursor.execute("SELECT ..")`, and `for row in cursor`."""
        calls = (
            call for call in self._scope.calls if called_name(call) == "execute" and _owner(call) == name and call.args
        )
        return "rows" if any(self._selects(call.args[0].value) for call in calls) else None

    def _cursor_gives_one(self, rows: cst.Call) -> bool:
        """Whether all that the cursor of `cursor.fetchall()` executes asks for one row."""
        calls = (call for call in self._scope.calls if called_name(call) == "execute" and _owner(call) == _owner(rows))
        asked = [call.args[0].value if call.args else None for call in calls]
        return bool(asked) and all(one is not None and self._selects_one(one) for one in asked)

    def _selects_one(self, node: cst.BaseExpression) -> bool:
        if isinstance(node, cst.Name):
            values = [one.value for one in self._scope.assignments.get(node.value, ())]
            return bool(values) and all(not isinstance(one, cst.Name) and self._selects_one(one) for one in values)
        return isinstance(node, cst.BaseString) and _SELECTS_ONE.search(text_of(node)) is not None

    def _selects(self, node: cst.BaseExpression, steps: int = MAX_STEPS) -> bool:
        """Whether a statement of SQL reads rows, and not one of them."""
        if isinstance(node, cst.Name):
            values = self._scope.assignments.get(node.value, ()) if steps else ()
            return any(self._selects(one.value, steps - 1) for one in values)
        if self._selects_one(node):
            return False
        first = next((one for one in walk(node) if isinstance(one, (cst.SimpleString, cst.FormattedStringText))), None)
        text = first.value if isinstance(first, cst.FormattedStringText) else text_of(first) if first else ""
        is_made = isinstance(node, cst.Call) and called_name(node) == "select"
        return is_made or _SELECTS.match(text) is not None

    def _part(self, owner: cst.BaseExpression, key: str, node: cst.BaseExpression) -> str | None:
        """The word for what an answer, a page or an event holds under a key, or a slice of a list."""
        if not key:
            is_cut = isinstance(node, cst.Subscript) and isinstance(node.slice[0].slice, cst.Slice)
            return self.items(owner) if is_cut and not _is_first(node) else None
        if key in _KEYS:
            word, operations = _KEYS[key]
            if self._answers(owner, operations):
                return word
        seen = set(self._seen)
        if self._is_event(owner):
            return "records" if key == "Records" else EVENT
        self._seen = seen
        return "fetched" if self.items(owner) == "fetched" else None

    def _is_event(self, node: cst.BaseExpression) -> bool:
        """Whether an expression is the event, or a part of it."""
        if isinstance(node, cst.Name) and EVENT in self._given.values():
            return self._given.get(node.value) == EVENT or (
                node.value not in self._seen and self._named(node.value) == EVENT
            )
        if isinstance(node, cst.Call) and called_name(node) == "loads" and node.args:
            return self._is_event(node.args[0].value)
        return isinstance(node, (cst.Subscript, cst.Call)) and self.items(node) == EVENT

    def _answers(self, node: cst.BaseExpression, operations: frozenset[str], steps: int = MAX_STEPS) -> bool:
        """Whether an expression is an answer of one of these operations, or a page of them."""
        if isinstance(node, cst.Await):
            node = node.expression
        if isinstance(node, cst.Call):
            if called_name(node) in operations:
                is_one = _asks_for_one(node) or (called_name(node) == "receive_message" and not _asks_for_several(node))
                return isinstance(node.func, cst.Attribute) and not is_one
            return self._answers_of_helper(node, operations, steps)
        if not isinstance(node, cst.Name) or not steps:
            return False
        key = node.value, operations, steps
        if key not in self._known:
            self._known[key] = self._named_answers(node, operations, steps)
        return self._known[key]

    def _named_answers(self, node: cst.Name, operations: frozenset[str], steps: int) -> bool:
        values = [one.value for one in self._scope.assignments.get(node.value, ())]
        loops = (self._scope.parents.get(use) for use in self._scope.names.get(node.value, ()))
        values += [one.iter for one in loops if isinstance(one, cst.For) and one.iter is not node]
        return any(self._answers(value, operations, steps - 1) for value in values)

    def _answers_of_helper(self, call: cst.Call, operations: frozenset[str], steps: int) -> bool:
        found = self._sources._functions.of(call, self._code) if steps and self._steps else None
        if found is None:
            return False
        known, key = self._sources._answering, (found[0].key, operations, steps, self._steps)
        if key not in known:
            inner = _Reader(self._sources, found[1], found[0], {}, self._steps - 1)
            returned = (one.value for one in found[1].scope_of(found[0]).parents if isinstance(one, cst.Return))
            known[key] = any(one is not None and inner._answers(one, operations, steps - 1) for one in returned)
        return known[key]

    def _called(self, node: cst.Call) -> str | None:
        name = called_name(node)
        if name in _SAME and node.args:
            return self.items(node.args[0].value)
        if name in {"get", "pop"} and node.args and isinstance(node.func, cst.Attribute):
            key = text_of(node.args[0].value)
            return self._part(node.func.value, key, node) if key else None
        if name == "receive_messages":
            return "messages" if _asks_for_several(node) else None
        if name in {"items", "values"} and not node.args and isinstance(node.func, cst.Attribute):
            return self._grouped(node.func.value)
        if isinstance(node.func, cst.Attribute) and name == "loads" and node.args:
            return EVENT if self._is_event(node.args[0].value) else self._outside.items(node)
        return self._outside.items(node) or self._queried(node) or self._sources.returned(node, self._code, self._steps)

    def _queried(self, node: cst.Call) -> str | None:
        """The word for the rows of a query, which is a chain of calls."""
        name = called_name(node)
        chain = list(_chain(node))
        if _is_limited(node):
            return None
        if name in _ROWS:
            return None if self._cursor_gives_one(node) else "rows"
        if name == "execute" and node.args and self._selects(node.args[0].value):
            return "rows"
        if name == "find" and isinstance(node.func, cst.Attribute):
            first = node.args[0].value if node.args else None
            return "rows" if first is None or (isinstance(first, (cst.Dict, cst.Name)) and len(chain) > 1) else None
        if "find" in chain[:-1] and name in {"sort", "limit", "skip", "batch_size"}:
            return "rows"
        root = chain[-1]
        if name in {"scan", "query"} and root[:1].isupper() and "_" not in root and not root.isupper():
            return "table_items"  # a model of PynamoDB
        if "objects" in chain[1:] and name in _TAKING_ROWS:
            return "rows" if root[:1].isupper() else "objects"
        if _OF_EC2 & set(chain[1:2]) and name in {"all", "filter"} and ("resource" in chain or "ec2" in root.lower()):
            return "resources"
        is_query = {"query", "execute", "scalars", "select"} & set(chain)
        return "rows" if name in _TAKING_ROWS and is_query else None

    def _is_executed(self, node: cst.BaseExpression) -> bool:
        """Whether it is an answer of supabase-py: `client.table(..).select(..).execute()`."""
        if isinstance(node, cst.Await):
            return self._is_executed(node.expression)
        if isinstance(node, cst.Name):
            values = self._scope.assignments.get(node.value, ())
            return any(not isinstance(one.value, cst.Name) and self._is_executed(one.value) for one in values)
        if not isinstance(node, cst.Call) or called_name(node) != "execute":
            return False
        chain = set(_chain(node))
        return "select" in chain and chain.isdisjoint(_CHANGES)


def _asks_for_several(call: cst.Call) -> bool:
    """Whether more than one message is asked for: one, unless it is said (SQS API reference, ReceiveMessage)."""
    given = keywords(call).get("MaxNumberOfMessages")
    if given is None:
        return any(arg.star for arg in call.args)
    return not isinstance(given.value, cst.Integer) or given.value.evaluated_value > 1


def _asks_for_one(call: cst.Call) -> bool:
    """Whether a request names one as the most that it wants: `query(.., Limit=1)`."""
    given = keywords(call)
    return any(number_in(given[name].value) == 1 for name in _LIMITS & given.keys())


def _is_limited(call: cst.Call) -> bool:
    """Whether a query asks for one row: `.limit(1)`, `.fetchmany(1)`."""
    current: cst.BaseExpression = call
    while isinstance(current, (cst.Call, cst.Attribute)):
        if isinstance(current, cst.Call) and (
            _asks_for_one(current) or (called_name(current) in {"limit", "fetchmany"} and _is_first_one(current))
        ):
            return True
        current = current.func if isinstance(current, cst.Call) else current.value
    return False


def _is_first_one(call: cst.Call) -> bool:
    return len(call.args) == 1 and number_in(call.args[0].value) == 1


def _is_first(node: cst.BaseExpression) -> bool:
    """Whether it is the first of a list: `items[:1]`."""
    cut = node.slice[0].slice if isinstance(node, cst.Subscript) else None
    return isinstance(cut, cst.Slice) and cut.lower is None and number_in(cut.upper) == 1


def _owner(call: cst.Call) -> str:
    owner = call.func.value if isinstance(call.func, cst.Attribute) else None
    return owner.value if isinstance(owner, cst.Name) else ""


def _chain(node: cst.BaseExpression) -> Iterator[str]:
    """The names of a chain of calls, the last one first: `filter`, `objects`, `Job`."""
    current: cst.BaseExpression = node
    while True:
        if isinstance(current, (cst.Call, cst.Subscript)):
            current = current.func if isinstance(current, cst.Call) else current.value
        elif isinstance(current, cst.Attribute):
            yield current.attr.value
            current = current.value
        elif isinstance(current, cst.Await):
            current = current.expression
        else:
            yield current.value if isinstance(current, cst.Name) else ""
            return


def names_bound(target: cst.BaseExpression) -> frozenset[str]:
    """The names that the target of a loop or an assignment gives values."""
    return frozenset(one.value for one in walk(target) if isinstance(one, cst.Name))


def derived(loop: cst.For) -> frozenset[str]:
    """The names of a round: those of the item, and those that the loop assigns."""
    made = (target for node in walk(loop.body) for target in targets_of(node))
    withs = (one.asname.name for one in walk(loop.body) if isinstance(one, cst.WithItem) and one.asname is not None)
    inner = (one.target for one in walk(loop.body) if isinstance(one, cst.For))
    return frozenset(name for target in (loop.target, *made, *withs, *inner) for name in names_bound(target))


__all__ = ["EVENT", "Given", "Sources", "derived", "names_bound"]
