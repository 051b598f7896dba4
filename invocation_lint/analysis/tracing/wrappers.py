"""Functions outside the program that invoke for their caller, as a contract describes them."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import Client, Encoded, Value, const, join_values, unknown
from invocation_lint.analysis.domain.events import Argument, Visit
from invocation_lint.analysis.domain.state import freeze
from invocation_lint.analysis.domain.wrapper import Wrapper
from invocation_lint.analysis.python import conditions
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.kinds import Kind
from invocation_lint.analysis.python.traced import begin


def wrapped(frame: Frame, kind: Kind[Frame], wrapper: Wrapper, arguments: Arguments, node: cst.CSTNode) -> Value:
    """An invocation by such a function: it encodes the payload, and what it does with errors is not known."""
    place = frame.place(node)
    given = [
        ("FunctionName", wrapper.function),
        ("Payload", wrapper.payload),
        ("InvocationType", wrapper.invocation_type),
    ]
    told: list[Argument] = []
    for name, parameter in given:
        value = arguments.plain().get(parameter) if parameter else None
        if value is None:
            continue
        if name == "Payload":
            value = Value((Encoded("json", freeze(frame.live, value), "str", "json", True, place),))
        elif name == "InvocationType":
            value = _wrapped_mode(frame, wrapper, value)
        told.append(Argument(name, freeze(frame.live, value), arguments.kwargs[parameter].place))
    missing = wrapper.invocation_type and wrapper.invocation_type not in arguments.kwargs
    client = Client("lambda", "", None)
    answer = begin(frame, kind, node)
    reason = "the wrapper has a default" if missing or arguments.open or arguments.args else None
    function = frame.function.key if frame.function else f"{frame.module.name}:<module>"
    is_async = frame.function.is_async if frame.function else False
    loop = frame.loops[-1].info if frame.loops else None
    visit = Visit(
        (place,), "invoke", client, tuple(told), False, reason, function, is_async, loop, "parameter", "awaited"
    )
    frame.events.append(visit)
    kind.escape(frame, answer, "handed_over", node)
    return unknown("what a wrapper returns")


def _wrapped_mode(frame: Frame, wrapper: Wrapper, value: Value) -> Value:
    """The mode that a wrapper's parameter means: by `yes` and `no`, or the text itself."""
    modes = dict(wrapper.modes)
    found: list[Value] = []
    for atom in value.atoms:
        truth = conditions.atom_truth(frame, atom)
        answer = modes.get("yes" if truth else "no") if truth is not None else None
        found.append(const(answer) if answer is not None else Value((atom,)) if not modes else unknown("a mode"))
    return join_values(found)
