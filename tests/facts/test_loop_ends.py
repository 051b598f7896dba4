"""What the error of one item does to a loop over items, and where the rest is none of the loop's business."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.source.parsing.tree import parse

HEAD = """
import logging
import boto3

client = boto3.client("lambda")
log = logging.getLogger(__name__)

def send(job):
    client.invoke(FunctionName="mail", InvocationType="Event", Payload=job)
"""


def failures(code: str) -> dict[str, Any]:
    """What an item's failure does, by the function in which the chain begins."""
    source = parse((HEAD + dedent(code)).encode(), "app.py")
    facts = [fact for fact in facts_of(source, ContractBook(), AnalysisOptions()).facts if fact.chain]
    return {
        fact.function: "open" if isinstance(fact.data.in_loop.item_failure, Unknown) else fact.data.in_loop.item_failure
        for fact in facts
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if job.id == wanted:\n    send(job)", "open"),
        ("if wanted == job['id'] and job['ready']:\n    send(job)", "open"),
        ("if job.id != wanted:\n    continue\nsend(job)", "open"),
        ("if job.status == 'pending':\n    send(job)", "escapes"),
        ("if job.status != 'pending':\n    continue\nsend(job)", "escapes"),
        ("if job.id in wanted:\n    send(job)", "escapes"),
        ("if job.id == wanted:\n    log.info('it')\nsend(job)", "escapes"),
        ("name = job.name\nif name == job.alias:\n    send(job)", "escapes"),
    ],
)
def test_an_item_that_is_looked_for(body: str, expected: str) -> None:
    lines = "\n".join("        " + line for line in body.split("\n"))
    assert failures(f"def start(jobs, wanted):\n    for job in jobs:\n{lines}\n") == {"start": expected}


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("table.fail(job)", "open"),
        ("return {'failed': job}", "open"),
        ("log.error('stopped at %s', job)", "escapes"),
        ("table.fail(error)", "escapes"),
        ("raise", "escapes"),
    ],
)
def test_a_clause_that_looks_after_the_item(clause: str, expected: str) -> None:
    code = f"""
    def start(jobs, table):
        try:
            for job in jobs:
                send(job)
        except Exception as error:
            {clause}
    """
    assert failures(code) == {"start": expected}


def test_a_loop_over_the_parts_of_one_item() -> None:
    found = failures("""
    def copy(backup):
        for region in backup.regions:
            send(region)

    def copy_all(backups):
        for backup in backups:
            try:
                copy(backup)
            except Exception:
                log.exception("not copied")

    def copy_again(backup):
        copy(backup)
    """)
    assert found == {"copy": "open", "copy_all": "open", "copy_again": "open"}


def test_a_custom_resource_is_taken_back_as_a_whole() -> None:
    found = failures("""
    def register(regions):
        for region in regions:
            send(region)

    def handler(event, context):
        if event["RequestType"] == "Create":
            register(event["ResourceProperties"]["Regions"])

    def test_handler():
        handler({"RequestType": "Create"}, None)
    """)
    assert found == {"register": "open", "handler": "escapes", "test_handler": "escapes"}


def test_who_answers_cloudformation() -> None:
    source = parse(
        (
            HEAD
            + dedent("""
    class Regions(CustomResource[Properties]):
        def _create(self):
            for region in self.regions:
                send(region)

    class Others(Resource):
        def _create(self):
            for region in self.regions:
                send(region)
    """)
        ).encode(),
        "app.py",
    )
    facts = [fact for fact in facts_of(source, ContractBook(), AnalysisOptions()).facts if fact.chain]
    sources = {fact.function: fact.data.caller.event_source for fact in facts}
    assert sources == {"Regions._create": "custom_resource", "Others._create": None}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[send(job) for job in jobs]", "escapes"),
        ("[send(job) for job in jobs if job.id == wanted]", "open"),
        ("list(map(send, jobs))", "escapes"),
        ("map(send, jobs)", None),
        ("for result in map(send, jobs):\n    log.info(result)", "escapes"),
        ("for result in (send(job) for job in jobs):\n    log.info(result)", "escapes"),
        ("any(send(job) for job in jobs)", None),
        ("[send(job) for job in ('a', 'b')]", None),
        ("while jobs:\n    send(jobs.pop())", "escapes"),
        ("while jobs:\n    send(wanted.pop())", None),
        ("while wanted.get(jobs):\n    send(wanted)", None),
        ("while jobs:\n    job = jobs.pop()\n    if not job:\n        raise ValueError\n    send(job)", None),
        ("while True:\n    try:\n        job = jobs.pop()\n    except Empty:\n        break\n    send(job)", "escapes"),
    ],
)  # fmt: skip
def test_items_of_other_loops(body: str, expected: str | None) -> None:
    lines = "\n".join("    " + line for line in body.split("\n"))
    assert failures(f"def start(jobs, wanted):\n{lines}\n") == {"start": expected}


def test_results_of_calls_that_run_already_end_no_loop() -> None:
    code = """
        from concurrent.futures import ThreadPoolExecutor

        def start(jobs):
            with ThreadPoolExecutor() as pool:
                futures = [pool.submit(send, job) for job in jobs]
                return [future.result() for future in futures]
    """
    assert failures(code) == {"start": None}
