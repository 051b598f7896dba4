"""Answers of AWS's operations: dicts of which it is known where they hold datetimes, bytes and streams.

Only what JSON has no form for is told, and what leads there. A part that may be missing is there where it is read.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.domain.atoms import AwsObject, Slot, Struct, Typed, Value, const, unknown
from invocation_lint.analysis.domain.state import ANSWER
from invocation_lint.analysis.domain.values import text_constant
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.copying import thaw
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.data.output_shapes import OutputShapes, shapes_of
from invocation_lint.findings import Place

MAX_LEVELS = 5
"""Structures in one another that are told apart."""

MAX_MEMBERS = 60
"""Members of one answer that are told of: the largest hold some hundreds."""

_NARROWING = ("MaxKeys", "Prefix")
"""Parameters after which a listing of objects may be short."""

PAGES = "pages"
"""The type of what `paginate` gives; its source is the service, the operation, and the call."""


def answer(frame: Frame, service: str, operation: str, node: cst.CSTNode, given: Collection[str] = ()) -> Value:
    """The answer of an operation of a service; `given` are its parameters."""
    call = f"{operation}({next((name for name in _NARROWING if name in given), '')})"
    known = _known(service, operation, call)
    if known is None:
        return unknown(f"an answer of {service}", call)
    return thaw(frame, known, frame.place(node))


def paginator(service: str, arguments: Arguments) -> Value:
    """`client.get_paginator(operation)`."""
    operation = text_constant(arguments.get(0, "operation_name") or unknown())
    if operation is None or operation not in shapes_of(service).operations:
        return unknown(f"an answer of {service}", "get_paginator()")
    return Value((AwsObject("paginator", const(f"{service}.{operation}")),))


def paginated(atom: AwsObject) -> Value:
    """`paginator.paginate(..)`: what goes over the pages, each of which is an answer."""
    named = text_constant(atom.of) if atom.of is not None else ""
    return Value((Typed(PAGES, f"{named}.paginate()"),))


def page(frame: Frame, atom: Typed) -> Value:
    """One of the pages."""
    service, operation, _ = atom.source.split(".")
    known = _known(service, operation, "paginate()")
    place = Place(frame.module.source.name, 1, 1, 1, 1)
    return unknown("a page") if known is None else thaw(frame, known, place)


@lru_cache(maxsize=256)
def _known(service: str, operation: str, call: str) -> Value | None:
    """The answer, frozen; None where nothing is told of it. `call` is what its parts are said to be read from."""
    shapes = shapes_of(service)
    shape = shapes.operations.get(operation)
    if shape is None:
        return None
    return Value((_structure(shapes, shape, call, f"an answer of {service}", [MAX_MEMBERS], MAX_LEVELS),))


def _structure(shapes: OutputShapes, shape: int, source: str, reason: str, left: list[int], levels: int) -> Struct:
    slots: list[tuple[str, Slot]] = []
    for member in shapes.members(shape):
        left[0] -= 1
        if left[0] < 0 or (not member.type and levels == 0):
            break
        inside = f"{source}.{member.name}"
        if member.type:
            value = Value((Typed(member.type, inside),))
        else:
            value = Value((_structure(shapes, member.shape, inside, reason, left, levels - 1),))
        for _ in range(member.lists):
            value = Value((Struct("list", rest=value),))
        slots.append((member.name, Slot("yes" if member.is_sure or not member.type else "maybe", value)))
    return Struct("dict", tuple(slots), reason, cls=ANSWER)
