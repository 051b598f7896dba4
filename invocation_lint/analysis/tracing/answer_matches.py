"""`match` over an answer: which cases the payload of a crash takes."""

from __future__ import annotations

from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import Const, Struct, Traced, Value
from invocation_lint.analysis.domain.state import TOLD
from invocation_lint.analysis.python import conditions
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.kinds import Marks
from invocation_lint.analysis.tracing.answer_notes import CodeTest, ConditionFails, PayloadTest
from invocation_lint.analysis.tracing.answer_parts import CRASH_KEYS, is_payload, note, note_error_look
from invocation_lint.analysis.tracing.answer_readings import MISSING, Crash, Healthy, Reading, Refused
from invocation_lint.analysis.tracing.answer_tests import holds, same


def note_match(frame: Frame, part: Traced, case: cst.MatchCase) -> None:
    """A case that looks for keys of an answer."""
    keys = _keys_of(case.pattern)
    note(frame, part, "compared" if isinstance(case.pattern, cst.MatchValue) else "tested", case.pattern)
    if "FunctionError" in keys and part.path == ():
        note_error_look(frame, part.origin, case.pattern)
    if is_payload(part.path) and CRASH_KEYS.intersection(keys):
        frame.events.append(PayloadTest(part.origin, frame.place(case.pattern)))
    seen = Crash(part.origin).of(part) if is_payload(part.path) else None
    if seen is not None and seen.single is MISSING:
        frame.events.append(ConditionFails(part.origin, frame.place(case.pattern)))
    if is_payload(part.path) and _tells_code(frame, part, case):
        frame.events.append(CodeTest(part.origin, frame.place(case.pattern)))


def _tells_code(frame: Frame, part: Traced, case: cst.MatchCase) -> bool:
    """Whether a payload whose statusCode is that of an error does not match as that of success does."""
    refused, healthy = Refused(part.origin), Healthy(part.origin)
    bad, good = refused.of(part), healthy.of(part)
    if bad is None or bad.single is MISSING:
        return False
    outcome = _matches(frame, case.pattern, bad, refused)
    return outcome is None or good is None or outcome is not _matches(frame, case.pattern, good, healthy)


def _keys_of(pattern: cst.MatchPattern) -> list[str]:
    return [
        str(element.key.raw_value)
        for one in [pattern, *pattern.children]
        if isinstance(one, cst.MatchMapping)
        for element in one.elements
        if isinstance(element.key, cst.SimpleString)
    ]


def case_marks(frame: Frame, part: Traced, case: cst.MatchCase) -> tuple[Marks, Marks]:
    """The marks of the body of a case, and of the cases behind it: to which of them a crash does not come, and on which
    it is told from a healthy answer."""
    if not is_payload(part.path):
        return frozenset(), frozenset()
    crash, healthy = Crash(part.origin), Healthy(part.origin)
    seen, good = crash.of(part), healthy.of(part)
    outcome = None if seen is None else _matches(frame, case.pattern, seen, crash)
    other = None if good is None else _matches(frame, case.pattern, good, healthy)
    if case.guard is not None:
        outcome, other = (False if answer is False else None for answer in (outcome, other))
    raises = seen is not None and seen.single is MISSING
    marks: dict[bool, set[Any]] = {True: set(), False: set()}
    if outcome is not None:
        marks[not outcome].add(("guarded", part.origin))
    if outcome is None or other is None or outcome is not other:
        for side in (True, False) if outcome is None else (outcome,):
            marks[side].add((TOLD, part.origin, "raise" if raises else "in"))
    return frozenset(marks[True]), frozenset(marks[False])


def _matches(frame: Frame, pattern: cst.MatchPattern, value: Value, reading: Reading) -> bool | None:
    if isinstance(pattern, cst.MatchAs):
        return True if pattern.pattern is None else _matches(frame, pattern.pattern, value, reading)
    if isinstance(pattern, cst.MatchOr):
        answers = [_matches(frame, one.pattern, value, reading) for one in pattern.patterns]
        return True if True in answers else None if None in answers else False
    atom = value.single
    if isinstance(pattern, (cst.MatchValue, cst.MatchSingleton)):
        wanted = conditions.quietly(frame, pattern.value).single
        return None if wanted is None or atom is None else same(atom, wanted, reading)
    if isinstance(pattern, cst.MatchMapping):
        return _matches_mapping(frame, pattern, atom, reading)
    if isinstance(pattern, cst.MatchClass):
        name = pattern.cls.value if isinstance(pattern.cls, cst.Name) else ""
        if not isinstance(atom, Struct) or name not in {"dict", "str", "list", "int", "float", "bool", "bytes"}:
            return None
        return name == "dict" or isinstance(reading, Healthy)
    if isinstance(pattern, (cst.MatchList, cst.MatchTuple)):
        return isinstance(reading, Healthy) if isinstance(atom, Struct) else None
    return None


def _matches_mapping(frame: Frame, pattern: cst.MatchMapping, atom: Any, reading: Reading) -> bool | None:
    if not isinstance(atom, Struct):
        return False if isinstance(atom, Const) or atom is MISSING else None
    known = True
    for element in pattern.elements:
        key = conditions.quietly(frame, element.key).single
        held = holds(atom, str(key.value)) if isinstance(key, Const) else None
        if held is False:
            return False
        plain = isinstance(element.pattern, cst.MatchAs) and element.pattern.pattern is None
        if held and not plain and isinstance(reading, Crash):
            return False  # no text of an error is waited for by its words
        known = known and bool(held) and plain
    return True if known else None


__all__ = ["case_marks", "note_match"]
