"""The facts of the handlers of a module: one `handler` each, and those of what they read, return and wait for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from invocation_lint.facts import handler as facts
from invocation_lint.facts.base import Fact
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.handling.additions import repeat_of
from invocation_lint.facts.building.handling.dispatching import dispatch_of
from invocation_lint.facts.building.handling.error_answers import error_answer
from invocation_lint.facts.building.handling.event_keys import event_keys
from invocation_lint.facts.building.handling.handler_answers import handler_answers
from invocation_lint.facts.building.handling.images import image_read
from invocation_lint.facts.building.handling.log_lines import log_gaps
from invocation_lint.facts.building.handling.makings import FETCHED, made_in
from invocation_lint.facts.building.handling.mappings import mapping_of, shortest_timeout, timeout_of_all
from invocation_lint.facts.building.handling.open_records import record_left
from invocation_lint.facts.building.handling.records.loops import records_of
from invocation_lint.facts.building.handling.refusals import keeps_failures, refusal_of, retries_of
from invocation_lint.facts.building.handling.state.left_state import left_state
from invocation_lint.facts.building.handling.subjects import Subject, subjects
from invocation_lint.facts.building.handling.timing.durations import front_seconds, least_seconds, outlasts
from invocation_lint.facts.building.handling.timing.inner_timeouts import longest_timeout
from invocation_lint.facts.building.handling.timing.waits import wait_loops
from invocation_lint.facts.building.handling.wrapping import wrapped
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.wording import listed

if TYPE_CHECKING:
    from invocation_lint.analysis.interpreter import Interpreter
    from invocation_lint.analysis.project import Program

_THEN = {
    "swallowed": "the whole batch counts as processed, and the record is lost",
    "escapes": "the whole batch is delivered again, and the good records are processed twice",
}
MAX_SHOWN = 3  # things that a message names
_POLLED = frozenset({"queue", "stream"})
_ASYNCHRONOUS = frozenset({"s3", "sns", "eventbridge", "schedule", "event"})
_WITH_RECORDS = _POLLED | {"s3", "sns"}

_ABOUT_THE_WHOLE = (
    "event_source", "known_by", "defined_as", "wrapped", "loop_left", "answered_by", "one_record", "batch_size",
    "then", "timeout_seconds", "front_seconds", "least_seconds", "longest_wait_seconds", "outlasts", "inner_wait",
    "filtered",
    "event_retries", "failures_kept",
)  # fmt: skip
"""Fields that are shown at the handler's name where nothing else in the code says them."""


@record
class Part:
    """Some fields of a fact, and places that say them."""

    fields: dict[str, Any]
    places: dict[str, Place]


def handlers(code: Code, program: Program | None, interpreter: Interpreter) -> Iterator[Fact]:
    """The facts of a module, in no order."""
    waits: dict[Place, Fact] = {}  # a helper may serve several handlers
    for subject in subjects(code, program):
        yield _fact(subject, interpreter)
        yield from event_keys(subject)
        yield from handler_answers(subject)
        for one in wait_loops(subject):
            waits.setdefault(one.site, one)
    yield from waits.values()


def _fact(subject: Subject, interpreter: Interpreter) -> Fact:
    parts = (
        _told(subject),
        _mapped(subject),
        _records(subject),
        _answered(subject, interpreter),
        _times(subject),
        _made(subject),
        _chosen(subject),
        _refusing(subject),
        _adding(subject),
        _logged(subject),
        _leaving(subject),
    )
    places = dict.fromkeys(_ABOUT_THE_WHOLE, subject.site)
    fields: dict[str, Any] = {}
    for part in parts:
        fields.update(part.fields)
        places.update(part.places)
    return Fact("handler", facts.Handler(**fields), subject.site, places, (), subject.info.title)


def _told(subject: Subject) -> Part:
    info = subject.info
    fields = {
        "event_source": subject.event_source,
        "known_by": subject.known_by,
        "defined_as": "async" if info.is_async else "plain",
        "wrapped": wrapped(subject),
    }
    return Part(fields, {})


def _mapped(subject: Subject) -> Part:
    """What the event source mapping says."""
    source = subject.event_source
    is_polled = source in _POLLED
    mapping = mapping_of(subject.program, subject.functions) if subject.program is not None and is_polled else None
    size = mapping.batch_size if mapping is not None else None
    filtered = mapping.filtered if mapping is not None else UnknownAnswer("no template tells of filters")
    fields = {
        "batch_size": UnknownAnswer("no template tells the batch size") if is_polled and size is None else size,
        "one_record": "yes" if size == 1 else "no",
        "report_switch": mapping.reports if mapping is not None else None,
        "filtered": filtered if source == "stream" else None,
    }
    place = mapping.place if mapping is not None else None
    return Part(fields, dict.fromkeys(fields, place) if place is not None else {})


def _records(subject: Subject) -> Part:
    """What becomes of the records of an event."""
    source = subject.event_source
    if source not in _WITH_RECORDS or "cf" in subject.scope.texts:
        return Part({"loop_left": "no"}, {})
    records = records_of(subject.code, subject.info)
    places: dict[str, Place] = {}
    read = None
    if records.loops:
        read, places["records_read"] = "all", records.loops[0]
    elif records.first is not None and records.handed_on is None and not records.is_one:
        read, places["records_read"] = "first", records.first
    left = records.left if not records.is_gone_over else None
    if left is not None:
        places["loop_left"] = left
    failure = records.failure
    if failure is not None:
        places["item_failure"] = records.failures[failure]
    fields = {
        "records_read": read,
        "loop_left": "yes" if left is not None else "no",
        "item_failure": failure,
        "then": _THEN.get(failure) if failure is not None and source in _POLLED else None,
    }
    return Part(fields, places)


def _answered(subject: Subject, interpreter: Interpreter) -> Part:
    found = error_answer(subject, interpreter)
    if found is None:
        return Part({}, {})
    return Part({"failure_answer": "error", "answered_by": found[1]}, {"failure_answer": found[0]})


def _times(subject: Subject) -> Part:
    places: dict[str, Place] = {}
    least = least_seconds(subject)
    if least is not None and least.place is not None:
        places["least_seconds"] = least.place
    inner = longest_timeout(subject, is_deployed=bool(subject.functions))
    if inner is not None:
        places["inner_timeout_seconds"] = places["inner_wait"] = inner[1]
    front = front_seconds(subject)
    own = timeout_of_all(subject.functions) if subject.functions else UnknownAnswer("no template tells the timeout")
    shortest = shortest_timeout(subject.functions) if own is None and least is not None else None
    ends_first = shortest is not None and least is not None and shortest <= least.seconds  # of several functions, one
    fields = {
        "timeout_seconds": shortest if ends_first else own,
        "least_seconds": least.seconds if least is not None else None,
        "longest_wait_seconds": least.longest_wait if least is not None else None,
        "front_seconds": front,
        "outlasts": outlasts(least, own, front),
        "inner_timeout_seconds": inner[0] if inner is not None else None,
        "inner_wait": inner[2] if inner is not None else None,
    }
    return Part(fields, places)


def _made(subject: Subject) -> Part:
    """What it makes anew and what it keeps, and how it reads what a stream may lack."""
    places: dict[str, Place] = {}
    made = made_in(subject.code, subject.info, subject.program)
    certain = [one.name for one, _ in made.values() if one.always == "yes"]
    for one, place in sorted(made.values(), key=lambda pair: pair[0].always == "no"):
        places.setdefault(f"makes[{one.name}]", place)
        places.setdefault("makes", place)
        places.setdefault("made", place)
        places.setdefault("made_when", place)
    image = image_read(subject.code, subject.reads) if subject.event_source == "stream" else None
    state = left_state(subject.code, subject.info, subject.reached)
    if image is not None:
        places["image_read"] = image[1]
    if state is not None:
        places["kept_state"] = places["kept_how"] = state[2]
    fields = {
        "made": _in_words(certain or [one.name for one, _ in made.values()]),
        "made_when": None if not made else "on each invocation" if certain else "on some invocations",
        "makes": tuple(one for one, _ in made.values()),
        "image_read": image[0] if image is not None else None,
        "kept_state": state[0] if state is not None else None,
        "kept_how": state[1] if state is not None else None,
    }
    return Part(fields, places)


def _chosen(subject: Subject) -> Part:
    found = dispatch_of(subject)
    return Part({}, {}) if found is None else Part({"dispatch": found[0]}, {"dispatch": found[1]})


def _refusing(subject: Subject) -> Part:
    """How it refuses events, and what Lambda does with them then."""
    if subject.event_source not in _ASYNCHRONOUS:
        return Part({}, {})
    not_told = UnknownAnswer("no template tells")
    retries = retries_of(subject.functions)
    fields: dict[str, Any] = {
        "event_retries": not_told if retries is None else retries,
        "failures_kept": keeps_failures(subject.functions) or not_told,
    }
    refusal = refusal_of(subject)
    if refusal is None:
        return Part(fields, {})
    return Part({**fields, "refuses_by": refusal[0]}, {"refuses_by": refusal[1]})


def _adding(subject: Subject) -> Part:
    found = repeat_of(subject)
    return Part({}, {}) if found is None else Part({"repeats": found[0]}, {"repeats": found[1]})


def _logged(subject: Subject) -> Part:
    found = list(log_gaps(subject))
    places = {f"log_gaps[{gap.name}]": place for gap, place in found}
    return Part({"log_gaps": tuple(gap for gap, _ in found)}, places | {"log_gaps": found[0][1]} if found else {})


def _leaving(subject: Subject) -> Part:
    found = record_left(subject)
    if found is None:
        return Part({}, {})
    left, opened, way = found
    places = {"record_left": opened, "record_left.way": way, "record_left.when": way}
    return Part({"record_left": left}, places)


def _in_words(made: list[str]) -> str | None:
    """What is done with the things made: `creates a client of s3 and fetches a secret`."""
    done = {
        "creates": listed((name for name in made if name not in FETCHED), most=MAX_SHOWN),
        "fetches": listed((name for name in made if name in FETCHED), most=MAX_SHOWN),
    }
    return " and ".join(f"{verb} {names}" for verb, names in done.items() if names) or None


__all__ = ["handlers"]
