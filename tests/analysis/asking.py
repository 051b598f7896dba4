"""Asks what one invocation in a few lines of code sends."""

from __future__ import annotations

import textwrap

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, FileFacts, facts_of
from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.source.parsing.tree import parse

HEAD = """
import json, os, boto3
client = boto3.client("lambda")
"""


def ask(code: str, *, head: str = HEAD) -> FileFacts:
    """The facts of a module that begins with a client."""
    text = head + textwrap.dedent(code)
    return facts_of(parse(text.encode(), "app.py"), ContractBook(), AnalysisOptions())


def only(code: str, *, head: str = HEAD) -> Fact:
    """The fact of the one call site, as its own function sees it."""
    told = ask(code, head=head)
    (fact,) = [fact for fact in told.facts if fact.kind == "invocation" and not fact.chain]
    return fact


def keys(code: str) -> str:
    """The payload's keys: `?` behind one that is not always sent, `*` when there may be others."""
    return keys_of(only(code))


def keys_of(fact: Fact) -> str:
    """As `keys`, of a fact."""
    payload = fact.data.payload
    if isinstance(payload.keys, Unknown):
        return "?"
    words = [key.name + ("" if key.presence == "yes" else "?") for key in payload.keys]
    return " ".join([*sorted(words), *(["*"] if payload.open == "yes" else [])])


def sent(building: str) -> str:
    """The keys of `payload` after some statements in a function with the parameters a, b and d."""
    body = textwrap.indent(textwrap.dedent(building).strip(), "    ")
    call = '    client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps(payload))'
    return keys(f"def f(a, b, d):\n{body}\n{call}\n")
