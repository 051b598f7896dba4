"""What a rule tells the fix that it asks for: where to look, and what the fact knows of it.

Fixes see findings only, so all that they need of a fact goes into the request, as texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from invocation_lint.facts.base import Fact, Range
from invocation_lint.facts.building.near import nearest
from invocation_lint.findings import FixRequest, Place
from invocation_lint.records import record
from invocation_lint.rulebook.logic import follow
from invocation_lint.rulebook.model import Fix

_QUERY = ("dialect", "order", "created", "cut")
_MODES = ("Event", "RequestResponse", "DryRun")
_MODE = ("api", "invocation_type", "invocation_type_source")


@record
class _Wanted:
    """`place` is the path whose place is handed over, in which `{name}` is a field of the element, `otherwise` the one
    for facts that have none there; '' keeps the rule's. `item` are fields of the element, `facts` paths of the fact:
    those that are texts or numbers are told, and the rule's `options` as well."""

    place: str = ""
    otherwise: str = ""
    item: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    kind: str = "invocation"
    options: tuple[str, ...] = ()


_WANTED: Mapping[str, _Wanted] = {
    "ask-for-item-failures": _Wanted(kind="event_source_mapping"),
    "invoke-event": _Wanted("invocation_type", facts=_MODE),
    "invoke-request-response": _Wanted("invocation_type", facts=_MODE),
    "invoke-instead-of-invoke-async": _Wanted(facts=("api",)),
    "correct-invocation-type": _Wanted(
        "invocation_type_refused", facts=("api", "invocation_type_refused", "invocation_type_source")
    ),
    "rename-parameter": _Wanted(item=("name", "why", "meant")),
    "correct-action": _Wanted("payload.action.value", facts=("payload.action.value", "payload.action.nearest")),
    "rename-field": _Wanted("payload.keys[{near}]", item=("name", "near")),
    "check-function-error": _Wanted(facts=("api", "client.sdk", "response.function_error")),
    "read-payload-stream": _Wanted("response.reads[{field} {use}]", item=("use",), facts=("client.sdk",)),
    "dump-payload": _Wanted("payload.encoding", facts=("payload.python_type", "payload.encoding")),
    "encode-once": _Wanted(item=("name", "holds"), facts=("payload.shape",)),
    "limit-job-query": _Wanted(facts=_QUERY, kind="job_query", options=("batch_size",)),
    "order-job-query": _Wanted("order", otherwise="limited_by", facts=_QUERY, kind="job_query"),
    "decode-object-key": _Wanted("decoder", otherwise="decoded", facts=("decoder",), kind="object_key"),
    "raise-read-timeout": _Wanted(
        "client", facts=("client.sdk", "client.read_timeout", "target.duration_seconds", "target.timeout_seconds")
    ),
}


def fixes_of(kind: str) -> tuple[str, ...]:
    """The names of the fixes that rules on a kind of fact can ask for."""
    return tuple(name for name, wanted in _WANTED.items() if wanted.kind == kind)


def request_of(
    fix: Fix, fact: Fact, place: Place, element: str | None, item: Any, options: Mapping[str, Any]
) -> FixRequest:
    """The request of a rule that matched. `place` is where it matched, `item` the element of its `each` or None;
    `options` are the values of the rule's options."""
    told = {"element": element} if element else {}
    wanted = _WANTED.get(fix.name)
    if wanted is not None and fact.kind == wanted.kind:
        if wanted.otherwise:
            place = fact.place_of(wanted.place if wanted.place in fact.places else wanted.otherwise)
        elif wanted.place and ("{" not in wanted.place or item is not None):
            path = wanted.place.format_map({name: getattr(item, name) for name in getattr(item, "__slots__", ())})
            place = fact.place_of(path)
        for name in wanted.item:
            _tell(told, name, getattr(item, name, None))
        for path in wanted.facts:
            _tell(told, path, follow(fact.data, tuple(path.split("."))))
        for name in wanted.options:
            _tell(told, f"option.{name}", options.get(name))
        if "invocation_type_refused" in told:
            _tell(told, "nearest_mode", nearest(told["invocation_type_refused"], _MODES))
        if fact.kind == "invocation":
            told |= {name: "yes" for name, holds in _SEEN.items() if holds(fact.data)}
    return FixRequest(fix.name, fix.safety, place, tuple(told.items()))


def _tell(told: dict[str, str], name: str, answer: Any) -> None:
    if isinstance(answer, (str, int, float)):
        told[name] = str(answer)
    elif isinstance(answer, Range):
        told[name] = str(answer.max)


def _answer_is_unread(data: Any) -> bool:
    """Whether nothing depends on the answer; that it is shown in a log does not count."""
    response = data.response
    return (
        response.payload == "unused"
        and response.function_error == "unchecked"
        and response.status_compared is None
        and isinstance(response.reads, tuple)
        and all(read.use in {"read", "formatted", "logged"} for read in response.reads)
    )


def _answer_is_dropped(data: Any) -> bool:
    """Whether nothing at all is done with the answer."""
    return _answer_is_unread(data) and not data.response.reads


def _payload_is_object(data: Any) -> bool:
    """Whether it is known which keys the payload has, so that it is a dictionary under its encoding."""
    return data.payload is not None and isinstance(data.payload.keys, tuple) and bool(data.payload.keys)


_SEEN: Mapping[str, Callable[[Any], bool]] = {
    "answer_unread": _answer_is_unread,
    "answer_dropped": _answer_is_dropped,
    "payload_is_object": _payload_is_object,
}
