"""Whether what is taken of a page is chosen among all of its entries: the first in an order, or the one of a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from invocation_lint.data.list_operations import ListOperation
from invocation_lint.facts.building.page_uses import Uses
from invocation_lint.facts.building.reading.list_contents import parts_of
from invocation_lint.facts.building.reading.list_growth import Request
from invocation_lint.facts.building.scopes import Scope, called_name, only_prints, text_of
from invocation_lint.findings import Place
from invocation_lint.source.parsing.tree import SourceFile
from invocation_lint.source.parsing.walk import walk

_WEAKER = frozenset({"counted", "tallied", "printed", "cut", "one", "tested", "nothing"})

_MANY = 500
"""So many resources of a kind hardly any account has."""

_NAMES_IT = re.compile(r"(?:^|_|[a-z])(?:name|id|arn|email|key|path|domain|url)$", re.IGNORECASE)
"""The ends of the names of parts of an entry by which it is told from the others."""


def ranked(uses: Uses, scope: Scope, source: SourceFile) -> Place | None:
    """Where the first or last entries of a page that was put in order are taken, and are not only shown: they stand
    for the first of all. None where they are not, or where all entries are used as well."""
    if uses.strongest not in _WEAKER:
        return None
    for call in uses.ordered:
        for part in parts_of(call, scope) if called_name(call) in {"sorted", "sort"} else ():
            loop = scope.parents.get(part)
            if not (scope.is_logged(part) or (isinstance(loop, cst.For) and only_prints(loop))):
                return source.place(part)
    return None


def is_sifted(operation: ListOperation, request: Request, uses: Uses, scope: Scope) -> bool:
    """Whether the function itself drops entries of a page of a scan, or looks for one by its name, so that a limit is
    one of what is looked at."""
    if operation.service == "dynamodb":
        return operation.name == "scan" and any(_sifts(loop, scope) for loop in uses.loops)
    limit = request.given.get(operation.limit)
    is_small = isinstance(limit, cst.Integer) and limit.evaluated_value < _MANY
    return is_small and _seeks_a_name(uses, scope, in_s3=operation.service == "s3")


def _sifts(loop: cst.For | cst.CompFor, scope: Scope) -> bool:
    target = loop.target.value if isinstance(loop.target, cst.Name) else ""
    if isinstance(loop, cst.CompFor):
        return any(_asks_of(one, target) for one in _tests(loop, scope))
    first = loop.body.body[0] if loop.body.body else None
    if not isinstance(first, cst.If) or not _asks_of(first.test, target):
        return False
    skips = any(isinstance(node, cst.Continue) for node in walk(first.body))
    return skips or (len(loop.body.body) == 1 and first.orelse is None)


def _tests(loop: cst.CompFor, scope: Scope) -> Iterator[cst.BaseExpression]:
    """What a comprehension asks of each entry: its conditions, and what `any` or `all` goes over."""
    yield from (one.test for one in loop.ifs)
    made = scope.parents.get(loop)
    holder = scope.parents.get(made) if isinstance(made, (cst.GeneratorExp, cst.ListComp)) else None
    call = scope.parents.get(holder) if isinstance(holder, cst.Arg) else None
    is_asked = isinstance(call, cst.Call) and called_name(call) in {"any", "all"}
    if isinstance(made, (cst.GeneratorExp, cst.ListComp)) and is_asked:
        yield made.elt


def _asks_of(test: cst.BaseExpression, name: str) -> bool:
    """Whether a condition compares a part of an entry: `item["state"] == "late"`."""
    parts = [part for node in walk(test) if isinstance(node, cst.Comparison) for part in walk(node)]
    return any(_is(part, name) for part in parts)


def _seeks_a_name(uses: Uses, scope: Scope, *, in_s3: bool) -> bool:
    """Whether a loop looks for the entry of one name: `if layer["LayerName"] == wanted: return layer`. Of objects in a
    bucket only the whole key is a name: any of an ending or a prefix may do."""
    return uses.strongest == "searched" and any(_seeks(loop, scope, in_s3) for loop in uses.loops)


def _seeks(loop: cst.For | cst.CompFor, scope: Scope, in_s3: bool) -> bool:
    if not isinstance(loop.target, cst.Name):
        return False
    entry = loop.target.value
    if isinstance(loop, cst.CompFor):
        return any(_asks_for_name(one, entry, set(), in_s3) for one in _tests(loop, scope))
    bound: set[str] = set()
    for node in walk(loop.body):
        if isinstance(node, cst.Assign) and isinstance(target := node.targets[0].target, cst.Name):
            if _is_name_of(node.value, entry, bound):
                bound.add(target.value)
        elif isinstance(node, cst.If) and _asks_for_name(node.test, entry, bound, in_s3) and _ends(node):
            return True
    return False


def _ends(branch: cst.If) -> bool:
    return any(isinstance(one, (cst.Break, cst.Return)) for one in walk(branch.body))


def _asks_for_name(test: cst.BaseExpression, entry: str, bound: set[str], in_s3: bool) -> bool:
    """Whether a condition is that the name of an entry is a certain one."""
    if isinstance(test, cst.Call) and isinstance(test.func, cst.Attribute):
        return test.func.attr.value == "startswith" and not in_s3 and _is_name_of(test.func.value, entry, bound)
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return False
    one = test.comparisons[0]
    if isinstance(one.operator, cst.Equal) or (isinstance(one.operator, cst.In) and not in_s3):
        return _is_name_of(test.left, entry, bound) or _is_name_of(one.comparator, entry, bound)
    return False


def _is_name_of(node: cst.BaseExpression, entry: str, bound: set[str]) -> bool:
    """Whether an expression is the name of an entry: `entry["LayerName"]`, `entry.get("name")`."""
    if isinstance(node, cst.Name):
        return node.value in bound
    if isinstance(node, cst.Subscript):
        return _is(node.value, entry) and _NAMES_IT.search(text_of(node.slice[0].slice)) is not None
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.args:
        is_read = node.func.attr.value == "get" and _is(node.func.value, entry)
        return is_read and _NAMES_IT.search(text_of(node.args[0].value)) is not None
    return False


def _is(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


__all__ = ["is_sifted", "ranked"]
