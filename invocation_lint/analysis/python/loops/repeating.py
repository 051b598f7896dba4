"""What sends an invocation again without a loop around it: a clause in which the function calls itself, and a decorator
of the program whose wrapper calls what it decorates in a loop."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.domain.events import Caught, Raised, RetryLoop
from invocation_lint.analysis.program.model import FunctionInfo, names_within, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.guards import Again
from invocation_lint.analysis.python.loops import retries


def note_own_calls(frame: Frame, node: cst.Try | cst.TryStar, first_event: int) -> None:
    """A clause that takes the error of an invocation calls the function around it with what that was given."""
    function = frame.function
    if function is None or not isinstance(function.node, cst.FunctionDef):
        return
    for handler in node.handlers:
        call = next((one for one in own_nodes(handler.body) if _is_own(function, one)), None)
        if not isinstance(call, cst.Call) or not _asks_the_same(function, call):
            continue
        place = frame.place(handler)
        caught: list[Caught | Raised] = [one for one in frame.events[first_event:] if isinstance(one, Caught)]
        caught += [raised for raised in frame.raises if raised.does == "reraises"]
        counted = set(_counted(function, call))
        for site in dict.fromkeys(one.site for one in caught if one.clause == place):
            again = RetryLoop(
                site, frame.place(call), retries.pause_in(handler.body, counted), _is_bounded(handler, counted)
            )
            frame.events.append(again)


def _is_own(function: FunctionInfo, node: cst.CSTNode) -> bool:
    """`send(..)` in `send`, `self.send(..)` in a method of that name."""
    if not isinstance(node, cst.Call):
        return False
    name = dotted(node.func)
    return name == function.name if function.cls is None else name in {f"self.{function.name}", f"cls.{function.name}"}


def _asks_the_same(function: FunctionInfo, call: cst.Call) -> bool:
    """Whether each argument is a parameter as it was given, or one that counts: another payload is another call."""
    given = [arg for arg in call.args if not arg.star]
    names = _parameters(function)
    positional = [name for name in names if name not in {"self", "cls"}]
    for index, arg in enumerate(given):
        to = arg.keyword.value if arg.keyword is not None else positional[index] if index < len(positional) else ""
        if dotted(arg.value) != to and not (
            isinstance(arg.value, cst.BinaryOperation) and to in names_within(arg.value)
        ):
            return False
    return True


def _parameters(function: FunctionInfo) -> list[str]:
    params = function.node.params
    return [one.name.value for one in (*params.posonly_params, *params.params, *params.kwonly_params)]


def _counted(function: FunctionInfo, call: cst.Call) -> Iterator[str]:
    """The parameters that are another number in the next call."""
    names = set(_parameters(function))
    for arg in call.args:
        if isinstance(arg.value, cst.BinaryOperation):
            yield from {part.value for part in own_nodes(arg.value) if isinstance(part, cst.Name)} & names


def _is_bounded(handler: cst.ExceptHandler | cst.ExceptStarHandler, counted: set[str]) -> bool | None:
    """Whether a number that changes decides about the next call; None where something else may."""
    tests = [node.test for node in own_nodes(handler.body) if isinstance(node, (cst.If, cst.IfExp))]
    if names_within(*tests) & counted:
        return True
    return None if tests or counted else False


def wrapped_again(home: Frame, wrapper: FunctionInfo, call: cst.Call) -> tuple[Again, ...]:
    """The loops of a wrapper that call what it decorates again when it has failed."""
    loops = [node for node in own_nodes(wrapper.node.body) if isinstance(node, (cst.For, cst.While))]
    return tuple(
        Again(home.place(loop), retries.pause_in(loop.body, retries.changing(loop)), retries.is_bounded(loop))
        for loop in loops
        if retries.repeats(loop, call)
    )


def note_wrapped(frame: Frame, loops: tuple[Again, ...], raised: list[Raised]) -> None:
    """An invocation in a function that is called by such a wrapper has failed."""
    sites = dict.fromkeys(one.site for one in raised if one.family == "service")
    frame.events.extend(RetryLoop(site, loop.place, loop.pause, loop.bounded) for loop in loops for site in sites)


__all__ = ["note_own_calls", "note_wrapped", "wrapped_again"]
