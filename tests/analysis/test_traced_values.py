"""A new kind of things to follow is one module: here, the answer of EventBridge's put_events."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from textwrap import indent
from typing import Any

import libcst as cst
import pytest

import invocation_lint.analysis
from invocation_lint.analysis import tracing
from invocation_lint.analysis.domain.atoms import Client, Traced, Value
from invocation_lint.analysis.domain.events import Start, Use
from invocation_lint.analysis.interpreter import Interpreter
from invocation_lint.analysis.program.indexing import index_module
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.kinds import Kind
from invocation_lint.analysis.python.traced import begin
from invocation_lint.source.parsing.tree import parse

ANALYSIS = Path(invocation_lint.analysis.__file__).parent


class PutEventsAnswers(Kind[Frame]):
    """The answer of put_events: what is read by key is followed on; all else is left to the defaults."""

    name = "put_events"
    methods = frozenset({"put_events"})

    def made_by_method(
        self, frame: Frame, receiver: Any, name: str, arguments: Arguments, node: cst.CSTNode
    ) -> Value | None:
        if not isinstance(receiver, Client) or receiver.service != "events":
            return None
        whole = begin(frame, self, node)
        frame.events.append(Start(whole.origin))
        return Value((whole,))

    def item(self, frame: Frame, part: Traced, key: Any, node: cst.CSTNode) -> Value:
        self.use(frame, part, "read", node)
        return Value((Traced(self.name, part.origin, (*part.path, str(key))),))


HEAD = """\
import json, logging
import boto3
from store import keep

events = boto3.client("events")

def show(result, more=None):
    return f"sent, {result}"

def failed(result):
    return result["FailedEntryCount"] > 0

def helper(**entries):
    return events.put_events(Entries=entries)

def send(entries, other):
"""
SENT = "    answer = events.put_events(Entries=entries)\n"


def uses_in(body: str, sent: str = SENT) -> list[tuple[str, str]]:
    """The parts of the answer that a function uses, each with what it does: `path use`."""
    code = HEAD + sent + indent(body, "    ") + "\n"
    interpreter = Interpreter()
    interpreter.kinds.register(PutEventsAnswers())
    module = index_module(parse(code.encode(), "app.py"), "app")
    root = interpreter.root(module.functions["app:send"])
    assert root is not None
    (origin,) = [event.site for event in root.events if isinstance(event, Start)]
    uses = [event for event in root.events if isinstance(event, Use)]
    assert all(use.site == origin for use in uses)
    return [(".".join(use.path), use.use) for use in uses]


@pytest.mark.parametrize(
    ("body", "use"),
    [
        ('answer["FailedEntryCount"]', ("", "read")),
        ('if answer["FailedEntryCount"]:\n    keep(1)', ("FailedEntryCount", "tested")),
        ('if answer["FailedEntryCount"] > 0:\n    keep(1)', ("FailedEntryCount", "compared")),
        ('while answer["FailedEntryCount"]:\n    keep(1)', ("FailedEntryCount", "tested")),
        ('assert answer["FailedEntryCount"]', ("FailedEntryCount", "tested")),
        ('x = 1 if answer["FailedEntryCount"] else 2', ("FailedEntryCount", "tested")),
        ('match answer["FailedEntryCount"]:\n    case 0:\n        keep(1)', ("FailedEntryCount", "tested")),
        ('"ErrorCode" in answer', ("", "tested")),
        ('for entry in answer["Entries"]:\n    pass', ("Entries", "read")),
        ('for entry in answer["Entries"]:\n    entry["ErrorCode"]', ("Entries.[]", "read")),
        ('[entry["ErrorCode"] for entry in answer["Entries"]]', ("Entries.[]", "read")),
        ('first, *rest = answer["Entries"]', ("Entries", "read")),
        ("return answer", ("", "returned")),
        ("yield answer", ("", "returned")),
        ("keep(answer)", ("", "handed_over")),
        ("keep([answer])", ("", "handed_over")),
        ("raise ValueError(answer)", ("", "formatted")),
        ("keep.last = answer", ("", "stored")),
        ("global last\nlast = answer", ("", "stored")),
        ("logging.info(answer)", ("", "logged")),
        ('return f"sent: {answer}"', ("", "formatted")),
        ('return "sent: {}".format(answer)', ("", "formatted")),
        ("return json.dumps(answer)", ("", "formatted")),
        ("json.loads(answer)", ("", "decoded")),
        ("return show(answer)", ("", "formatted")),
        ("return show(1, more=[answer]) and failed(answer)", ("FailedEntryCount", "compared")),
    ],
)
def test_what_python_does_with_it_is_noted(body: str, use: tuple[str, str]) -> None:
    assert use in uses_in(body)


@pytest.mark.parametrize(
    "body",
    [
        "answer.method()",
        "answer()",
        "answer + other",
        "other % answer",
        "-answer",
        "other += answer",
        "x = {**answer}",
        "x = {answer: 1}",
        "other[answer]",
        "del answer['Entries']",
        "answer['Entries'] = []",
        "len(answer)",
        "round(answer)",
        "open('f', 'wb').write(answer)",
        "'a'.startswith(answer)",
        "bytes(answer)",
    ],
)
def test_an_operation_that_the_kind_does_not_know_is_a_use(body: str) -> None:
    assert ("", "used") in uses_in(body)


@pytest.mark.parametrize("body", ["pass", "x = answer", "x = [answer]", "x = answer\nx = None"])
def test_what_does_nothing_with_it_is_no_use(body: str) -> None:
    assert uses_in(body) == []


def test_what_a_helper_starts_is_followed_in_its_caller() -> None:
    assert uses_in('answer["FailedEntryCount"]', sent="    answer = helper(Entries=entries)\n") == [("", "read")]


def test_kinds_stand_beside_each_other() -> None:
    code = HEAD + '    answer = boto3.client("lambda").invoke(FunctionName="f")\n    return answer["FunctionError"]\n'
    interpreter = Interpreter()
    interpreter.kinds.register(PutEventsAnswers())
    root = interpreter.root(index_module(parse(code.encode(), "app.py"), "app").functions["app:send"])
    assert root is not None
    assert "ErrorLook" in {type(event).__name__ for event in root.events}


def test_kinds_are_found_in_their_folder() -> None:
    kinds = tracing.all_kinds()
    assert {"answer", *(watch.name for watch in kinds.watches)} == {*kinds.by_name, "queries"}


# -- nothing else names a kind ---------------------------------------------------------------------------------------

_KINDS = re.compile(r"\b(Response|Answers?|answers|Quer(y|ies)|queries|in_rows|sdks|PayloadTest|ErrorLook|ChainCall)\b")
"""Names of kinds, and of what is theirs, as names of code. What text says, and names of libraries, are free."""


@pytest.mark.parametrize("floor", ["domain", "python", "libraries"])
def test_no_floor_below_names_a_kind(floor: str) -> None:
    named = [
        f"{path.relative_to(ANALYSIS)}:{line} {name}"
        for path in sorted((ANALYSIS / floor).rglob("*.py"))
        for line, name in names_in(path.read_text())
        if _KINDS.search(name) or "analysis.tracing" in name
    ]
    assert named == []


def test_names_of_kinds_are_found() -> None:
    source = "from invocation_lint.analysis.tracing import answers\ndef f(x): return answers.of(x) or isinstance(x, Response)"
    found = [name for _, name in names_in(source)]
    assert sorted(name for name in found if _KINDS.search(name)) == ["Response", "answers", "answers"]
    assert "invocation_lint.analysis.tracing" in found


def names_in(source: str) -> list[tuple[int, str]]:
    """The names in a source with their lines: of variables, attributes, definitions and imports."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            found.append((node.lineno, node.id))
        elif isinstance(node, ast.Attribute):
            found.append((node.lineno, node.attr))
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.append((node.lineno, node.name))
        elif isinstance(node, ast.ImportFrom):
            found.append((node.lineno, node.module or ""))
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
    return sorted(found, key=lambda one: one[0])
