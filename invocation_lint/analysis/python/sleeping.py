"""How long a handler that is tried surely sleeps: a lower bound, of what stands on every way: sleeps, calls of models.

What runs beside the handler is not counted: coroutines that are gathered, and what an executor or a thread is given.
"""

from __future__ import annotations

from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import ClassRef, Const, FunctionRef, Partial, Ref, Symbol
from invocation_lint.analysis.domain.waits import NO_WAIT, Waited
from invocation_lint.analysis.python import conditions, model_calls
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame

_SLEEPS = frozenset({"time.sleep"})
_AWAITED_SLEEPS = frozenset({"asyncio.sleep", "anyio.sleep", "trio.sleep"})
_RUNNERS = frozenset({"asyncio.run", "asyncio.Runner.run"})


def called(
    frame: Frame, waited: Waited, node: cst.CSTNode, raised: frozenset[str] | None = None, *, is_async: bool
) -> None:
    """A function of the program has been called, and sleeps that long; a coroutine does so where it is awaited, and
    raises there what it surely raises."""
    trial = frame.interpreter.trial
    if trial is None or frame.state is None:
        return
    if is_async:
        trial.note_coroutine(node, waited, raised)
    else:
        frame.state.waited = frame.state.waited.then(waited)


def after_call(frame: Frame, atom: Any, before: Waited, arguments: Arguments, node: cst.CSTNode) -> None:
    """A thing has been called: what the program's own functions sleep counts, and so do `time.sleep` and a call of a
    model. What a library calls may run elsewhere, or not at all. `before` is how long was slept before the call."""
    if frame.state is None or isinstance(atom, (FunctionRef, ClassRef, Partial, Ref)):
        return
    waits = model_calls.seconds_of(atom, arguments)
    frame.state.waited = before.then(Waited(waits)) if waits else before
    if not isinstance(atom, Symbol):
        return
    if atom.dotted in _SLEEPS:
        frame.state.waited = before.then(_sleep(frame, arguments, node))
    elif atom.dotted in _RUNNERS and arguments.nodes and frame.interpreter.trial is not None:
        frame.state.waited = before.then(frame.interpreter.trial.coroutines.get(arguments.nodes[0], NO_WAIT))
        raise_here(frame, arguments.nodes[0])


def raise_here(frame: Frame, coroutine: cst.CSTNode) -> None:
    """What a call gives is run here, to its end: if it surely raises, so does this."""
    trial = frame.interpreter.trial
    raised = trial.raising.get(coroutine) if trial is not None else None
    if raised is not None and frame.state is not None:
        frame.note_progress()
        frame.failing |= raised or {""}
        frame.state = None


def awaited(frame: Frame, node: cst.Await) -> None:
    """`await` of a call: of a coroutine function of the program, or of a sleep."""
    trial, called = frame.interpreter.trial, node.expression
    if trial is None or frame.state is None or not isinstance(called, cst.Call):
        return
    if called in trial.coroutines:
        frame.state.waited = frame.state.waited.then(trial.coroutines[called])
        raise_here(frame, called)
        return
    function = conditions.quietly(frame, called.func).single
    if isinstance(function, Symbol) and function.dotted in _AWAITED_SLEEPS and called.args:
        given = Arguments([conditions.quietly(frame, called.args[0].value)], place=frame.place(called))
        frame.state.waited = frame.state.waited.then(_sleep(frame, given, called))


def _sleep(frame: Frame, arguments: Arguments, node: cst.CSTNode) -> Waited:
    """A sleep of the seconds that are given, the least of those that may be."""
    known = [atom.value for atom in arguments.args[0].atoms if isinstance(atom, Const)] if arguments.args else []
    numbers = [float(one) for one in known if isinstance(one, (int, float)) and not isinstance(one, bool)]
    if not numbers or len(numbers) != len(arguments.args[0].atoms):
        return NO_WAIT
    return Waited(min(numbers), min(numbers), frame.place(node))
