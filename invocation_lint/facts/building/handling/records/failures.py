"""What becomes of the error of one record, by the `try` statements around the work on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from invocation_lint.facts.building.handling import failing
from invocation_lint.facts.building.handling.records.processors import MOST, last_name, takes_most
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.source.parsing.walk import walk

_LOOPS = (cst.For, cst.While)
_LEAVING = (cst.Return, cst.Continue, cst.Break)

_DECODING = frozenset({"loads", "b64decode", "decompress"})
"""Calls that fail on a record which is not what they expect."""

_IDLE = frozenset({"print", "debug", "info", "warning", "loads", "get"})
"""Calls that do no work on a record."""


def tries(body: cst.CSTNode) -> Iterator[cst.Try]:
    """The outermost `try` statements in a block that take most errors."""
    waiting = [body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.Try) and takes(node):
            yield node
        elif not isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.BaseSmallStatement)):
            waiting += [
                child
                for child in node.children
                if isinstance(child, (cst.BaseCompoundStatement, cst.BaseSuite, cst.Else, cst.Finally))
            ]


def names_some(scope: Scope) -> bool:
    """Whether a function reports failed records: `{"batchItemFailures": []}` reports none, whatever has failed."""
    if "itemIdentifier" in scope.texts or "batchItemFailures" not in scope.texts:
        return "itemIdentifier" in scope.texts
    texts = [one for one in scope.parents if isinstance(one, cst.SimpleString) and text_of(one) == "batchItemFailures"]
    holders = (scope.parents.get(one) for one in texts)
    return not all(isinstance(one, cst.DictElement) and _is_empty(one.value) for one in holders)


def _is_empty(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.List) and not value.elements


def beside(body: cst.BaseSuite) -> cst.CSTNode | None:
    """What may fail in a round of a loop outside of the statements that take its errors: decoding included, since a
    record that cannot be read is never processed."""
    taking = [one for one in walk(body) if isinstance(one, cst.Try) and one.handlers]  # of their own errors, at least
    inside = {call for one in taking for call in calls(one.body)}
    outside = (call for call in calls(body) if call not in inside)
    return next((call for call in outside if called_name(call) in _DECODING), None)


def suppressed(body: cst.BaseSuite) -> cst.With | None:
    """The `with suppress(Exception)` that all the work of a block stands in."""
    for one in body.body:
        if isinstance(one, cst.With) and any(_suppresses(item.item) for item in one.items):
            inside = set(calls(one))
            return one if all(call in inside or called_name(call) in _IDLE for call in calls(body)) else None
    return None


def _suppresses(node: cst.BaseExpression) -> bool:
    is_call = isinstance(node, cst.Call) and called_name(node) == "suppress"
    return is_call and any(last_name(arg.value) in MOST for arg in cst.ensure_type(node, cst.Call).args)


def waited_for(node: cst.CSTNode | None, scope: Scope) -> cst.CSTNode | None:
    """`await asyncio.gather(*(..))` around the expression that makes the coroutines, where it is one."""
    arg = scope.parents.get(node) if node is not None else None
    call = scope.parents.get(arg) if isinstance(arg, cst.Arg) else None
    awaited = scope.parents.get(call) if isinstance(call, cst.Call) and called_name(call) == "gather" else None
    return awaited if isinstance(awaited, cst.Await) else node


def calls(body: cst.CSTNode) -> Iterator[cst.Call]:
    for node in walk(body):
        if isinstance(node, cst.Call):
            yield node


def is_within(node: cst.CSTNode, block: cst.CSTNode) -> bool:
    return any(one is node for one in walk(block))


def takes(node: cst.Try) -> bool:
    """Whether most errors do not leave a `try`."""
    return any(map(takes_most, node.handlers)) or _left_by_finally(node) is not None


def _left_by_finally(node: cst.Try) -> cst.CSTNode | None:
    """The `return`, `continue` or `break` of a `finally`, which drops whatever error is on its way (Python language
    reference, the try statement)."""
    if node.finalbody is None:
        return None
    return next((one for one in _smalls(node.finalbody.body) if isinstance(one, _LEAVING)), None)


def outcomes(
    node: cst.Try,
    scope: Scope,
    counted: frozenset[str],
    raised: frozenset[str],
    loop: cst.CSTNode | None = None,
    *,
    is_around: bool = False,
) -> Iterator[tuple[str, cst.CSTNode]]:
    """What a `try` does with an error that may be any, and where: `escapes`, `kept` or `swallowed`. `counted` are the
    names of lists that are only counted, `raised` those by which the function raises later, `loop` is the one over the
    records where it stands in the same function; with `is_around`, all records are worked on in the `try`."""
    leaving = _left_by_finally(node)
    clauses = [one for one in node.handlers if takes_most(one)]
    if leaving is not None:
        kept = next((one for one in clauses if failing.notes(one.body, counted)), None)
        yield ("kept", kept) if kept is not None else ("swallowed", leaving)
        return
    is_raised_later = failing.is_raised_outside(node, scope, loop)
    for clause in clauses:
        if (
            failing.raises(clause.body)
            or (failing.sets(clause.body) | failing.counts(node)) & raised
            or is_raised_later
        ):
            yield "escapes", clause
        elif failing.notes(clause.body, counted):
            yield "kept", clause
        else:
            yield _behind(node, clause, scope, counted, loop, is_around=is_around), clause


def _behind(
    node: cst.Try,
    clause: cst.ExceptHandler,
    scope: Scope,
    counted: frozenset[str],
    loop: cst.CSTNode | None,
    *,
    is_around: bool,
) -> str:
    """What comes behind a clause that does nothing: the `else` of a loop that tries again, what follows where all that
    went well has left, or more work on the record."""
    last = next(reversed(list(_smalls(clause.body))), None)
    if isinstance(last, cst.Return):
        return "swallowed"
    is_broken, leaves_block = isinstance(last, cst.Break), isinstance(last, (cst.Continue, cst.Break))
    inner: cst.CSTNode = node
    for outer in scope.around(node):
        if outer is loop or isinstance(outer, (cst.FunctionDef, cst.Lambda)):
            break
        if isinstance(outer, _LOOPS):
            if outer.orelse is not None and not is_broken:
                if failing.raises(outer.orelse):
                    return "escapes"
                if failing.notes(outer.orelse.body, counted):
                    return "kept"
            is_broken = leaves_block = False
        if isinstance(outer, cst.BaseSuite) and inner in outer.body and not leaves_block:
            behind = list(outer.body)[list(outer.body).index(inner) + 1 :]
            if any(isinstance(small, cst.Raise) for small in _smalls_of(behind)):
                return "escapes"
            if not is_around and any(_goes_on(one, node, scope) for one in behind):
                return "kept"
        inner = outer
    return "swallowed"


def _goes_on(behind: cst.CSTNode, node: cst.Try, scope: Scope) -> bool:
    """Whether a statement behind a `try` works on what the round has at hand: not all of it was lost."""
    root = scope.root
    own = root.name.value if isinstance(root, cst.FunctionDef) else ""
    names = set(scope.assignments) - failing.sets(node.body)
    for outer in scope.around(node):
        if isinstance(outer, cst.For):
            names |= {one.value for one in walk(outer.target) if isinstance(one, cst.Name)}
    if isinstance(root, cst.FunctionDef):
        names |= {one.name.value for one in root.params.params}
    return any(
        called_name(call) != own and failing.notes_by(call) and not names.isdisjoint(_names_given(call))
        for call in calls(behind)
    )


def _names_given(call: cst.Call) -> set[str]:
    return {one.value for arg in call.args for one in walk(arg.value) if isinstance(one, cst.Name)}


def _smalls(body: cst.BaseSuite) -> Iterator[cst.BaseSmallStatement]:
    """The simple statements of a block itself."""
    return _smalls_of(body.body)


def _smalls_of(statements: Sequence[cst.CSTNode]) -> Iterator[cst.BaseSmallStatement]:
    for one in statements:
        if isinstance(one, cst.SimpleStatementLine):
            yield from one.body
        elif isinstance(one, cst.BaseSmallStatement):
            yield one


__all__ = [
    "beside",
    "calls",
    "is_within",
    "names_some",
    "outcomes",
    "suppressed",
    "takes",
    "tries",
    "waited_for",
]
