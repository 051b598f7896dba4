"""One fact for each key that a handler reads of its event and that the event source spells otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from invocation_lint.data.event_shapes import event_shapes, keys_at
from invocation_lint.facts import event_key as facts
from invocation_lint.facts.base import Fact
from invocation_lint.facts.building.handling.event_paths import ELEMENT, Path, Read
from invocation_lint.facts.building.handling.subjects import Subject
from invocation_lint.facts.building.messaging.calls import Code

_NAMES = {
    "queue": "SQS",
    "sns": "SNS",
    "s3": "S3",
    "kinesis": "Kinesis",
    "dynamodb": "DynamoDB",
    "eventbridge": "EventBridge",
}


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
            continue
        beside = {path[-1] for path in every if path[:-1] == read.path[:-1]}
        is_told = subject.known_by in {"template", "type"}
        if is_told or beside & known or _leads(every, read.path[:-1], source):
            yield _fact(subject.code, source, read, right, right in beside)


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
