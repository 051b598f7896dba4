"""What runs beside the program: asyncio's tasks and gathered coroutines, threads, whatever is handed a callable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    Client,
    Const,
    Partial,
    Pending,
    Symbol,
    Unknown,
    Value,
    join_values,
    unknown,
)
from invocation_lint.analysis.domain.events import Caught, Raised, Visit
from invocation_lint.analysis.domain.state import Obj
from invocation_lint.analysis.domain.threads import Threads
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import background, iteration, told
from invocation_lint.analysis.python.awaiting import awaited
from invocation_lint.analysis.python.calls.unfollowed import call_unknown
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
        known = [a.value for value in [*arguments.args, arguments.rest] for a in value.of(Pending)]
        result = Obj("list", rest=join_values([*known, unknown("a result")]), made=frame.place(node))
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


def _sync_to_async(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`sync_to_async(function)`: a coroutine function that runs it in a thread. A decorator with options is itself."""
    if not arguments.args:
        return Value((Symbol(name),))
    return Value((Partial(Value((Symbol(f"@{name}"),)), tuple(arguments.args[:1])),))


def threads_of(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> int:
    """How many threads the executor has on which a method is called; 0 where that is not known."""
    func = node.func if isinstance(node, cst.Call) else None
    owner = func.value if isinstance(func, cst.Attribute) else None
    value: Value | None = None
    if name == "run_in_executor":
        value = arguments.args[0] if arguments.args else None
    elif isinstance(owner, (cst.Name, cst.Attribute)) and frame.state is not None:
        value = frame.evaluate(owner)
    elif isinstance(owner, cst.Call):
        return _written(owner)
    atom = value.single if value is not None else None
    return atom.count if isinstance(atom, Threads) else 0


def _written(made: cst.Call) -> int:
    """The number of threads of an executor that is used where it is made."""
    number = next((arg.value for arg in made.args if arg.keyword is None or arg.keyword.value == "max_workers"), None)
    is_pool = dotted(made.func).rpartition(".")[2] == "ThreadPoolExecutor"
    return number.evaluated_value if is_pool and isinstance(number, cst.Integer) else 0


def note_threads(frame: Frame, since: int, count: int) -> None:
    """Note of the invocations since an event how many threads make them with one client."""
    for index in range(since, len(frame.events) if count > 1 else since):
        event = frame.events[index]
        if isinstance(event, Visit) and event.client is not None and _is_shared(frame, event.client):
            frame.events[index] = replace(event, threads=count)


def _is_shared(frame: Frame, client: Client) -> bool:
    """Whether a client was there before its threads began: it is one of the module, of `self`, or of this function."""
    if client.place is None:
        return False
    maker = frame.interpreter.modules.enclosing(client.place)
    return maker is None or maker is frame.function or maker.name == "__init__"


def _pool(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`ThreadPoolExecutor(max_workers=..)` and `ThreadPool(processes=..)`."""
    given = arguments.get(0, "max_workers" if name.endswith("Executor") else "processes")
    made = call_unknown(frame, arguments, node, source=name.rpartition(".")[2])
    atom, unknown = given.single if given is not None else None, made.single
    if not isinstance(atom, Const) or not isinstance(atom.value, int) or not isinstance(unknown, Unknown):
        return made
    return Value((Threads("an executor", unknown.source, None, atom.value),))


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
    "concurrent.futures.ThreadPoolExecutor": _pool,
    "concurrent.futures.thread.ThreadPoolExecutor": _pool,
    "multiprocessing.pool.ThreadPool": _pool,
    "multiprocessing.dummy.Pool": _pool,
    "asgiref.sync.sync_to_async": _sync_to_async,
    "asgiref.sync.SyncToAsync": _sync_to_async,
    "@asgiref.sync.sync_to_async": _to_thread,
    "@asgiref.sync.SyncToAsync": _to_thread,
    "starlette.concurrency.run_in_threadpool": _to_thread,
    "fastapi.concurrency.run_in_threadpool": _to_thread,
}
