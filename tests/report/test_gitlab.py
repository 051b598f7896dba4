"""GitLab Code Quality: the fields it asks for, and fingerprints that neither collide nor move."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema

from invocation_lint.findings import Place, Report
from tests.report.samples import EMPTY, LONG, MENDABLE, REPORT, SCHEMAS, TWIN, UNREADABLE, shown

SCHEMA = json.loads((SCHEMAS / "gitlab-code-quality.json").read_text())


def entries(report: Report = REPORT) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(shown("gitlab", report))
    jsonschema.validate(read, SCHEMA)
    return read


def test_every_entry_has_the_fields_of_the_format() -> None:
    assert len(entries()) == 4
    assert entries(EMPTY) == []
    assert [entry["check_name"] for entry in entries(UNREADABLE)] == ["INV001"]


def test_advice_warning_and_error_are_info_major_and_critical() -> None:
    severities = [(entry["check_name"], entry["severity"]) for entry in entries()]
    assert severities == [("INV601", "info"), ("INV402", "info"), ("INV101", "critical"), ("INV101", "critical")]
    warning = replace(REPORT.findings[4], suppressed_by=None)
    assert [entry["severity"] for entry in entries(Report([warning]))] == ["major"]
    assert "possible: may be" in entries()[1]["description"]


def test_a_description_says_which_option_mends_it() -> None:
    (entry,) = entries(Report([MENDABLE]))
    assert entry["description"].endswith(' (--fix --unsafe-fixes would send "Event")')
    assert "--fix" not in "".join(entry["description"] for entry in entries())


def test_fingerprints_are_distinct_and_hold_no_line_numbers() -> None:
    marks = [entry["fingerprint"] for entry in entries()]
    assert len(set(marks)) == len(marks)
    (here,), (moved,) = entries(Report([LONG])), entries(Report([replace(LONG, place=TWIN.place)]))
    assert here["fingerprint"] == moved["fingerprint"]
    assert here["location"]["lines"] == {"begin": 10, "end": 10}
    assert moved["location"]["lines"] == {"begin": 11, "end": 11}


def test_paths_are_relative_without_a_leading_dot() -> None:
    (entry,) = entries(Report([replace(LONG, place=Place("./a.py", 1, 1, 1, 2))]))
    assert entry["location"]["path"] == "a.py"
