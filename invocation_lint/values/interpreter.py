"""The interpreter: walks functions forward, each call with its caller's actual values.

`Interpreter.roots()` walks every demanded function alone, with unknown parameters; what a caller's values add is seen
when the caller is walked. Limits are counts, never times, so that runs are equal everywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from invocation_lint.findings import Place
from invocation_lint.values import classes, expressions, imports, statements
from invocation_lint.values.domain import (
    NONE,
    ClassRef,
    FunctionRef,
    ObjectId,
    Param,
    Pending,
    Ref,
    Response,
    SiteKey,
    Symbol,
    Unknown,
    Value,
    join2,
    unknown,
)
from invocation_lint.values.encoding import thaw
from invocation_lint.values.events import Event, Raised, Visit
from invocation_lint.values.frame import BudgetExceeded, Frame, Outcome
from invocation_lint.values.lookup import bring
from invocation_lint.values.program import ClassInfo, FunctionInfo, ModuleInfo, own_nodes
from invocation_lint.values.responses import note_escape
from invocation_lint.values.state import Obj, State, freeze, join_states, map_atoms

MAX_CALLS = 5
"""Calls below the function that is looked at: deeper ones are frameworks, not the way of a payload."""

MAX_INTERPRETATIONS = 400
"""Functions walked for one function that is looked at: real ones take some dozens."""

MAX_BUILDING_CALLS = 2
"""Calls below a demanded function into functions that reach no call site: they build a value, and are shallow."""

ATTRIBUTE_CALLS, ATTRIBUTE_INTERPRETATIONS = 2, 20
"""The same limits where a method is walked only for what it assigns to attributes."""


@dataclass(frozen=True, slots=True)
class Root:
    """What one function does when it is looked at alone; `function` is None for a module's own body."""

    function: FunctionInfo | None
    module: ModuleInfo
    events: tuple[Event, ...]
    raises: tuple[Raised, ...]
    returned: Value


class Interpreter:
    """Walks the functions of a program. `sdks` holds the SDK of every call site reached; "" when it is not known."""

    def __init__(self, module: ModuleInfo) -> None:
        self.module = module
        self.max_visits = statements.MAX_VISITS
        self.sdks: dict[Place, str] = {}
        self.definers: dict[str, Frame] = {}
        self.too_large: set[str] = set()
        self._functions = dict(module.functions)
        self._demanded = {info.key for info in module.demanded()}
        self._classes = dict(module.classes)
        self._bodies: dict[str, State] = {}
        self._bases: dict[str, tuple[list[ClassInfo], list[str], bool]] = {}
        self._defaults: dict[str, tuple[dict[str, Value], State]] = {}
        self._attributes: dict[tuple[str, str], Value] = {}
        self._global_writes: dict[str, Value] = {}
        self._outcomes: dict[object, Outcome] = {}
        self._roots: dict[str, Root] = {}
        self._running: set[str] = set()
        self._stack: list[str] = []
        self._interpretations = 0
        self._limits = MAX_CALLS, MAX_INTERPRETATIONS
        self._attribute_runs: set[str] = set()
        self._noting_attributes = False
        self._awaited: set[cst.CSTNode] | None = None
        self._module_frame: Frame | None = None
        self._module_state: State | None = None
        self._globals_done = False

    # -- what is walked ----------------------------------------------------------------------------------------------

    def roots(self) -> Iterator[Root]:
        """Every demanded function, and the module's own body, each looked at alone."""
        yield self.run_module()
        for info in self.module.demanded():
            root = self.run_root(info)
            if root is not None:
                yield root

    def run_module(self) -> Root:
        """Walk the module's body once, forward."""
        frame = Frame(self, self.module, None, State())
        frame.tries.append(State())
        self._module_frame = frame
        self._interpretations = 0
        try:
            statements.run_block(frame, self.module.source.module.body)
        except BudgetExceeded:
            self.too_large.add(f"{self.module.name}:<module>")
        last = frame.tries.pop()
        self._module_state = frame.state or last or State()
        self._module_frame = None
        return Root(None, self.module, tuple(frame.events), tuple(frame.raises), Value(()))

    def run_root(self, info: FunctionInfo) -> Root | None:
        """Walk one function with parameters of which only the declaration is known; None while it is being walked."""
        if info.key in self._roots:
            return self._roots[info.key]
        if info.key in self._running:
            return None
        if info.parent is not None:
            self.run_root(info.parent)
        frame = self._run_alone(info, (MAX_CALLS, MAX_INTERPRETATIONS), noting=False)
        for name, value in frame.global_writes.items():
            kept = self._portable(frame, value)
            self._global_writes[name] = join2(self._global_writes.get(name, kept), kept)
        if frame.state is not None:
            note_escape(frame, frame.returned, "returned", info.node)
        root = Root(info, info.module, tuple(frame.events), tuple(frame.raises), frame.returned)
        self._roots[info.key] = root
        return root

    def _run_alone(self, info: FunctionInfo, limits: tuple[int, int], *, noting: bool) -> Frame:
        """Walk one function from its declaration; with `noting`, what it assigns to attributes is kept."""
        self._running.add(info.key)
        saved = self._stack, self._interpretations, self._limits, self._noting_attributes
        self._stack, self._interpretations, self._limits = [info.key], 0, limits
        self._noting_attributes = noting
        frame = Frame(self, info.module, info, State(), outer=self.definers.get(info.key))
        try:
            frame.live.env.update(self._unknown_parameters(frame, info))
            self._walk(frame, info)
        except BudgetExceeded:
            self.too_large.add(info.key)
            frame.events.clear()
            frame.raises.clear()
        finally:
            self._running.discard(info.key)
            self._stack, self._interpretations, self._limits, self._noting_attributes = saved
        frame.state = join_states(frame.return_state, frame.state)
        return frame

    def _walk(self, frame: Frame, info: FunctionInfo) -> None:
        if isinstance(info.node, cst.Lambda):
            frame.note_return(expressions.evaluate(frame, info.node.body))
        else:
            statements.run_block(frame, info.node.body)

    def _unknown_parameters(self, frame: Frame, info: FunctionInfo) -> dict[str, Value]:
        params = info.node.params
        defaults = self.defaults_of(frame, info)
        found: dict[str, Value] = {}
        every = [*params.posonly_params, *params.params, *params.kwonly_params]
        for index, param in enumerate(every):
            name = param.name.value
            if index == 0 and info.cls is not None and isinstance(info.node, cst.FunctionDef):
                bound = self._receiver(frame, info)
                if bound is not None:
                    found[name] = bound
                    continue
            value = imports.parameter(frame, param)
            default = defaults.get(name)
            found[name] = value if default is None else join2(_without_none(default), value)
        place = frame.place(info.node)
        if isinstance(params.star_arg, cst.Param):
            name = params.star_arg.name.value
            found[name] = frame.allocate_at((place, "*"), Obj("tuple", rest=unknown("an argument", name), made=place))
        if params.star_kwarg is not None:
            name = params.star_kwarg.name.value
            found[name] = frame.allocate_at(
                (place, "**"), Obj("dict", open="it holds the caller's keywords", made=place)
            )
        return found

    def _receiver(self, frame: Frame, info: FunctionInfo) -> Value | None:
        assert info.cls is not None
        decorators = {imports.dotted(item) for item in info.decorators}
        if "staticmethod" in decorators:
            return None
        if "classmethod" in decorators or info.name in {"__new__", "__init_subclass__", "__class_getitem__"}:
            return Value((ClassRef(info.cls.key),))
        return frame.allocate_at(("self", info.cls.key), Obj("instance", cls=info.cls.key, open="it is the receiver"))

    # -- calls -------------------------------------------------------------------------------------------------------

    def interpret_call(self, frame: Frame, info: FunctionInfo, bound: dict[str, Value]) -> Outcome | None:
        """Walk a function with these arguments; None when the stack, depth or budget limit is met."""
        if info.key in self._stack or frame.depth >= self._limits[0]:
            return None
        if self._interpretations >= self._limits[1]:
            return None
        building = 0 if info.key in self._demanded else frame.building + 1
        if building > MAX_BUILDING_CALLS:
            return None
        fragment = frame.live.reachable(list(bound.values()))
        key = self._memo_key(info, bound, fragment, frame.depth, building)
        kept = self._outcomes.get(key) if key is not None else None
        if kept is not None and not any(name in self._stack for name in kept_names(kept)):
            self._interpretations += kept.cost
            frame.cost += kept.cost
            return kept
        self._interpretations += 1
        inner = Frame(
            self,
            info.module,
            info,
            State(dict(bound), dict(fragment)),
            depth=frame.depth + 1,
            building=building,
            outer=self.definers.get(info.key),
        )
        self._stack.append(info.key)
        try:
            self._walk(inner, info)
        except BudgetExceeded:
            self.too_large.add(info.key)
            return None
        finally:
            self._stack.pop()
        outcome = self._outcome(inner, info)
        frame.cost += inner.cost
        if key is not None and outcome.complete:
            self._outcomes[key] = outcome
        return outcome

    def _outcome(self, frame: Frame, info: FunctionInfo) -> Outcome:
        falls = frame.state is not None
        value = join2(frame.returned, NONE) if falls and not info.is_generator else frame.returned
        end = join_states(frame.return_state, frame.state)
        heap: dict[ObjectId, Obj] = {} if end is None else dict(end.heap)
        return Outcome(
            value, heap, tuple(frame.events), tuple(frame.raises), end is not None, frame.cost, frame.complete
        )

    def _memo_key(
        self, info: FunctionInfo, bound: dict[str, Value], fragment: dict[ObjectId, Obj], depth: int, building: int
    ) -> object | None:
        if info.parent is not None or self._module_state is None:
            return None
        objects = tuple(
            (object_id, o.kind, tuple(o.slots.items()), o.open, o.items, o.rest, o.made, o.cls, o.many)
            for object_id, o in sorted(fragment.items(), key=lambda item: repr(item[0]))
        )
        return (info.key, tuple(bound.items()), objects, self._limits[0] - depth, building)

    def sites_made(self, outcome: Outcome) -> set[SiteKey]:
        """The call sites that a call reaches itself, as it names them."""
        return {event.site for event in outcome.events if isinstance(event, Visit)}

    # -- names -------------------------------------------------------------------------------------------------------

    def function_info(self, key: str) -> FunctionInfo | None:
        """The function of that key."""
        return self._functions.get(key)

    def class_info(self, key: str) -> ClassInfo | None:
        """The class of that key."""
        return self._classes.get(key)

    def imported(self, module: ModuleInfo, full: str, level: int) -> Value:
        """What an import binds: a name from outside; relative imports are not followed within one file."""
        if level:
            return unknown("an import of another module of the project", full.rpartition(".")[2])
        return Value((Symbol(full),))

    def module_name(self, frame: Frame, text: str) -> Value | None:
        """The value of a module-level name, or None when the module does not bind it."""
        module = frame.module
        state = self._module_frame.state if self._module_frame is not None else self._module_state
        if state is None and self._module_frame is not None and self._module_frame.tries:
            state = self._module_frame.tries[0]
        found = state.env.get(text) if state is not None else None
        if found is not None and state is not None:
            opened = "a function of the module changes it" if text in module.mutated_globals else ""
            found = bring(frame, found, state.heap, opened=opened)
        written = self._written_global(frame, text)
        if written is not None:
            found = written if found is None else join2(_without_none(found), written)
        return found

    def _written_global(self, frame: Frame, text: str) -> Value | None:
        if self._module_state is None:
            return None
        if not self._globals_done:
            self._globals_done = True
            for info in self.module.functions.values():
                if info.globals:
                    self.run_root(info)
        value = self._global_writes.get(text)
        return None if value is None else thaw(frame, value, self.module.source.module.body[0])

    def scope_of(self, frame: Frame, place: Place) -> str:
        """Where a place of the module stands, seen from the frame: module, function, or another method."""
        for info in reversed(list(self.module.functions.values())):
            span = self.module.source.place(info.node)
            if (span.line, span.column) <= (place.line, place.column) <= (span.end_line, span.end_column):
                return "function" if frame.function is info else "attribute" if info.cls is not None else "function"
        return "module"

    def awaited_calls(self, module: ModuleInfo) -> set[cst.CSTNode]:
        """The call expressions that stand directly behind `await`."""
        if self._awaited is None:
            self._awaited = set()
            for info in module.functions.values():
                for node in own_nodes(info.node):
                    if isinstance(node, cst.Await):
                        self._awaited.add(node.expression)
        return self._awaited

    # -- definitions -------------------------------------------------------------------------------------------------

    def note_defaults(self, frame: Frame, info: FunctionInfo) -> None:
        """Evaluate the defaults of a function where it is defined."""
        params = info.node.params
        found: dict[str, Value] = {}
        for param in [*params.posonly_params, *params.params, *params.kwonly_params]:
            if param.default is not None:
                found[param.name.value] = expressions.evaluate(frame, param.default)
        if frame.state is not None:
            self._defaults[info.key] = (found, frame.state.copy())

    def defaults_of(self, frame: Frame, info: FunctionInfo) -> dict[str, Value]:
        """Parameter names to the values of their defaults."""
        if info.key not in self._defaults:
            home = Frame(self, info.module, None, State(), in_class=info.cls.key if info.cls else "*")
            self.note_defaults(home, info)
        found, state = self._defaults.get(info.key, ({}, State()))
        return {name: bring(frame, value, state.heap) for name, value in found.items()}

    def run_class_body(self, frame: Frame, info: ClassInfo) -> State:
        """Walk a class body in a scope of its own; its names are the class's attributes."""
        inner = Frame(
            self,
            info.module,
            None,
            State({}, dict(frame.live.heap) if frame.function is None else {}),
            outer=frame if frame.function is not None else None,
            in_class=info.key,
            events=frame.events,
            raises=frame.raises,
        )
        self._bases[info.key] = self._resolve_bases(frame, info)
        self._bodies[info.key] = State()
        inner.tries.append(State())
        statements.run_block(inner, info.node.body)
        last = inner.tries.pop()
        body = inner.state or last or State()
        self._bodies[info.key] = body
        return body

    def class_body(self, info: ClassInfo) -> State:
        """The names of a class body."""
        if info.key not in self._bodies:
            home = Frame(self, info.module, None, State(), in_class=info.key)
            self.run_class_body(home, info)
        return self._bodies[info.key]

    def bases(self, info: ClassInfo) -> tuple[list[ClassInfo], list[str], bool]:
        """The bases in the program, those outside by dotted name, and whether all were resolved."""
        if info.key not in self._bases:
            self._bases[info.key] = ([], [], False)
            self._bases[info.key] = self._resolve_bases(Frame(self, info.module, None, State(), in_class="*"), info)
        return self._bases[info.key]

    def _resolve_bases(self, frame: Frame, info: ClassInfo) -> tuple[list[ClassInfo], list[str], bool]:
        inner: list[ClassInfo] = []
        outside: list[str] = []
        resolved = True
        for arg in info.node.bases:
            node = arg.value.value if isinstance(arg.value, cst.Subscript) else arg.value
            for atom in expressions.evaluate(frame, node).atoms:
                if isinstance(atom, ClassRef) and atom.key in self._classes:
                    inner.append(self._classes[atom.key])
                elif isinstance(atom, Symbol):
                    outside.append(atom.dotted)
                else:
                    outside.append("an unknown class")
                    resolved = False
        return inner, outside, resolved

    # -- attributes of instances -------------------------------------------------------------------------------------

    def note_attribute(self, frame: Frame, object_id: ObjectId, name: str, value: Value) -> None:
        """`self.name = value` in a method that is looked at alone."""
        if object_id[0] != "self" or not self._noting_attributes:
            return
        key = (str(object_id[1]), name)
        kept = self._portable(frame, value)
        self._attributes[key] = join2(self._attributes.get(key, kept), kept)

    def attribute_value(self, frame: Frame, cls: ClassInfo, name: str) -> Value:
        """The join of all that the class's methods assign to `self.name`."""
        for method in cls.writers.get(name, []):
            if method.key not in self._attribute_runs:
                self._attribute_runs.add(method.key)
                self._run_alone(method, (ATTRIBUTE_CALLS, ATTRIBUTE_INTERPRETATIONS), noting=True)
        value = self._attributes.get((cls.key, name))
        if value is None:
            return unknown("an attribute that is set where it cannot be followed", f"self.{name}")
        found = thaw(frame, _without_none(value), cls.node)
        if name in cls.mutated:
            frame.live.update(found, lambda obj, weak: obj.opened("another method changes it"))
        return found

    def _portable(self, frame: Frame, value: Value) -> Value:
        """The value as another frame may see it: objects frozen, parameters and answers unknown."""
        if frame.state is None:
            return unknown("not reached")

        def change(atom: object) -> object:
            if isinstance(atom, Param):
                return Unknown("set from a parameter", atom.name)
            if isinstance(atom, (Response, Pending)):
                return Unknown("set from an answer")
            return Unknown("an object of another function") if isinstance(atom, Ref) else atom

        return map_atoms(freeze(frame.state, value), change)


def kept_names(outcome: Outcome) -> tuple[str, ...]:
    """The functions that an outcome's events name; a kept outcome is not for a frame that one of them is running."""
    return tuple({event.function for event in outcome.events if isinstance(event, Visit)})


def _without_none(value: Value) -> Value:
    """The value after initialization: None beside something else is the state before it."""
    rest = tuple(atom for atom in value.atoms if atom not in NONE.atoms)
    return Value(rest) if rest else value


__all__ = ["FunctionRef", "Interpreter", "Root", "classes", "sys"]
