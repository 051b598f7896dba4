"""Whether a payload carries an id by which the logs of the caller can be joined with those of the function.

Such an id has many names. One counts where the function of the call has it at hand and writes it to its own log.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.program.acts import LOG_METHODS
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.building.scopes import Scope, called_name, scope_of, text_of
from invocation_lint.facts.payload import Correlation
from invocation_lint.findings import Place

_ID = re.compile(r"^(?:x|aws|amzn|lambda|api)*(?:request|correlation|trace|session)id$")
_JOINS = re.compile(r"(?:request|correlation|trace|session|execution|transaction|message|conversation|run|job|flow)id$")
_MAY_HOLD = re.compile(
    r"event|context|header|metadata|request|trace|attributes|ctx|detail|params|info|payload|data|body"
)
_REMEMBERED = 16  # functions, of which many call sites are asked about one after another
_LOGS = LOG_METHODS | {"set_correlation_id", "bind_contextvars", "put_annotation"}


def with_ids(
    payload: facts.Payload, function: FunctionInfo | None, call: Place, note: Callable[[str, Place | None], None]
) -> facts.Payload:
    """The fact of a payload with the id that the function of the call logs; nothing where it is not known what is
    sent."""
    if function is None or payload.open != "no" or payload.shape != "plain" or not isinstance(payload.keys, tuple):
        return payload
    if not payload.keys:
        return payload
    here = (call.line, call.column)
    held = next(((name, place) for name, place in _held(function) if (place.line, place.column) < here), None)
    if held is None:
        return payload
    name, place = held
    note("payload.correlation", place)
    return replace(payload, correlation=Correlation(name, "yes" if any(map(_joins, payload.keys)) else "no"))


def _joins(key: facts.Key) -> bool:
    """Whether a key carries an id, or something that may have one in it."""
    source = key.source if isinstance(key.source, str) else ""
    if any(_JOINS.search(_plain(name)) for name in (key.name, source)):
        return True
    return key.type not in {"string", "number", "boolean"} and _MAY_HOLD.search(_plain(key.name)) is not None


@lru_cache(maxsize=_REMEMBERED)
def _held(function: FunctionInfo) -> list[tuple[str, Place]]:
    """The ids that a function writes to its log, each with the place."""
    if not any(_ID.match(_plain(word)) for word in function.words):
        return []
    found = []
    scope, source = scope_of(function), function.module.source
    for node in scope.parents:
        name = _name_of(node)
        if not name or not _ID.match(_plain(name)) or not _is_logged(node, scope):
            continue
        if not _is_of_answer(node):
            found.append((name, source.place(node)))
    return found


def _name_of(node: cst.CSTNode) -> str:
    """The name that an expression reads: `request_id`, `context.aws_request_id`, `event["requestId"]`."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        return node.attr.value
    if isinstance(node, cst.Subscript) and len(node.slice) == 1:
        return text_of(node.slice[0].slice)
    return ""


def _is_of_answer(node: cst.CSTNode) -> bool:
    """Whether it is the id of a request that the SDK has made: `response["ResponseMetadata"]["RequestId"]`."""
    return isinstance(node, cst.Subscript) and _name_of(node.value) == "ResponseMetadata"


def _is_logged(node: cst.CSTNode, scope: Scope) -> bool:
    parent = scope.parents.get(node)
    if isinstance(parent, cst.Arg) and parent.keyword is node:
        return False
    if isinstance(parent, cst.Attribute) and parent.attr is node:
        return False
    for outer in scope.around(node):
        if isinstance(outer, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            return False
        if isinstance(outer, cst.Call) and called_name(outer) in _LOGS:
            return True
    return False


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


__all__ = ["with_ids"]
