"""The script that measures links judges rows as its documentation says: on made-up links, and on a made-up checkout."""

from __future__ import annotations

import csv
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_links import FILES


def load() -> Any:
    spec = importlib.util.spec_from_file_location("measure_links", Path(__file__).parent / "measure_links.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["measure_links"] = module
    spec.loader.exec_module(module)
    return module


measure = load()

ROW = {
    "repo": "acme/shop", "class": "direct", "caller": "sender/app.py:12 (SDK call 9)",
    "handler": "worker/work.py:handler", "resolvable": "yes", "required": "order", "optional": "note", "mismatch": "no",
}  # fmt: skip
OTHER = {"path": "other/work.py", "function": "handler", "line": 1}
RIGHT = {"path": "worker/work.py", "function": "handler", "line": 2}


def link(*handlers: dict[str, Any] | None, certain: bool, required: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "call": {"path": "sender/app.py", "line": 12},
        "site": {"path": "sender/app.py", "line": 9},
        "targets": [
            {"name": "x", "handler": one, "contract": {"required": list(required), "optional": []}, "mismatches": []}
            for one in handlers
        ],
        "certain": certain,
        "reason": "" if certain else "several",
        "mismatches": [],
    }


def verdict(*links: Any, **changed: str) -> str:
    row = {**ROW, **changed}
    handler = measure.handler_of(row["handler"])
    return str(measure.verdict_of(row, links, [handler] if handler else []))


def test_verdicts_on_links() -> None:
    assert verdict(link(RIGHT, certain=True)) == "right"
    assert verdict(link(RIGHT, OTHER, certain=False)) == verdict(link(RIGHT, certain=False)) == "listed"
    assert verdict() == verdict(link(OTHER, certain=False)) == verdict(link(None, certain=True)) == "missed"
    assert verdict(link(OTHER, certain=True)) == "wrong"
    assert verdict(link(RIGHT, certain=True), link(RIGHT, OTHER, certain=False)) == "listed"
    assert verdict(resolvable="no") == verdict(link(RIGHT, certain=False), resolvable="no") == "open"
    assert verdict(link(RIGHT, certain=True), resolvable="no") == "wrong"
    assert verdict(link(OTHER, certain=True), resolvable="partial", handler="(another repository)") == "wrong"


@pytest.mark.parametrize(
    ("text", "handler"),
    [
        ("app.py:handler", ("app.py", "handler")),
        ("a/b.py", ("a/b.py", "")),
        ("a/b.py:sqs_handler -> handler", ("a/b.py", "sqs_handler")),
        ("a/app.py (Chalice app, APIHandler)", ("a/app.py", "")),
        ("(another repository)", None),
        ("-", None),
    ],
)
def test_handlers_of_labels(text: str, handler: Any) -> None:
    assert measure.handler_of(text) == handler


@pytest.mark.parametrize(
    ("text", "fields", "free"),
    [
        ("a b.c", {"a", "b.c"}, {"b"}),
        ("a (tested: 400 answer) b?", {"a"}, {"b"}),
        ("_async(discriminator) a", {"a"}, {"_async"}),
        ("a=1, b.{c,d}", {"a", "b.c", "b.d"}, {"b"}),
        ("(none)", set(), set()),
    ],
)
def test_fields_of_labels(text: str, fields: set[str], free: set[str]) -> None:
    needed = measure.needed_by(text)
    assert (needed.fields, needed.free) == (fields, free)


@pytest.mark.parametrize("text", ["", "-", "a | b", "[].title", "a ...", "a.*"])
def test_labels_that_tell_nothing_of_fields_that_can_be_counted(text: str) -> None:
    assert measure.needed_by(text) is None


def test_fields_that_are_missed_and_wrong_are_named() -> None:
    tally = measure.Tally()
    row = {**ROW, "required": "order customer.id", "optional": "note"}
    named = ("order", "customer", "note", "more")
    measure.count_fields(row, [link(RIGHT, certain=True, required=named)], "here", tally)
    assert tally.fields == {"right": 1, "missed": 1, "wrong": 1}
    assert tally.notes == ["fields: here: -customer.id +more"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder of checkouts with one repository, and labels for its invocations."""
    for name, text in FILES.items():
        path = tmp_path / "checkouts" / "acme+shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(line[8:] for line in text.split("\n")), encoding="utf-8")
    rows = [
        ROW,
        {**ROW, "caller": "sender/app.py:13", "required": "urgent reason", "mismatch": "YES: missing field reason"},
        {**ROW, "caller": "sender/app.py:15", "resolvable": "no", "required": ""},
        {**ROW, "class": "sfn", "caller": "sender/app.py:1"},
        {**ROW, "repo": "acme/elsewhere"},
    ]
    with (tmp_path / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ROW)
        writer.writeheader()
        writer.writerows(rows)
    return tmp_path


def test_a_run_over_checkouts(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(checkout / "labels.csv"), str(checkout / "checkouts"), "--answers", str(checkout / "answers")]
    assert measure.main([*arguments, "--details"]) == 0
    told = capsys.readouterr().out
    assert "yes                2       0       0       0       0" in told
    assert "no                 0       0       0       0       1" in told
    assert "fields: 0 missed, 3 right, 0 wrong" in told
    assert "missing fields: 1 found" in told
    assert "not in the checkouts: acme/elsewhere" in told
    kept = checkout / "answers" / "acme+shop.json"
    answer = json.loads(kept.read_text("utf-8"))
    answer["links"][0]["targets"][0]["handler"]["path"] = "elsewhere.py"
    kept.write_text(json.dumps(answer), encoding="utf-8")
    assert measure.main(arguments) == 1
    assert "yes                1       0       0       1       0" in capsys.readouterr().out
