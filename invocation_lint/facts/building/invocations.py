"""One fact for each call site and each chain of calls that leads to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from invocation_lint.analysis.domain.atoms import Value, unknown
from invocation_lint.analysis.domain.events import (
    Event,
    FailureTold,
    LoopInfo,
    LoopLeft,
    Lost,
    RetryLoop,
    Visit,
)
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.domain.state import State
from invocation_lint.analysis.interpreter import Interpreter, Root
from invocation_lint.analysis.libraries import fields
from invocation_lint.analysis.program.model import ModuleInfo
from invocation_lint.analysis.python import classes
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.contracts.match import Conflict
from invocation_lint.contracts.model import ContractBook, FunctionContract
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Fact, Range
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building import answers, arguments, callers, fates, functions, lifting, payloads, waiting
from invocation_lint.facts.building.merging import join_answers, merge
from invocation_lint.facts.building.seen import Seen, SeenSites
from invocation_lint.facts.options import AnalysisOptions
from invocation_lint.findings import Label, Place
from invocation_lint.records import record
from invocation_lint.source.test_paths import is_test_path

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program


Note = Callable[[str, "Place | None"], None]


@record
class OfModule:
    """What a module's functions reach: the facts of each call site, the shortest chain first; of those that stand in
    the module itself, the calls whose function two differing contracts describe, and the functions that none does."""

    sites: tuple[tuple[Fact, ...], ...] = ()
    conflicts: tuple[tuple[Place, Conflict], ...] = ()
    without_contract: tuple[str, ...] = ()


@dataclass(slots=True)
class _AtPlace:
    """What is said of one call site, whoever asks."""

    facts: tuple[Fact, ...] = ()
    conflict: Conflict | None = None
    without_contract: dict[str, None] = field(default_factory=dict)


class Invocations:
    """Builds the facts of the call sites that the functions of modules reach, those of each call site once.

    A call site is told with all the ways that lead to it, from whichever module they come, so that what is said of it
    does not depend on the files that are looked at.
    """

    def __init__(self, interpreter: Interpreter, book: ContractBook, program: Program | None = None) -> None:
        self.interpreter = interpreter
        self.book = book
        self.program = program
        self._seen = SeenSites(interpreter, program)
        self._version = 0  # of what is seen, when these were built:
        self._of_seen: dict[int, tuple[Seen, _AtPlace]] = {}
        self._known: dict[tuple[Place, str, AnalysisOptions | None], _AtPlace] = {}
        self._run_by_hand: dict[str, bool | None] = {}  # by module

    def of(self, module: ModuleInfo, options: AnalysisOptions) -> OfModule:
        """The call sites that the functions of a module reach, in the order of their places."""
        own = self._seen.of(module, options)
        usual = self.program is not None and self.program.options_of(module.name) == options
        sites = []
        conflicts = []
        without: dict[str, None] = {}
        for place in sorted(own):
            if not self._counts(module, place):
                continue
            found = self._at(place, module, options, usual=usual)
            sites.append(found.facts)
            if place.path == module.source.name:
                conflicts += [(place, found.conflict)] if found.conflict is not None else []
                without.update(found.without_contract)
        return OfModule(tuple(sites), tuple(conflicts), tuple(without))

    def _counts(self, module: ModuleInfo, place: Place) -> bool:
        """Whether what a module does about a call site is told: of a test, what it does about those of tests."""
        home = self.interpreter.modules.module_at(place)
        return home is None or is_test_path(home.path) or not is_test_path(module.path)

    def _at(self, place: Place, module: ModuleInfo, options: AnalysisOptions, *, usual: bool) -> _AtPlace:
        """What is said of a call site that a module reaches; `usual` are options that others see its file with."""
        group = self._group(place)
        is_shared = usual and module.name in group
        key = (place, "", None) if is_shared else (place, module.name, options)
        if self._version == self._seen.version and key in self._known:
            return self._known[key]
        seen = [] if is_shared else list(self._seen.of(module, options)[place])
        for other in group.values():
            if is_shared or other is not module:
                assert self.program is not None
                seen += self._seen.of(other, self.program.options_of(other.name)).get(place, ())
        if self._version != self._seen.version:
            self._version = self._seen.version
            self._known.clear()
            self._of_seen.clear()
        found = self._known[key] = self._of_ways(sorted(seen, key=lambda one: (len(one.site), one.site)))
        return found

    def _group(self, place: Place) -> Mapping[str, ModuleInfo]:
        """The module that holds a call site, and those from which that may be reached; none for a file alone."""
        home = self.interpreter.modules.module_at(place)
        return self.program.reaching(home) if self.program is not None and home is not None else {}

    def _of_ways(self, ways: Sequence[Seen]) -> _AtPlace:
        """What is said of one call site, from all ways to it."""
        each = [self._of_way(one) for one in ways]
        endings = [one.ending for one in ways]
        made = [fact for one in each for fact in one.facts]
        lifted = lifting.lift_answers(lifting.lift_fates(made, endings), endings)
        return _AtPlace(
            tuple(lifting.lift_loops(lifted, endings)),
            next((one.conflict for one in reversed(each) if one.conflict is not None), None),
            {name: None for one in each for name in one.without_contract},
        )

    def _of_way(self, seen: Seen) -> _AtPlace:
        """What is said of one call site, from one way to it."""
        if id(seen) not in self._of_seen:
            found = _AtPlace()
            found.facts = (self._fact(seen, found),)
            self._of_seen[id(seen)] = seen, found
        return self._of_seen[id(seen)][1]

    def _fact(self, seen: Seen, at: _AtPlace) -> Fact:
        places: dict[str, Place] = {}
        data: facts.Invocation | None = None
        for visit in seen.visits:
            one = self._invocation(seen, visit, places, at)
            data = one if data is None else merge(data, one)
        chain = tuple(
            Label(place, self._step(seen.root, seen.site, index)) for index, place in enumerate(seen.site[:-1])
        )
        function = seen.root.function.title if seen.root.function else ""
        return Fact("invocation", data, seen.site[-1], places, chain, function)

    def _is_run_by_hand(self, module: ModuleInfo) -> bool | None:
        if module.name not in self._run_by_hand:
            self._run_by_hand[module.name] = callers.is_run_by_hand(module)
        return self._run_by_hand[module.name]

    def _step(self, root: Root, site: SiteKey, index: int) -> str:
        caller = root.function.title if root.function and index == 0 else self.enclosing(site[index])
        return f"{caller or 'the module'} calls {self.enclosing(site[index + 1]) or 'it'} here"

    def enclosing(self, place: Place) -> str:
        """The title of the innermost function around a place; empty at module level."""
        info = self.interpreter.modules.enclosing(place)
        return info.title if info is not None else ""

    def _invocation(self, seen: Seen, visit: Visit, places: dict[str, Place], at: _AtPlace) -> facts.Invocation:
        def note(path: str, place: Place | None) -> None:
            if place is not None:
                places.setdefault(path, place)

        for argument in visit.arguments:
            path = _PATHS.get(argument.name)
            if path is not None:
                note(path, argument.place)
        name = arguments.find(visit, "FunctionName")
        contract = self._contract(visit, name.value if name else None, at)
        payload_name = "InvokeArgs" if visit.api == "invoke_async" else "Payload"
        given = arguments.find(visit, payload_name)
        payload = None
        if given is not None and given.value.atoms:
            payload = payloads.payload_fact(given.value, contract, note, self._class_kind)
            note("payload", given.place)
        elif visit.open:
            payload = payloads.payload_fact(unknown(visit.open), contract, note, self._class_kind)
        mode, source = arguments.mode_fact(visit)
        if visit.client is not None:
            note("client", visit.client.place)
            note("client.created", visit.client.place)
        is_entry, by_hand = seen.ending.is_end, callers.is_by_hand(seen.ending, self._is_run_by_hand(seen.root.module))
        reader = answers.Reader(is_entry, seen.ending.kind == "task", by_hand)
        ordered = seen.events
        caller_function = seen.root.function
        record, written = waiting.record_written(seen.root.module, caller_function, seen.site[0], is_entry)
        token = waiting.task_token(payload, seen.root.module)
        note("record_written", written)
        if token is not None and given is not None:
            note("task_token", given.place)
        return facts.Invocation(
            api=visit.api,
            invocation_type=mode,
            invocation_type_source=source,
            arguments=arguments.arguments_fact(visit, note),
            client_context=arguments.client_context_fact(visit),
            function=functions.function_fact(name.value if name else None),
            target=functions.target_fact(contract, payload.action if payload else None),
            payload=payload,
            client=arguments.client_fact(visit),
            response=answers.response_fact(ordered, mode, reader, note),
            service_error=fates.fate("service", ordered, seen.raises, seen.ending, note),
            transport_error=fates.fate("transport", ordered, seen.raises, seen.ending, note),
            catches=fates.catches_fact(ordered, note),
            codes_compared=fates.codes_fact(ordered, note),
            caller=facts.Caller(
                kind=seen.ending.kind,
                event_source=seen.ending.event_source,
                by_hand="yes" if by_hand else "no",
                is_async="yes" if visit.is_async or (caller_function and caller_function.is_async) else "no",
            ),
            in_loop=_loop(visit, ordered, note),
            sent=_sent(ordered, visit),
            record_written=record,
            task_token=token,
            run_by=visit.run_by,
            told_failure=_told_failure(seen, note),
            waited_for=_waited_for(ordered, note),
        )

    def _contract(self, visit: Visit, name: Value | None, at: _AtPlace) -> FunctionContract | None:
        found = functions.contract_of(name, self.book)
        if isinstance(found, Conflict):
            at.conflict = found
            return None
        if found is None and name is not None and visit.client is not None:
            fact = functions.function_fact(name)
            for answer in (fact.name, fact.environment_variable, fact.pattern):
                if isinstance(answer, str):
                    at.without_contract.setdefault(answer)
                    break
        return found

    def _class_kind(self, key: str) -> str:
        """The refused type of an instance of a class of the project; empty when its bases may make it encodable."""
        info = self.interpreter.class_info(key)
        if info is None:
            return ""
        frame = Frame(self.interpreter, info.module, None, State())
        outside = [base for base in classes.lineage(frame, info)[1] if base not in {"builtins.object", "abc.ABC"}]
        if outside:
            return ""
        return "dataclass" if fields.is_dataclass(info) else "instance"


_PATHS = {
    "FunctionName": "function.name",
    "InvocationType": "invocation_type",
    "ClientContext": "client_context",
}


def _loop(visit: Visit, events: list[Event], note: Note) -> facts.Loop | None:
    if visit.loop is None:
        return None
    times = visit.loop.times
    left = [event for event in events if isinstance(event, LoopLeft)]
    again = [event for event in events if isinstance(event, RetryLoop)]
    for end in left:
        note("in_loop.item_failure", end.place)
    for loop in again:
        note("in_loop.retry", loop.place)
    return facts.Loop(
        UnknownAnswer("it is not known") if times is None else times,
        "yes" if visit.loop.concurrent else "no",
        visit.loop.over,
        visit.loop.collection or None,
        _each_of(visit.loop),
        _item_failure(left),
        _retry(again[0]) if again else None,
    )


def _item_failure(left: list[LoopLeft]) -> Any:
    if not left:
        return None
    excuses = [event.excuse for event in left]
    return UnknownAnswer(excuses[0]) if all(excuses) else "escapes"


_ROUNDS = {"condition": "the rounds of a loop", "search": "the items", "constants": "the items"}


def _each_of(loop: LoopInfo) -> str:
    if loop.collection:
        return {"pages": "the items of all pages", "scan": "the items of a scan"}[loop.collection]
    if loop.times is None:
        return _ROUNDS.get(loop.over, f"the {loop.over}")
    return f"{loop.times} {'items' if loop.over == 'constants' else 'rounds'}"


def _retry(loop: RetryLoop) -> facts.Retry:
    pause = UnknownAnswer("how long it sleeps is not known") if loop.pause == "unknown" else loop.pause
    bounded = UnknownAnswer("it is not known") if loop.bounded is None else "yes" if loop.bounded else "no"
    return facts.Retry(pause, bounded)


def _sent(events: list[Event], visit: Visit) -> Any:
    lost = [event for event in events if isinstance(event, Lost)]
    if not lost:
        return visit.sent
    return {"coroutine": "never", "task": "scheduled"}.get(lost[-1].via, "submitted")


def _told_failure(seen: Seen, note: Note) -> facts.ToldFailure | None:
    told = [event for event in seen.events if isinstance(event, FailureTold)]
    if not told:
        return None
    worst = min(told, key=lambda event: ("read", "dropped", "unread").index(event.use))
    note("told_failure.value", worst.returned)
    note("told_failure.logged", worst.returned)
    note("told_failure.use", worst.place)
    promise = waiting.promised(seen.root.module, seen.root.function, seen.site[0])
    if promise is not None:
        note("told_failure.promised", promise[1])
    return facts.ToldFailure(worst.value, worst.use, "yes" if worst.logged else "no", promise[0] if promise else None)


def _waited_for(events: list[Event], note: Note) -> Any:
    lost = [event for event in events if isinstance(event, Lost) and event.via != "coroutine"]
    for event in lost:
        note("waited_for", event.place)
    return join_answers("yes" if event.waited_for else "no" for event in lost)


__all__ = ["Invocations", "Range"]
