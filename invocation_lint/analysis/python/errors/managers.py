"""Context managers: what a `with` statement yields, and what its manager does with an error that leaves the block.

A manager of the program is walked: its `__exit__`, or the clauses around the `yield` of its generator. One from outside
is known by its name, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    AwsObject,
    Client,
    FunctionRef,
    Pending,
    Ref,
    SdkSession,
    Symbol,
    Value,
    unknown,
)
from invocation_lint.analysis.domain.state import State, join_states
from invocation_lint.analysis.program.acts import block_end, strongest_act
from invocation_lint.analysis.program.model import FunctionInfo, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import assign, classes, conditions, traced
from invocation_lint.analysis.python.awaiting import awaited, deliver
from invocation_lint.analysis.python.errors import clauses, tries
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.guards import CaughtType
from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.source.scan import SITE_ATTRIBUTES

_TRANSPARENT = frozenset(
    {"open", "closing", "nullcontext", "Lock", "RLock", "Semaphore", "BoundedSemaphore", "TemporaryDirectory",
     "NamedTemporaryFile", "TemporaryFile", "ThreadPoolExecutor", "ProcessPoolExecutor", "Session", "sessionmaker",
     "begin", "connect", "connection", "cursor", "transaction", "client", "create_client", "resource", "ClientSession",
     "timeout", "catch_warnings", "redirect_stdout", "redirect_stderr", "Pool", "ThreadPool", "span",
     "start_as_current_span", "in_subsegment", "capture", "provider", "patch", "mock_aws", "urlopen", "AsyncClient",
     "batch_writer", "tqdm", "scoped_session", "get_session", "SessionLocal", "atomic", "app_context", "Timer"}
)  # fmt: skip
"""Context managers that let exceptions through, by the last part of the callable's name."""

_GROUPS = frozenset({"TaskGroup", "create_task_group", "open_nursery"})
"""What waits for its tasks at the end of its block, and raises their errors as a group."""

_EVERY_ERROR = [CaughtType("", "generic", "yes", "yes")]


@record
class Manager:
    """What a manager does with errors: it drops or raises again those of some types, may take any, raises them as a
    group, or belongs to a test."""

    how: str  # drops, maybe, raises (again, or another error), groups, test
    place: Place
    types: list[CaughtType]
    does: str = "drops"
    as_type: str = ""


@record
class Exit:
    """A manager of the program, entered: what is called when its block is left."""

    method: FunctionInfo
    receiver: Value
    node: cst.BaseExpression


def run_with(frame: Frame, node: cst.With) -> None:
    """A with statement: `suppress` drops errors, a manager of the program does what it says, an unknown one may."""
    outer_raises = frame.raises
    frame.raises = []
    managers: list[Manager] = []
    exits: list[Exit] = []
    opened_by: list[tuple[Value, cst.WithItem]] = []
    for item in node.items:
        value = frame.evaluate(item.item)
        if frame.state is None:
            break
        opened_by.append((value, item))
        leave = _own_exit(frame, value, item.item)
        if leave is not None:
            exits.append(leave)
            entered = _enter(frame, leave)
        else:
            managers.extend(_managers(frame, item, node.body, value))
            entered = _entered(value)
        if item.asname is not None and frame.is_reached():
            assign.assign(frame, item.asname.name, entered)
    opened = {name for item in node.items if (name := _group_opened(item))}
    frame.groups.update({name: [] for name in opened})
    outer_raises.extend(frame.raises)
    frame.raises = []
    watched = bool(exits or [manager for manager in managers if manager.how == "drops"]) and frame.state is not None
    if watched:
        frame.tries.append(frame.live.copy())
    first_event = len(frame.events)
    frame.run(node.body)
    for value, item in opened_by:
        traced.note_left(frame, value, first_event, item)
    for name in opened:
        deliver(frame, tuple(frame.groups.pop(name, ())))
    raised, frame.raises = frame.raises, outer_raises
    during = frame.tries.pop() if watched else None
    for leave in reversed(exits):
        managers.extend(_leave(frame, leave, during))
    for manager in managers if watched else ():
        if manager.how == "drops":
            for kind in frame.interpreter.kinds.by_name.values():
                kind.errors_dropped(frame, manager.types, frame.events[first_event:])
    if any(manager.how == "drops" for manager in managers):
        frame.state = join_states(frame.state, during)
    for manager in managers:
        if manager.how == "drops":
            raised = tries.distribute(frame, raised, manager.types, manager.does, manager.place, node.body)
        elif manager.how == "raises":
            raised = [tries.raised_again(one, manager.types, manager.place, manager.as_type) for one in raised]
        elif manager.how == "groups":
            raised = [replace(one, as_type=tries.GROUP) for one in raised]
        elif manager.how == "test":
            raised = [replace(one, seen="unknown") for one in raised]
        else:
            raised = [replace(one, seen="unknown") if one.seen == "no" else one for one in raised]
    frame.raises.extend(raised)


def _group_opened(item: cst.WithItem) -> str:
    """The name of a group of tasks that a with item opens; empty when it opens none."""
    name = item.asname.name if item.asname is not None and _last_name(item.item) in _GROUPS else None
    return name.value if isinstance(name, cst.Name) else ""


def _entered(value: Value) -> Value:
    atoms = []
    for atom in value.atoms:
        if isinstance(atom, Pending):
            return atom.value
        atoms.append(replace(atom, pending=False) if isinstance(atom, Client) else atom)
    return Value(tuple(atoms))


# --- managers that are classes of the program -------------------------------------------------------------------------


def _own_exit(frame: Frame, value: Value, node: cst.BaseExpression) -> Exit | None:
    """What leaves the block of an instance of a class of the program."""
    found = _method(frame, value, "__exit__") or _method(frame, value, "__aexit__")
    return Exit(found, value, node) if found is not None else None


def _method(frame: Frame, value: Value, name: str) -> FunctionInfo | None:
    atom = value.single
    obj = frame.live.heap.get(atom.id) if isinstance(atom, Ref) else None
    info = frame.interpreter.class_info(obj.cls) if obj is not None and obj.kind == "instance" else None
    return classes.find_method(frame, info, name) if info is not None else None


def _enter(frame: Frame, leave: Exit) -> Value:
    name = "__aenter__" if leave.method.name == "__aexit__" else "__enter__"
    method = _method(frame, leave.receiver, name)
    if method is None:
        return leave.receiver
    return _call(frame, method, leave, [])


def _call(frame: Frame, method: FunctionInfo, leave: Exit, given: list[Value]) -> Value:
    value = frame.call_function(method, leave.receiver, given, leave.node)
    return awaited(frame, value) if method.is_async else value


def _leave(frame: Frame, leave: Exit, during: State | None) -> list[Manager]:
    """Call `__exit__`, in the states that the block may be left in; its answer says whether an error goes on."""
    ended = frame.state
    frame.state = join_states(ended.copy() if ended is not None else None, during)
    if frame.state is None:
        return []
    given = [unknown("the error that leaves the block") for _ in range(3)]
    answer = _call(frame, leave.method, leave, given)
    truths = {conditions.atom_truth(frame, atom) for atom in answer.atoms} if frame.is_reached() else {None}
    if ended is None:
        frame.state = None
    place = leave.method.module.source.place(leave.method.node)
    if truths == {True}:
        return [Manager("drops", place, _EVERY_ERROR, strongest_act(leave.method.node.body))]
    return [] if truths == {False} else [Manager("maybe", place, [])]


# --- managers that are generators of the program ----------------------------------------------------------------------


def _of_generator(frame: Frame, info: FunctionInfo) -> list[Manager]:
    """What the clauses around the `yield` of a generator do."""
    home = Frame(frame.interpreter, info.module, info, State(), outer=frame.interpreter.definers.get(info.key))
    return list(_around_yield(home, info.node.body))


def _around_yield(home: Frame, node: cst.CSTNode) -> Iterator[Manager]:
    for inner in own_nodes(node):
        if isinstance(inner, cst.Try) and _yields(inner.body):
            for handler in inner.handlers:
                if block_end(handler) == "raise":
                    again = clauses.raised_type(handler)
                    types = clauses.caught_types(home, handler)
                    yield Manager("raises", home.place(handler), types, "reraises", again)
                    continue
                how = "maybe" if strongest_act(handler.body) == "reraises" else "drops"
                types = clauses.caught_types(home, handler)
                yield Manager(how, home.place(handler), types, strongest_act(handler.body))
        elif isinstance(inner, cst.With) and _yields(inner.body):
            for item in inner.items:
                if not _is_transparent_name(_last_name(item.item)):
                    yield Manager("maybe", home.place(item.item), [])


def _yields(body: cst.CSTNode) -> bool:
    return any(isinstance(inner, cst.Yield) for inner in own_nodes(body))


# --- managers from outside --------------------------------------------------------------------------------------------


def _last_name(node: cst.BaseExpression) -> str:
    func = node.func if isinstance(node, cst.Call) else node
    named = func.attr if isinstance(func, cst.Attribute) else func
    return named.value if isinstance(named, cst.Name) else ""


def _is_transparent_name(name: str) -> bool:
    return name in _TRANSPARENT or name.lower().endswith(("lock", "session", "timer", "span", "segment"))


def _managers(frame: Frame, item: cst.WithItem, body: cst.BaseSuite, value: Value) -> list[Manager]:
    """What a manager that is no instance of a class of the program does with errors; empty when it passes them on."""
    node = item.item.expression if isinstance(item.item, cst.Await) else item.item
    if _is_stack(frame, node):
        return list(_of_stack(frame, item, body))
    if _yields_client(item, body):
        return []
    if all(isinstance(atom, (AwsObject, Client, SdkSession)) for atom in value.atoms) and value.atoms:
        return []
    return _named_manager(frame, node)


def _named_manager(frame: Frame, node: cst.BaseExpression) -> list[Manager]:
    """What a manager does by what is called to make it."""
    place = frame.place(node)
    if isinstance(node, cst.Call):
        for atom in conditions.quietly(frame, node.func).atoms:
            if isinstance(atom, Symbol) and atom.dotted == "contextlib.suppress":
                types = [t for arg in node.args for t in clauses.types_of(frame, arg.value)]
                return [Manager("drops", place, types)]
            if isinstance(atom, Symbol) and atom.dotted in {"pytest.raises", "builtins.open"}:
                return [Manager("test", place, [])] if atom.dotted == "pytest.raises" else []
            info = frame.interpreter.function_info(atom.key) if isinstance(atom, FunctionRef) else None
            if info is not None and info.is_generator:
                return _of_generator(frame, info)
    if _last_name(node) in _GROUPS:
        return [Manager("groups", place, [])]
    return [] if _is_transparent_name(_last_name(node)) else [Manager("maybe", place, [])]


_HARMLESS_ON_STACK = frozenset({"callback", "push_async_callback", "close", "aclose"})


def _is_stack(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether a manager is contextlib's stack of managers."""
    atoms = conditions.quietly(frame, node.func).atoms if isinstance(node, cst.Call) else ()
    stacks = {"contextlib.ExitStack", "contextlib.AsyncExitStack"}
    return any(isinstance(atom, Symbol) and atom.dotted in stacks for atom in atoms)


def _of_stack(frame: Frame, item: cst.WithItem, body: cst.BaseSuite) -> Iterator[Manager]:
    """What the managers do that the block puts on the stack."""
    name = item.asname.name.value if item.asname is not None and isinstance(item.asname.name, cst.Name) else ""
    known: set[cst.CSTNode] = set()
    for node in own_nodes(body):
        func = node.func if isinstance(node, cst.Call) else None
        if not isinstance(node, cst.Call) or not isinstance(func, cst.Attribute) or dotted(func.value) != name:
            continue
        if func.attr.value in {"enter_context", "enter_async_context"} and node.args:
            known.add(func.value)
            yield from _named_manager(frame, node.args[0].value)
        elif func.attr.value in _HARMLESS_ON_STACK:
            known.add(func.value)
    if any(isinstance(node, cst.Name) and node.value == name and node not in known for node in own_nodes(body)):
        yield Manager("maybe", frame.place(item.item), [])


def _yields_client(item: cst.WithItem, body: cst.BaseSuite) -> bool:
    """Whether an invocation of the block is one of what the manager yields: such a manager is there to close it."""
    name = item.asname.name if item.asname is not None else None
    if not isinstance(name, cst.Name):
        return False
    methods = {f"{name.value}.{method}" for method in SITE_ATTRIBUTES}
    return any(isinstance(inner, cst.Call) and dotted(inner.func) in methods for inner in own_nodes(body))


__all__ = ["run_with"]
