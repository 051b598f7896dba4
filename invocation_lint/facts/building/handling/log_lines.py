"""What a handler leaves in its logs that misleads or cannot be read: keys of another event, an event as Python text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.program.acts import LOG_METHODS
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.building.around.conditions import is_made_in
from invocation_lint.facts.building.handling.event_reads import event_name
from invocation_lint.facts.building.handling.subjects import Subject
from invocation_lint.facts.building.messaging.resolving import values_of
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.facts.handler import LogGap
from invocation_lint.findings import Place

_CLEARS = frozenset(
    {"clear_state", "remove_keys", "append_context_keys", "structure_logs", "reset_keys", "thread_safe_clear_keys"}
)
"""Names by which code takes keys out of Powertools' logger again."""

_FORMATTERS = frozenset({"setFormatter", "dictConfig", "fileConfig", "basicConfig", "setLogRecordFactory"})
_FORMATTING = re.compile(r"(?i)aws_lambda_powertools|structlog|json_?log|json_?format|loguru|watchtower|ecs_logging")
"""What a module says that sees to how log lines are written."""

_KNOWN_DECORATORS = frozenset(
    {"inject_lambda_context", "capture_lambda_handler", "log_metrics", "event_source", "event_parser", "validator",
     "idempotent", "staticmethod"}
)  # fmt: skip


def log_gaps(subject: Subject) -> Iterator[tuple[LogGap, Place]]:
    """Each of them, with its place."""
    kept = _kept_keys(subject)
    if kept is not None:
        yield kept
    printed = _printed_event(subject)
    if printed is not None:
        how = "printed" if called_name(printed) == "print" else "logged"
        gap = LogGap("event", f"the event is {how} as the repr of a dictionary", "log queries cannot read its fields")
        yield gap, subject.code.module.source.place(printed)


def _kept_keys(subject: Subject) -> tuple[LogGap, Place] | None:
    """The keys that a run appends to Powertools' logger, and that log lines of the next run carry before it does so, or
    though it does not."""
    info, module = subject.info, subject.code.module
    text = module.source.text
    if "aws_lambda_powertools" not in text or any(word in text for word in _CLEARS):
        return None
    if any(_last(item) not in _KNOWN_DECORATORS for item in info.decorators):
        return None
    for function in subject.reached:
        scope = subject.code.scope_of(function)
        for call in scope.calls:
            logger = _logger_of(call, "append_keys")
            if not logger or not _is_shared(logger, scope) or not _varies(call, function, scope):
                continue
            if _is_logged_without(subject, function, call, logger):
                names = [arg.keyword.value for arg in call.args if arg.keyword is not None]
                seen = f"`{names[0]}` is appended to the keys of the logger, and never cleared"
                return LogGap(names[0], seen, "log lines of the next event carry it"), module.source.place(call)
    return None


def _last(item: cst.BaseExpression) -> str:
    return dotted(item.func if isinstance(item, cst.Call) else item).rpartition(".")[2]


def _logger_of(call: cst.Call, method: str) -> str:
    """The name whose method is called; empty for another call."""
    func = call.func
    is_it = isinstance(func, cst.Attribute) and func.attr.value == method and isinstance(func.value, cst.Name)
    return dotted(func).partition(".")[0] if is_it else ""


def _is_shared(name: str, scope: Scope) -> bool:
    """Whether a name is that of the module: a logger that the function makes has the keys of this run alone."""
    return not any(True for _ in values_of(name, scope))


def _varies(call: cst.Call, function: FunctionInfo, scope: Scope) -> bool:
    """Whether what is appended under the first name is given in the function: a constant is the same for each event."""
    named = [arg for arg in call.args if arg.keyword is not None]
    if not named or any(arg.star for arg in call.args):
        return False
    params = function.node.params
    given = {one.name.value for one in (*params.posonly_params, *params.params, *params.kwonly_params)}
    value = named[0].value
    while isinstance(value, (cst.Attribute, cst.Subscript, cst.Call)):
        value = value.func if isinstance(value, cst.Call) else value.value
    return isinstance(value, cst.Name) and (value.value in given or value.value in scope.assignments)


def _is_logged_without(subject: Subject, function: FunctionInfo, call: cst.Call, logger: str) -> bool:
    """Whether a run logs before it appends, or without: the lines of a handler count, and of a helper those that it
    writes where it does not append."""
    scope, source = subject.code.scope_of(function), subject.code.module.source
    is_handler = function is subject.info
    if is_handler and any(map(_logs_event, subject.info.decorators)):
        return True
    always = is_made_in(function, call)
    if always and not is_handler:
        return False
    branch = next((one for one in scope.around(call) if isinstance(one, (cst.If, cst.ExceptHandler))), None)
    lines = [
        source.place(one)
        for one in scope.calls
        if _logger_of(one, called_name(one)) == logger and called_name(one) in LOG_METHODS - {"append_keys", "debug"}
    ]
    place = source.place(call)
    if any(line.line < place.line for line in lines):
        return True
    end = source.place(branch).end_line if branch is not None else None
    return not always and end is not None and any(line.line > end for line in lines)


def _logs_event(item: cst.BaseExpression) -> bool:
    return isinstance(item, cst.Call) and any(
        arg.keyword is not None and arg.keyword.value == "log_event" and dotted(arg.value) == "True"
        for arg in item.args
    )


def _printed_event(subject: Subject) -> cst.Call | None:
    """The call of `print`, or of a logger of `logging`, that each run makes with the event or a text that it is put
    into."""
    event, scope = event_name(subject.info), subject.scope
    for call in scope.calls:
        if (
            any(_shows(arg.value, event) for arg in call.args)
            and is_made_in(subject.info, call)
            and ((isinstance(call.func, cst.Name) and call.func.value == "print") or _is_of_logging(call, subject))
        ):
            return call
    return None


def _is_of_logging(call: cst.Call, subject: Subject) -> bool:
    """Whether a call is a log line of the standard library, whose arguments become text as Python writes them: at a
    level that is shown, with no formatter in sight that may write them otherwise."""
    method = called_name(call)
    if method not in {"info", "warning", "error", "critical", "exception"} or not _logger_of(call, method):
        return False
    code = subject.code
    if code.module.mentions & _FORMATTERS or _FORMATTING.search(code.module.source.text):
        return False
    name = _logger_of(call, method)
    if code.meaning(call.func) == f"logging.{method}":
        return True
    made = list(values_of(name, subject.scope)) or list(values_of(name, code.scope_of(None)))
    return len(made) == 1 and isinstance(made[0], cst.Call) and code.meaning(made[0].func) == "logging.getLogger"


def _shows(value: cst.BaseExpression, event: str) -> bool:
    """Whether an expression is the event, or a text with it: `event`, `str(event)`, `"event " + str(event)`."""
    if isinstance(value, cst.Name):
        return value.value == event
    if isinstance(value, cst.Call):
        is_text = isinstance(value.func, cst.Name) and value.func.value in {"str", "repr"}
        return is_text and any(_shows(arg.value, event) for arg in value.args)
    if isinstance(value, cst.FormattedString):
        parts = [one.expression for one in value.parts if isinstance(one, cst.FormattedStringExpression)]
        return any(_shows(one, event) for one in parts)
    return isinstance(value, cst.BinaryOperation) and (_shows(value.left, event) or _shows(value.right, event))


__all__ = ["log_gaps"]
