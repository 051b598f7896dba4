"""One fact for each key that a handler reads of its event and that the event source spells otherwise, or has not: it is
one of the events of another source."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from invocation_lint.data.event_shapes import event_shapes, keys_at
from invocation_lint.facts import event_key as facts
from invocation_lint.facts.base import Fact
from invocation_lint.facts.building.handling.event_paths import ELEMENT, Path, Read
from invocation_lint.facts.building.handling.subjects import Subject
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import text_of

_NAMES = {
    "queue": "SQS",
    "sns": "SNS",
    "s3": "S3",
    "kinesis": "Kinesis",
    "dynamodb": "DynamoDB",
    "eventbridge": "EventBridge",
}

_MAIN = {
    "queue": "body",
    "sns": "Sns",
    "s3": "s3",
    "kinesis": "kinesis",
    "dynamodb": "dynamodb",
    "eventbridge": "detail",
}
"""The key of a record, or of an event without records, that holds what it is about."""

_OF_RECORD = ("Records", ELEMENT)
_OF_REQUEST = frozenset({"body", "httpMethod", "pathParameters", "queryStringParameters", "requestContext", "headers"})
"""Keys of the events of APIs (AWS: API Gateway developer guide, input format of a proxy integration)."""


def event_keys(subject: Subject) -> Iterator[Fact]:
    """The facts of one handler. Where only its reads tell what invokes it, an object must show it by a key of its own
    beside the one that is wrong."""
    source = _shape(subject)
    if source is None:
        return
    every = {read.path for read in subject.reads}
    for read in subject.reads:
        known = keys_at(source, read.path[:-1])
        right = _meant(read.path[-1], known) if known is not None else None
        if known is None or right is None:
            if known is not None and _is_foreign(subject, source, read, known):
                yield _fact(subject.code, source, read, _MAIN[source], is_beside=False)
            continue
        beside = {path[-1] for path in every if path[:-1] == read.path[:-1]}
        is_told = subject.known_by in {"template", "type"}
        if is_told or beside & known or _leads(every, read.path[:-1], source):
            yield _fact(subject.code, source, read, right, right in beside)


def _is_foreign(subject: Subject, source: str, read: Read, known: frozenset[str]) -> bool:
    """Whether a read of a key that only events of other sources have raises on each event of a source that a template
    tells. A rule may send another event than its bus has: of an event as a whole a key is read besides that it has."""
    key, holder = read.path[-1], read.path[:-1]
    if subject.known_by != "template" or not read.raises or key in known or not _is_of_others(key, holder):
        return False
    if not _is_read_always(subject, read):
        return False
    return holder == _OF_RECORD or any(
        one.raises and len(one.path) == 1 and one.path[0] in known and _is_read_always(subject, one)
        for one in subject.reads
    )


def _is_of_others(key: str, holder: Path) -> bool:
    of_records = holder == _OF_RECORD and any(key in (keys_at(other, holder) or ()) for other in event_shapes())
    return of_records or (not holder and (key in _OF_REQUEST or key in {"Records", "detail"}))


def _is_read_always(subject: Subject, read: Read) -> bool:
    """Whether nothing decides about a read, and no clause takes what it raises; no condition asks for its key."""
    scope = subject.code.scope_of(read.function)
    for outer in scope.around(read.node):
        if isinstance(outer, (cst.If, cst.IfExp, cst.Try, cst.BooleanOperation, cst.While, cst.Match, cst.Lambda)):
            return False
    asked = (one for info in subject.reached for one in subject.code.scope_of(info).parents)
    return not any(isinstance(one, cst.Comparison) and text_of(one.left) == read.path[-1] for one in asked)


def _shape(subject: Subject) -> str | None:
    """The shape of the event. A stream is one of Kinesis or of DynamoDB: what is read tells which."""
    source = subject.event_source
    if source != "stream":
        return source if source in event_shapes() else None
    of = [name for name in ("kinesis", "dynamodb") if name in subject.scope.texts]
    return of[0] if len(of) == 1 else None


def _leads(every: set[Path], holder: Path, source: str) -> bool:
    """Whether the way to an object is one that only this source has: `Records[].Sns`."""
    return len(holder) > 2 and holder[-1] != ELEMENT and keys_at(source, holder[:-1]) is not None


def _meant(key: str, known: frozenset[str]) -> str | None:
    """The key that is meant by one that there is not: it differs in case, hyphens, underscores or a plural."""
    if key in known:
        return None
    return next((one for one in sorted(known) if _plain(one) == _plain(key)), None)


def _plain(key: str) -> str:
    return re.sub(r"[-_\s]", "", key).lower().rstrip("s")


def _fact(code: Code, source: str, read: Read, right: str, is_beside: bool) -> Fact:
    place = code.module.source.place(read.node)
    data = facts.EventKey(
        event_source=_NAMES[source],
        path=_shown(read.path),
        key=read.path[-1],
        instead=right,
        raises="yes" if read.raises else "no",
        both="yes" if is_beside else "no",
    )
    places = dict.fromkeys(("event_source", "path", "key", "instead", "raises", "both"), place)
    return Fact("event_key", data, place, places, (), read.function.title)


def _shown(path: Path) -> str:
    return "".join(step if step == ELEMENT else f".{step}" for step in path).lstrip(".")


__all__ = ["event_keys"]
