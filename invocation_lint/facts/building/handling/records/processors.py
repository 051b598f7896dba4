"""Handlers that report failed records, and yet lose some: with Powertools' processors, or by hand.

A processor names a record as failed when the function that it calls for each record raises (Powertools for AWS Lambda,
batch processing): one that catches every error and returns has processed its record. A report without names says the
same of the whole batch.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.program.acts import caught_types
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.handling import failing
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import called_name, text_of

PROCESSORS = frozenset(
    {"BatchProcessor", "AsyncBatchProcessor", "SqsFifoPartialProcessor", "process_partial_response",
     "async_process_partial_response", "batch_processor", "async_batch_processor", "sqs_batch_processor",
     "PartialSQSProcessor"}
)  # fmt: skip
"""What Powertools has for batches."""

MOST = frozenset({"Exception", "BaseException", "ClientError", "BotoCoreError", "Boto3Error"})
"""Names of errors that most failures are, or those of AWS."""

_EVERY = frozenset({"Exception", "BaseException"})
_GIVEN_AS = frozenset({"record_handler", "handler"})
_BESIDE = frozenset({"records", "event", "processor"})
"""Parameters of Powertools: the function for each record, and those that stand beside it."""


def lost_in_report(code: Code, handler: FunctionInfo) -> cst.CSTNode | None:
    """The clause by which an error becomes a record that counts as processed, in a handler that reports failures."""
    for function in _for_each_record(code, handler):
        clause = _taken(code, function)
        if clause is not None:
            return clause
    for node in code.scope_of(handler).parents:
        if isinstance(node, cst.ExceptHandler) and takes_every(node) and not failing.raises(node.body):
            returned = next((one for one in failing.statements(node.body) if isinstance(one, cst.Return)), None)
            if returned is not None and _names_none(returned.value):
                return node
    return None


def takes_most(handler: cst.ExceptHandler) -> bool:
    """Whether a clause takes any error, or those of AWS."""
    return handler.type is None or any(last_name(one) in MOST for one in caught_types(handler))


def takes_every(handler: cst.ExceptHandler) -> bool:
    """Whether a clause takes any error."""
    return handler.type is None or any(last_name(one) in _EVERY for one in caught_types(handler))


def last_name(node: cst.BaseExpression) -> str:
    """`Exception` of `builtins.Exception`; empty for what is no name."""
    return node.attr.value if isinstance(node, cst.Attribute) else node.value if isinstance(node, cst.Name) else ""


def _for_each_record(code: Code, handler: FunctionInfo) -> Iterator[FunctionInfo]:
    """The functions that processors of Powertools are given for the records of a handler."""
    if not PROCESSORS & code.module.mentions and not PROCESSORS & handler.words:
        return
    decorators = (one for one in handler.decorators if isinstance(one, cst.Call))
    for call in (*code.scope_of(handler).calls, *decorators):
        keywords = {arg.keyword.value: arg.value for arg in call.args if arg.keyword is not None}
        given = next((keywords[name] for name in _GIVEN_AS if name in keywords), None)
        if given is None or (called_name(call) not in PROCESSORS and not _BESIDE & keywords.keys()):
            continue
        found = code.named(given.value) if isinstance(given, cst.Name) else []
        if len(found) == 1:
            yield found[0]


def _taken(code: Code, function: FunctionInfo) -> cst.ExceptHandler | None:
    """The clause of a function that takes every error of its work and does nothing about it but log."""
    body = function.node.body
    if not isinstance(body, cst.IndentedBlock):
        return None
    tries = [one for one in body.body if isinstance(one, cst.Try)]
    if len(tries) != 1 or any(_works(one) for one in body.body if one is not tries[0]):
        return None
    counted = failing.counted_lists(code.scope_of(function))
    for clause in tries[0].handlers:
        if takes_every(clause):
            is_lost = not failing.raises(clause.body) and not failing.notes(clause.body, counted)
            return clause if is_lost and all(map(_is_nothing, _returned(clause))) else None
    return None


def _works(line: cst.BaseStatement) -> bool:
    """Whether a statement is more than a docstring, a log line, or a value that is given a name or returned."""
    if not isinstance(line, cst.SimpleStatementLine):
        return True
    return any(not isinstance(one, (cst.Expr, cst.Assign, cst.AnnAssign, cst.Return)) for one in line.body)


def _returned(clause: cst.ExceptHandler) -> Iterator[cst.BaseExpression | None]:
    return (one.value for one in failing.statements(clause.body) if isinstance(one, cst.Return))


def _is_nothing(value: cst.BaseExpression | None) -> bool:
    return value is None or (isinstance(value, cst.Name) and value.value in {"None", "False"})


def _names_none(value: cst.BaseExpression | None) -> bool:
    """Whether a value is a report that names no record: `{"batchItemFailures": []}`."""
    if not isinstance(value, cst.Dict):
        return False
    return any(
        isinstance(one, cst.DictElement)
        and text_of(one.key) == "batchItemFailures"
        and isinstance(one.value, cst.List)
        and not one.value.elements
        for one in value.elements
    )


__all__ = ["MOST", "PROCESSORS", "last_name", "lost_in_report", "takes_every", "takes_most"]
