"""Code as deep as the guard lets through is analysed; what is deeper still is told, and ends nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.engine import Input, lint
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration
from invocation_lint.source.parsing.guard import MAX_ELIFS, MAX_RUN

START = "import boto3\nclient = boto3.client('lambda')\ndef handler(event, context):\n"
END = "    client.invoke(FunctionName='f', Payload=data, InvocationType='Async')\n"
HALF = MAX_RUN // 2


@pytest.mark.parametrize(
    "code",
    [
        "data = " + "not " * MAX_RUN + "event",
        "data = " + "+".join(["event"] * MAX_RUN),
        "data = " + "lambda: " * MAX_RUN + "event",
        "data = event" + ".get('x')" * HALF,
        "data = " + "[" * 200 + "event" + "]" * 200,
        "data = 1\n    if event: pass\n" + "    elif data: pass\n" * MAX_ELIFS,
    ],
    ids=["negation", "sum", "lambdas", "calls", "lists", "elifs"],
)
def test_deep_code_is_analysed(code: str) -> None:
    project = Project(Configuration(isolated=True, values={"select": ["INV107"]}))
    data = f"{START}    {code}\n{END}".encode()
    assert [one.id for one in lint([Input("a.py", Path("a.py"), data)], project).report.findings] == ["INV107"]


def test_what_is_too_deep_for_the_analysis_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr("invocation_lint.facts.facts_of", exhausted)
    project = Project(Configuration(isolated=True))
    run = lint([Input("a.py", Path("a.py"), f"{START}    data = 1\n{END}".encode())], project)
    (told,) = run.report.findings
    assert (told.id, told.message, run.status) == ("INV001", "the code is nested too deeply to be analysed", 2)
    assert 'exclude = ["a.py"]' in told.help
