"""Lists and sets of a module that a handler fills on each invocation and reads: what one event left, the next one
finds."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.messaging.resolving import values_of
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.findings import Place

FILLS = frozenset({"append", "extend", "insert", "add", "update"})
"""What puts something into a list, a set or a mapping."""

_RESETS = frozenset({"clear", "pop", "popleft", "remove", "discard"})
CACHES = re.compile(r"cache|memo|seen|pool|registry|clients?\b|sessions?\b|handlers?\b|metrics", re.IGNORECASE)


def filled_lists(code: Code, infos: Iterable[FunctionInfo]) -> tuple[str, Place] | None:
    """The name of such a list or set, with the place where it is filled; None where there is none."""
    module = code.scope_of(None)
    functions = list(infos)
    for name in _filled_here(code, functions):
        made = _made_by_module(name, module)
        if made is None or CACHES.search(name):
            continue
        fills, reads, resets = _uses(name, code, functions)
        if fills is not None and reads and not resets:
            return name, fills
    return None


def _filled_here(code: Code, functions: list[FunctionInfo]) -> list[str]:
    found: dict[str, None] = {}
    for info in functions:
        for call in code.scope_of(info).calls:
            func = call.func
            if isinstance(func, cst.Attribute) and func.attr.value in FILLS and isinstance(func.value, cst.Name):
                found.setdefault(func.value.value)
    return list(found)


def _made_by_module(name: str, module: Scope) -> cst.CSTNode | None:
    """The empty list or set that the module gives to a name, and nothing else."""
    given = list(values_of(name, module))
    value = given[0] if len(given) == 1 else None
    is_empty = (isinstance(value, cst.List) and not value.elements) or (
        isinstance(value, cst.Call) and called_name(value) in {"list", "set"} and not value.args
    )
    return value if is_empty else None


def _uses(name: str, code: Code, functions: list[FunctionInfo]) -> tuple[Place | None, bool, bool]:
    """Where a handler fills it, whether it reads it as a whole, and whether anything empties it or tests what is in
    it."""
    fills: Place | None = None
    reads = resets = False
    for info in code.functions():
        scope = code.scope_of(info)
        uses = scope.names.get(name, ())
        if uses and any(True for _ in values_of(name, scope)):  # a name of its own, or a global that is set anew
            resets = resets or any(isinstance(scope.parents.get(use), cst.NameItem) for use in uses)
            continue
        for use in uses:
            parent = scope.parents.get(use)
            if isinstance(parent, cst.Attribute):
                if parent.attr.value in FILLS and info in functions:
                    fills = fills or code.module.source.place(parent)
                resets = resets or parent.attr.value in _RESETS
            elif isinstance(parent, (cst.ComparisonTarget, cst.Comparison, cst.Del, cst.UnaryOperation, cst.If)):
                resets = True
            elif info in functions:
                reads = True
    return fills, reads, resets


__all__ = ["CACHES", "FILLS", "filled_lists"]
