"""`dump-payload`: the payload is encoded with json.dumps."""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.arguments import keyword, removed
from invocation_lint.fixes.editing.case import Case, Change, Proposal
from invocation_lint.fixes.editing.code import DoesNotApply
from invocation_lint.fixes.editing.imported import json_name

_OBJECTS = (cst.Dict, cst.List, cst.Tuple, cst.DictComp, cst.ListComp)
_BARE = (cst.Dict, cst.List, cst.DictComp, cst.ListComp, cst.Name, cst.Attribute, cst.Subscript, cst.Call)


def propose(case: Case) -> Proposal:
    """`Payload=D` becomes `Payload=json.dumps(D)`; `str(D)`, `repr(D)` and `f"{D}"` become `json.dumps(D)`."""
    case.check_direct()
    title = "encode it with json.dumps"
    if case.told.get("payload.encoding") == "repr":
        return Proposal(title, _instead_of_repr(case))
    argument = keyword(case.call, "Payload")
    if argument is None:
        raise DoesNotApply("the payload is not given here")
    if isinstance(argument.value, cst.Name) and argument.value.value == "None":
        return Proposal("leave Payload out", (removed(case.code, case.call, argument),))
    if case.told.get("payload.python_type") not in ("dict", "list", "tuple"):
        raise DoesNotApply("json.dumps would not encode it")
    return Proposal(title, _wrapped(case, argument.value))


def _wrapped(case: Case, value: cst.BaseExpression) -> tuple[Change, ...]:
    name, imports = json_name(case.code, value)
    if isinstance(value, cst.Tuple) and not value.lpar:
        raise DoesNotApply("the tuple has no parentheses")
    start, end = case.code.outer_span(value)
    return (*imports, (start, start, f"{name}.dumps("), (end, end, ")"))


def _instead_of_repr(case: Case) -> tuple[Change, ...]:
    argument = keyword(case.call, "Payload")
    if argument is None:
        raise DoesNotApply("the payload is not given here")
    value = argument.value
    if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute) and value.func.attr.value == "encode":
        value = value.func.value
    inner = _shown(value)
    if not isinstance(inner, _OBJECTS) and not (isinstance(inner, _BARE) and "payload_is_object" in case.told):
        raise DoesNotApply("it is not known what is shown")
    name, imports = json_name(case.code, value)
    start, end = case.code.span(value)
    if isinstance(value, cst.Call):
        return (*imports, (*case.code.span(value.func), f"{name}.dumps"))
    return (*imports, (start, end, f"{name}.dumps({case.code.written(inner)})"))


def _shown(value: cst.BaseExpression) -> cst.BaseExpression:
    """The object of `str(D)`, `repr(D)` or `f"{D}"`."""
    if isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value in ("str", "repr"):
        if len(value.args) == 1 and not value.args[0].star and value.args[0].keyword is None:
            return value.args[0].value
    elif isinstance(value, cst.FormattedString) and len(value.parts) == 1:
        part = value.parts[0]
        if isinstance(part, cst.FormattedStringExpression) and part.format_spec is None and part.equal is None:
            return part.expression
    raise DoesNotApply("it becomes text in another way")
