"""What runs beside the program: asyncio's tasks and gathered coroutines, threads, whatever is handed a callable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import Const, Pending, Value, join_values, unknown
from invocation_lint.analysis.domain.events import Caught, Raised
from invocation_lint.analysis.domain.state import Obj
from invocation_lint.analysis.python import background, iteration, told
from invocation_lint.analysis.python.awaiting import awaited
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame


def submitted(frame: Frame, arguments: Arguments, target: list[Value], node: cst.CSTNode, via: str) -> Value:
    """A callable handed to something that calls it: what it gives, with the errors that come with the result."""
    outer, frame.raises = frame.raises, []
    before = len(frame.events)
    value = frame.call(target[0], arguments, node) if target else unknown()
    raises, frame.raises = frame.raises, outer
    sites = background.run_elsewhere(frame, before)
    inner = join_values(a.value if isinstance(a, Pending) else Value((a,)) for a in value.atoms)
    more = [raised for a in value.atoms if isinstance(a, Pending) for raised in a.raises]
    failing = [one for a in value.atoms if isinstance(a, Pending) for one in a.told]
    return Value((Pending(inner, (*raises, *more), via, sites, (*told.kept_for_later(frame, before, node), *failing)),))


def _gather(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """asyncio.gather: yields the results; with return_exceptions the errors are values that nothing has looked at."""
    flag = arguments.plain().get("return_exceptions")
    keeps = flag is not None and not (isinstance(flag.single, Const) and not flag.single.value)
    raises: list[object] = []
    items: list[Value] = []
    place = frame.place(node)
    for value in [*arguments.args, arguments.rest]:
        for atom in value.of(Pending):
            for raised in atom.raises:
                kept = isinstance(raised, Raised) and keeps
                does = "drops" if told.use_of(frame, node) in {"dropped", "unread"} else "returns"
                raises.append(Caught(raised.site, raised.family, does, place) if kept else raised)
    for value in arguments.args:
        items.append(join_values(a.value if isinstance(a, Pending) else Value((a,)) for a in value.atoms))
    result = Obj("list", items=tuple(items), made=frame.place(node))
    if arguments.star:
        result = Obj("list", rest=unknown("a result"), made=frame.place(node))
    sites = tuple(site for value in arguments.args for atom in value.of(Pending) for site in atom.sites)
    failing = [one for value in [*arguments.args, arguments.rest] for atom in value.of(Pending) for one in atom.told]
    return Value((Pending(frame.allocate(node, result), tuple(raises), "task", sites, tuple(failing)),))


def _task(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    value = arguments.get(0, "coro") or arguments.get(0, "fut") or unknown()
    via = "coroutine" if name.rpartition(".")[2] in {"wait_for", "run"} else "task"
    found = [Value((replace(a, via=via),)) if isinstance(a, Pending) else Value((a,)) for a in value.atoms]
    result = join_values(found)
    if name == "asyncio.run":
        return awaited(frame, result, node)
    return result


def _completed(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """as_completed: the futures themselves, in another order."""
    element = iteration.element_of(frame, arguments.args[0]) if arguments.args else unknown()
    return frame.allocate(node, Obj("list", rest=element, made=frame.place(node)))


def _to_thread(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    return submitted(frame, replace(arguments, args=arguments.args[1:]), arguments.args[:1], node, "coroutine")


HANDLERS: dict[str, Callable[[Frame, str, Arguments, cst.CSTNode], Value]] = {
    "concurrent.futures.as_completed": _completed,
    "asyncio.as_completed": _completed,
    "asyncio.gather": _gather,
    "asyncio.create_task": _task,
    "asyncio.ensure_future": _task,
    "asyncio.wait_for": _task,
    "asyncio.shield": _task,
    "asyncio.run": _task,
    "asyncio.to_thread": _to_thread,
    "anyio.to_thread.run_sync": _to_thread,
}
