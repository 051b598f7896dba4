"""What conditions ask of the event that a handler is tried with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from invocation_lint.analysis.domain.atoms import EnumMember, Unknown, Value
from invocation_lint.analysis.domain.state import State
from invocation_lint.analysis.domain.values import constants
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.trial import Trial


def note_compared(trial: Trial, left: Value, right: Value) -> None:
    """`left == right`: the constants that a field of the event is compared with."""
    held = [atom.value for atom in right.atoms if isinstance(atom, EnumMember)]
    trial.note_compared(left, [value for one in (right, *held) for value in constants(one) or ()])


def note_looked_for(trial: Trial, left: Value, right: Value, state: State) -> None:
    """`left in right`: a field among constants, or a key in a part of the event."""
    for atom in right.atoms:
        if isinstance(atom, Unknown):
            for key in constants(left) or ():
                trial.note_read(f"{atom.source}.{key}")
    for _, obj in state.deref(right):
        elements = [value for item in obj.elements() for value in constants(item) or ()]
        trial.note_compared(left, obj.slots if obj.kind == "dict" else elements)


def refuses_call(
    frame: Frame,
    info: FunctionInfo,
    args: Sequence[Value],
    kwargs: Collection[str],
    open_reason: str | None,
) -> bool:
    """Whether a call of a function is surely a TypeError: it lacks an argument, or has one too many.

    Where more arguments come from a part of the event, its fields are noted as read instead.
    """
    trial, params = frame.interpreter.trial, info.node.params
    if trial is None:
        return False
    positional = [*params.posonly_params, *params.params]
    named = {param.name.value for param in (*positional, *params.kwonly_params)}
    needed = [param.name.value for param in positional[len(args) :] if param.default is None]
    needed += [param.name.value for param in params.kwonly_params if param.default is None]
    missing = [name for name in needed if name not in kwargs]
    if open_reason is not None:
        note_fields(trial, open_reason, [name for name in named if name not in kwargs])
        return False
    return bool(missing) or (params.star_kwarg is None and not named.issuperset(kwargs))


def note_fields(trial: Trial, source: str, names: Iterable[str]) -> None:
    """Names are looked up in a part of the event: by a call that spreads it, by a class that is made of it."""
    for name in names:
        trial.note_read(f"{source}.{name}")
