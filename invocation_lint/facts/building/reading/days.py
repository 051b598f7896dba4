"""Whether a prefix names days: it is made of constants and dates, so that all of a day, month or year lies below it."""

from __future__ import annotations

import re

import libcst as cst

from invocation_lint.facts.building.reading.constants import Constants
from invocation_lint.facts.building.scopes import called_name, text_of

_PARTS = frozenset({"year", "month", "day", "hour"})
_DAY_NAMED = re.compile(r"^(?:today|yesterday|day|date|month|year|hour)(?:_str|_text|_path|_prefix)?$|_(?:date|day)$")
_CODES = re.compile(r"%-?([a-zA-Z])")
_OF_DAYS = frozenset("YymdjHUWVGBbA")
"""Codes of a format that leave out minutes and seconds: the time of one run is no day."""

_LEVELS = 5


def names_days(prefix: cst.BaseExpression | None, constants: Constants) -> bool:
    """Whether nothing but constants and dates says which objects are asked for."""
    return _made_of(prefix, constants, _LEVELS) == "days"


def _made_of(node: cst.CSTNode | None, constants: Constants, levels: int) -> str:
    """`days`, `constants`, or empty where it holds anything else."""
    if node is None or levels < 0:
        return ""
    if isinstance(node, cst.FormattedString):
        return _together([_part(one, constants, levels) for one in node.parts])
    if isinstance(node, cst.BinaryOperation):
        if isinstance(node.operator, cst.Subtract):  # a day before
            return _made_of(node.left, constants, levels - 1)
        return _together([_made_of(one, constants, levels - 1) for one in (node.left, node.right)])
    if isinstance(node, cst.Attribute) and node.attr.value in _PARTS:
        return "days"
    if isinstance(node, cst.Call):
        return _called(node, constants, levels)
    given = constants.scope.assignments.get(node.value, ()) if isinstance(node, cst.Name) else ()
    if len(given) == 1:
        return _made_of(given[0].value, constants, levels - 1)
    if isinstance(node, cst.Name) and not given and _DAY_NAMED.search(node.value):
        return "days"
    return "constants" if constants.holds(node) else ""


def _part(part: cst.BaseFormattedStringContent, constants: Constants, levels: int) -> str:
    if not isinstance(part, cst.FormattedStringExpression):
        return "constants"
    written = "".join(one.value for one in part.format_spec or () if isinstance(one, cst.FormattedStringText))
    return _in_form(written) if "%" in written else _made_of(part.expression, constants, levels - 1)


def _called(call: cst.Call, constants: Constants, levels: int) -> str:
    name = called_name(call)
    if name in {"today", "date"} and isinstance(call.func, cst.Attribute):
        return "days"
    if name == "strftime" and call.args:
        return _in_form(text_of(call.args[-1].value))
    if name in {"isoformat", "zfill"} and isinstance(call.func, cst.Attribute):
        return _made_of(call.func.value, constants, levels - 1)
    if name == "str" and len(call.args) == 1:
        return _made_of(call.args[0].value, constants, levels - 1)
    return "constants" if constants.holds(call) else ""


def _in_form(written: str) -> str:
    codes = set(_CODES.findall(written))
    return "days" if codes and codes <= _OF_DAYS else ""


def _together(parts: list[str]) -> str:
    if not all(parts):
        return ""
    return "days" if "days" in parts else "constants"


__all__ = ["names_days"]
