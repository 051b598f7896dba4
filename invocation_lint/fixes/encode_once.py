"""`encode-once`: one of two json.dumps that stand in one expression is taken away."""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.arguments import keyword
from invocation_lint.fixes.editing.case import Case, Change, Proposal
from invocation_lint.fixes.editing.code import Code, DoesNotApply
from invocation_lint.fixes.editing.contents import text_of
from invocation_lint.fixes.editing.imported import is_dumps


def propose(case: Case) -> Proposal:
    """`json.dumps(json.dumps(D))` and `json.dumps({"body": json.dumps(D)})` become `json.dumps(D)`; a field's own
    json.dumps goes where an object is expected."""
    case.check_direct()
    title = "encode once"
    if case.told.get("name") == "$":
        argument = keyword(case.call, "Payload")
        if argument is None:
            raise DoesNotApply("the payload is not given here")
        outer = _dumps_in(case.code, argument.value)
        inner = outer.args[0].value
        if not is_dumps(case.code, inner):
            raise DoesNotApply("the other layer stands elsewhere")
        return Proposal(title, _replaced(case.code, inner))
    element = case.code.at(case.place, cst.DictElement)
    case.check_local(element)
    if not is_dumps(case.code, element.value):
        raise DoesNotApply("the text is made elsewhere")
    if case.told.get("name") != "body":
        return Proposal(title, _replaced(case.code, element.value))
    return Proposal(title, _unwrapped(case.code, element))


def _unwrapped(code: Code, element: cst.DictElement) -> tuple[Change, ...]:
    """The content of `body` in the place of the dictionary that holds nothing else."""
    holder = code.parent(element)
    argument = code.parent(holder) if holder is not None else None
    outer = code.parent(argument) if argument is not None else None
    alone = isinstance(holder, cst.Dict) and len(holder.elements) == 1 and text_of(element.key) == "body"
    if not alone or not isinstance(holder, cst.Dict) or not isinstance(outer, cst.Call) or not is_dumps(code, outer):
        raise DoesNotApply("the other layer stands elsewhere")
    assert isinstance(element.value, cst.Call)
    return _kept(code, code.outer_span(holder), code.outer_span(element.value.args[0].value))


def _replaced(code: Code, dumps: cst.BaseExpression) -> tuple[Change, ...]:
    """The argument of a json.dumps in its place."""
    assert isinstance(dumps, cst.Call)
    return _kept(code, code.outer_span(dumps), code.outer_span(dumps.args[0].value))


def _kept(code: Code, outer: tuple[int, int], inner: tuple[int, int]) -> tuple[Change, ...]:
    """What is around the inner stretch taken away. DoesNotApply where a comment would go with it."""
    front, back = (outer[0], inner[0]), (inner[1], outer[1])
    if "#" in code.text[slice(*front)] + code.text[slice(*back)]:
        raise DoesNotApply("a comment stands there")
    return (*front, ""), (*back, "")


def _dumps_in(code: Code, value: cst.BaseExpression) -> cst.Call:
    """The json.dumps of `json.dumps(..)` or `json.dumps(..).encode()`."""
    if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute) and value.func.attr.value == "encode":
        value = value.func.value
    if not isinstance(value, cst.Call) or not is_dumps(code, value):
        raise DoesNotApply
    return value
