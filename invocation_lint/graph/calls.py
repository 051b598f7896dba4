"""The edges that code says: invocations, and what is sent to queues, topics, buses and state machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from invocation_lint.analysis.domain.atoms import Value
from invocation_lint.analysis.domain.events import Visit
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.analysis.project import Program
from invocation_lint.deployment.model import Function
from invocation_lint.deployment.values import Value as Told
from invocation_lint.facts.building import arguments
from invocation_lint.facts.building.functions import function_fact
from invocation_lint.facts.building.links.inferred import timeout_of
from invocation_lint.facts.building.links.supposing import Supposing
from invocation_lint.facts.building.links.targets import Targets
from invocation_lint.facts.building.messaging.calls import Code, arguments_of, keywords, parameters_of
from invocation_lint.facts.building.messaging.messages import MAKERS, OPERATIONS, Operation
from invocation_lint.facts.building.messaging.resolving import Resolver, values_of
from invocation_lint.facts.building.messaging.targets import variable_of
from invocation_lint.facts.building.scopes import called_name, text_of
from invocation_lint.facts.building.sent import modes
from invocation_lint.findings import Place
from invocation_lint.graph.building import Builder
from invocation_lint.graph.model import Edge
from invocation_lint.source.files.test_paths import is_test_of
from invocation_lint.source.parsing.walk import walk

_MODES = {"RequestResponse": "sync", "Event": "async"}
_SENDS = {"sqs": "queue", "sns": "topic", "events": "bus", "stepfunctions": "state_machine"}


class Calls:
    """Adds the edges of the modules of a program, which have these keys; with `supposing`, those to the functions that
    it suggests, too."""

    def __init__(self, builder: Builder, program: Program, supposing: Supposing | None = None) -> None:
        self._builder = builder
        self._program = program
        self._supposing = supposing
        self._code = builder.links.code

    def add(self, keys: Iterable[str]) -> None:
        """All edges that the modules with these keys say."""
        modules = [module for module in map(self._program.modules.load, keys) if module is not None]
        seen: set[Place] = set()  # calls that a function was seen to reach
        every = [(module, visit, sources) for module in modules for visit, sources in self._visits(module)]
        for module, visit, sources in every:
            if sources:
                seen.add(visit.site[-1])
                for function in sources:
                    self._invoked(self._builder.function(function), function, module, visit)
        for module, visit, sources in every:
            if not sources and visit.site[-1] not in seen and not self._is_open(module, visit, every):
                running = self._code.running(module.name)
                if len(running) == 1:
                    self._invoked(self._builder.function(running[0]), running[0], module, visit)
                else:
                    path = module.source.name
                    self._invoked(self._builder.node(("code", path), "code", path), None, module, visit)
        for module in modules:
            self._sent(module)

    def _visits(self, module: ModuleInfo) -> Iterator[tuple[Visit, tuple[Function, ...]]]:
        """The invocations that the functions of a module reach, each with the deployed functions whose handlers these
        are."""
        files = self._program.modules.files
        if not (files.holds_seed(module.name) or self._program.modules.reach.leads(module.name)) or module.is_test:
            return
        for root in self._program.interpreter.roots(module):
            name = root.function.name if root.function is not None and root.function.parent is None else ""
            sources = self._code.entered_by(module.name, name) if name else ()
            for event in root.events:
                if isinstance(event, Visit):
                    yield event, sources

    @staticmethod
    def _is_open(
        module: ModuleInfo, visit: Visit, every: Iterable[tuple[ModuleInfo, Visit, tuple[Function, ...]]]
    ) -> bool:
        """Whether the function that a helper invokes is said by its callers only."""
        fact = function_fact(_value(visit, "FunctionName"))
        told = any(isinstance(one, str) for one in (fact.name, fact.environment_variable, fact.pattern))
        is_helper = any(other.site[-1] == visit.site[-1] and len(other.site) > len(visit.site) for _, other, _ in every)
        return not told and is_helper

    def _invoked(self, source: str, function: Function | None, module: ModuleInfo, visit: Visit) -> None:
        """An edge for one invocation by a function, or by code of which no function is known that runs it, to each
        function that may be meant."""
        timeout = timeout_of(function) if function is not None else None
        links = self._builder.links
        name, payload = _value(visit, "FunctionName"), _value(visit, "Payload")
        mode = modes.sent_mode(visit)
        kind = _MODES.get(mode, "unknown") if isinstance(mode, str) else "unknown"
        if mode == "DryRun":
            return
        targets = links.targets(name, module.name, module.function_at(visit.site[0]), function)
        calls = (visit.site[0], *visit.site[-1:]) if len(visit.site) > 1 else visit.site
        if targets.named_by == "self" and not targets.certain:
            self._builder.edge(
                Edge(source, source, kind, calls=calls, waits_seconds=timeout if kind == "sync" else None)
            )
            return
        meant = targets.functions if _are_told(targets) else ()
        for one in meant:
            links.handler_of(one, module.name)
            least = links.least_seconds(one, payload)[0] if kind == "sync" and targets.certain else 0.0
            self._builder.edge(
                Edge(
                    source,
                    self._builder.function(one),
                    kind,
                    certain=targets.certain,
                    calls=calls,
                    waits_seconds=timeout if kind == "sync" else None,
                    least_seconds=least or None,
                )
            )
        if meant:
            return
        suggested = self._suggested(targets, name, module, visit)
        for one in suggested:
            target = self._builder.function(one)
            self._builder.edge(Edge(source, target, kind, certain=False, is_suggested=True, calls=calls))
        if not suggested:
            fact = function_fact(name)
            words = (fact.name, fact.environment_variable, fact.pattern)
            said = next((one for one in words if isinstance(one, str)), "")
            key = ("unknown", said) if said else ("unknown", visit.site[-1])
            target = self._builder.node(key, "unknown", said or "?")
            self._builder.edge(Edge(source, target, kind, certain=False, calls=calls))

    def _suggested(
        self, targets: Targets, name: Value | None, module: ModuleInfo, visit: Visit
    ) -> tuple[Function, ...]:
        """The functions that names, tables and scripts suggest; none unless they are asked for."""
        if self._supposing is None:
            return ()
        within, is_alone = module.function_at(visit.site[0]), len(visit.site) == 1
        return self._supposing.targets(targets, name, module.name, within, visit, is_alone=is_alone).functions

    # -- messages ----------------------------------------------------------------------------------------------------

    def _sent(self, module: ModuleInfo) -> None:
        """Edges for the messages that a module sends."""
        if module.is_test or is_test_of(self._program.modules.files, module.name, module.name):
            return
        code = Code(module)
        for call, function in code.calls(OPERATIONS):
            operation = OPERATIONS[called_name(call)]
            for value, is_run in self._named(call, operation, code, function):
                kind = _SENDS[operation.service]
                place = module.source.place(call)
                for source in self._running(module):
                    for target, only in self._builder.meant(value, kind):
                        if self._builder.kind_of(target) == kind:
                            self._builder.edge(Edge(source, target, kind, certain=only and is_run, calls=(place,)))

    def _running(self, module: ModuleInfo) -> list[str]:
        """Who runs the code of a module: the function, where it is one."""
        own = self._code.handled_by(module.name)
        running = own if len(own) == 1 else self._code.running(module.name)
        if len(running) == 1:
            return [self._builder.function(running[0])]
        path = module.source.name
        return [self._builder.node(("code", path), "code", path)]

    def _named(
        self, call: cst.Call, operation: Operation, code: Code, function: FunctionInfo | None
    ) -> Iterator[tuple[Told, bool]]:
        """What a variable of the environment that names a queue, topic, bus or machine is set to, each with whether a
        function in sight runs the code."""
        module = code.module
        variables = {one for one in map(variable_of, _naming(call, operation, code, function)) if one is not None}
        for variable in variables:
            running = self._code.running(module.name)
            of_all = running or tuple(self._builder.deployed.all(Function))
            found = {one.environment[variable] for one in of_all if variable in one.environment}
            yield from ((one, bool(running)) for one in found if len(found) == 1)


_BUS = "EventBusName"

MAX_CALLERS = 3
"""Callers, one above the other, that are asked for what they give a helper."""


def _naming(
    call: cst.Call, operation: Operation, code: Code, function: FunctionInfo | None
) -> Iterator[cst.BaseExpression | None]:
    """The expressions that name where something is sent: a parameter, what the resource of the SDK was made of, or the
    bus of the entries that are put."""
    given, resolver = keywords(call), Resolver(code, function)
    named = [given[one].value for one in (*operation.target, _BUS) if one in given]
    for one in named:
        yield from _values_of(one, code, function)
    if not named and operation.service in {"sqs", "sns"} and isinstance(call.func, cst.Attribute):
        made = resolver.value_of(call.func.value)
        if isinstance(made, cst.Call) and called_name(made) in MAKERS and made.args:
            yield resolver.value_of(made.args[0].value)
    if not named and operation.service == "events":
        yield from _buses_in(code)


def _values_of(
    node: cst.BaseExpression, code: Code, function: FunctionInfo | None, depth: int = 0
) -> Iterator[cst.BaseExpression | None]:
    """What an expression stands for: of a name, each value that it is given; of a parameter, what the calls in the
    module give."""
    resolver = Resolver(code, function)
    value = resolver.value_of(node)
    held = list(values_of(node.value, resolver.scope)) if isinstance(node, cst.Name) and value is None else []
    if held and None not in held and depth < MAX_CALLERS:
        for one in filter(None, held):
            yield from _values_of(one, code, function, depth + 1)
        return
    if (
        value is not None
        or function is None
        or not isinstance(node, cst.Name)
        or node.value not in parameters_of(function)
    ):
        yield value
        return
    for call, around in code.calls([function.name]) if depth < MAX_CALLERS else ():
        argument = dict(arguments_of(function, call)).get(node.value)
        if argument is not None:
            yield from _values_of(argument, code, around, depth + 1)


def _buses_in(code: Code) -> Iterator[cst.BaseExpression | None]:
    """The buses that the entries of a module name, wherever they are made; none unless all name the same."""
    found: list[cst.BaseExpression | None] = []
    for node in walk(code.module.source.module):
        if isinstance(node, cst.Dict):
            held = [one.value for one in node.elements if isinstance(one, cst.DictElement) and text_of(one.key) == _BUS]
            function = code.module.function_at(code.module.source.place(node)) if held else None
            found += map(Resolver(code, function).value_of, held)
    yield from found if len({variable_of(one) for one in found}) == 1 else ()


def _are_told(targets: Targets) -> bool:
    """Whether the functions that may be meant are drawn: the one, those of which one surely is, or those that a
    variable names in one deployment or another; of those whose names fit a pattern, any may be wrong."""
    return (
        targets.certain or targets.sure or len(targets.functions) == 1 or targets.named_by in {"environment", "setting"}
    )


def _value(visit: Visit, name: str) -> Value | None:
    found = arguments.find(visit, name)
    return found.value if found is not None else None
