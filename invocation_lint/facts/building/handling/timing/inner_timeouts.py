"""How long the calls of a handler wait by their own timeouts."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.messaging.calls import Code, keywords
from invocation_lint.facts.building.messaging.resolving import Resolver
from invocation_lint.facts.building.scopes import called_name
from invocation_lint.findings import Place

_HTTP = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "urlopen"})
_LIBRARIES = frozenset({"requests", "httpx", "session", "http", "client", "urllib", "request"})


def longest_timeout(code: Code, infos: Iterable[FunctionInfo]) -> tuple[float, Place] | None:
    """The longest timeout that is given to a request over HTTP in these functions, in seconds, with its place."""
    found: list[tuple[float, Place]] = []
    for info in infos:
        if "timeout" not in info.words:
            continue
        resolver = Resolver(code, info)
        for call in code.scope_of(info).calls:
            given = keywords(call).get("timeout")
            if given is None or not _is_request(call):
                continue
            seconds = _seconds(given.value, resolver)
            if seconds is not None:
                found.append((seconds, code.module.source.place(given.value)))
    return max(found, default=None)


def _is_request(call: cst.Call) -> bool:
    func = call.func
    if called_name(call) == "urlopen":
        return True
    if not isinstance(func, cst.Attribute) or func.attr.value not in _HTTP:
        return False
    holder = func.value.attr.value if isinstance(func.value, cst.Attribute) else getattr(func.value, "value", "")
    return isinstance(holder, str) and holder.lower().lstrip("_") in _LIBRARIES


def _seconds(node: cst.BaseExpression, resolver: Resolver) -> float | None:
    """A number of seconds; of a pair for connecting and reading, that for reading."""
    value = resolver.value_of(node)
    if isinstance(value, cst.Tuple) and len(value.elements) == 2:
        value = value.elements[1].value
    if isinstance(value, (cst.Integer, cst.Float)):
        return float(value.evaluated_value)
    return None


__all__ = ["longest_timeout"]
