"""Contracts that nobody has to write: what the handler of an invoked function needs of the payload that it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from invocation_lint.analysis.domain.atoms import Value
from invocation_lint.analysis.domain.events import Visit
from invocation_lint.analysis.handlers import Handled, Handler, Missing, Requirement, Stay
from invocation_lint.analysis.interpreter import Interpreter
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.project import Program
from invocation_lint.analysis.python.frames.trial import FieldPath
from invocation_lint.contracts.model import Action, Field, FunctionContract
from invocation_lint.deployment.model import Function
from invocation_lint.deployment.values import Key
from invocation_lint.facts.building import arguments
from invocation_lint.facts.building.handlers import is_handler
from invocation_lint.facts.building.handling.subjects import Subject
from invocation_lint.facts.building.handling.timing.inner_timeouts import longest_timeout
from invocation_lint.facts.building.linked import Link, Patience, Spent, title_of
from invocation_lint.facts.building.links.code import HANDLER, Code, Entry
from invocation_lint.facts.building.links.defining import handler_in
from invocation_lint.facts.building.links.sent import SentFields, fields_sent
from invocation_lint.facts.building.links.targets import Targets, targets_of
from invocation_lint.facts.building.links.typed import expected_types
from invocation_lint.facts.building.links.unread import keys_read
from invocation_lint.facts.building.messaging.calls import Code as LocalCode
from invocation_lint.facts.building.sent import modes
from invocation_lint.findings import Place
from invocation_lint.source.lambda_code import is_handler_code


def links_of(program: Program) -> Links:
    """What invocations of a program are linked to; the same for all its files."""
    key = (0, "links")
    if key not in program.built:
        program.built[key] = (Links(program),)
    links: Links = program.built[key][0]
    return links


class Links:
    """What invocations of a program are linked to."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.code = Code(program.modules.files)
        self._handlers: dict[object, Handler | None] = {}
        self._handled: dict[object, Handled | None] = {}
        self._stays: dict[object, Stay | None] = {}
        self._returned: dict[object, Value | None] = {}
        self._read: dict[object, frozenset[str] | None] = {}
        self._patient: dict[object, Patience | None] = {}
        self._missing: dict[tuple[object, SentFields], Missing] = {}
        self._refused: dict[object, bool] = {}

    @cached_property
    def _interpreter(self) -> Interpreter:
        """One that is used for trials only: what it learns of modules holds for them."""
        return Interpreter(self._program.modules)

    def targets(
        self, name: Value | None, module: str, within: FunctionInfo | None = None, run_by: Function | None = None
    ) -> Targets:
        """The functions that a FunctionName of a module means; `within` the function of it that has the name, `run_by`
        the deployed one for which that is asked."""
        self._program.modules.files.deployed_for(module)
        found = targets_of(name, module, self.code, dict(self._program.options_of(module).functions), within, run_by)
        if found.named_by == "self" and not found.functions:
            return replace(found, functions=tuple(self._seeming(module, within)))
        return found

    def is_certain(self, targets: Targets) -> bool:
        """Whether an invocation surely comes to one handler: of the one function that is meant, or of all that may be,
        as of a stack that is deployed in several ways."""
        if targets.certain or not targets.sure:
            return targets.certain
        entries = {self.code.entry_of(one) for one in targets.functions}
        return len(entries) == 1 and None not in entries

    def _seeming(self, module: str, within: FunctionInfo | None) -> Iterator[Function]:
        """The functions that may run a module which no template deploys: the handlers, by their looks, that lead to it;
        none where they are many."""
        found: list[Function] = []
        files = self._program.modules.files
        for key in self.code.around(module, within, loosely=True):
            held = self._program.modules.load(key) if is_handler_code(files.read(key) or b"") else None
            for info in held.functions.values() if held is not None else ():
                if held is not None and info.parent is None and info.cls is None and is_handler(info):
                    one = Function(Key(key, f"{held.path}:{info.name}"), HANDLER, info.place)
                    self.code.note(one, Entry(key, info.name))
                    found.append(one)
        yield from found if len(found) <= MAX_SEEMING else ()

    def link(
        self, name: Value | None, payload: Value | None, module: str, within: FunctionInfo | None = None
    ) -> Link | None:
        """The function that an invocation of a module surely invokes; None where that is not certain. Where several may
        be meant that have one handler, it is the first, with the longest of their timeouts."""
        targets = self.targets(name, module, within)
        if not self.is_certain(targets):
            return self._either(targets, payload, module)
        function = targets.functions[0]
        timeouts = [timeout_of(one) for one in targets.functions]
        info = self.handler_of(function, module)
        contract, reads = self._contract(function, payload)
        handler = info.module.source.place(info.node) if info is not None else None
        spent = self.least_seconds(function, payload)
        return Link(
            function,
            contract,
            self.shown(function.place),
            handler,
            reads,
            self.returned(function, payload),
            max(known) if len(known := [one for one in timeouts if one is not None]) == len(timeouts) else None,
            spent.seconds,
            spent.place,
            self._patience(function, info),
            self._keys_read(function, info),
            any(map(self.code.is_behind_http, targets.functions)),
        )

    def _either(self, targets: Targets, payload: Value | None, module: str) -> Link | None:
        """One of a few functions, of which one surely is invoked, with what the handlers of all need and is not sent;
        None where that is nothing."""
        if not targets.sure or not 1 < len(targets.functions) <= MAX_EITHER:
            return None
        infos = [self.handler_of(one, module) for one in targets.functions]
        sent = fields_sent(payload) if payload is not None else None
        if sent is None or None in infos:
            return None
        missing = [self.missing(one, sent) for one in targets.functions]
        common = [path for path in missing[0].fields if all(path in one.fields for one in missing)]
        info, function = infos[0], targets.functions[0]
        if not common or info is None:
            return None
        name = " or ".join(dict.fromkeys(map(title_of, targets.functions)))
        fields = tuple(_fields(common, (), {}))
        contract = FunctionContract(name, fields=fields, decodes="both", origin="inferred")
        reads = tuple((".".join(path), place) for path, place in missing[0].reads if path in common)
        handler = info.module.source.place(info.node)
        return Link(function, contract, self.shown(function.place), handler, reads, behind_http=True)

    def _patience(self, function: Function, info: FunctionInfo | None) -> Patience | None:
        """How long its handler lets one thing take."""
        if info is not None and function.key not in self._patient:
            subject = Subject(LocalCode(info.module), info, None, None, self._program)
            longest = longest_timeout(subject, is_deployed=True)
            self._patient[function.key] = Patience(*longest) if longest is not None else None
        return self._patient.get(function.key)

    def _keys_read(self, function: Function, info: FunctionInfo | None) -> frozenset[str] | None:
        if function.key not in self._read:
            self._read[function.key] = keys_read(info)
        return self._read[function.key]

    def handler_of(self, function: Function, asker: str) -> FunctionInfo | None:
        """The function of the program that a deployed one calls; None where it is not in sight."""
        entry = self.code.entry_of(function)
        if entry is None:
            return None
        self._program.modules.files.record.lead(asker, [entry.module])
        module = self._program.modules.load(entry.module)
        if module is None:
            return None
        self._interpreter.adopt(module)
        found = handler_in(module, entry.name, self._interpreter)
        if found is not None and function.key not in self._handlers:
            self._interpreter.adopt(found.module)
            self._handlers[function.key] = Handler(self._interpreter, found)
        return found

    def application_of(self, function: Function) -> tuple[str, Place] | None:
        """What a deployed function calls that is no function: the application of a framework, which a module makes and
        holds under a name; with that name, and the place at which it is set."""
        entry = self.code.entry_of(function)
        text = (self._program.modules.files.read(entry.module) or b"") if entry is not None else b""
        if entry is None or (found := _made_as(entry.name).search(text)) is None:
            return None
        line = text.count(b"\n", 0, found.start()) + 1
        return entry.name, self.shown(Place(entry.module, line, 1, line, len(entry.name) + 1))

    def missing(self, function: Function, sent: SentFields) -> Missing:
        """The fields without which the handler of a function surely fails for a payload. The handler was looked up."""
        handler = self._handlers.get(function.key)
        key = function.key, sent
        if key not in self._missing:
            found = handler.missing(sent.paths, dict(sent.constants), sent.objects) if handler else Missing()
            self._missing[key] = found
        return self._missing[key]

    def needs(self, function: Function, constants: dict[FieldPath, Any]) -> Requirement:
        """What the handler of a function needs of a payload in which some fields are constants. It was looked up."""
        handler = self._handlers.get(function.key)
        return handler.needs(constants) if handler is not None else Requirement()

    def refuses_type(self, function: Function, constants: dict[FieldPath, Any], path: FieldPath, type: str) -> bool:
        """Whether the handler of a function surely fails where a field is of a type. It was looked up."""
        handler = self._handlers.get(function.key)
        return handler is not None and handler.refuses_type(constants, path, type)

    def needs_of(self, function: Function, sent: SentFields) -> Requirement:
        """What the handler of a function needs of a payload with just these fields. It was looked up."""
        handler = self._handlers.get(function.key)
        return handler.needs_of(sent.paths, dict(sent.constants), sent.objects) if handler else Requirement()

    def returned(self, function: Function, payload: Value | None) -> Value | None:
        """What the handler of a function may return to a payload; None where that is not known. It was looked up."""
        sent = fields_sent(payload) if payload is not None else None
        return self.returned_to(function, dict(sent.constants) if sent is not None else {})

    def returned_to(self, function: Function, constants: dict[FieldPath, Any]) -> Value | None:
        """What the handler of a function may return to a payload with these constants. It was looked up."""
        handler = self._handlers.get(function.key)
        key = function.key, tuple(sorted(constants.items(), key=repr))
        if key not in self._returned:
            self._returned[key] = handler.returned(constants) if handler is not None else None
        return self._returned[key]

    def least_seconds(self, function: Function, payload: Value | None, above: tuple[object, ...] = ()) -> Spent:
        """How long the handler of a function surely takes for a payload: in sleeps, and in functions that it waits for.
        It was looked up. `above` are those that wait for it."""
        sent = fields_sent(payload) if payload is not None else SentFields((), ())
        return self._spent(function, sent, above)

    def least_for_any(self, function: Function, asker: str) -> Spent:
        """The same for an event of which nothing is known."""
        self.handler_of(function, asker)
        return self._spent(function, None, ())

    def _spent(self, function: Function, sent: SentFields | None, above: tuple[object, ...]) -> Spent:
        handler = self._handlers.get(function.key)
        key = function.key, sent
        if handler is None or function.key in above or len(above) >= MAX_NESTED:
            return Spent()
        if key not in self._stays:
            if sent is None:
                self._stays[key] = handler.stay(None, {})
            else:
                self._stays[key] = handler.stay(sent.paths, dict(sent.constants), sent.objects)
        stay = self._stays[key]
        if stay is None:
            return Spent()
        spent = Spent(stay.seconds, stay.place)
        for visit in stay.visits:
            waited = self._waits_for(visit, (*above, function.key))
            if waited:
                place = spent.place or visit.site[-1]
                spent = Spent(spent.seconds + waited, place, max(spent.longest_wait, waited))
        return spent

    def _waits_for(self, visit: Visit, above: tuple[object, ...]) -> float:
        """How many seconds a synchronous invocation surely takes that a handler makes."""
        home = self._interpreter.modules.module_at(visit.site[-1])
        if home is None or visit.api != "invoke" or modes.sent_mode(visit) != "RequestResponse":
            return 0.0
        name, payload = arguments.find(visit, "FunctionName"), arguments.find(visit, "Payload")
        targets = self.targets(name.value if name else None, home.name, home.function_at(visit.site[-1]))
        if not targets.certain:
            return 0.0
        (function,) = targets.functions
        self.handler_of(function, home.name)
        return self.least_seconds(function, payload.value if payload else None, above).seconds

    def caller_timeout(self, module: str, function: str) -> float | None:
        """The longest deployed timeout, in seconds, of the functions whose handler is that function of a module; None
        where it is none, or a timeout is not known."""
        self._program.modules.files.deployed_for(module)
        entered = self.code.entered_by(module, function) or tuple(self._entered_elsewhere(module, function))
        found = [timeout_of(one) for one in entered]
        known = [one for one in found if one is not None]
        return max(known) if known and len(known) == len(found) else None

    def _entered_elsewhere(self, module: str, name: str) -> Iterator[Function]:
        """The functions whose code imports that function of a module for its handler."""
        for one in self.code.running(module):
            entry = self.code.entry_of(one)
            if entry is not None and entry.module != module:
                info = self.handler_of(one, module)
                if info is not None and (info.module.name, info.name) == (module, name):
                    yield one

    def handled(self, function: Function) -> Handled | None:
        """What the handler of a function reads, by shape; None where it is not in sight. It was looked up."""
        if function.key not in self._handled:
            handler = self._handlers.get(function.key)
            self._handled[function.key] = handler.handled() if handler is not None else None
        return self._handled[function.key]

    def shown(self, place: Place) -> Place:
        """A place in a template as findings show it."""
        return place._replace(path=self._program.modules.shown(place.path))

    def _contract(
        self, function: Function, payload: Value | None
    ) -> tuple[FunctionContract | None, tuple[tuple[str, Place], ...]]:
        handler = self._handlers.get(function.key)
        sent = fields_sent(payload) if payload is not None else None
        if handler is None or sent is None:
            return None, ()
        missing = self.missing(function, sent)
        given = sent.paths, dict(sent.constants), sent.objects
        asked = [path for path in sent.no_objects if path in missing.above]
        types = dict.fromkeys((path for path in asked if handler.refuses_text(*given, path)), "object")
        if not missing.fields:
            read = {path for path, _ in missing.reads}
            types = {**expected_types(sent, read, partial(self._refuses, function)), **types}
        fields = tuple(_fields(missing.fields, missing.reads, types))
        places = tuple((".".join(path), place) for path, place in missing.reads if path in missing.fields)
        # whether it decodes `body` is told by what it needs in there
        told = FunctionContract(title_of(function), fields=fields, decodes="both", origin="inferred")
        return self._with_actions(told, function, sent) if missing.is_refused and sent.constants else told, places

    def _refuses(self, function: Function, constants: dict[FieldPath, Any], path: FieldPath, type: str) -> bool:
        key = function.key, tuple(sorted(constants.items(), key=repr)), path, type
        if key not in self._refused:
            self._refused[key] = self.refuses_type(function, constants, path, type)
        return self._refused[key]

    def _with_actions(self, told: FunctionContract, function: Function, sent: SentFields) -> FunctionContract:
        """A contract with the actions of the handler, where it fails for the one that a payload asks for."""
        handled, constants = self.handled(function), dict(sent.constants)
        asked = constants.get(handled.discriminator) if handled is not None else None
        if handled is None or not handled.refuses_others or not isinstance(asked, str):
            return told
        actions = tuple(Action(str(name)) for name, _ in handled.actions)
        if asked in {action.name for action in actions}:
            return told
        chosen = (".".join(handled.discriminator),)
        return replace(told, discriminator=chosen, actions=actions, other_actions="its handler fails")


def _fields(
    missing: Iterable[FieldPath], reads: Iterable[tuple[FieldPath, Place]], types: Mapping[FieldPath, str]
) -> Iterable[Field]:
    needed = list(missing)
    for path in dict.fromkeys((*needed, *(path for path, _ in reads), *types)):
        yield Field(".".join(path), required=path in needed, type=types.get(path))


def _made_as(name: str) -> re.Pattern[bytes]:
    """What a name of a module is given that a call makes."""
    return re.compile(rb"(?m)^" + re.escape(name.encode("utf-8", "replace")) + rb"\s*(?::[^=\n]+)?=\s*[\w.]+\(")


DEFAULT_TIMEOUT_SECONDS = 3.0
"""The timeout of a function for which none is set (AWS: Lambda API reference, CreateFunction, Timeout)."""

MAX_SEEMING = 8
"""Handlers that may run code which no template deploys: where there are more, nothing is said of it."""

MAX_EITHER = 4
"""Functions of which one is invoked, and whose handlers are asked for what they all need."""

MAX_NESTED = 4
"""Functions that wait for one another, one inside the other."""


def timeout_of(function: Function) -> float | None:
    """The timeout of a function, in seconds: the longest where deployments differ; None where it is not known."""
    if function.timeout_seconds is None:
        return DEFAULT_TIMEOUT_SECONDS
    numbers = function.timeout_seconds.numbers
    return max(numbers) if numbers else None
