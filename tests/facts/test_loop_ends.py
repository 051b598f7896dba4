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
    found = {fact.function: fact.data.in_loop.item_failure for fact in facts if fact.data.in_loop is not None}
    return {function: "open" if isinstance(failure, Unknown) else failure for function, failure in found.items()}


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


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("report.failed(backup)", "open"),
        ("table.update_item(Key=backup.id, Status='failed')", "open"),
        ("failures.append({'itemIdentifier': backup.id})", "open"),
        ("log.exception('not copied')", "escapes"),
        ("print('not copied', backup)\n                continue", "escapes"),
        ("log.error('not copied')\n                stats['errors'] += 1", "escapes"),
        ("errors += 1", "escapes"),
        ("pass", "escapes"),
    ],
)
def test_a_loop_over_the_parts_of_one_item(clause: str, expected: str) -> None:
    found = failures(f"""
    def copy(backup):
        for region in backup.regions:
            send(region)

    def copy_all(backups, report, table, failures, stats, errors):
        for backup in backups:
            try:
                copy(backup)
            except Exception:
                {clause}

    def copy_again(backup):
        copy(backup)
    """)
    assert found == dict.fromkeys(("copy", "copy_all", "copy_again"), expected)


def test_the_parts_of_an_item_that_is_asked_for_are_wanted_together() -> None:
    code = """
    def copy(backup):
        for region in backup.regions:
            client.invoke(FunctionName="copy", Payload=json.dumps(region))

    def copy_all(backups):
        for backup in backups:
            try:
                copy(backup)
            except Exception:
                log.exception("not copied")
    """
    assert failures(code) == {"copy_all": "open"}


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
        ("for index in range(len(jobs)):\n    send(jobs[index])", "escapes"),
        ("for start in range(0, len(jobs), 10):\n    send(jobs[start : start + 10])", "escapes"),
        ("for start in range(0, jobs, 10):\n    send(start)", None),
        ("for index in range(len(jobs)):\n    send(jobs)\n    break", None),
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


RAISES_AGAIN = """
    def helper(job):
        try:
            send(job)
        except Exception as error:
            log.error("not sent: %s", error)
            raise
"""
TRANSLATES = RAISES_AGAIN.replace("raise\n", "raise NotSent(job) from error\n")


@pytest.mark.parametrize("helper", [RAISES_AGAIN, TRANSLATES])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("for job in jobs:\n    helper(job)", "escapes"),
        ("[helper(job) for job in jobs]", "escapes"),
        ("list(map(helper, jobs))", "escapes"),
        ("for job in jobs:\n    try:\n        helper(job)\n    except Exception:\n        log.error('no')", None),
        (
            "for job in jobs:\n    try:\n        helper(job)\n    except Exception:\n        raise",
            None,
        ),
    ],
)
def test_what_a_helper_raises_again_it_leaves_to_the_loop(helper: str, body: str, expected: str | None) -> None:
    lines = "\n".join("    " + line for line in body.split("\n"))
    assert failures(dedent(helper) + f"def start(jobs):\n{lines}\n")["start"] == expected


@pytest.mark.parametrize(
    ("body", "run_by", "expected"),
    [
        ("for job in jobs:\n    await asyncio.to_thread(send, job)", "awaited", "escapes"),
        ("for job in jobs:\n    await loop.run_in_executor(None, send, job)", "awaited", "escapes"),
        ("for job in jobs:\n    await asyncio.wait_for(asyncio.to_thread(send, job), 5)", "awaited", "escapes"),
        ("[await asyncio.to_thread(send, job) for job in jobs]", "awaited", "escapes"),
        ("await asyncio.gather(*[asyncio.to_thread(send, job) for job in jobs])", "executor", None),
        ("tasks = [asyncio.to_thread(send, job) for job in jobs]\nawait asyncio.gather(*tasks)", "executor", None),
        ("later = loop.run_in_executor(None, send, jobs)\nawait later", "executor", None),
    ],
)
def test_a_thread_that_each_round_awaits(body: str, run_by: str, expected: str | None) -> None:
    lines = "\n".join("    " + line for line in body.split("\n"))
    code = HEAD + f"import asyncio\n\nasync def start(jobs):\n    loop = asyncio.get_running_loop()\n{lines}\n"
    facts = [f for f in facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions()).facts if f.chain]
    (found,) = (fact.data for fact in facts)
    assert found.run_by == run_by
    assert (found.in_loop.item_failure if found.in_loop is not None else None) == expected


@pytest.mark.parametrize(
    ("items", "body", "expected"),
    [
        ('("a", "b", "c")', "send(job)", "escapes"),
        ('[{"id": 1}, {"id": 2}, {"id": 3}]', "send(job['id'])", "escapes"),
        ('{"a": 1, "b": 2, "c": 3}.items()', "send(job)", "escapes"),
        ('("a", "b", "c")', "if job == wanted:\n    send(job)", "open"),
        ('("a", "b", "c")', "send(wanted)", None),
        ('("a", "b")', "send(job)", None),
        ('("a", "b", "c")', "try:\n    send(job)\nexcept Exception:\n    log.exception(job)", None),
    ],
)
def test_elements_that_the_code_writes(items: str, body: str, expected: str | None) -> None:
    lines = "\n".join("        " + line for line in body.split("\n"))
    assert failures(f"def start(wanted):\n    for job in {items}:\n{lines}\n") == {"start": expected}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('[send(job) for job in ("a", "b", "c")]', "escapes"),
        ('[send(job) for job in ("a", "b")]', None),
        ("sum(1 for job in jobs if send(job))", "escapes"),
        ("any(send(job) for job in jobs)", None),
    ],
)
def test_expressions_over_elements(expression: str, expected: str | None) -> None:
    assert failures(f"def start(jobs):\n    {expression}\n") == {"start": expected}


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("wanted == 'b'", "escapes"),
        ("wanted not in KINDS", "escapes"),
        ("job.kind == 'b'", None),
        ("is_wrong(wanted)", None),
    ],
)
def test_an_error_about_what_is_the_same_in_all_rounds(test: str, expected: str | None) -> None:
    body = f"        if {test}:\n            raise ValueError\n        send(job)\n"
    code = f"def start(jobs, wanted):\n    for job in jobs:\n{body}"
    assert failures(code) == {"start": expected}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if time() > late:\n    send(job)\n    return {'again': True}\nwork(job)", None),
        ("if time() > late:\n    send(job)\n    log.info('sent')\n    return", None),
        ("if time() > late:\n    send(job)\n    if job.more:\n        continue\n    return\nwork(job)", "escapes"),
        ("if time() > late:\n    send(job)\nif time() > done:\n    return", "escapes"),
        ("for part in job.parts:\n    send(part)\n    return", None),
        ("for part in job.parts:\n    send(part)\n    break", "escapes"),
        ("if job.last:\n    send(job)\n    if late:\n        return\n    else:\n        break\nwork(job)", None),
    ],
)
def test_an_invocation_after_which_the_loop_ends(body: str, expected: str | None) -> None:
    lines = "\n".join("        " + line for line in body.split("\n"))
    assert failures(f"def start(jobs, late, done, work, time):\n    for job in jobs:\n{lines}\n") == {"start": expected}


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("sys.exit(1)", None),
        ("log.exception('rejected')\n            exit(1)", None),
        ("raise", "escapes"),
        ("if job.last:\n                sys.exit(1)\n            raise", "escapes"),
    ],
)
def test_a_helper_that_ends_the_process_does_so_on_purpose(clause: str, expected: str | None) -> None:
    code = f"""
    import sys

    def send_one(job):
        try:
            send(job)
        except Exception:
            {clause}

    def start(jobs):
        for job in jobs:
            send_one(job)
    """
    assert failures(code)["start"] == expected
