"""Texts that are another one each time they are made: random, or of the clock."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from invocation_lint.facts.building.messaging.resolving import Resolver
from invocation_lint.facts.building.scopes import called_name, text_of

MAX_DEPTH = 6

_RANDOM = frozenset(
    {"uuid1", "uuid4", "uuid7", "token_hex", "token_urlsafe", "getrandbits", "randint", "randrange", "choices", "ulid"}
)
_CLOCKS = frozenset({"time", "time_ns", "now", "utcnow", "monotonic"})
_SAME = frozenset({
    "str", "int", "round", "hex", "format", "join", "lower", "upper", "replace", "isoformat", "strftime", "timestamp",
    "strip",
})  # fmt: skip
"""Calls that make of such a text, or of such a number, another one."""

_SECONDS = ("%S", "%f", "%s", "%X", "%T", "%c")
"""What a format of a time holds that tells one second from the next."""


def is_made_anew(node: cst.BaseExpression, resolver: Resolver, depth: int = 0) -> bool:
    """Whether an expression surely holds a random number, or the time to the second."""
    value = resolver.value_of(node)
    if value is None or depth > MAX_DEPTH:
        return False
    return any(is_made_anew(one, resolver, depth + 1) for one in _parts(value)) or (
        isinstance(value, cst.Call) and (called_name(value) in _RANDOM or _is_clock(value))
    )


def _parts(value: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """What a text, or a number, is surely made of."""
    if isinstance(value, cst.FormattedString):
        for part in value.parts:
            if isinstance(part, cst.FormattedStringExpression) and not part.format_spec:
                yield part.expression
    elif isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add):
        yield from (value.left, value.right)
    elif isinstance(value, cst.Attribute) and value.attr.value in {"hex", "int", "microsecond"}:
        yield value.value
    elif isinstance(value, cst.Call) and called_name(value) in _SAME:
        shown = text_of(value.args[0].value) if called_name(value) == "strftime" and value.args else None
        if shown is not None and not any(one in shown for one in _SECONDS):
            return
        if isinstance(value.func, cst.Attribute):
            yield value.func.value
        yield from (arg.value for arg in value.args)
    elif isinstance(value, (cst.List, cst.Tuple)):
        yield from (one.value for one in value.elements)


def _is_clock(call: cst.Call) -> bool:
    """Whether it asks the clock: `time.time()`, `datetime.now(tz)`."""
    return called_name(call) in _CLOCKS and len(call.args) <= (called_name(call) == "now")


__all__ = ["is_made_anew"]
