"""Answers of invocations: where they start, and what each operation on a part of one tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import Client, Const, Method, Param, Traced, Unknown, Value
from invocation_lint.analysis.domain.events import Event, Visit
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.guards import CaughtType
from invocation_lint.analysis.python.frames.kinds import Kind, Marks
from invocation_lint.analysis.tracing import answer_clauses, answer_conditions, answer_matches, doors, sites, wrappers
from invocation_lint.analysis.tracing.answer_copies import is_asked_in_copy
from invocation_lint.analysis.tracing.answer_notes import (
    AnswerReturned,
    AnswerUse,
    ClientClosed,
    PayloadTest,
    StatusTest,
)
from invocation_lint.analysis.tracing.answer_parts import (
    ERROR_HEADER,
    NAME,
    STREAM,
    TEXT,
    call_method,
    element_of,
    has_method,
    holds_payload,
    is_decoded,
    load,
    loads,
    note,
    note_error_look,
    part_of,
    read_elsewhere,
    read_item,
    run_over,
    set_key,
)
from invocation_lint.analysis.tracing.answer_readings import fails_by_default
from invocation_lint.source.scan import SITE_ATTRIBUTES


class Answers(Kind[Frame]):
    """The answer of an invocation: its FunctionError, its status, its payload and all that is in it."""

    name = NAME
    methods = SITE_ATTRIBUTES

    def made_by_method(
        self, frame: Frame, receiver: Any, name: str, arguments: Arguments, node: cst.CSTNode
    ) -> Value | None:
        if not isinstance(receiver, (Client, Unknown, Param)):
            return None
        return sites.invocation(frame, self, receiver, name, arguments, node)

    def made_by_function(self, frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
        wrapper = frame.interpreter.wrappers.get(name)
        if wrapper is None:
            return doors.by_door(frame, self, name, arguments, node)
        return wrappers.wrapped(frame, self, wrapper, arguments, node)

    def use(self, frame: Frame, part: Traced, what: str, node: cst.CSTNode) -> None:
        note(frame, part, what, node)
        if what in {"returned", "stored", "handed_over", "used"} and fails_by_default(part):
            frame.events.append(PayloadTest(part.origin, frame.place(node)))  # whoever gets it sees that it has failed

    def unknown_operation(self, frame: Frame, part: Traced, node: cst.CSTNode) -> None:
        use = "used" if holds_payload(part.path) else "read"
        note(frame, part, "handed_over" if is_decoded(part.path) and is_asked_in_copy(frame) else use, node)

    def attribute(self, frame: Frame, part: Traced, name: str, node: cst.CSTNode) -> Value:
        if not has_method(part, name):
            self.unknown_operation(frame, part, node)
        return Value((Method(Value((part,)), name),))

    def method(self, frame: Frame, part: Traced, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
        return call_method(frame, part, name, arguments.args, node)

    def item(self, frame: Frame, part: Traced, key: Any, node: cst.CSTNode) -> Value:
        return read_item(frame, part, key if isinstance(key, str) else None, node)

    def set_item(self, frame: Frame, part: Traced, key: Any, value: Value, node: cst.CSTNode) -> None:
        set_key(frame, part, key, value)

    def delete_item(self, frame: Frame, part: Traced, node: cst.CSTNode) -> None:
        """What is left of it is followed on."""

    def iterated(self, frame: Frame, part: Traced, node: cst.CSTNode) -> None:
        run_over(frame, part, node)

    def element(self, frame: Frame, part: Traced) -> Value:
        return element_of(part)

    def decoded(self, frame: Frame, part: Traced, node: cst.CSTNode, *, from_file: bool) -> Value:
        return load(frame, part, node) if from_file else loads(frame, part, node)

    def decoded_unawaited(self, frame: Frame, part: Traced, node: cst.CSTNode) -> None:
        note(frame, part_of(part.origin, STREAM), "not_awaited", node)

    def encoded(self, frame: Frame, part: Traced, node: cst.CSTNode) -> None:
        if part.path in {(), STREAM}:  # what a payload says is noted where the text goes: it may only be logged
            note(frame, part, "stored", node)

    def formatted(self, frame: Frame, part: Traced, node: cst.CSTNode) -> None:
        if part.path in {(), STREAM}:
            note(frame, part, "formatted", node)

    def spread(self, frame: Frame, part: Traced, node: cst.CSTNode) -> None:
        if not part.path:
            note(frame, part, "handed_over", node)
        else:
            self.unknown_operation(frame, part, node)

    def searched(self, frame: Frame, part: Traced, key: Value, node: cst.CSTNode) -> None:
        wanted = key.single
        if isinstance(wanted, Const) and wanted.value in {"FunctionError", "ErrorCode", "InvokeComplete", ERROR_HEADER}:
            note_error_look(frame, part.origin, node)
        elif isinstance(wanted, Const) and is_decoded(part.path):
            note(frame, part_of(part.origin, (*part.path, str(wanted.value))), "tested", node)
        else:
            note(frame, part, "tested", node)

    def tested(
        self, frame: Frame, parts: list[Traced], node: cst.BaseExpression, where: cst.CSTNode | None, *, decides: bool
    ) -> None:
        answer_conditions.note_condition(frame, parts, node, where, decides=decides)

    def branch_marks(self, frame: Frame, parts: list[Traced], node: cst.If) -> tuple[Marks, Marks]:
        return answer_conditions.branch_marks(frame, parts, node)

    def answered(self, frame: Frame, parts: list[Traced], node: cst.BaseExpression, found: Value) -> Value:
        return answer_conditions.answered(frame, parts, node, found)

    def statement_runs(self, frame: Frame, node: cst.CSTNode, marks: Marks, value: Value | None) -> None:
        answer_conditions.statement_runs(frame, node, marks, value)

    def matched(self, frame: Frame, part: Traced, case: cst.MatchCase) -> None:
        answer_matches.note_match(frame, part, case)

    def case_marks(self, frame: Frame, part: Traced, case: cst.MatchCase) -> tuple[Marks, Marks]:
        return answer_matches.case_marks(frame, part, case)

    def claimed(self, frame: Frame, part: Traced, node: cst.CSTNode) -> None:
        if part.path == TEXT or is_decoded(part.path):  # whoever reads that answer takes it for one of success
            note(frame, part, "used", node)

    def returned(self, frame: Frame, part: Traced, node: cst.Return) -> None:
        if part.path:
            return
        tested = any(isinstance(event, StatusTest) and event.site == part.origin for event in frame.events)
        if tested or frame.depth == 0:  # else its caller goes on with it, and is seen
            frame.events.append(AnswerReturned(part.origin, ("bad_status", part.origin) in frame.live.marks))

    def is_there(self, part: Traced) -> bool:
        return part.path in {(), STREAM}

    def errors_dropped(self, frame: Frame, types: list[CaughtType], body: list[Event]) -> None:
        answer_clauses.note_taken(frame, types, body)

    def read_inside(self, frame: Frame, origins: Sequence[SiteKey], node: cst.CSTNode) -> None:
        read_elsewhere(frame, origins, node)

    def manager_left(self, frame: Frame, value: Value, first_event: int, node: cst.CSTNode) -> None:
        closed = {replace(client, pending=False) for client in value.of(Client) if client.sdk.startswith("aio")}
        visits = [event for event in frame.events[first_event:] if isinstance(event, Visit)] if closed else []
        sites = [one.site for one in visits if one.client is not None and replace(one.client, pending=False) in closed]
        frame.events.extend(ClientClosed(site) for site in dict.fromkeys(sites))

    def after_body(self, body: list[Event]) -> Marks:
        # what the body reads and decodes is read already when a clause runs: it is the decoding that fails
        return frozenset(("read", one.site) for one in body if isinstance(one, AnswerUse) and one.use == "decoded")

    def clause_runs(
        self,
        frame: Frame,
        node: cst.Try | cst.TryStar,
        handler: cst.ExceptHandler | cst.ExceptStarHandler,
        types: list[CaughtType],
        body: list[Event],
        raising: tuple[Any, ...],
    ) -> None:
        answer_clauses.note_clause(frame, node, handler, types, body, raising)
