"""One report with every kind of finding, and the text it speaks of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema

from invocation_lint.findings import (
    Confidence,
    Edit,
    Finding,
    FixRequest,
    Label,
    Place,
    Report,
    Severity,
    Summary,
    Suppression,
)
from invocation_lint.report import Presentation, RuleText, render

SCHEMAS = Path(__file__).parents[1] / "schemas"
SARIF_SCHEMAS = [json.loads((SCHEMAS / f"sarif-2.1.0-{name}.json").read_text("utf-8")) for name in ("rtm.5", "subset")]
PATH = "src/my app,100%.py"
SOURCE = """\
import boto3

client = boto3.client("lambda")


def start(story):
    return client.invoke(FunctionName="agent", Payload=story)


start({})
start({})  # noqa: INV102
"""


def place(line: int, column: int, end: int, path: str = PATH) -> Place:
    return Place(path, line, column, line, end)


CALL = place(7, 12, 62)
LONG = Finding(
    "INV101",
    "sync-long-task",
    Severity.ERROR,
    "takes 30 to 60 s: 50% too long,\nand the call waits",
    place(10, 1, 10),
    help='send it with InvocationType="Event"\nthen look elsewhere',
    labels=(Label(place(3, 10, 32), "client made here"), Label(CALL, "sent here")),
    chain=(Label(place(10, 1, 10), "start({})"),),
    notes=("INV102 sync-result-unused: nobody reads the answer",),
    site=CALL,
)
TWIN = replace(LONG, place=place(11, 1, 10), chain=(), site=None, labels=())
MAYBE = Finding("INV402", "unencoded", Severity.WARNING, "may be a dict", CALL, confidence=Confidence.POSSIBLE)
ADVICE = Finding("INV601", "client-per-call", Severity.ADVICE, "make it once", place(3, 1, 32), function="start")
HIDDEN = Finding(
    "INV102",
    "sync-result-unused",
    Severity.WARNING,
    "nobody reads the answer",
    place(11, 1, 10),
    suppressed_by=Suppression(place(11, 12, 26), "noqa", ("INV102",), "on purpose"),
)
KNOWN = replace(HIDDEN, suppressed_by=Suppression(Place("baseline.json", 4, 1, 4, 1), "baseline", (), "known before"))
MENDABLE = replace(
    TWIN, fix=FixRequest("invoke-event", "unsafe", CALL, (), 'send "Event"', (Edit(place(7, 60, 60), ", x"),))
)
BROKEN = Finding("INV001", "unreadable-file", Severity.ERROR, "not valid Python", Place("b.py", 1, 1, 1, 1))
REPORT = Report([ADVICE, MAYBE, LONG, TWIN, HIDDEN, KNOWN], Summary(12, 3))
UNREADABLE = Report([BROKEN], Summary(1, 0, 1))
EMPTY = Report([], Summary(2, 1))
RULES = (
    RuleText("INV101", "sync-long-task", Severity.ERROR, "a long task is waited for", "# INV101\n\nWhy.", proven=True),
    RuleText("INV601", "client-per-call", Severity.ADVICE, "a client for each call", "# INV601"),
)


def lines_of(path: str) -> Sequence[str] | None:
    return SOURCE.split("\n") if path == PATH else None


def shown(name: str, report: Report = REPORT, *, category: str = "nightly", show_suppressed: bool = False) -> str:
    presentation = Presentation(
        lines_of, version="9.9.9", rules=lambda: RULES, category=category, show_suppressed=show_suppressed
    )
    return render(name, report, presentation)


def check_sarif(document: dict[str, Any]) -> None:
    """Raise ValidationError when a document is no SARIF, or holds what this tool does not mean to write."""
    for schema in SARIF_SCHEMAS:
        jsonschema.validate(document, schema)
