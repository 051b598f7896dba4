"""The measuring script judges rows as its documentation says: on made-up facts, and on a made-up checkout."""

from __future__ import annotations

import csv
import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from invocation_lint.facts.base import Fact, OneOf, Unknown
from invocation_lint.facts.invocation import ErrorFate, Function, Invocation, Key, Payload, Response
from invocation_lint.findings import Finding, Label, Place, Severity

FOLDER = Path(__file__).parent


def load() -> Any:
    spec = importlib.util.spec_from_file_location("measure", FOLDER / "measure.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["measure"] = module
    spec.loader.exec_module(module)
    return module


measure = load()

ROW = {
    "repo": "acme/shop", "commit": "", "path": "app.py", "line": "5", "kind": "invoke", "mode": "Event",
    "payload_shape": "dict-literal", "payload_encoding": "single", "handled": "none",
    "function_error_checked": "n/a", "rules": "", "unsure": "", "keys": "storyId jobId?",
    "function_kind": "environment",
}  # fmt: skip
SITE = Place("app.py", 4, 5, 6, 6)
CALLED = Invocation(
    api="invoke",
    invocation_type="Event",
    function=Function(environment_variable="CONTENT_AGENT"),
    payload=Payload(layers=1, open="no", keys=(Key("storyId"), Key("jobId", "maybe"))),
    service_error=ErrorFate(seen_by_handler="no", frame="entry"),
)


def reading(*called: Invocation, site: Place = SITE) -> Any:
    chain = (Label(Place("app.py", 20, 1, 20, 9), "called here"),)
    facts = [Fact("invocation", one, site, {}, chain=chain * index) for index, one in enumerate(called)]
    return measure.Reading(facts=facts)


def judged(question: str, called: Invocation = CALLED, **truth: str) -> str:
    return str(measure.judge({**ROW, **truth}, reading(called)).get(question, "left out"))


def test_every_question_is_known_when_the_analysis_says_what_was_read() -> None:
    assert set(measure.judge(ROW, reading(CALLED)).values()) == {"known"}


def test_a_site_that_the_analysis_does_not_see_is_wrong_and_one_in_an_unreadable_file_is_open() -> None:
    assert measure.judge(ROW, measure.Reading()) == {"lambda": "wrong: not seen"}
    assert set(measure.judge(ROW, measure.Reading(error="no Python")).values()) == {"open"}


def test_a_decoy_is_wrong_when_it_is_taken_for_an_invocation() -> None:
    decoy = {**ROW, "kind": "decoy"}
    assert measure.judge(decoy, reading(CALLED)) == {"lambda": "wrong: taken for invoke"}
    assert measure.judge(decoy, measure.Reading()) == {"lambda": "known"}


def test_only_the_innermost_call_on_a_line_is_judged() -> None:
    outer = replace(CALLED, invocation_type="RequestResponse")
    both = reading(outer, site=Place("app.py", 1, 1, 9, 1)).facts + reading(CALLED).facts
    assert measure.judge(ROW, measure.Reading(facts=both))["mode"] == "known"


@pytest.mark.parametrize(
    ("said", "truth", "verdict"),
    [
        ("Event", "RequestResponse", "wrong: Event"),
        (OneOf(("Event", "DryRun")), "Event", "open"),
        (Unknown(), "Event", "open"),
        (Unknown(), "unknown", "left out"),
        ("Event", "unknown", "wrong: Event"),
    ],
)
def test_mode(said: Any, truth: str, verdict: str) -> None:
    assert judged("mode", replace(CALLED, invocation_type=said), mode=truth) == verdict


def test_a_mode_that_the_caller_decides_counts_as_known_when_every_chain_says_it() -> None:
    frames = reading(replace(CALLED, invocation_type=Unknown()), CALLED)
    assert measure.judge(ROW, frames)["mode"] == "known"


@pytest.mark.parametrize(
    ("function", "truth", "verdict"),
    [
        (Function(name="content-agent"), "literal", "known"),
        (Function(name="content-agent"), "environment", "wrong: literal"),
        (Function(name="content-agent"), "parameter", "wrong: literal"),
        (Function(name=Unknown()), "parameter", "left out"),
        (Function(pattern="story-*"), "computed", "known"),
        (Function(pattern="*"), "computed", "open"),
        (Function(self="yes", environment_variable="AWS_LAMBDA_FUNCTION_NAME"), "self", "known"),
    ],
)
def test_function_kind(function: Function, truth: str, verdict: str) -> None:
    assert judged("function kind", replace(CALLED, function=function), function_kind=truth) == verdict


@pytest.mark.parametrize(
    ("payload", "verdict"),
    [
        (Payload(keys=Unknown()), "open"),
        (Payload(keys=(Key("storyId"),), open="yes"), "open"),
        (Payload(keys=(Key("storyId"), Key("jobId", "maybe")), open="yes"), "known"),
        (Payload(keys=(Key("storyId"), Key("jobId")), open="no"), "wrong: jobId yes"),
        (Payload(keys=(Key("jobId", "maybe"),), open="no"), "wrong: storyId no"),
        (Payload(keys=(Key("storyId"), Key("jobId", "maybe"), Key("action")), open="no"), "wrong: action yes"),
        (None, "wrong: no payload"),
    ],
)
def test_keys(payload: Payload | None, verdict: str) -> None:
    assert judged("keys", replace(CALLED, payload=payload)) == verdict


@pytest.mark.parametrize(("layers", "verdict"), [(2, "wrong: 2 layers"), (Unknown(), "open"), (1, "known")])
def test_encoding(layers: Any, verdict: str) -> None:
    assert judged("encoding", replace(CALLED, payload=Payload(layers=layers))) == verdict


@pytest.mark.parametrize(
    ("fate", "truth", "verdict"),
    [
        (ErrorFate(seen_by_handler="yes"), "caller", "known"),
        (ErrorFate(seen_by_handler="yes"), "none", "wrong: seen by a handler"),
        (ErrorFate(seen_by_handler="no", frame="entry"), "local", "wrong: seen by nobody"),
        (ErrorFate(seen_by_handler="no", frame="helper"), "caller", "open"),
        (ErrorFate(seen_by_handler=Unknown()), "local", "open"),
    ],
)
def test_errors_seen(fate: ErrorFate, truth: str, verdict: str) -> None:
    assert judged("errors seen", replace(CALLED, service_error=fate), handled=truth) == verdict


@pytest.mark.parametrize(
    ("said", "truth", "verdict"),
    [("unchecked", "no", "known"), ("unchecked", "yes", "wrong: unchecked"), ("returned", "no", "open"),
     ("handed_over", "helper", "known"), ("unchecked", "n/a", "left out")],
)  # fmt: skip
def test_function_error(said: str, truth: str, verdict: str) -> None:
    response = Response(function_error=said)
    assert judged("FunctionError", replace(CALLED, response=response), function_error_checked=truth) == verdict


def finding(id: str, line: int, *labels: Label) -> Finding:
    return Finding(id, id.lower(), Severity.WARNING, "it hurts", Place("app.py", line, 1, line, 9), labels=labels)


def rules_of(*findings: Finding, **truth: str) -> dict[str, dict[str, list[str]]]:
    tally = measure.Tally()
    statements = dict.fromkeys((4, 5, 6), (4, 6))
    read = measure.Reading(findings=findings, statements=statements)
    measure.count_rules([{**ROW, **truth}], read, "app.py", tally, ["INV301", "INV302"])
    outcomes = {id: {o: sites for o, sites in by.items() if sites} for id, by in tally.rules.items()}
    return {**outcomes, "elsewhere": {"": tally.elsewhere}} if tally.elsewhere else outcomes


def test_findings_are_right_acceptable_wrong_or_missed_by_the_label_of_their_statement() -> None:
    site = ["acme/shop app.py:5"]
    told = rules_of(
        finding("INV302", 4), finding("INV306", 6), finding("INV102", 5), rules="INV301 INV302", unsure="INV306"
    )
    assert told == {
        "INV301": {"missed": site},
        "INV302": {"right": site},
        "INV306": {"acceptable": site},
        "INV102": {"wrong": site},
    }


def test_a_rule_that_another_finding_supersedes_is_not_missed() -> None:
    dropped = replace(finding("INV102", 5), notes=("INV302 unchecked-function-error: nothing asks",))
    told = rules_of(dropped, rules="INV302", unsure="INV102")
    assert set(told["INV302"]) == {"acceptable"}


def test_a_finding_outside_of_labelled_statements_is_set_apart() -> None:
    assert rules_of(finding("INV302", 30)) == {"elsewhere": {"": ["app.py:30 INV302 it hurts"]}}


def test_rules_about_loops_and_records_count_by_their_labels_too() -> None:
    at_call = Label(Place("app.py", 5, 1, 5, 4), "invoked here")
    assert rules_of(finding("INV308", 30, at_call), rules="INV308") == {"INV308": {"right": ["acme/shop app.py:5"]}}


def test_a_rule_that_does_not_exist_is_not_missed() -> None:
    assert rules_of(rules="INV309") == {}


def test_turning_a_wrong_answer_into_none_is_worse() -> None:
    tally = measure.Tally()
    tally.answers["mode"] = {"a": "open", "b": "known", "c": "wrong: Event"}
    old = {"answers": {"mode": {"a": "wrong: Event", "b": "wrong: Event", "c": "known"}}, "rules": {}}
    assert sorted(measure.regressions(old, tally)) == [
        "mode: was known, is wrong: Event: c",
        "mode: was wrong, is only open now: a",
    ]


CODE = """\
import json
import os
import boto3

client = boto3.client("lambda")

def start(story_id):
    return client.invoke(
        FunctionName=os.environ["CONTENT_AGENT"],
        InvocationType="Event",
        Payload=json.dumps({"storyId": story_id}),
    )
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder of checkouts with one repository, and labels for its one invocation."""
    folder = tmp_path / "checkouts" / "acme+shop"
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(CODE, encoding="utf-8")
    row = {**ROW, "line": "8", "keys": "storyId", "handled": "unknown"}
    with (tmp_path / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ROW)
        writer.writeheader()
        writer.writerow(row)
    return tmp_path


def test_a_run_over_checkouts_prints_and_writes_what_is_known(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = checkout / "new.json"
    arguments = [str(checkout / "checkouts"), "--labels", str(checkout / "labels.csv"), "--out", str(out)]
    assert measure.main(arguments) == 0
    assert measure.main([*arguments, "--compare", str(out)]) == 0
    answers = json.loads(out.read_text("utf-8"))["answers"]
    site = "acme/shop app.py:8"
    told = {question: by.get(site) for question, by in answers.items()}
    assert told == {**dict.fromkeys(measure.QUESTIONS, "known"), "errors seen": None, "FunctionError": None}
    assert "mode                  1      0      0       100.0 %" in capsys.readouterr().out


def test_a_row_whose_repository_is_not_there_is_said(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert measure.main([str(checkout), "--labels", str(checkout / "labels.csv"), "--details"]) == 0
    assert "not read: acme/shop app.py: not in the checkouts" in capsys.readouterr().out


def test_every_label_has_its_columns_and_a_repository_with_commit() -> None:
    with (FOLDER / "repositories.csv").open(newline="", encoding="utf-8") as file:
        commits = {(row["repo"], row["commit"]) for row in csv.DictReader(file)}
    rows = measure.read_labels(sorted(FOLDER.glob("labels*.csv")))
    assert len(rows) > 350
    for row in rows:
        assert set(row) == set(ROW)
        assert (row["repo"], row["commit"]) in commits, row
        assert row["kind"] in {"invoke", "wrapper", "decoy", "job_query", "batch_call", "handler"}, row
        assert (row["function_kind"] != "") == (row["kind"] in {"invoke", "wrapper"}), row
