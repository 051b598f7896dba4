"""What literals hold."""

from __future__ import annotations

import math

import libcst as cst


def written(node: cst.SimpleString) -> str | bytes:
    """The value of a literal. One without prefix and escapes, as most are, is only cut: to evaluate it takes a compiler
    fifty times as long."""
    text = node.value
    if text[0] in "\"'" and "\\" not in text and "\r" not in text:
        size = 3 if text[:3] in {'"""', "'''"} and len(text) >= 6 else 1
        return text[size:-size]
    return node.evaluated_value


def number_in(node: cst.CSTNode | None) -> float | None:
    """The value of a literal number; None for all else, and for one that is too large for a float."""
    if not isinstance(node, (cst.Integer, cst.Float)):
        return None
    try:
        value = float(node.evaluated_value)
    except (OverflowError, ValueError, SyntaxError):
        return None
    return value if math.isfinite(value) else None


__all__ = ["number_in", "written"]
