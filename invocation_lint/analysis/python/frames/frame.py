"""The frame of one function while it is walked: its state, and by what constructs recur."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import NEVER, FunctionRef, Partial, Ref, Value, join2, unknown
from invocation_lint.analysis.domain.events import Asking, Event, Raised, Start
from invocation_lint.analysis.domain.followed import join_followed
from invocation_lint.analysis.domain.ids import ObjectId, SiteKey, id_of
from invocation_lint.analysis.domain.references import map_atoms
from invocation_lint.analysis.domain.state import Obj, State, join_objects, join_states
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo, all_mentions
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.outcome import BudgetExceeded, Failure, Fork, LoopFrame, WayFound, WayOut
from invocation_lint.analysis.python.frames.protocol import Walk
from invocation_lint.findings import Place
from invocation_lint.records import mutable, record

MAX_VISITS = 20_000
"""Nodes walked in one function: the largest handlers of real repositories take a tenth of it."""

MAX_DEPTH = 120
"""Nesting of one expression that is followed; deeper ones are generated code."""

MAX_LAST_CALLS = 16
"""Calls whose last value a frame keeps: one condition names fewer, and what is further back is not asked for again."""


@record
class LastCall:
    """What a call gave, and the names and objects from which it would give the same: those that it left where it was
    walked in earnest, those that it found where it was walked for its value only."""

    value: Value
    env: dict[str, Value]
    heap: dict[ObjectId, Obj]


@mutable
class Frame:
    """One function being walked. `state` is None where the walk has left every path."""

    interpreter: Walk[Frame]
    module: ModuleInfo
    function: FunctionInfo | None
    state: State | None
    depth: int = 0
    scouting: bool = False  # calls into functions that reach no call site are left out
    building: float = 0  # calls below the last function that reaches a call site
    outer: Frame | None = None
    events: list[Event] = field(default_factory=list)
    raises: list[Raised] = field(default_factory=list)
    returned: Value = NEVER
    return_state: State | None = None
    loops: list[LoopFrame] = field(default_factory=list)
    tries: list[State | None] = field(default_factory=list)
    last: State | None = None  # the last state of a path that was walked
    groups: dict[str, list[Any]] = field(default_factory=dict)  # groups of tasks that are open, with their errors
    clauses: list[tuple[Place, tuple[SiteKey, ...]]] = field(default_factory=list)
    handling: list[frozenset[str]] = field(default_factory=list)  # errors of Python that the clauses around took
    visits: int = 0
    nesting: int = 0
    cost: int = 1
    levels: int = 0  # of calls below this frame, those that were not followed for being too deep included
    complete: bool = True
    failing: set[str] = field(default_factory=set)  # errors of Python that ended paths; empty for any other
    falls_off: bool = False  # the end of the function is reached without a return
    blocked: set[str] = field(default_factory=set)  # functions that were on the stack already when they were called
    entered: set[str] = field(default_factory=set)
    global_writes: dict[str, Value] = field(default_factory=dict)
    cells: dict[str, Value] = field(default_factory=dict)  # names of functions around it that have returned
    in_class: str = ""
    watching: frozenset[str] = frozenset()  # the watches that see all that the loop around it does
    ways_out: list[WayOut] = field(default_factory=list)
    forks: list[Fork] = field(default_factory=list)
    handed_on: list[Failure] = field(default_factory=list)  # told by a call whose value is returned
    statement: cst.CSTNode | None = None  # the simple statement being walked
    end_of_try: cst.CSTNode | None = None  # the last statement of a try body, behind which nothing of it can raise
    dropped: cst.CSTNode | None = None  # the expression whose value the statement being walked does not use
    thawed: int = 0  # values that were made objects of
    quiet: int = 0  # expressions around this one that are walked for their value only
    last_calls: dict[cst.CSTNode, LastCall] = field(default_factory=dict)
    finished: bool = False  # it has been walked to its end
    defined: dict[str, dict[str, Value]] = field(default_factory=dict)  # functions, with the names as they were then

    @property
    def live(self) -> State:
        """The state of a point that is known to be reached."""
        assert self.state is not None
        return self.state

    def is_reached(self) -> bool:
        """Whether a path leads here."""
        return self.state is not None

    # -- how constructs recur ----------------------------------------------------------------------------------------

    def evaluate(self, node: cst.BaseExpression) -> Value:
        """The value of an expression in this state; what evaluating it does is done to the state."""
        if self.state is None:
            return NEVER
        self.visits += 1
        if self.visits > self.interpreter.max_visits:
            raise BudgetExceeded
        if self.nesting > MAX_DEPTH:
            return unknown("nested too deep")
        handler = self.interpreter.expressions.get(type(node))
        if handler is None:
            return unknown(f"{type(node).__name__} is not followed")
        self.nesting += 1
        try:
            value = handler(self, node)
        finally:
            self.nesting -= 1
        return value if self.is_reached() else NEVER

    def run(self, body: cst.BaseSuite | Sequence[cst.BaseStatement]) -> None:
        """Walk statements one after another, as long as a path is left."""
        statements: Sequence[cst.BaseStatement | cst.BaseSmallStatement]
        statements = body.body if isinstance(body, (cst.IndentedBlock, cst.SimpleStatementSuite)) else body  # type: ignore[assignment]
        for statement in statements:
            if self.state is None:
                return
            self.run_statement(statement)
            if self.scouting and self.depth == 0 and self.starts_any():
                raise WayFound

    def starts_any(self) -> bool:
        """Whether something that is followed for the sake of this module starts in what was walked."""
        asks = self.module.speaks_of_queries
        return any(isinstance(event, Start) and (asks or not isinstance(event, Asking)) for event in self.events)

    def run_statement(self, node: cst.BaseStatement | cst.BaseSmallStatement) -> None:
        """Walk one statement."""
        self.visits += 1
        if self.visits > MAX_VISITS:
            raise BudgetExceeded
        if type(node) is cst.SimpleStatementLine:
            for small in node.body:
                if self.state is None:
                    return
                self.statement = small
                self.run_statement(small)
            return
        handler = self.interpreter.statements.get(type(node))
        if handler is not None:
            handler(self, node)
        if node is not self.end_of_try:
            self.note_progress()

    def call(self, callee: Value, arguments: Arguments, node: cst.CSTNode) -> Value:
        """Call each thing that the callee may be."""
        return self.interpreter.call_value(self, callee, arguments, node)

    def fail(self, error: str = "") -> Value:
        """What is evaluated surely raises an error, which one where that is known: the path ends here."""
        self.failing.add(error)
        self.note_progress()
        self.state = None
        return NEVER

    def call_function(self, info: FunctionInfo, receiver: Value, args: list[Value], node: cst.CSTNode) -> Value:
        """Call a method of the program that Python itself calls: a property, `__exit__`."""
        return self.interpreter.call_function(self, info, receiver, args, node)

    def note_definition(self, key: str) -> None:
        """A function is defined in this frame, and sees its names."""
        if not self.scouting or key not in self.interpreter.definers:
            self.interpreter.definers[key] = self
            if self.function is not None and self.state is not None:
                self.defined[key] = dict(self.state.env)

    # -- places and objects ------------------------------------------------------------------------------------------

    def place(self, node: cst.CSTNode) -> Place:
        """The place of a node: of this frame's module, or of another whose function is called without a call."""
        try:
            return self.module.source.place(node)
        except ValueError:
            return self.interpreter.modules.place(node)

    def allocate(self, node: cst.CSTNode, obj: Obj) -> Value:
        """Make an object at a node. The one that an earlier round made there becomes one of several."""
        place = self.place(node)
        owner = ("global",) if self.function is None else ()
        return self.allocate_at((*owner, place, obj.kind), obj)

    def allocate_at(self, key: tuple[object, ...], obj: Obj) -> Value:
        """Make an object under a key."""
        young = id_of(*key, "young")
        if self.state is None:
            return NEVER
        if young in self.state.heap:
            old = id_of(*key, "old")
            previous = self.state.heap.get(old)
            self.state.rename({young: old})
            aged = self.state.heap[old]
            merged = join_objects(previous, aged) if previous else aged
            self.state.heap[old] = Obj(
                merged.kind, merged.slots, merged.open, merged.items, merged.rest, merged.made, merged.cls, True
            )
        self.state.heap[young] = obj
        return Value((Ref(young),))

    def note_return(self, value: Value) -> None:
        """A `return` is reached with this value."""
        before, closed = self.returned, self._closed(value)
        self.return_state = join_states(self.return_state, self.state)
        heap = self.return_state.heap if self.return_state is not None else {}
        self.returned = join_followed(before, closed, heap)

    def _closed(self, value: Value) -> Value:
        """The value with its functions of this frame closed over the names that they find here."""

        def close(atom: Any) -> Any:
            info = self.interpreter.function_info(atom.key) if isinstance(atom, FunctionRef) else None
            if info is None or info.parent is None or info.parent is not self.function or atom.cells:
                return atom
            names = {**self.cells, **self.live.env}
            for name in rebound & names.keys():
                names[name] = join2(names[name], unknown("a function that stands beside it sets it", name))
            return replace(atom, cells=tuple((name, names[name]) for name in sorted(all_mentions(info) & names.keys())))

        if self.state is None or not any(isinstance(atom, (FunctionRef, Partial)) for atom in value.atoms):
            return value
        beside = (info for info in self.module.functions.values() if info.parent is self.function)
        rebound = frozenset().union(*(info.nonlocals for info in beside))
        return map_atoms(value, close)

    def last_value(self, node: cst.CSTNode) -> Value | None:
        """What a call gave last, where it is asked again for its value and nothing that it may look at has changed: a
        condition is asked for what it is, for what it tells of an answer, and for each of its branches."""
        last = self.last_calls.get(node) if self.quiet else None
        if last is None or self.state is None or last.env != self.state.env or last.heap != self.state.heap:
            return None
        return last.value

    def note_call(self, node: cst.CSTNode, value: Value, found: State | None) -> None:
        """A call has given this; `found` is a copy of the state in which it was walked for its value only."""
        state = found or (self.state.copy() if self.state is not None else None)
        if state is not None:
            if len(self.last_calls) >= MAX_LAST_CALLS:
                self.last_calls.clear()
            self.last_calls[node] = LastCall(value, state.env, state.heap)

    def note_progress(self) -> None:
        """A statement ends: an exception in the next one finds this state."""
        if self.state is None:
            return
        self.last = self.state
        for index, seen in enumerate(self.tries):
            if seen is None:
                self.tries[index] = self.state.copy()
            else:
                seen.take_in(self.state)
