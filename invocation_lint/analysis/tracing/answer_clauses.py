"""Clauses that notice that a key is missing from the payload of an answer."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.events import Event
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.program.acts import FAILING, strongest_act
from invocation_lint.analysis.program.model import own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.guards import CaughtType
from invocation_lint.analysis.tracing.answer_notes import (
    AnswerUse,
    ConditionFails,
    ErrorLook,
    KeyErrorTaken,
    PayloadTest,
)
from invocation_lint.analysis.tracing.answer_parts import is_decoded
from invocation_lint.analysis.tracing.answer_readings import GOOD_WORDS

_MISSING_KEY = frozenset({"KeyError", "LookupError"})
"""A clause for one of these is a test whether the payload has the key that the body reads."""

_FEW = 3
"""Statements: to decode the answer, to read a key of it, and a log line or a return."""


def note_clause(
    frame: Frame,
    node: cst.Try | cst.TryStar,
    handler: cst.ExceptHandler | cst.ExceptStarHandler,
    types: list[CaughtType],
    body: list[Event],
    raising: tuple[SiteKey, ...],
) -> None:
    """A clause may notice that a key is missing from the payload that the body reads."""
    note_taken(frame, types, body)
    tested = _tested_by(node, types, _payloads_read(node, body), raising)
    if any(caught.kind == "generic" or (caught.name in _MISSING_KEY and caught.kind == "builtin") for caught in types):
        tested += [event.site for event in body if isinstance(event, ConditionFails) and event.site not in tested]
    if tested and strongest_act(handler.body) != "drops" and not _is_default(handler.body):
        place = frame.place(handler)
        named = any(caught.name in _MISSING_KEY and caught.kind == "builtin" for caught in types)
        frame.events.extend(PayloadTest(site, place, awaits_key_error=named) for site in tested)


def _is_default(body: cst.BaseSuite) -> bool:
    """Whether a clause does nothing but put an empty value, or one that says success, in the place of what is missing:
    whoever goes on with it takes that for an answer."""
    lines = [line for block in body.body if isinstance(block, cst.SimpleStatementLine) for line in block.body]
    is_plain = all(isinstance(block, (cst.SimpleStatementLine, cst.BaseSmallStatement)) for block in body.body)
    return bool(lines) and is_plain and all(map(_gives_default, lines))


def _gives_default(line: cst.CSTNode) -> bool:
    if isinstance(line, cst.Pass):
        return True
    if not isinstance(line, (cst.Assign, cst.Return)) or line.value is None:
        return False
    value = line.value
    if isinstance(value, (cst.List, cst.Tuple, cst.Dict)) and not value.elements:
        return True
    if isinstance(value, (cst.Integer, cst.Float, cst.SimpleString)):
        return not value.evaluated_value
    says = [part for part in own_nodes(value) if isinstance(part, (cst.SimpleString, cst.Name))]
    is_shape = isinstance(line, cst.Return) and isinstance(value, (cst.Dict, cst.Tuple))
    return is_shape and any(map(_says_success, says)) and not any(map(_says_otherwise, says))


def _says_success(part: cst.SimpleString | cst.Name) -> bool:
    return part.value == "True" or part.value.strip("\"'").lower() in GOOD_WORDS - {"ok"}


def _says_otherwise(part: cst.SimpleString | cst.Name) -> bool:
    return part.value in {"None", "False"} or FAILING.search(part.value) is not None


def note_taken(frame: Frame, types: list[CaughtType], body: list[Event]) -> None:
    """Errors of these types are taken: the KeyError of a key that the body reads by subscript may be one."""
    if any(caught.name in _MISSING_KEY and caught.kind == "builtin" for caught in types):
        looks = [event for event in body if isinstance(event, ErrorLook) and event.subscripted]
        frame.events.extend(KeyErrorTaken(look.site, look.place) for look in looks)
        bare = [event for event in body if isinstance(event, AnswerUse) and event.bare]
        frame.events.extend(KeyErrorTaken(use.site, use.place) for use in bare)


def _payloads_read(node: cst.Try | cst.TryStar, events: list[Event]) -> list[SiteKey]:
    """The call sites of whose decoded payload a key is read, so that its absence raises an error: by subscript, by an
    attribute of what `.get` gives, or where that is decoded. A default raises none."""
    reads = [event for event in events if isinstance(event, AnswerUse) and event.use == "read" and not event.guarded]
    keyed = [use for use in reads if is_decoded(use.path) and use.path[3:]]
    if all(use.optional or not (use.required or use.bare) for use in keyed) and not _needs_a_value(node.body):
        return []
    return list(dict.fromkeys(use.site for use in keyed))


def _needs_a_value(body: cst.CSTNode) -> bool:
    """Whether something fails that `.get(key)` has no value for: `json.loads(found.get("body"))`, `found.get("a").b`,
    `found.get("a")["b"]`."""
    inside = own_nodes(body)
    assigned = (node for node in inside if isinstance(node, cst.Assign) and _is_get(node.value))
    names = {getattr(node.targets[0].target, "value", "") for node in assigned}

    def may_be_none(node: cst.BaseExpression) -> bool:
        return _is_get(node) or (isinstance(node, cst.Name) and node.value in names)

    for node in inside:
        if isinstance(node, cst.Call) and dotted(node.func).rpartition(".")[2] in {"loads", "int", "float"}:
            if any(may_be_none(arg.value) for arg in node.args):
                return True
        elif isinstance(node, (cst.Attribute, cst.Subscript)) and may_be_none(node.value):
            return True
    return False


def _is_get(node: cst.BaseExpression) -> bool:
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value == "get"
        and len(node.args) == 1
    )


def _tested_by(
    node: cst.Try | cst.TryStar, types: list[CaughtType], payloads_read: list[SiteKey], raising: tuple[SiteKey, ...]
) -> list[SiteKey]:
    """The call sites of whose payload a clause notices that a key is missing: it waits for just that, or it takes
    everything, and all that the body does is to read the answer of an invocation before it."""
    if any(caught.name in _MISSING_KEY and caught.kind == "builtin" for caught in types):
        return payloads_read
    is_plain = all(isinstance(line, cst.SimpleStatementLine) for line in node.body.body)
    if is_plain and len(node.body.body) <= _FEW and any(caught.kind == "generic" for caught in types):
        return [site for site in payloads_read if site not in raising]
    return []
