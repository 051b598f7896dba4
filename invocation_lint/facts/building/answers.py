"""What happens to the answer of one invocation, from the uses that the interpreter noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from invocation_lint.analysis.domain.events import Event, Visit
from invocation_lint.analysis.tracing.answer_notes import (
    AnswerReturned,
    AnswerUse,
    ClientClosed,
    CodeTest,
    ErrorLook,
    GoneOn,
    KeyErrorTaken,
    PayloadReplaced,
    PayloadTest,
    StatusTest,
)
from invocation_lint.analysis.tracing.answer_parts import DECODED, STREAM, TEXT, is_decoded
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.findings import Place
from invocation_lint.records import record

STATUS_OF = {"RequestResponse": 200, "Event": 202, "DryRun": 204}
"""The HTTP status of an accepted invocation, by mode (AWS: Lambda API reference, Invoke, StatusCode)."""

_NO_USE = frozenset({"logged", "decoded", "json_load", "loads_unread", "read_again", "not_awaited"})
_OF_DATA = frozenset({"subscripted", "loads_unread", "read_again", "formatted", "logged"})
"""What is an error to do with a stream, and is none with what was put in its place."""

_STATUS_CODE = (*DECODED, "statusCode")
_GIVEN = frozenset({"returned", "stored", "handed_over", "used"})
"""Uses by which somebody else gets a part."""

ANY_CRASH = "a crash also returns status 200"
_BY_STATUS = "it answers failures with a `statusCode`, which nothing checks"

Note = Callable[[str, "Place | None"], None]


@record
class Reader:
    """Who gets what the last frame does with an answer."""

    is_entry: bool  # nothing of the program stands behind the frame
    is_task: bool = False  # what it returns goes to whoever asks for the result of the task
    by_hand: bool = False  # what it prints, a person reads


def response_fact(events: Sequence[Event], mode: Any, reader: Reader, note: Note) -> facts.Response:
    """The fact of an answer. In the last frame a payload that is returned is used; in a helper it is handed back."""
    uses = [event for event in events if isinstance(event, AnswerUse)]
    if any(isinstance(event, PayloadReplaced) for event in events):
        uses = [replace(use, use="used") if use.path == STREAM and use.use in _OF_DATA else use for use in uses]
    mattering = _not_only_printed(uses) if reader.by_hand else uses
    reads: list[facts.Read] = []
    late = _read_late(events)
    for use in uses:
        if id(use) in late:
            note("response.reads[Payload read_closed]", use.place)
            reads.append(facts.Read("Payload", "read_closed"))
        of_bytes = use.path == TEXT and use.use in {"formatted", "logged", "used"}
        read = facts.Read("payload" if of_bytes else field_of(use.path), use.use)
        note(f"response.reads[{read.field} {read.use}]", use.place)
        note(f"response.reads[{read.field}]", use.place)
        if not reads or reads[-1] != read:
            reads.append(read)
    bare = _bare_look(events)
    if bare is not None:
        note("response.reads[FunctionError subscripted]", bare.place)
        reads.append(facts.Read("FunctionError", "subscripted"))
    known = mode if isinstance(mode, str) else _mode(uses, mode, note)
    crash = _crash(events, mattering, reader, note)
    looked_at = _function_error(events, uses, note)
    first = _first(mattering, reader)
    after = _after_crash(first, mattering, raises=crash == "key_error") if looked_at != "checked" else _BY_STATUS
    note("response.after_crash", first.place if first is not None else None)
    return facts.Response(
        mode=known,
        payload=_payload(events, mattering, reader, note),
        crash=crash,
        after_crash=after,
        function_error=looked_at,
        status_code=_status_code(events, uses, note),
        status_compared=_status(events, mode, known, note),
        reads=tuple(reads),
    )


def _read_late(events: Sequence[Event]) -> set[int]:
    """The uses, by identity, that read the stream when the client has been closed."""
    closed = False
    found: set[int] = set()
    for event in events:
        if isinstance(event, (ClientClosed, Visit)):
            closed = isinstance(event, ClientClosed)
        elif closed and isinstance(event, AnswerUse) and event.path == STREAM and event.use in {"read", "json_load"}:
            found.add(id(event))
    return found


def _bare_look(events: Sequence[Event]) -> ErrorLook | None:
    """The first look at FunctionError, where it is by subscript and no clause takes the KeyError."""
    first = next((event for event in events if isinstance(event, ErrorLook)), None)
    if first is None or not first.subscripted or first.behind_status:
        return None
    taken = any(isinstance(event, KeyErrorTaken) and event.place == first.place for event in events)
    return None if taken else first


def field_of(path: tuple[str, ...]) -> str:
    """The field of a read: response, Payload, FunctionError, StatusCode, payload or payload.<key>."""
    if not path:
        return "response"
    if is_decoded(path):
        return ".".join(["payload", *path[3:]])
    if path[0] in {"Payload", "EventStream"}:
        return "payload" if path[-1] == "PayloadChunk" else "Payload"
    return path[-1]


def _not_only_printed(uses: list[AnswerUse]) -> list[AnswerUse]:
    """Without the parts of an answer that are read to be printed, and for nothing else.

    A key that may be missing, asked for and not seen again, goes the same way: by a function that prints. Where a part
    is printed, what stands where the payload of a crash does not come is for who has seen what was printed.
    """
    is_shown = any(use.use == "logged" and not use.guarded and _holds_data(use.path) for use in uses)
    uses = [use for use in uses if not (is_shown and use.guarded)]
    fine = {"read", "asked", "logged", "tested", "compared"} if is_shown else {"read", "asked", "logged"}
    done: dict[tuple[str, ...], set[str]] = {}
    for use in uses:
        done.setdefault(use.path, set()).add("asked" if use.optional else use.use)
    return [use for use in uses if not (done[use.path] <= fine and done[use.path] & {"asked", "logged"})]


def _holds_data(path: tuple[str, ...]) -> bool:
    return path == TEXT or is_decoded(path)


def _crash(events: Sequence[Event], uses: list[AnswerUse], reader: Reader, note: Note) -> str | None:
    """key_error, when the first thing that is done with the payload fails for that of a crash; caught, when a clause
    waits for that error."""
    awaited = next((one for one in events if isinstance(one, PayloadTest) and one.awaits_key_error), None)
    if awaited is not None:
        note("response.crash", awaited.place)
        return "caught"
    first = next((use for use in uses if not use.guarded and _weight(use, reader) == "used"), None)
    if first is None or not first.required:
        return None
    note("response.crash", first.place)
    return "key_error"


def _after_crash(first: AnswerUse | None, uses: Sequence[AnswerUse], *, raises: bool) -> str:
    """What happens when the function crashes. `first` is what is done first with a part of the payload that matters, of
    all `uses`, and `raises` whether that fails."""
    if first is None:
        return ANY_CRASH
    if not raises and any(use.guarded for use in uses) and all(map(_is_skipped, uses)):
        return "after a crash, its payload is passed over in silence"
    key = _named_key(first)
    if raises:
        error = f"raises KeyError: {key!r}" if key else "raises KeyError"
        is_lost = not any(use.use == "logged" and use.path in {TEXT, DECODED} for use in uses)
        return f"after a crash, this {error}" + (", and the error message of the function is lost" if is_lost else "")
    if key and first.optional:
        return f'after a crash, "{key}" is None, and the code goes on with that'
    if key and first.use == "read" and not (first.guarded or first.required):
        return f'after a crash, the code goes on with the default of "{key}"'
    if first.path in {TEXT, DECODED}:
        return "after a crash, its error message is taken for the result"
    return ANY_CRASH


def _is_skipped(use: AnswerUse) -> bool:
    """Whether a use is none of the payload of a crash: it is made ready, asked, or stands where that does not come."""
    return use.guarded or not is_decoded(use.path) or use.use in {"read", "tested", "compared", "decoded"}


def _named_key(use: AnswerUse) -> str:
    """The key of the payload itself that is read, where it has a name."""
    key, *inner = use.path[len(DECODED) :] if is_decoded(use.path) and len(use.path) > len(DECODED) else ("",)
    if any(part != "[]" for part in inner):  # of an element it is the key of the list
        return ""
    return key if key.replace("-", "_").isidentifier() else ""


def _first(uses: list[AnswerUse], reader: Reader) -> AnswerUse | None:
    """What is done first with a part of the payload that matters; on a branch that a crash takes, if on any."""
    taken = {use.path for use in uses if use.use not in {"read", "tested", "compared", "decoded"}}
    used = [use for use in uses if _weight(use, reader) is not None and (use.required or use.path in taken)]
    return next((use for use in used if not use.guarded), used[0] if used else None)


def _tests(events: Sequence[Event]) -> list[PayloadTest]:
    """What tells a crash. None that a helper returns is no word of it where who gets that goes on with a default."""
    tests = [event for event in events if isinstance(event, PayloadTest)]
    if tests and all(test.by_none for test in tests):
        told = next(index for index, event in enumerate(events) if event is tests[0])
        return [] if any(isinstance(event, GoneOn) for event in events[told:]) else tests
    return tests


def _payload(events: Sequence[Event], uses: list[AnswerUse], reader: Reader, note: Note) -> Any:
    tests = _tests(events)
    goes_on = any(use.required and use.after for use in uses)  # as with a good answer
    for test in tests:
        if not (test.weak and goes_on):
            note("response.payload", test.place)
            return "tested"
    found: dict[str, Place | None] = {"handed_over": None, "returned": None, "used": None}
    for use in uses:
        what = _weight(use, reader)
        if what is not None and found[what] is None:
            found[what] = use.place
    if reader.is_task and found["used"] is None and found["returned"] is not None:
        note("response.payload", found["returned"])
        return UnknownAnswer("who reads what the task returns is not seen")
    for what in ("used", "handed_over", "returned"):
        if found[what] is not None:
            note("response.payload", found[what])
            return what
    asked = next((use for use in uses if use.path == DECODED and use.whole), None)
    first = next((use for use in uses if use.path[:1] == STREAM), None)
    seen = asked or first
    if seen is not None:
        note("response.payload", seen.place)
    return "unused" if asked is None else "used"  # that there is an answer decides: a crash gives one, too


def _weight(use: AnswerUse, reader: Reader) -> str | None:
    if use.path in {(), STREAM}:
        if use.use == "returned":
            return "returned"
        return "handed_over" if use.use in {"handed_over", "stored", "used"} else None
    if use.path == TEXT or is_decoded(use.path) or use.path[-1:] == ("PayloadChunk",):
        if use.use in _NO_USE and len(use.path) <= len(DECODED):
            return None
        if (use.use in {"read", "tested"} and use.path == DECODED) or (use.use == "tested" and use.path == TEXT):
            return None
        if use.use == "returned" and (reader.is_task or not reader.is_entry) and len(use.path) <= len(DECODED):
            return "returned"
        if use.use == "handed_over" and len(use.path) <= len(DECODED):
            return "handed_over"
        return "used"
    return None


def _function_error(events: Sequence[Event], uses: list[AnswerUse], note: Note) -> str:
    looks = [event for event in events if isinstance(event, ErrorLook)]
    if looks:
        note("response.function_error", looks[0].place)
        if not all(look.behind_status for look in looks):
            return "checked"
    returns = [event.refused for event in events if isinstance(event, AnswerReturned)]
    for use in uses:
        if use.refused or use.held or (use.use == "returned" and returns and all(returns)):
            continue
        if use.path == () and use.use in {"handed_over", "stored", "returned", "used"}:
            note("response.function_error", use.place)
            return "returned" if use.use == "returned" else "handed_over"
    return "unchecked"


def _status_code(events: Sequence[Event], uses: list[AnswerUse], note: Note) -> str:
    """Whether a condition asks for the statusCode in the payload, or somebody gets it who may ask."""
    tests = [event.place for event in events if isinstance(event, CodeTest)]
    tests += [use.place for use in uses if use.path == _STATUS_CODE and use.use in _GIVEN]
    if not tests:
        return "unchecked"
    note("response.status_code", tests[0])
    return "checked"


def _mode(uses: list[AnswerUse], mode: Any, note: Note) -> Any:
    """The mode of calls whose payload is decoded, where nothing asks before whether there is any: that of an Event is
    empty."""
    decoded = next((use for use in uses if use.use in {"decoded", "json_load"}), None)
    if decoded is None or any(use.path in {STREAM, TEXT} and use.use in {"tested", "compared"} for use in uses):
        return mode
    note("response.mode", decoded.place)
    return "RequestResponse"


def _status(events: Sequence[Event], mode: Any, known: Any, note: Note) -> facts.StatusCompared | None:
    tests = [event for event in events if isinstance(event, StatusTest)]
    if not tests:
        return None
    test = next((one for one in tests if one.decides), None) or next((one for one in tests if one.logs), tests[-1])
    note("response.status_compared", test.place)
    accepts: Any = UnknownAnswer("the comparison is not followed")
    if test.accepted is not None:
        code = STATUS_OF.get(mode) if isinstance(mode, str) else None
        accepts = UnknownAnswer("the mode is not known") if code is None else "yes" if code in test.accepted else "no"
        if code is None and STATUS_OF.get(known, 0) in test.accepted:
            accepts = "yes"
    told = "a crashed function returns 200 as well"
    if accepts == "no":
        told = f"an accepted {mode} returns {STATUS_OF[mode]}, which this takes for a failure"
    return facts.StatusCompared(test.field, accepts, "yes" if test.decides else "logs" if test.logs else "no", told)


__all__ = ["ANY_CRASH", "STATUS_OF", "Reader", "field_of", "response_fact"]
