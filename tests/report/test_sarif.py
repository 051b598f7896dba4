"""SARIF: against the schema, against what code scanning asks for, and read by another program."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from invocation_lint.deployment.documents.candidates import LINTED
from invocation_lint.findings import Place, Report, Severity
from invocation_lint.report import sarif
from tests.report.samples import ADVICE, EMPTY, LONG, REPORT, SARIF_SCHEMAS, TWIN, UNREADABLE, check_sarif, shown


def document(report: Report = REPORT, category: str = "nightly") -> dict[str, Any]:
    read: dict[str, Any] = json.loads(shown("sarif", report, category=category))
    check_sarif(read)
    return read


def run_of(report: Report = REPORT, category: str = "nightly") -> dict[str, Any]:
    (run,) = document(report, category)["runs"]
    assert isinstance(run, dict)
    return run


def result(rule: str, number: int = 0) -> dict[str, Any]:
    return [one for one in run_of()["results"] if one["ruleId"] == rule][number]


@pytest.mark.parametrize("report", [REPORT, UNREADABLE, EMPTY])
def test_the_document_fits_the_schema(report: Report) -> None:
    assert document(report)["version"] == "2.1.0"


@pytest.mark.parametrize("schema", SARIF_SCHEMAS)
def test_the_schema_refuses_what_is_wrong(schema: dict[str, Any]) -> None:
    wrong = document()
    wrong["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


def test_paths_are_relative_uris_with_forward_slashes() -> None:
    artifact = result("INV101")["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "src/my%20app%2C100%25.py", "uriBaseId": "%SRCROOT%"}
    windows = Report([replace(ADVICE, place=Place("src\\app.py", 1, 1, 1, 2))])
    (found,) = run_of(windows)["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/app.py"


def test_regions_count_from_1_with_the_end_one_past_the_last_character() -> None:
    region = result("INV101")["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 10, "startColumn": 1, "endLine": 10, "endColumn": 10}
    assert run_of()["columnKind"] == "unicodeCodePoints"
    assert sarif.region_of(Place("a.py", 0, 0, 0, 0)) == {
        "startLine": 1,
        "startColumn": 1,
        "endLine": 1,
        "endColumn": 1,
    }


def test_equal_findings_have_fingerprints_that_differ_by_their_ordinal() -> None:
    first = result("INV101", 0)["partialFingerprints"]["primaryLocationLineHash"]
    second = result("INV101", 1)["partialFingerprints"]["primaryLocationLineHash"]
    assert (first.partition(":")[0], first[-2:], second[-2:]) == (second.partition(":")[0], ":1", ":2")


def test_fingerprints_do_not_change_when_lines_move() -> None:
    moved = Report([replace(LONG, place=TWIN.place)])
    hashes = {
        found["partialFingerprints"]["primaryLocationLineHash"]
        for report in (Report([LONG]), moved)
        for found in run_of(report)["results"]
    }
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("src/app.py", "Worker.run", "function"),
        ("template.yaml", "OrdersQueue", "resource"),
        ("main.tf", "aws_sqs_queue.orders", "resource"),
        ("stack.py", "Shop/Orders", "resource"),
        ("lib/stack.ts", "Shop/Orders", "resource"),
    ],
)
def test_a_finding_is_at_a_function_or_at_a_resource(path: str, name: str, kind: str) -> None:
    told = Report([replace(ADVICE, place=Place(path, 1, 1, 1, 2), function=name)])
    (found,) = run_of(told)["results"]
    assert found["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": name, "kind": kind}]


def test_the_code_flow_leads_from_the_call_to_the_invocation() -> None:
    ((flow,),) = [one["threadFlows"] for one in result("INV101")["codeFlows"]]
    steps = [step["location"] for step in flow["locations"]]
    assert [step["message"]["text"] for step in steps] == ["start({})", "the invocation"]
    assert [step["physicalLocation"]["region"]["startLine"] for step in steps] == [10, 7]
    assert "codeFlows" not in result("INV101", 1)


def test_related_locations_are_the_labels() -> None:
    related = result("INV101")["relatedLocations"]
    assert [(one["id"], one["message"]["text"]) for one in related] == [(1, "client made here"), (2, "sent here")]


def test_suppressions_say_where_and_why() -> None:
    (comment,), (baseline,) = (result("INV102", number)["suppressions"] for number in (0, 1))
    assert (comment["kind"], comment["justification"]) == ("inSource", "on purpose")
    assert comment["location"]["physicalLocation"]["region"]["startColumn"] == 12
    assert (baseline["kind"], baseline["justification"]) == ("external", "known before")
    assert "suppressions" not in result("INV101")


def test_one_run_whose_id_is_the_category() -> None:
    assert run_of()["automationDetails"] == {"id": "nightly/"}
    assert run_of(category="job/a")["automationDetails"] == {"id": "job/a/"}


def test_rules_have_help_precision_and_tags() -> None:
    first, second = run_of()["tool"]["driver"]["rules"]
    assert first["help"] == {"text": "a long task is waited for", "markdown": "# INV101\n\nWhy."}
    assert first["name"] == "SyncLongTask"
    assert first["defaultConfiguration"] == {"level": "error"}
    assert first["properties"]["precision"] == "very-high"
    assert first["properties"]["tags"] == ["aws-lambda", "correctness", "mode-and-time-budget"]
    assert (second["properties"]["precision"], second["properties"]["problem.severity"]) == ("medium", "recommendation")
    assert (result("INV101")["ruleIndex"], result("INV601")["ruleIndex"]) == (0, 1)


def test_what_is_only_possible_is_a_note_and_says_so() -> None:
    maybe = result("INV402")
    assert (maybe["level"], maybe["message"]["text"]) == ("note", "possible: may be a dict")
    assert maybe["properties"] == {"confidence": "possible"}


def test_a_file_that_could_not_be_analysed_makes_the_run_unsuccessful() -> None:
    (invocation,) = run_of(UNREADABLE)["invocations"]
    assert invocation["executionSuccessful"] is False
    (told,) = invocation["toolExecutionNotifications"]
    assert (told["descriptor"]["id"], told["message"]["text"], told["level"]) == ("INV001", "not valid Python", "error")
    assert run_of()["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_no_more_results_than_are_accepted_and_the_worst_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 3)
    run = run_of(Report([ADVICE, replace(ADVICE, severity=Severity.WARNING), LONG, TWIN]))
    assert [one["level"] for one in run["results"]] == ["warning", "error", "error"]
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].startswith("1 more result")


def test_sarif_tools_reads_it(tmp_path: Path) -> None:
    (tmp_path / "found.sarif").write_text(shown("sarif"))
    summary = sarif_tools("summary", "found.sarif", cwd=tmp_path)
    assert summary.returncode == 0, summary.stderr
    assert "INV101" in summary.stdout
    listed = sarif_tools("csv", "-o", "found.csv", "found.sarif", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    with (tmp_path / "found.csv").open(newline="") as opened:
        rows = list(csv.reader(opened))
    assert len([row for row in rows if {"error", "INV101", "src/my%20app%2C100%25.py"} <= {*row}]) == 2


def sarif_tools(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sarif", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_the_endings_of_templates_are_those_that_are_linted() -> None:
    assert all(ending.endswith(sarif._TEMPLATES) for ending in LINTED)
    assert all(ending in LINTED for ending in sarif._TEMPLATES)
