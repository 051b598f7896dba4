"""Handlers that something of their file wraps: what it does with their errors."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.invocation import Invocation
from invocation_lint.source.parsing.tree import parse

HEAD = """
import functools
import logging
import boto3
from layer import answered

log = logging.getLogger(__name__)
client = boto3.client("lambda")

def mail(event, context):
    client.invoke(FunctionName="mail", InvocationType="Event", Payload=b"{}")
    return {"statusCode": 202, "body": event["queryStringParameters"]["to"]}
"""


def told(code: str) -> tuple[object, object]:
    """Whether a clause sees the error of the invocation, and what takes it behind the handler."""
    found = facts_of(parse((HEAD + dedent(code)).encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    data = max((fact for fact in found if fact.kind == "invocation"), key=lambda fact: len(fact.chain)).data
    assert isinstance(data, Invocation)
    error = data.service_error
    return error.seen_by_handler, "?" if isinstance(error.boundary, Unknown) else error.boundary


WRAPPER = """
def wrapped(function):
    def inner(event, context):
        try:
            return function(event, context)
        except {clause}
    return inner

@wrapped
def handler(event, context):
    return mail(event, context)
"""


@pytest.mark.parametrize(
    ("clause", "seen"),
    [
        ("Exception:\n            log.exception('x')\n            raise", "yes"),
        ("Exception as error:\n            raise RuntimeError('no mail') from error", "yes"),
        ("Exception:\n            return {'statusCode': 500}", "yes"),
        ("KeyError:\n            log.exception('x')\n            raise", "no"),
    ],
)
def test_a_decorator_that_catches_the_error_has_seen_it(clause: str, seen: str) -> None:
    assert told(WRAPPER.format(clause=clause))[0] == seen


@pytest.mark.parametrize(
    ("bound", "boundary"),
    [
        ("handler = answered(mail)", "?"),
        ("handler = answered(log)(mail)", "?"),
        ("handler = mail", None),
        ("HANDLERS = {'mail': mail, 'other': other}\ndef other(event, context):\n    pass", None),
        ("def handler(event, context):\n    log.info('x')\n    return mail(event, context)", None),
    ],
)
def test_a_handler_that_is_bound_to_what_a_function_makes_of_it(bound: str, boundary: object) -> None:
    assert told(indent(bound, "")) == ("no", boundary)
