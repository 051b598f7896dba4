"""The three formats over one report that has every kind of finding."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from invocation_lint.findings import (
    Confidence,
    Finding,
    FixRequest,
    Label,
    Place,
    Report,
    Severity,
    Summary,
    Suppression,
)
from invocation_lint.report import FORMATS, Presentation, render
from invocation_lint.report.closing import closing_line

SOURCE = """\
import boto3

client = boto3.client("lambda")


def start(story):
    return client.invoke(FunctionName="agent", Payload=story)


start({})  # noqa: INV102
"""


def place(line: int, column: int, end: int, path: str = "app.py") -> Place:
    return Place(path, line, column, line, end)


CALL = place(7, 12, 62)
LONG = Finding(
    "INV101",
    "sync-long-task",
    Severity.ERROR,
    "`agent` takes 30 to 60 seconds, and the call waits for it",
    place(10, 1, 10),
    help='send it with InvocationType="Event"\nthen look for the result elsewhere',
    labels=(Label(place(3, 10, 32), "client made here"), Label(CALL, "sent here")),
    chain=(Label(place(10, 1, 10), "start({})"), Label(CALL, "client.invoke(...)")),
    notes=("INV102 sync-result-unused: nobody reads the answer",),
    fix=FixRequest("send-event", "unsafe", CALL, (("InvocationType", "Event"),)),
    function="start",
)
MAYBE = Finding(
    "INV402", "dict-payload", Severity.WARNING, "Payload may be a dict", CALL, confidence=Confidence.POSSIBLE
)
HIDDEN = Finding(
    "INV102",
    "sync-result-unused",
    Severity.WARNING,
    "nobody reads the answer",
    place(10, 1, 10),
    suppressed_by=Suppression(place(10, 12, 26), "noqa", ("INV102",)),
)
REPORT = Report([MAYBE, LONG, HIDDEN], Summary(12, 3, 1, ("a.py: one", "a.py: two"), ("b", "a")))


def lines_of(path: str) -> Sequence[str] | None:
    return SOURCE.split("\n") if path == "app.py" else None


def shown(name: str, report: Report = REPORT, **how: bool) -> str:
    return render(name, report, Presentation(lines_of, version="9.9", **how))


def test_concise() -> None:
    assert shown("concise") == (
        "app.py:7:12: INV402 [dict-payload] possible: Payload may be a dict\n"
        "app.py:10:1: INV101 [sync-long-task] `agent` takes 30 to 60 seconds, and the call waits for it\n"
        "1 error, 1 possible; 1 suppressed; 12 files scanned, 3 analysed, 1 not analysed; "
        "2 functions too large to follow; 2 invoked functions without a contract: a, b\n"
    )


def test_full() -> None:
    assert shown("full") == (
        """\
possible warning[INV402] dict-payload: Payload may be a dict
  --> app.py:7:12
  |
7 |     return client.invoke(FunctionName="agent", Payload=story)
  |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = explain: invocation-lint explain INV402

error[INV101] sync-long-task: `agent` takes 30 to 60 seconds, and the call waits for it
  --> app.py:10:1
   |
 3 | client = boto3.client("lambda")
   |          ---------------------- client made here
...
 7 |     return client.invoke(FunctionName="agent", Payload=story)
   |            -------------------------------------------------- sent here
...
10 | start({})  # noqa: INV102
   | ^^^^^^^^^
   |
  = calls: app.py:10:1 start({})
      -> app.py:7:12 client.invoke(...)
  = note: INV102 sync-result-unused: nobody reads the answer
  = help: send it with InvocationType="Event"
  = help: then look for the result elsewhere
  = explain: invocation-lint explain INV101

1 error, 1 possible; 1 suppressed; 12 files scanned, 3 analysed, 1 not analysed; \
2 functions too large to follow; 2 invoked functions without a contract: a, b
"""
    )


def test_a_related_place_in_another_file_has_its_own_arrow() -> None:
    other = Label(place(2, 1, 4, "other.py"), "read here")
    text = shown("full", Report([Finding("INV302", "x", Severity.WARNING, "m", CALL, labels=(other,))]))
    assert "\n  ::: other.py:2:1\n" in text


def test_a_place_beyond_the_known_lines_is_named_without_an_excerpt() -> None:
    text = shown("full", Report([Finding("INV001", "x", Severity.ERROR, "m", place(99, 1, 2))]))
    assert "--> app.py:99:1\n  = explain" in text


def test_suppressed_findings_are_shown_when_asked_for() -> None:
    assert "INV102 [sync-result-unused] suppressed: nobody" in shown("concise", show_suppressed=True)
    full = shown("full", show_suppressed=True)
    assert "suppressed warning[INV102]" in full
    assert "by the comment at app.py:10" in full
    assert "INV102 [" not in shown("concise")


def test_colour_only_when_asked_for() -> None:
    assert "\x1b[" in shown("full", color=True)
    assert "\x1b[" not in shown("full") + shown("concise", color=True) + shown("json", color=True)


def test_without_the_closing_line() -> None:
    assert "scanned" not in shown("concise", closing_line=False) + shown("full", closing_line=False)


def test_a_message_of_several_lines_stays_one_line_in_concise() -> None:
    report = Report([Finding("INX001", "x", Severity.ADVICE, "one\n  two", CALL)])
    assert shown("concise", report, closing_line=False) == "app.py:7:12: INX001 [x] one two\n"


@pytest.mark.parametrize(("count", "whole"), [(10, 10), (11, 3), (40, 3)])
def test_many_findings_of_a_rule_are_no_wall(count: int, whole: int) -> None:
    many = [
        Finding("INV801", "unchecked", Severity.WARNING, f"m{at:02}", place(7, at, at + 9))
        for at in range(1, count + 1)
    ]
    other = Finding("INV302", "x", Severity.WARNING, "m", CALL)
    text = shown("full", Report([*many, other]))
    assert text.count("warning[INV801]") == whole
    assert text.count("warning[INV302]") == 1
    rest = count - whole
    assert (f"INV801 unchecked: {rest} more\n" in text) == (rest > 0)
    assert all(text.count(f"m{at:02}") == 1 for at in range(1, count + 1))
    assert text.index("warning[INV302]") < text.index("more\n") if rest else "more" not in text


@pytest.mark.parametrize("name", ["full", "concise"])
def test_an_empty_report_says_that_it_looked(name: str) -> None:
    assert shown(name, Report([], Summary(2, 0))) == "no findings; 2 files scanned, 0 analysed\n"


def test_more_than_was_given_is_said() -> None:
    assert closing_line(Report([], Summary(9, 1, whole_project=True))).endswith(
        "; whole project checked, because its configuration, contracts, rules or templates are among the files"
    )


def test_counts_of_one() -> None:
    report = Report([], Summary(1, 1, 0, ("a.py: one",), ("a",)))
    assert closing_line(report) == (
        "no findings; 1 file scanned, 1 analysed; 1 function too large to follow; "
        "1 invoked function without a contract: a"
    )


def test_json() -> None:
    document = json.loads(shown("json"))
    assert list(document) == ["version", "tool", "findings", "suppressed", "summary"]
    assert (document["version"], document["tool"]) == (1, {"name": "invocation-lint", "version": "9.9"})
    maybe, long = document["findings"]
    assert (maybe["confidence"], maybe["fix"], maybe["suppressed_by"]) == ("possible", None, None)
    assert long == {
        "id": "INV101",
        "name": "sync-long-task",
        "severity": "error",
        "confidence": "certain",
        "message": LONG.message,
        "help": LONG.help,
        "function": "start",
        "place": {"path": "app.py", "line": 10, "column": 1, "end_line": 10, "end_column": 10},
        "labels": [
            {
                "place": {"path": "app.py", "line": 3, "column": 10, "end_line": 3, "end_column": 32},
                "text": "client made here",
            },
            {"place": document["findings"][0]["place"], "text": "sent here"},
        ],
        "chain": [
            {"place": long["place"], "text": "start({})"},
            {"place": maybe["place"], "text": "client.invoke(...)"},
        ],
        "notes": ["INV102 sync-result-unused: nobody reads the answer"],
        "fix": {
            "name": "send-event",
            "safety": "unsafe",
            "place": maybe["place"],
            "arguments": {"InvocationType": "Event"},
            "title": "",
            "edits": [],
        },
        "suppressed_by": None,
    }
    (hidden,) = document["suppressed"]
    assert hidden["suppressed_by"]["codes"] == ["INV102"]
    assert document["summary"] == {
        "files_found": 12,
        "files_analysed": 3,
        "files_not_analysed": 1,
        "functions_too_large": 2,
        "functions_without_contract": ["a", "b"],
        "whole_project": False,
        "project_unknown": False,
        "files_too_large": [],
        "stubs_skipped": 0,
        "packages_skipped": [],
        "templates_left_out": [],
        "baseline_vanished": [],
        "templates_found": 0,
        "functions_inline": 0,
        "found_elsewhere": {},
    }


def test_every_format_renders_an_empty_report() -> None:
    for name in FORMATS:
        assert shown(name, Report()).endswith("\n")
