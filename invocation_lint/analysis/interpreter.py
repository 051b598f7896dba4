"""The interpreter: walks functions forward, each call with its caller's actual values.

A root is a function walked alone, with unknown parameters; what a caller's values add is seen when the caller is
walked. Limits are counts, never times, so that runs are equal everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import process_time

import libcst as cst

from invocation_lint.analysis import tracing
from invocation_lint.analysis.domain.atoms import FunctionRef, Method, Partial, Value, join2
from invocation_lint.analysis.domain.events import Event, Raised, Visit
from invocation_lint.analysis.domain.ids import ObjectId, SiteKey
from invocation_lint.analysis.domain.state import Obj, State, join_states
from invocation_lint.analysis.domain.wrapper import Wrapper
from invocation_lint.analysis.libraries import injected, known
from invocation_lint.analysis.limits import (
    ATTRIBUTE_CALLS,
    ATTRIBUTE_INTERPRETATIONS,
    MAX_BUILDING_CALLS,
    MAX_BUILDING_SIZE,
    MAX_CALLS,
    MAX_INHERITED,
    MAX_INTERPRETATIONS,
    MAX_SCOUTED_LINES,
)
from invocation_lint.analysis.program.model import ClassInfo, FunctionInfo, ModuleInfo
from invocation_lint.analysis.program.ways import Ways, demanded
from invocation_lint.analysis.python import expressions, statements
from invocation_lint.analysis.python.calls import callees, decorators, function_calls
from invocation_lint.analysis.python.definitions import Definitions
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.copying import portable
from invocation_lint.analysis.python.frames.frame import MAX_VISITS, Frame
from invocation_lint.analysis.python.frames.guards import Wrapping
from invocation_lint.analysis.python.frames.kinds import Kinds
from invocation_lint.analysis.python.frames.outcome import BudgetExceeded, Outcome, WayFound
from invocation_lint.analysis.python.frames.protocol import Libraries
from invocation_lint.analysis.python.frames.shared_outcomes import Outcomes, canonical
from invocation_lint.analysis.python.frames.trial import Trial, concerned
from invocation_lint.analysis.python.modules import Finder, ModuleTable, NoFinder
from invocation_lint.analysis.python.returning import outcome_of
from invocation_lint.analysis.python.traced import note_escape
from invocation_lint.findings import Place
from invocation_lint.records import record


@record
class Root:
    """What one function does when it is looked at alone; `function` is None for a module's own body."""

    function: FunctionInfo | None
    module: ModuleInfo
    events: tuple[Event, ...]
    raises: tuple[Raised, ...]
    followed: frozenset[str] = frozenset()  # decorators whose effect on its errors is known


@record
class Walked:
    """A function that was looked at alone, and what that cost: processor seconds and nodes, what it calls included."""

    path: str
    function: str
    seconds: float
    nodes: int


class Interpreter:
    """Walks the functions of a program. `kinds` are what it follows;
    `visits` counts the nodes walked so far in modules and functions: what a run costs, equal on every machine."""

    def __init__(self, finder: Finder | None = None) -> None:
        self.max_visits = MAX_VISITS
        self.visits = 0
        self.walks: list[Walked] = []
        self.expressions = expressions.HANDLERS
        self.statements = statements.HANDLERS
        self.libraries: Libraries[Frame] = known
        self.kinds: Kinds[Frame] = tracing.all_kinds()
        self.definers: dict[str, Frame] = {}
        self.too_large: set[str] = set()
        self.wrappings: dict[str, Wrapping | None] = {}  # functions to what their decorators do
        self.decorated: dict[str, tuple[Value, State] | None] = {}  # functions to what their decorators make of them
        self.wrappers: dict[str, Wrapper] = {}  # functions outside the program that invoke, by dotted name
        self.shared: dict[tuple[int, Place], tuple[Value, Value, dict[ObjectId, Obj]]] = {}  # values, as objects
        self.is_noting_attributes = False
        self.trial: Trial | None = None
        self.definitions = Definitions(self)
        self.modules = ModuleTable(self, finder or NoFinder())
        self._functions: dict[str, FunctionInfo] = {}
        self._classes: dict[str, ClassInfo] = {}
        self._demanded: set[str] = set()
        self.leading: set[str] = set()  # these, and those that reach a call site with what they are handed
        self._outcomes = Outcomes()
        self._exceeded: dict[tuple[object, int, int], int] = {}  # what calls over the budget of visits cost
        self._roots: dict[str, Root] = {}
        self._running: set[str] = set()
        self._around: dict[str, set[str]] = {}  # modules to their functions in which demanded ones stand
        self._stack: list[str] = []
        self._interpretations = 0
        self._limits = MAX_CALLS, MAX_INTERPRETATIONS

    def adopt(self, module: ModuleInfo) -> None:
        """Take in the functions and classes of a module."""
        self._functions.update(module.functions)
        self._classes.update(module.classes)
        ways = Ways(module)
        self._demanded.update(info.key for info in ways.demanded)
        self.leading.update(info.key for info in ways.leading)

    def function_info(self, key: str) -> FunctionInfo | None:
        """The function of that key."""
        return self._functions.get(key)

    def class_info(self, key: str) -> ClassInfo | None:
        """The class of that key."""
        return self._classes.get(key)

    # -- what is walked ----------------------------------------------------------------------------------------------

    def roots(self, module: ModuleInfo) -> Iterator[Root]:
        """The module's own body and every demanded function of it, each looked at alone."""
        wanted = demanded(module)
        if wanted or module.is_imported or module.speaks_of_queries or self.modules.starts_any(module):
            runtime = self.modules.runtime(module)
            yield Root(None, module, runtime.events, runtime.raises)
        for info in [*wanted, *(info for info in module.querying() if info not in wanted)]:
            root = self.root(info)
            if root is not None:
                yield root
        inherited = ((info, cls) for cls in list(module.classes.values()) for info in self._template_methods(cls))
        for count, (info, cls) in enumerate(inherited):
            if count == MAX_INHERITED:
                self.too_large.add(f"{cls.key}.{info.name}")
                break
            yield self._template_root(info, cls)

    def _template_methods(self, cls: ClassInfo) -> Iterator[FunctionInfo]:
        """The methods that a class inherits visibly and that name a method of its own that reaches a call site."""
        own = {name for name, info in cls.methods.items() if info.key in self._demanded and name != "__init__"}
        if not own or not cls.node.bases:
            return
        for base in self.definitions.lineage(cls)[0][1:]:
            for name, info in base.methods.items():
                if name not in cls.methods and info.mentions & own:
                    yield info

    def _template_root(self, info: FunctionInfo, cls: ClassInfo) -> Root:
        """An inherited method, walked with an instance of the class that inherits it."""
        key = f"{info.key} of {cls.key}"
        if key not in self._roots:
            self._roots[key] = Root(info, info.module, (), ())
            if self._is_way(info, cls):
                frame = self._run_alone(info, (MAX_CALLS, MAX_INTERPRETATIONS), noting=False, receiver=cls)
                self._roots[key] = Root(info, info.module, tuple(frame.events), tuple(frame.raises))
        return self._roots[key]

    def root(self, info: FunctionInfo) -> Root | None:
        """Walk one function with parameters of which only the declaration is known; None while it is being walked."""
        if info.key in self._roots:
            return self._roots[info.key]
        if info.key in self._running:
            return None
        if info.parent is not None:
            self.root(info.parent)
        if not self._is_way(info):
            return self._roots.setdefault(info.key, Root(info, info.module, (), ()))
        frame = self._run_alone(info, (MAX_CALLS, MAX_INTERPRETATIONS), noting=False)
        if frame.state is not None:
            note_escape(frame, frame.returned, "returned", info.node)
        wrapping = decorators.wrapping_of(self, info)
        if wrapping is not None:
            frame.raises = decorators.guarded(frame, wrapping, frame.raises)
        followed = wrapping.names if wrapping is not None else frozenset()
        root = self._roots[info.key] = Root(info, info.module, tuple(frame.events), tuple(frame.raises), followed)
        return root

    def _is_way(self, info: FunctionInfo, receiver: ClassInfo | None = None) -> bool:
        """Whether a walk of a function, with this receiver, may start anything that is followed.

        Most that name what leads to a call site do not come to it: they call something else of that name, or it is too
        far. A walk that leaves out all but small functions which build values tells so for a fraction of the cost.
        """
        if info.holds_site or info.module.speaks_of_queries or self._defines_functions(info):
            return True
        frame = self._run_alone(info, (MAX_CALLS, MAX_INTERPRETATIONS), noting=False, receiver=receiver, scouting=True)
        return not frame.complete or info.key in self.too_large or frame.starts_any()

    def _is_scouted(self, frame: Frame, info: FunctionInfo, building: float, values: list[Value]) -> bool:
        """Whether a function that leads nowhere by itself is entered to see where a walk may lead: a small one, and one
        that is handed something to call."""
        if building <= 1 and info.place.end_line - info.place.line < MAX_SCOUTED_LINES:
            return True
        objects = frame.live.reachable(values).values()
        held = (value for obj in objects for value in (*(slot.value for slot in obj.slots.values()), *obj.elements()))
        return any(self._may_lead(atom) for value in (*values, *held) for atom in value.atoms)

    def _may_lead(self, atom: object) -> bool:
        if isinstance(atom, FunctionRef):
            return atom.key in self.leading
        return isinstance(atom, (Method, Partial))

    def _defines_functions(self, info: FunctionInfo) -> bool:
        """Whether functions that are walked themselves stand in a function: they see what its walk leaves."""
        around = self._around.get(info.module.name)
        if around is None:
            inner = (one for one in info.module.functions.values() if one.key in self._demanded)
            around = self._around[info.module.name] = {one.parent.key for one in inner if one.parent is not None}
        return info.key in around

    def run_for_attributes(self, info: FunctionInfo) -> None:
        """Walk a method for what it assigns to attributes."""
        self._run_alone(info, (ATTRIBUTE_CALLS, ATTRIBUTE_INTERPRETATIONS), noting=True)

    def global_writes(self, info: FunctionInfo, known: dict[str, Value]) -> dict[str, Value]:
        """What a function assigns to names under `global`, joined with what is known of them."""
        frame = self._run_alone(
            info, (ATTRIBUTE_CALLS, ATTRIBUTE_INTERPRETATIONS), noting=False, purpose=" for globals"
        )
        found: dict[str, Value] = {}
        for name, value in frame.global_writes.items():
            kept = portable(frame, value)
            found[name] = join2(known.get(name, kept), kept)
        return found

    def run_with(self, info: FunctionInfo, given: Callable[[Frame], dict[str, Value]]) -> Frame:
        """Walk one function with values for some of its parameters, made in its frame."""
        return self._run_alone(info, (MAX_CALLS, MAX_INTERPRETATIONS), noting=False, given=given)

    @contextmanager
    def own_budget(self) -> Iterator[None]:
        """A walk that is not charged to the function that caused it, and does not see its stack."""
        saved = self._stack, self._interpretations, self._limits, self.is_noting_attributes
        self._stack, self._interpretations, self._limits = [], 0, (MAX_CALLS, MAX_INTERPRETATIONS)
        self.is_noting_attributes = False
        try:
            yield
        finally:
            self._stack, self._interpretations, self._limits, self.is_noting_attributes = saved

    def _run_alone(
        self,
        info: FunctionInfo,
        limits: tuple[int, int],
        *,
        noting: bool,
        receiver: ClassInfo | None = None,
        scouting: bool = False,
        purpose: str = "",
        given: Callable[[Frame], dict[str, Value]] | None = None,
    ) -> Frame:
        """Walk one function from its declaration; with `noting`, what it assigns to attributes is kept. `receiver` is
        the class of `self` where it is not the one that defines the method. A walk for one purpose may come to a
        function while it is walked for another."""
        frame = Frame(self, info.module, info, State(), outer=self.definers.get(info.key), scouting=scouting)
        walk = f"{info.key} for attributes" if noting else info.key + purpose
        if walk in self._running:
            return frame
        self._running.add(walk)
        began, visited = process_time(), self.visits
        with self.own_budget():
            self._stack, self._limits, self.is_noting_attributes = [info.key], limits, noting
            try:
                frame.live.env.update(injected.parameters(frame, info, receiver or info.cls))
                frame.live.env.update(given(frame) if given is not None else {})
                self._walk(frame, info)
            except BudgetExceeded:
                self.too_large.add(info.key)
                frame.events.clear()
                frame.raises.clear()
            except WayFound:
                pass
            finally:
                self._running.discard(walk)
        self.walks.append(Walked(info.module.source.name, info.title, process_time() - began, self.visits - visited))
        frame.falls_off = frame.state is not None
        frame.state = join_states(frame.return_state, frame.state)
        return frame

    def _walk(self, frame: Frame, info: FunctionInfo) -> None:
        try:
            if isinstance(info.node, cst.Lambda):
                frame.note_return(frame.evaluate(info.node.body))
            else:
                frame.run(info.node.body)
        finally:
            frame.finished = True
            self.visits += frame.visits

    # -- calls -------------------------------------------------------------------------------------------------------

    def call_value(self, frame: Frame, callee: Value, arguments: Arguments, node: cst.CSTNode) -> Value:
        """Call each thing that the callee may be."""
        return callees.call_value(frame, callee, arguments, node)

    def call_function(
        self, frame: Frame, info: FunctionInfo, receiver: Value, args: list[Value], node: cst.CSTNode
    ) -> Value:
        """Call a method of the program that Python itself calls: a property, `__exit__`."""
        return function_calls.call_function(frame, info, receiver, args, node)

    def interpret_call(
        self, frame: Frame, info: FunctionInfo, bound: dict[str, Value], cells: tuple[tuple[str, Value], ...] = ()
    ) -> Outcome | None:
        """Walk a function with these arguments; None when the stack, depth or budget limit is met."""
        if info.key in self._stack:
            frame.blocked.add(info.key)
            return None
        values = [*bound.values(), *(value for _, value in cells)]
        building = 0 if info.key in self.leading else frame.building + (0.5 if info.name == "__init__" else 1)
        if frame.scouting and building and not self._is_scouted(frame, info, building, values):
            return None
        if frame.depth >= self._limits[0] or (building >= MAX_BUILDING_CALLS + 1 and self.trial is None):
            frame.levels = max(frame.levels, 1)
            return None  # as wherever as many levels are left
        if building and info.size > MAX_BUILDING_SIZE:
            return None
        if self._interpretations >= self._limits[1]:
            frame.complete = False
            return None
        fragment = frame.live.reachable(values)
        left = self._limits[0] - frame.depth
        number = self.trial.number if self.trial is not None else 0
        key = None
        if info.parent is None and not self.is_noting_attributes:
            is_typed = self.trial is not None and self.trial.is_typed
            how = building, frame.scouting, frame.watching, self.modules.is_running, is_typed
            key = (info.key, *how, *bound, canonical(values, fragment))
            kept = self._outcomes.find(key, left, tuple(fragment), self.trial)
            if (
                kept is not None
                and self._interpretations + kept.cost <= self._limits[1]
                and kept.functions.isdisjoint(self._stack)
            ):
                self._interpretations += kept.cost
                frame.cost += kept.cost
                frame.entered |= kept.functions
                frame.levels = max(frame.levels, kept.levels + 1)
                return kept
            exceeded = self._exceeded.get((key, left, number))
            if exceeded is not None:
                self._interpretations += exceeded
                frame.levels = max(frame.levels, left + 1)
                return None
        self._interpretations += 1
        unfinished, noted = self.modules.asked_unfinished, self.trial.noted if self.trial is not None else 0
        inner = Frame(
            self,
            info.module,
            info,
            State(dict(bound), dict(fragment)),
            depth=frame.depth + 1,
            scouting=frame.scouting,
            building=building,
            watching=frame.watching,
            cells=dict(cells),
            outer=self.definers.get(info.key),
        )
        inner.entered.add(info.key)
        self._stack.append(info.key)
        try:
            self._walk(inner, info)
        except BudgetExceeded:
            self.too_large.add(info.key)
            if key is not None and inner.complete and not inner.blocked and unfinished == self.modules.asked_unfinished:
                self._exceeded[key, left, number] = inner.cost
            frame.levels = max(frame.levels, left + 1)
            return None
        finally:
            self._stack.pop()
        inner.blocked.discard(info.key)  # its own recursion is the same wherever it is called from
        frame.blocked |= inner.blocked
        frame.complete = frame.complete and inner.complete
        outcome = outcome_of(inner, info, tuple(fragment), concerned(self.trial, noted, fragment.values()))
        frame.cost += inner.cost
        frame.entered |= inner.entered
        frame.levels = max(frame.levels, inner.levels + 1)
        if key is not None and outcome.complete and unfinished == self.modules.asked_unfinished:
            self._outcomes.keep(key, left, outcome)
        return outcome

    def sites_made(self, outcome: Outcome) -> set[SiteKey]:
        """The call sites that a call reaches itself, as it names them."""
        return {event.site for event in outcome.events if isinstance(event, Visit)}

    def scope_of(self, frame: Frame, place: Place) -> str:
        """Where a place stands, seen from the frame: module, function, or attribute (another method of a class)."""
        info = self.modules.enclosing(place)
        if info is None:
            return "module"
        return "attribute" if info is not frame.function and info.cls is not None else "function"
