"""What a condition of a custom resource's handler asks of the type of a request."""

from __future__ import annotations

import libcst as cst

from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.records import record
from invocation_lint.source.parsing.walk import walk

TYPES = frozenset({"Create", "Update", "Delete"})
_BY_WORD = {one.lower(): one for one in TYPES}
_CASES = frozenset({"lower", "upper", "title", "capitalize", "strip"})


@record
class Split:
    """The requests for which a condition holds, and the others, and whether the event surely is a request then."""

    then: frozenset[str]
    rest: frozenset[str]
    is_then_sure: bool
    is_rest_sure: bool


_ANY = Split(TYPES, TYPES, is_then_sure=False, is_rest_sure=False)


def split_of(test: cst.BaseExpression, scope: Scope) -> Split | None:
    """How a condition parts the requests; None where it asks for something else."""
    if _is_type(test, scope):
        return Split(TYPES, frozenset(), is_then_sure=False, is_rest_sure=False)
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        inner = split_of(test.expression, scope)
        return inner and Split(inner.rest, inner.then, inner.is_rest_sure, inner.is_then_sure)
    if isinstance(test, cst.BooleanOperation):
        return _of_both(test, scope)
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        return _of_comparison(test.left, test.comparisons[0], scope)
    return None


def split_of_case(subject: cst.BaseExpression, case: cst.MatchCase, scope: Scope) -> Split | None:
    """How a case of a `match` parts the requests; None where the `match` asks for something else."""
    if not _is_type(subject, scope):
        return None
    pattern, is_read = case.pattern, _is_read(subject, scope)
    if case.guard is not None:
        return _ANY
    if isinstance(pattern, cst.MatchAs) and pattern.pattern is None:
        return Split(TYPES, frozenset(), is_read, is_rest_sure=False)
    each = [one.pattern for one in pattern.patterns] if isinstance(pattern, cst.MatchOr) else [pattern]
    words = {_BY_WORD.get(text_of(one.value).lower(), "") if isinstance(one, cst.MatchValue) else "" for one in each}
    return _ANY if "" in words else Split(frozenset(words), TYPES - words, is_then_sure=True, is_rest_sure=is_read)


def _of_both(test: cst.BooleanOperation, scope: Scope) -> Split | None:
    left, right = split_of(test.left, scope), split_of(test.right, scope)
    is_or = isinstance(test.operator, cst.Or)
    if (left is None and right is None) or (is_or and (left is None or right is None)):
        return None
    if left is None or right is None:
        known = left or right
        return known and Split(known.then, TYPES, known.is_then_sure, is_rest_sure=False)
    if is_or:
        is_sure = left.is_then_sure and right.is_then_sure
        return Split(left.then | right.then, left.rest & right.rest, is_sure, left.is_rest_sure or right.is_rest_sure)
    is_sure = left.is_rest_sure and right.is_rest_sure
    return Split(left.then & right.then, left.rest | right.rest, left.is_then_sure or right.is_then_sure, is_sure)


def _of_comparison(left: cst.BaseExpression, target: cst.ComparisonTarget, scope: Scope) -> Split | None:
    right, operator = target.comparator, target.operator
    if text_of(left) == "RequestType" and isinstance(operator, (cst.In, cst.NotIn)):
        then = TYPES if isinstance(operator, cst.In) else frozenset[str]()
        return Split(then, TYPES - then, is_then_sure=False, is_rest_sure=False)
    if _is_type(right, scope):
        left, right = right, left
    types = _types_in(right) if _is_type(left, scope) else None
    if types is None or not isinstance(operator, (cst.Equal, cst.In, cst.NotEqual, cst.NotIn)):
        return None
    is_read = _is_read(left, scope)
    if isinstance(operator, (cst.NotEqual, cst.NotIn)):
        return Split(TYPES - types, types, is_read, is_rest_sure=True)
    return Split(types, TYPES - types, is_then_sure=True, is_rest_sure=is_read)


def _types_in(node: cst.BaseExpression) -> frozenset[str] | None:
    """The types that a literal names, or a tuple, list or set of literals."""
    each = [one.value for one in node.elements] if isinstance(node, (cst.Tuple, cst.List, cst.Set)) else [node]
    if not all(isinstance(one, cst.SimpleString) for one in each):
        return None
    return frozenset(_BY_WORD[text_of(one).lower()] for one in each if text_of(one).lower() in _BY_WORD)


def _is_type(node: cst.BaseExpression, scope: Scope, depth: int = 0) -> bool:
    """Whether an expression is the type of the request."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        if called_name(node) in _CASES:
            return _is_type(node.func.value, scope, depth)
        return called_name(node) == "get" and bool(node.args) and text_of(node.args[0].value) == "RequestType"
    if isinstance(node, cst.NamedExpr):
        return _is_type(node.value, scope, depth)
    if isinstance(node, cst.Subscript):
        return _names_type(node)
    if isinstance(node, cst.Name) and depth < 2:
        made = scope.assignments.get(node.value, ())
        return bool(made) and all(_is_type(one.value, scope, depth + 1) for one in made)
    return False


def _names_type(node: cst.Subscript) -> bool:
    return any(isinstance(one, cst.SimpleString) and text_of(one) == "RequestType" for one in walk(node.slice[0]))


def _is_read(node: cst.BaseExpression, scope: Scope) -> bool:
    """Whether reading the type raises where the event has none."""
    names = [one.value for one in walk(node) if isinstance(one, cst.Name)]
    made = [one.value for name in names for one in scope.assignments.get(name, ())]
    return any(isinstance(one, cst.Subscript) and _names_type(one) for root in (node, *made) for one in walk(root))


__all__ = ["TYPES", "Split", "split_of", "split_of_case"]
