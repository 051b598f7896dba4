"""The script that measures queries of jobs judges rows as its documentation says, on a made-up checkout."""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from invocation_lint.facts.base import Unknown
from invocation_lint.facts.job_query import JobQuery

FOLDER = Path(__file__).parent


def load() -> Any:
    spec = importlib.util.spec_from_file_location("measure_queries", FOLDER / "measure_queries.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["measure_queries"] = module
    spec.loader.exec_module(module)
    return module


measure_queries = load()

ROW = {
    "repo": "acme/shop", "commit": "0123456789", "path": "app.py", "line": "4", "dialect": "supabase",
    "table": "asset_jobs", "fetched": "rows", "bounded": "no", "ordered": "oldest_first", "rules": "INV501",
    "unsure": "",
}  # fmt: skip
WORKER = """from database import supabase

def run():
    jobs = supabase.table("asset_jobs").select("*").eq("status", "queued").order("created_at").execute()
    return jobs.data
"""
SEEN = JobQuery(dialect="supabase", fetched="rows", order="oldest_first")


def checkout(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(WORKER)


def test_a_query_that_is_told_as_it_was_read_is_right_in_every_question() -> None:
    assert set(measure_queries.judge(ROW, [SEEN]).values()) == {"right"}


def test_a_query_that_is_not_seen_is_open() -> None:
    assert measure_queries.judge(ROW, []) == {"seen": "open"}


@pytest.mark.parametrize(
    ("question", "truth", "said"),
    [("fetched", {"fetched": "one"}, "rows"), ("bounded", {"bounded": "yes"}, "no"),
     ("ordered", {"ordered": "unordered"}, "oldest_first"), ("dialect", {"dialect": "sql"}, "supabase")],
)  # fmt: skip
def test_another_answer_is_wrong_and_named(question: str, truth: dict[str, str], said: str) -> None:
    assert measure_queries.judge({**ROW, **truth}, [SEEN])[question] == f"wrong: {said}"


def test_an_order_that_nobody_can_tell_is_right_when_it_is_left_open() -> None:
    row = {**ROW, "ordered": "unknown"}
    assert (
        measure_queries.judge(row, [JobQuery(dialect="supabase", fetched="rows", order=Unknown("?"))])["ordered"]
        == "right"
    )
    assert measure_queries.judge(row, [SEEN])["ordered"] == "open"


def test_a_query_of_a_table_without_jobs_must_not_be_seen() -> None:
    row = {**ROW, "table": "stories"}
    assert measure_queries.judge(row, []) == {"seen": "right"}
    assert measure_queries.judge(row, [SEEN]) == {"seen": "wrong: supabase"}


def test_a_checkout_is_measured_and_that_of_the_commit_comes_first(tmp_path: Path) -> None:
    checkout(tmp_path / "acme+shop@01234567")
    (tmp_path / "acme+shop").mkdir()
    (tmp_path / "acme+shop" / "app.py").write_text("")
    counts = measure_queries.run([ROW], [tmp_path])
    (site,) = counts.answers["seen"]
    assert {answers[site] for answers in counts.answers.values()} == {"right"}
    assert counts.rules.rules["INV501"]["right"] == ["acme/shop app.py:4"]


def test_every_labelled_query_is_of_a_listed_commit() -> None:
    with (FOLDER / "repositories.csv").open(newline="") as lines:
        listed = {(row["repo"], row["commit"]) for row in csv.DictReader(lines)}
    with (FOLDER / "queries.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 40
    assert {(row["repo"], row["commit"]) for row in rows} <= listed
