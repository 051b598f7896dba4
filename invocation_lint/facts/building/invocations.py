"""One fact for each call site and each chain of calls that leads to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from invocation_lint.analysis.domain.atoms import Value, unknown
from invocation_lint.analysis.domain.events import FailureTold, Visit
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.domain.state import State
from invocation_lint.analysis.interpreter import Interpreter, Root
from invocation_lint.analysis.libraries import fields, models
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.analysis.python import classes
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.contracts.match import Conflict
from invocation_lint.contracts.model import ContractBook, FunctionContract
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Fact, Range
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building import answers, arguments, callers, fates, functions, lifting, payloads, waiting
from invocation_lint.facts.building.around import patience, undone
from invocation_lint.facts.building.around.asked import unless_asked
from invocation_lint.facts.building.around.conditions import is_made_always
from invocation_lint.facts.building.around.later_records import later_record
from invocation_lint.facts.building.around.loops import loop_fact
from invocation_lint.facts.building.around.own_loops import has_its_loop
from invocation_lint.facts.building.around.rows import row_of
from invocation_lint.facts.building.around.tokens import task_token
from invocation_lint.facts.building.left_records import lift_records
from invocation_lint.facts.building.linked import Link
from invocation_lint.facts.building.links import granting, returned, unread, unset
from invocation_lint.facts.building.links.inferred import links_of
from invocation_lint.facts.building.merging import merge
from invocation_lint.facts.building.seen import Seen, SeenSites
from invocation_lint.facts.building.sent import correlation, measures, modes, size
from invocation_lint.facts.options import AnalysisOptions
from invocation_lint.findings import Label, Place
from invocation_lint.records import mutable, record
from invocation_lint.source.lambda_code import is_handler_code, runs_on_lambda

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


@mutable
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
        self.links = links_of(program) if program is not None else None
        self._version = 0  # of what is seen, when these were built:
        self._of_seen: dict[int, tuple[Seen, _AtPlace]] = {}
        self._known: dict[tuple[Place, str, AnalysisOptions | None], _AtPlace] = {}
        self._run_by_hand: dict[str, bool | None] = {}  # by module
        self._is_on_lambda = lru_cache(maxsize=None)(self._of_module_on_lambda)

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
        return home is None or home.is_test or not module.is_test

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
        made = lift_records([fact for one in each for fact in one.facts], ways)
        lifted = lifting.lift_answers(lifting.lift_fates(made, endings), endings)
        lifted = lifting.note_readers(lifting.agree_on_crashes(lifted))
        return _AtPlace(
            tuple(lifting.lift_waits(lifting.lift_loops(lifted, endings), endings)),
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
        home, instead_of = self.enclosing(seen.site[-1]), {visit.instead_of for visit in seen.visits}
        return Fact(
            "invocation",
            data,
            seen.site[-1],
            places,
            chain,
            function,
            home,
            instead_of.pop() if len(instead_of) == 1 else None,
        )

    def _is_run_by_hand(self, module: ModuleInfo) -> bool | None:
        if module.name not in self._run_by_hand:
            files = self.program.modules.files if self.program is not None else None
            self._run_by_hand[module.name] = callers.is_run_by_hand(module, files)
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

        mode = modes.mode_of(visit, self.interpreter.function_info(visit.function))
        for argument in visit.arguments:
            path = _PATHS.get(argument.name)
            if path is not None:
                note(path, argument.place)
            if path == "invocation_type" and mode.refused is not None:
                note("invocation_type_refused", mode.place or argument.place)
        name = arguments.find(visit, "FunctionName")
        payload_name = "InvokeArgs" if visit.api == "invoke_async" else "Payload"
        given = arguments.find(visit, payload_name)
        link = self._link(seen, name.value if name else None, given.value if given else None)
        contract = self._contract(visit, name.value if name else None, link, at)
        if link is not None:
            for path, place in link.places():
                note(path, place)
        payload = None
        if given is not None and given.value.atoms:
            payload = payloads.payload_fact(given.value, contract, note, self._class_kind)
            note("payload", given.place)
        elif visit.open:
            payload = payloads.payload_fact(unknown(visit.open), contract, note, self._class_kind)
        if payload is not None and link is not None:
            payload = payloads.with_reads(payload, {field for field, _ in link.reads})
            payload = unread.with_unread(payload, link.keys_read, link.handler, note)
        if payload is not None and given is not None:
            payload = size.with_size(payload, given.value, mode.sent, visit.api, self._on_the_way(seen))
            enclosing = self.interpreter.modules.enclosing(seen.site[-1])
            payload = measures.with_measure(payload, enclosing, seen.site[-1], note)
            payload = correlation.with_ids(payload, enclosing, seen.site[-1], note)
        if visit.client is not None:
            note("client", visit.client.place)
            note("client.created", visit.client.place)
        action = payload.action if payload is not None else None
        answer = returned.declared(contract, action) or (link.returned if link is not None else None)
        is_entry, by_hand = seen.ending.is_end, callers.is_by_hand(seen.ending, self._is_run_by_hand(seen.root.module))
        reader = answers.Reader(is_entry, seen.ending.kind == "task", by_hand)
        ordered = seen.events
        caller_function = seen.root.function
        on_lambda = self._on_lambda(seen)
        is_frozen = seen.ending.kind in {"lambda_handler", "view"} and on_lambda == "yes"
        is_lost = is_entry and seen.ending.boundary != "redelivered"
        record, written = waiting.record_written(self.interpreter, seen.root, seen.site, is_lost)
        record = unless_asked(record, seen, mode.sent)
        later = later_record(seen.root.module, caller_function, seen.site[0])
        note("record_later", later[1] if later is not None else None)
        token = task_token(payload, seen.root.module, caller_function, seen.site[0])
        carried = given.place if token is not None and given is not None else None
        for path, where in (("record_written", written), ("left_waiting", written or carried), ("task_token", carried)):
            note(path, where)
        note("in_clause", visit.clause)
        function = self._function(seen, name.value if name else None, note)
        row = row_of(seen)
        note("row", row[1] if row is not None else None)
        return facts.Invocation(
            api=visit.api,
            invocation_type=mode.sent,
            invocation_type_refused=mode.refused,
            invocation_type_source=mode.source,
            arguments=arguments.arguments_fact(visit, note),
            client_context=arguments.client_context_fact(visit),
            function=function,
            guarded=self._guarded(seen, function),
            target=functions.target_fact(contract, action, link),
            payload=payload,
            client=arguments.client_fact(visit),
            response=returned.response_with(
                answers.response_fact(ordered, mode.sent, reader, note), ordered, answer, note
            ),
            service_error=fates.fate("service", ordered, seen.raises, seen.ending, note),
            transport_error=fates.fate("transport", ordered, seen.raises, seen.ending, note),
            catches=fates.catches_fact(ordered, note),
            codes_compared=fates.codes_fact(ordered, note),
            caller=patience.caller_with(
                facts.Caller(
                    kind="task" if visit.runs_later else seen.ending.kind,
                    event_source=seen.ending.event_source,
                    by_hand="yes" if by_hand else "no",
                    on_lambda=on_lambda,
                    timeout_seconds=self._own_timeout(seen),
                    is_async="yes" if visit.is_async or (caller_function and caller_function.is_async) else "no",
                    event=callers.event_of(seen.ending, caller_function),
                    own_loop=has_its_loop(seen, visit, self.interpreter, self.program, on_lambda),
                ),
                seen.ending.wait,
            ),
            permission=self._permission(seen, visit, name.value if name else None, note),
            in_loop=loop_fact(visit, ordered, seen, mode.sent, note, self.program),
            row=row[0] if row is not None else None,
            sent=undone.sent(ordered, visit, note),
            unobserved=undone.unobserved(ordered, visit, freezes=is_frozen),
            in_clause=visit.in_clause or None,
            record_written=record,
            record_later=later[0] if later is not None else None,
            left_waiting=waiting.left_waiting(record, token),
            task_token=token,
            run_by=visit.run_by,
            told_failure=_told_failure(seen, note),
            waited_for=undone.waited_for(ordered, note),
        )

    def _function(self, seen: Seen, name: Value | None, note: Note) -> facts.Function:
        """The function that is invoked, and whether what deploys the handler sets the variable that names it."""
        found = functions.function_fact(name)
        handler = seen.root.function
        if self.links is None or self.program is None or handler is None or seen.ending.kind != "lambda_handler":
            return found
        return unset.told(found, name, self.links, self.program.modules.files, self.interpreter, seen, note)

    def _permission(self, seen: Seen, visit: Visit, name: Value | None, note: Note) -> facts.Permission | None:
        """Whether the role of the handler that calls allows it."""
        if self.links is None or seen.ending.kind != "lambda_handler" or visit.api == "invoke_async":
            return None
        return granting.told(seen, name, self.links, self.interpreter.modules, note)

    def _guarded(self, seen: Seen, function: facts.Function | None) -> str | None:
        if function is None or function.self != "yes" or seen.ending.kind != "lambda_handler":
            return None
        return "no" if is_made_always(self.interpreter, seen.site) else "yes"

    def _own_timeout(self, seen: Seen) -> float | None:
        """The deployed timeout of the frame, where it is a handler."""
        function = seen.root.function
        if self.links is None or function is None or seen.ending.kind != "lambda_handler":
            return None
        return self.links.caller_timeout(seen.root.module.name, function.name)

    def _on_lambda(self, seen: Seen) -> Any:
        """Whether the frame is that of a handler, or of code that a handler or an application on Lambda imports."""
        return "yes" if seen.ending.kind == "lambda_handler" else self._is_on_lambda(seen.root.module)

    def _of_module_on_lambda(self, module: ModuleInfo) -> Any:
        if is_handler_code(module.source.data):
            return "yes"
        if self.program is None:
            return UnknownAnswer("the other files of the project are not looked at")
        return "yes" if runs_on_lambda(self.program.modules.files, module.name) else "no"

    def _link(self, seen: Seen, name: Value | None, payload: Value | None) -> Link | None:
        """The deployed function that is surely invoked."""
        if self.links is None or seen.ending.kind == "test":
            return None
        home = self.interpreter.modules.module_at(seen.site[-1])
        within = home.function_at(seen.site[-1]) if home is not None else seen.root.function
        return self.links.link(name, payload, (home or seen.root.module).name, within)

    def _on_the_way(self, seen: Seen) -> Iterator[FunctionInfo]:
        """The functions from the outermost frame to the call."""
        for place in seen.site:
            info = self.interpreter.modules.enclosing(place)
            if info is not None:
                yield info

    def _contract(self, visit: Visit, name: Value | None, link: Link | None, at: _AtPlace) -> FunctionContract | None:
        found = functions.contract_of(name, self.book)
        if isinstance(found, Conflict):
            at.conflict = found
            return None
        if found is None and link is not None and link.contract is not None:
            return link.contract
        is_in_sight = link is not None and link.handler is not None
        if found is None and not is_in_sight and name is not None and visit.client is not None:
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
            return "model" if models.are_models(outside) else ""
        return "dataclass" if fields.is_dataclass(info) else "instance"


_PATHS = {
    "FunctionName": "function.name",
    "InvocationType": "invocation_type",
    "ClientContext": "client_context",
}


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


__all__ = ["Invocations", "Range"]
