"""Where a key of a dictionary, or a keyword that becomes one, is written."""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.arguments import keyword, replaced_text
from invocation_lint.fixes.editing.case import Case, Change
from invocation_lint.fixes.editing.code import DoesNotApply
from invocation_lint.fixes.editing.contents import text_of


def key_at(case: Case, name: str) -> cst.BaseExpression:
    """The name that writes the key at the place of the request: a literal, or the name of a keyword."""
    code = case.code
    found = code.expression_at(case.place)
    case.check_local(found)
    key: cst.BaseExpression | None = None
    around = code.parent(found)
    if isinstance(around, cst.DictElement) and around.value is found:
        key = around.key
    elif isinstance(around, cst.Arg) and around.value is found and around.keyword is not None:
        key = around.keyword
    elif isinstance(found, cst.Subscript):
        key = subscript_key(found)
    elif isinstance(found, cst.Call) and not case.is_direct and found is case.call:
        argument = keyword(found, name)
        key = argument.keyword if argument is not None else None
    if key is None or name != (key.value if isinstance(key, cst.Name) else text_of(key)):
        raise DoesNotApply("the key is not written there")
    return key


def subscript_key(node: cst.Subscript) -> cst.BaseExpression | None:
    """`k` of `x[k]`; None for slices and several."""
    index = node.slice[0].slice if len(node.slice) == 1 else None
    return index.value if isinstance(index, cst.Index) else None


def renamed(case: Case, key: cst.BaseExpression, name: str) -> Change:
    """Another name for a key that `key_at` found. DoesNotApply for what is no name where one is needed."""
    if isinstance(key, cst.Name):
        if not name.isidentifier():
            raise DoesNotApply("a keyword cannot be named so")
        return (*case.code.span(key), name)
    return replaced_text(case.code, key, name)
