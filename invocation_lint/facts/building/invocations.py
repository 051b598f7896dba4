"""One fact for each call site and each chain of calls that leads to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from invocation_lint.analysis.domain.atoms import Value, unknown
from invocation_lint.analysis.domain.events import (
    Event,
    FailureTold,
    LoopInfo,
    LoopLeft,
    Lost,
    Raised,
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
from invocation_lint.facts.options import AnalysisOptions
from invocation_lint.findings import Label, Place
from invocation_lint.source.test_paths import is_test_path

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program


Note = Callable[[str, "Place | None"], None]


@dataclass(slots=True)
class Seen:
    """All that one root saw of one call site."""

    root: Root
    site: SiteKey
    visits: list[Visit]
    events: list[Event]
    raises: list[Raised]
    ending: callers.Ending


def seen_sites(root: Root, options: AnalysisOptions, program: Program | None = None) -> Iterator[Seen]:
    """The call sites that a root reaches, with what happens to each. The program knows what templates say."""
    events: dict[SiteKey, list[Event]] = defaultdict(list)
    visits: dict[SiteKey, list[Visit]] = defaultdict(list)
    raises: dict[SiteKey, list[Raised]] = defaultdict(list)
    for event in root.events:
        if isinstance(event, Visit):
            visits[event.site].append(event)
        else:
            events[event.site].append(event)
    for raised in root.raises:
        raises[raised.site].append(raised)
    for site, reached in visits.items():
        ending = callers.ending_of(root.module, root.function, site[0], options, root.followed, program)
        yield Seen(root, site, reached, events[site], raises[site], ending)


class Builder:
    """Builds the facts of the call sites that a module's functions reach.

    A call site is told with all the ways that lead to it, from whichever module they come, so that what is said of it
    does not depend on the files that are looked at.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        module: ModuleInfo,
        book: ContractBook,
        options: AnalysisOptions,
        program: Program | None = None,
    ) -> None:
        self.module = module
        self.interpreter = interpreter
        self.book = book
        self.options = options
        self.program = program
        self.conflicts: dict[Place, Conflict] = {}
        self.without_contract: dict[str, None] = {}
        self._run_by_hand: dict[str, bool | None] = {}  # by module

    def build(self) -> tuple[Fact, ...]:
        """All facts, those of each call site next to each other, the shortest chain first."""
        own: dict[Place, list[Seen]] = defaultdict(list)
        for one in self._seen(self.module):
            if self._counts(one.site[-1]):
                own[one.site[-1]].append(one)
        return tuple(fact for place in sorted(own) for fact in self._of_place(place, own[place]))

    def _seen(self, module: ModuleInfo) -> list[Seen]:
        options = self.options
        if self.program is not None and module is not self.module:
            options = self.program.options_of(module.name)
        return [one for root in self.interpreter.roots(module) for one in seen_sites(root, options, self.program)]

    def _counts(self, place: Place) -> bool:
        """Whether what the module does about a call site is told: of a test, what it does about those of tests."""
        home = self.interpreter.modules.module_at(place)
        return home is None or is_test_path(home.path) or not is_test_path(self.module.path)

    def _of_place(self, place: Place, own: list[Seen]) -> list[Fact]:
        """The facts of one call site, from every way to it; `own` are those of the module itself."""
        seen = list(own)
        home = self.interpreter.modules.module_at(place)
        if self.program is not None and home is not None:
            others = [module for module in (home, *self.program.callers(home)) if module is not self.module]
            for module in others:
                seen.extend(one for one in self._seen(module) if one.site[-1] == place)
        group = sorted(seen, key=lambda one: (len(one.site), one.site))
        made = [self._fact(one) for one in group]
        endings = [one.ending for one in group]
        lifted = lifting.lift_answers(lifting.lift_fates(made, endings), endings)
        return lifting.lift_loops(lifted, endings)

    def _fact(self, seen: Seen) -> Fact:
        places: dict[str, Place] = {}
        data: facts.Invocation | None = None
        for visit in seen.visits:
            one = self._invocation(seen, visit, places)
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

    def _invocation(self, seen: Seen, visit: Visit, places: dict[str, Place]) -> facts.Invocation:
        def note(path: str, place: Place | None) -> None:
            if place is not None:
                places.setdefault(path, place)

        for argument in visit.arguments:
            path = _PATHS.get(argument.name)
            if path is not None:
                note(path, argument.place)
        name = arguments.find(visit, "FunctionName")
        contract = self._contract(visit, name.value if name else None)
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

    def _contract(self, visit: Visit, name: Value | None) -> FunctionContract | None:
        found = functions.contract_of(name, self.book)
        place = visit.site[-1]
        if isinstance(found, Conflict):
            if place.path == self.module.source.name:
                self.conflicts[place] = found
            return None
        if place.path != self.module.source.name:
            return found
        if found is None and name is not None and visit.client is not None:
            fact = functions.function_fact(name)
            for answer in (fact.name, fact.environment_variable, fact.pattern):
                if isinstance(answer, str):
                    self.without_contract.setdefault(answer)
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


__all__ = ["Builder", "Range"]
