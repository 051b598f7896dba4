"""What is asked of the entries of one partition or prefix, and what they hold: by that it outgrows a page.

Whoever picks the recent ones, or those in one state, leaves all others there; they only grow more. Entries with texts
or vectors in them fill a page of DynamoDB after some hundreds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import libcst as cst

from invocation_lint.facts.building.page_uses import Uses
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.facts.building.states import snake_case
from invocation_lint.source.parsing.walk import walk

_TIME = re.compile(
    r"^(?:timestamp|ts|date|time|last_?modified)$"
    r"|(?:^|_)(?:created|added|modified|updated|uploaded|received|recorded|logged|published|event)_"
    r"(?:at|on|time|date|timestamp|ts)$"
)
"""When an entry was added. What is still to come, or expires, goes away."""

_STATE = re.compile(r"(?:^|_)(?:status|state)$")
_TEXT = re.compile(r"^(?:(?:full|raw|page|chunk|document)_)?(?:text|content|body|html|markdown|transcript)$"
                   r"|^(?:words|embeddings?|vectors?|tables)(?:_json)?$")  # fmt: skip
_PARTS = re.compile(r"(?:^|_)(?:pages?|chunks?|passages?|paragraphs?|embeddings?|transcripts?|documents?)(?:_|$)")
"""Parts of a document, as tables, functions and keys name them."""

_SOME = re.compile(r"(?:^|_)(?:ongoing|active|open|unresolved|unread|unprocessed|todays?|recent)_(?!all)")
"""Words in the names of functions for those that are wanted now."""

_ORDERED = (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)


def is_picked_by_time(uses: Uses) -> bool:
    """Whether a loop over the entries keeps those that are older or younger than something."""
    return any(is_time(part) for test, target, named in _tests(uses) for part in _ordered(test, target, named))


_TOTAL = re.compile(r"(?:^|_)(?:count|sum|total|avg|average)$")
_PERIOD = re.compile(r"(?:^|_)(?:year|month|quarter|week|hour)$")


def are_totals(uses: Uses, scope: Scope) -> bool:
    """Whether a loop reads of each entry a period and what was counted or added up for it: there are as many entries as
    periods."""
    for loop in uses.loops:
        keys = set(_read_of(loop, scope))
        if any(map(_TOTAL.search, keys)) and any(map(_PERIOD.search, keys)):
            return True
    return False


def is_picked_by_state(uses: Uses, function: str) -> bool:
    """Whether a loop over the entries asks for their state, or the function says that it gives those of one."""
    asked = any(
        isinstance(node, cst.Comparison) and any(_STATE.search(key) for key in _keys_in(node, target))
        for test, target, _ in _tests(uses)
        for node in walk(test)
    )
    return asked or _SOME.search(snake_case(function)) is not None


def parts_of(ordered: cst.Call, scope: Scope) -> Iterator[cst.Subscript]:
    """`sorted(entries)[:3]`, and the same of a name that the sorted entries get, or that is sorted in its place."""
    holder = scope.parents.get(ordered)
    if isinstance(holder, cst.Subscript) and holder.value is ordered:
        yield holder
        return
    name: cst.CSTNode | None = holder.targets[0].target if isinstance(holder, cst.Assign) else None
    if called_name(ordered) == "sort" and isinstance(ordered.func, cst.Attribute):
        name = ordered.func.value
    for use in scope.names.get(name.value, ()) if isinstance(name, cst.Name) else ():
        part = scope.parents.get(use)
        if isinstance(part, cst.Subscript) and part.value is use:
            yield part


def hold_texts(uses: Uses, scope: Scope, names: Iterable[str]) -> bool:
    """Whether a loop reads the texts of all entries, and names of the table, the function or the key say that these
    are parts of a document."""
    if not any(_PARTS.search(re.sub(r"\W+", "_", snake_case(name))) for name in names):
        return False
    return any(_TEXT.search(key) for loop in uses.loops for key in _read_of(loop, scope))


def _tests(uses: Uses) -> Iterator[tuple[cst.BaseExpression, str, Mapping[str, str]]]:
    """The conditions of the loops over the entries, each with the name of one, and the names that its parts get."""
    for loop in uses.loops:
        if not isinstance(loop.target, cst.Name):
            continue
        if isinstance(loop, cst.CompFor):
            yield from ((one.test, loop.target.value, {}) for one in loop.ifs)
        else:
            named = dict(_named(loop, loop.target.value))
            yield from ((one.test, loop.target.value, named) for one in walk(loop.body) if isinstance(one, cst.If))


def _named(loop: cst.For, target: str) -> Iterator[tuple[str, str]]:
    """The names that the parts of an entry get at the start of a loop, with their keys: `at = item["created_at"]`."""
    for line in loop.body.body:
        for one in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(one, cst.Assign) and isinstance(name := one.targets[0].target, cst.Name):
                yield from ((name.value, key) for key in list(_keys_in(one.value, target))[:1])


def _ordered(test: cst.BaseExpression, target: str, named: Mapping[str, str]) -> Iterator[str]:
    """The keys of an entry that a condition compares by their order."""
    for node in walk(test):
        if isinstance(node, cst.Comparison) and any(isinstance(one.operator, _ORDERED) for one in node.comparisons):
            yield from _keys_in(node, target)
            yield from (named[part.value] for part in walk(node) if isinstance(part, cst.Name) and part.value in named)


def is_time(key: str) -> bool:
    """Whether a key in snake case is that of the time at which an entry was added."""
    return _TIME.search(key) is not None


def _read_of(loop: cst.For | cst.CompFor, scope: Scope) -> Iterator[str]:
    whole = scope.parents.get(loop, loop) if isinstance(loop, cst.CompFor) else loop
    return _keys_in(whole, loop.target.value) if isinstance(loop.target, cst.Name) else iter(())


def _keys_in(node: cst.CSTNode, target: str) -> Iterator[str]:
    """The keys of the entry of a name that are read in a part of the code, in snake case."""
    for part in walk(node):
        if isinstance(part, cst.Subscript) and _is(part.value, target):
            yield snake_case(text_of(part.slice[0].slice))
        elif isinstance(part, cst.Call) and part.args and isinstance(part.func, cst.Attribute):
            is_get = part.func.attr.value == "get" and _is(part.func.value, target)
            yield from [snake_case(text_of(part.args[0].value))] if is_get else []


def _is(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


__all__ = ["are_totals", "hold_texts", "is_picked_by_state", "is_picked_by_time", "is_time", "parts_of"]
