"""How long the calls of a handler wait by their own timeouts: requests over HTTP, and the waiters of boto3."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.messaging.calls import Code, keywords
from invocation_lint.facts.building.messaging.resolving import Resolver
from invocation_lint.facts.building.scopes import called_name, text_of
from invocation_lint.findings import Place

_HTTP = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "urlopen"})
_LIBRARIES = frozenset({"requests", "httpx", "session", "http", "client", "urllib", "request"})


def longest_timeout(code: Code, infos: Iterable[FunctionInfo]) -> tuple[float, Place, str] | None:
    """The longest that a request over HTTP, or a waiter of boto3, may wait by what it is given in these functions, in
    seconds, with its place and with what waits."""
    found: list[tuple[float, Place, str]] = []
    for info in infos:
        if not {"timeout", "WaiterConfig"} & info.words:
            continue
        resolver = Resolver(code, info)
        for call in code.scope_of(info).calls:
            waiter = keywords(call).get("WaiterConfig")
            longest = _of_waiter(waiter.value, resolver) if waiter is not None else None
            if waiter is not None and longest is not None:
                found.append((longest, code.module.source.place(waiter.value), "a waiter"))
            given = keywords(call).get("timeout")
            if given is None or not _is_request(call):
                continue
            seconds = _seconds(given.value, resolver)
            if seconds is not None:
                found.append((seconds, code.module.source.place(given.value), "a request"))
    return max(found, default=None)


def _is_request(call: cst.Call) -> bool:
    func = call.func
    if called_name(call) == "urlopen":
        return True
    if not isinstance(func, cst.Attribute) or func.attr.value not in _HTTP:
        return False
    holder = func.value.attr.value if isinstance(func.value, cst.Attribute) else getattr(func.value, "value", "")
    return isinstance(holder, str) and holder.lower().lstrip("_") in _LIBRARIES


def _of_waiter(config: cst.BaseExpression, resolver: Resolver) -> float | None:
    """How long a waiter asks at the most: it sleeps between two attempts (botocore: waiter)."""
    value = resolver.value_of(config)
    if not isinstance(value, cst.Dict):
        return None
    given = {
        text_of(one.key): _seconds(one.value, resolver) for one in value.elements if isinstance(one, cst.DictElement)
    }
    delay, attempts = given.get("Delay"), given.get("MaxAttempts")
    return delay * (attempts - 1) if delay is not None and attempts is not None else None


def _seconds(node: cst.BaseExpression, resolver: Resolver) -> float | None:
    """A number of seconds; of a pair for connecting and reading, that for reading."""
    value = resolver.value_of(node)
    if isinstance(value, cst.Tuple) and len(value.elements) == 2:
        value = value.elements[1].value
    if isinstance(value, (cst.Integer, cst.Float)):
        return float(value.evaluated_value)
    return None


__all__ = ["longest_timeout"]
