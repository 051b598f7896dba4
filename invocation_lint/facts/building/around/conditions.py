"""Whether a call is made each time that a function runs, or only under a condition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.findings import Place
from invocation_lint.source.parsing.walk import walk

if TYPE_CHECKING:
    from invocation_lint.analysis.interpreter import Interpreter
    from invocation_lint.analysis.program.model import FunctionInfo

_CHOICES = (cst.If, cst.IfExp, cst.While, cst.For, cst.CompFor, cst.ExceptHandler, cst.Match, cst.BooleanOperation)
_INNER = (cst.FunctionDef, cst.Lambda, cst.ClassDef)
_GUARDS = re.compile(
    r"check|valid|guard|ensure|assert|limit|abort|exit|stop|verify|once|lock|claim|acquire", re.IGNORECASE
)

_SETTINGS = re.compile(
    r"^_?[A-Z][A-Z0-9_]+$|(?i:environ|getenv|setting|config|option|flag|feature|enable|disable|stage|deploy)"
)
"""Names of what is set from outside."""


def is_made_always(interpreter: Interpreter, site: Sequence[Place]) -> bool:
    """Whether nothing on the way to a call decides whether it is made. `site` are the places of the calls that lead to
    it, its own the last one; False where a step cannot be found."""
    return all(_is_step_made(interpreter.modules.enclosing(place), place) for place in site)


def is_asked_of_settings(interpreter: Interpreter, site: Sequence[Place]) -> bool:
    """Whether a condition on the way to a call may ask for something that is set from outside: a variable, a constant,
    an option. True where a step cannot be found."""
    return any(_asks_for_settings(interpreter.modules.enclosing(place), place) for place in site)


def is_made_in(function: FunctionInfo, call: cst.Call) -> bool:
    """Whether each run of a function makes a call that stands in it. A loop over records of an event has a round."""
    scope = Scope(function.node)
    inner: cst.CSTNode = call
    loops: list[cst.CSTNode] = []
    for outer in scope.around(call):
        if outer is function.node:
            break
        if (
            isinstance(outer, cst.For)
            and inner is not outer.iter
            and inner is not outer.orelse
            and _is_of_records(outer.iter, scope)
        ):
            loops.append(outer)
        elif isinstance(outer, _CHOICES + _INNER) and not _is_asked_first(outer, inner):
            return False
        inner = outer
    source = function.module.source
    place = source.place(call)
    ends = (node for node in scope.parents if _may_end(node, scope) or _leaves(node, scope, loops))
    return not any(_stands_before(source.place(node), place) for node in ends)


def _is_of_records(node: cst.BaseExpression, scope: Scope) -> bool:
    """Whether it is the list of records of an event: `event["Records"]`, `event.get("Records")`, also by a name."""
    if isinstance(node, cst.Name):
        given = scope.assignments.get(node.value, ())
        return len(given) == 1 and not isinstance(given[0].value, cst.Name) and _is_of_records(given[0].value, scope)
    if isinstance(node, cst.Call) and called_name(node) == "get" and node.args:
        return text_of(node.args[0].value) == "Records"
    return isinstance(node, cst.Subscript) and any(
        isinstance(one.slice, cst.Index) and text_of(one.slice.value) == "Records" for one in node.slice
    )


def _leaves(node: cst.CSTNode, scope: Scope, loops: list[cst.CSTNode]) -> bool:
    """Whether a statement leaves a round of one of these loops."""
    if not isinstance(node, (cst.Continue, cst.Break)):
        return False
    return next((one for one in scope.around(node) if isinstance(one, (cst.For, cst.While))), None) in loops


def _is_step_made(function: FunctionInfo | None, place: Place) -> bool:
    if function is None or function.is_lambda:
        return False
    source = function.module.source
    call = next((one for one in Scope(function.node).calls if source.place(one) == place), None)
    return call is not None and is_made_in(function, call)


def _asks_for_settings(function: FunctionInfo | None, call: Place) -> bool:
    """Whether a condition in a function that begins before a call in it names a setting."""
    if function is None or function.is_lambda:
        return True
    place_of = function.module.source.place
    asked = (_test_of(node) for node in Scope(function.node).parents if isinstance(node, _CHOICES))
    return any(
        isinstance(name, cst.Name) and _SETTINGS.search(name.value) is not None
        for test in asked
        if test is not None and (place_of(test).line, place_of(test).column) <= (call.line, call.column)
        for name in walk(test)
    )


def _test_of(node: cst.CSTNode) -> cst.CSTNode | None:
    if isinstance(node, (cst.If, cst.IfExp, cst.While)):
        return node.test
    if isinstance(node, cst.BooleanOperation):
        return node
    return node.subject if isinstance(node, cst.Match) else None


def _is_asked_first(outer: cst.CSTNode, inner: cst.CSTNode) -> bool:
    """Whether a call stands in what is worked out in any case: the test of a condition, what a loop goes over."""
    if isinstance(outer, (cst.If, cst.IfExp, cst.While)):
        return inner is outer.test
    if isinstance(outer, (cst.For, cst.CompFor)):
        return inner is outer.iter
    return isinstance(outer, cst.BooleanOperation) and inner is outer.left


def _may_end(node: cst.CSTNode, scope: Scope) -> bool:
    """Whether a function may end at a node: it returns, raises, or calls what may do so to stop it."""
    if isinstance(node, (cst.Return, cst.Raise, cst.Assert)):
        return not any(isinstance(one, _INNER) and one is not scope.root for one in scope.around(node))
    return isinstance(node, cst.Call) and _GUARDS.search(called_name(node)) is not None


def _stands_before(place: Place, call: Place) -> bool:
    return (place.end_line, place.end_column) <= (call.line, call.column)


__all__ = ["is_asked_of_settings", "is_made_always", "is_made_in"]
