"""Calls in a row, `query.where(..).order_by(..)`: the layout of their links, and links put in between."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from invocation_lint.fixes.editing.case import Change
from invocation_lint.fixes.editing.code import Code, DoesNotApply


def in_front(code: Code, link: cst.Call, added: Sequence[str]) -> Change:
    """More links in front of one: on lines of their own where it has its own."""
    if not isinstance(link.func, cst.Attribute):
        raise DoesNotApply("it is no link of a chain")
    end = code.outer_span(link.func.value)[1]
    start = code.text.index(".", code.line_start(code.span(link.func.attr)[0]) if _own_line(code, link) else end)
    gap = _gap(code, link)
    return start, start, "".join(f"{one}{gap}" for one in added)


def behind(code: Code, value: cst.BaseExpression, added: Sequence[str]) -> Change:
    """More links behind an expression: on lines of their own where its last link has one."""
    if not isinstance(value, (cst.Name, cst.Attribute, cst.Call)):
        raise DoesNotApply("no link can stand there")
    end = code.outer_span(value)[1]
    gap = _gap(code, value) if isinstance(value, cst.Call) and not value.lpar else ""
    rest = code.text[end : code.line_end(end)]
    if gap.strip() == "" and gap and rest.strip().startswith("#"):  # the comment is the last link's
        end += len(rest)
    return end, end, "".join(f"{gap}{one}" for one in added)


def links(value: cst.BaseExpression) -> list[cst.Call]:
    """The calls of a chain, the last one first."""
    found = []
    while isinstance(value, (cst.Call, cst.Attribute)):
        if isinstance(value, cst.Call):
            found.append(value)
            value = value.func
        else:
            value = value.value
    return found


def method(call: cst.BaseExpression) -> str:
    """The name of what is called; nothing for what is no plain call."""
    func = call.func if isinstance(call, cst.Call) else None
    if isinstance(func, cst.Attribute):
        return str(func.attr.value)
    return str(func.value) if isinstance(func, cst.Name) else ""


def _own_line(code: Code, link: cst.Call) -> bool:
    return "\n" in _gap(code, link) or "\r" in _gap(code, link)


def _gap(code: Code, link: cst.Call) -> str:
    """What stands between a link's dot and what is in front of it, without a comment."""
    if not isinstance(link.func, cst.Attribute):
        return ""
    between = code.text[code.outer_span(link.func.value)[1] : code.span(link.func.attr)[0]].rpartition(".")[0]
    if "#" in between:
        return code.newline + code.indentation(code.span(link.func.attr)[0])
    return between
