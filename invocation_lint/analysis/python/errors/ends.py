"""Which error of Python ends the body of a try statement where a handler is tried: one clause takes it, and the
others are not run. Elsewhere any statement may raise anything."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.domain.atoms import ClassRef, ErrorValue, Symbol, Value
from invocation_lint.analysis.python import conditions
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.records import mutable

_BUILTIN = "builtins."


@mutable
class Body:
    """The body of a try statement that is walked: what had ended paths before, how many ways led out of it, what ended
    paths of it, and whether a path came to its end."""

    before: set[str]
    ways: tuple[int, int, int]
    raised: frozenset[str] = frozenset()
    is_alive: bool = True


def begin(frame: Frame) -> Body:
    """The body of a try statement begins."""
    before, frame.failing = frame.failing, set()
    return Body(before, _ways(frame))


def end(frame: Frame, body: Body) -> frozenset[str] | None:
    """The errors of Python of which one surely ends the body; None where it may end in another way."""
    body.raised, frame.failing = frozenset(frame.failing), set(body.before)
    body.is_alive = frame.state is not None
    is_sure = frame.interpreter.trial is not None and not body.is_alive and _ways(frame) == body.ways
    return body.raised if is_sure and body.raised and "" not in body.raised else None


def leave(frame: Frame, body: Body, error: frozenset[str] | None) -> None:
    """The try statement has been walked, and its clauses."""
    if body.is_alive and not body.raised:  # what clauses raise where nothing of the body does
        frame.failing = body.before
    elif error is None:
        frame.failing |= body.raised if frame.state is not None else {*body.raised, ""}


def _ways(frame: Frame) -> tuple[int, int, int]:
    loop = frame.loops[-1] if frame.loops else None
    return len(frame.ways_out), len(loop.breaks) if loop else 0, len(loop.continues) if loop else 0


def takes(frame: Frame, handler: cst.ExceptHandler | cst.ExceptStarHandler, raised: frozenset[str]) -> str:
    """Whether a clause takes errors of Python: yes where it takes each, no where it takes none, else maybe."""
    if handler.type is None:
        return "yes"
    types = list(_types(frame, handler.type))
    each = {_takes(types, name) for name in raised}
    return each.pop() if len(each) == 1 else "maybe"


def _takes(types: list[type | None], name: str) -> str:
    error = getattr(builtins, name, None)
    if not isinstance(error, type):
        return "maybe"
    if any(one is not None and issubclass(error, one) for one in types):
        return "yes"
    return "maybe" if None in types else "no"


def _types(frame: Frame, node: cst.BaseExpression) -> Iterator[type | None]:
    """The classes of Python that a clause names; None for one that is not known. Other classes take none of its
    errors."""
    if isinstance(node, cst.Tuple):
        for element in node.elements:
            yield from _types(frame, element.value)
        return
    for atom in conditions.quietly(frame, node).atoms or (None,):
        if isinstance(atom, Symbol) and atom.dotted.startswith(_BUILTIN):
            found = getattr(builtins, atom.dotted.removeprefix(_BUILTIN), None)
            yield found if isinstance(found, type) else None
        elif not isinstance(atom, (Symbol, ClassRef)):
            yield None


def note_raise(frame: Frame, node: cst.Raise) -> None:
    """A path ends with a raise statement: which error that is, as far as it is one of Python."""
    if frame.interpreter.trial is None or frame.state is None:
        return
    again = frame.handling[-1] if frame.handling else frozenset()
    if node.exc is None:
        frame.failing |= again or {""}
        return
    made = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
    frame.failing |= _raised(conditions.quietly(frame, made), again) or {""}


def _raised(value: Value, again: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for atom in value.atoms:
        if isinstance(atom, ErrorValue) and not atom.path:
            found |= again or {""}
        elif isinstance(atom, Symbol) and isinstance(getattr(builtins, atom.dotted.removeprefix(_BUILTIN), None), type):
            found.add(atom.dotted.removeprefix(_BUILTIN))
        else:
            found.add("")
    return found
