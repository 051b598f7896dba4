"""What a batch of jobs asks of the function that is invoked for each row: its time, and the owner of the work."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import Action, ContractBook, Field, FunctionContract
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Range
from invocation_lint.facts.job_query import Claim, JobQuery, Owner
from invocation_lint.source.parsing.tree import parse

BOOK = ContractBook(
    (
        FunctionContract(
            "painter",
            names=("painter",),
            discriminator=("action",),
            actions=(
                Action("paint", (30, 60), fields=(Field("creatorUserId", required=True, role="owner"),)),
                Action("frame", (20, 20)),
            ),
        ),
    )
)


def query(columns: str, body: str, limit: str = ".limit(10)") -> JobQuery:
    code = f"""\
import json
import boto3
from concurrent.futures import ThreadPoolExecutor
from database import supabase

lambda_client = boto3.client("lambda")

def handler(event, context):
    for job in supabase.table("jobs").select("{columns}").eq("status", "queued"){limit}.execute().data:
        {body}
"""
    (made,) = [
        fact.data
        for fact in facts_of(parse(code.encode(), "app.py"), BOOK, AnalysisOptions()).facts
        if isinstance(fact.data, JobQuery)
    ]
    return made


def invoke(payload: str, mode: str = "") -> str:
    return f'lambda_client.invoke(FunctionName="painter", Payload=json.dumps({payload}){mode})'


PAINT = invoke('{"action": "paint", "creatorUserId": job["user_id"]}')
FRAME = invoke('{"action": "frame"}')
EVENT = invoke('{"action": "paint"}', ', InvocationType="Event"')


@pytest.mark.parametrize(
    ("body", "limit", "seconds"),
    [
        (PAINT, ".limit(10)", Range(300, 600)),
        (FRAME, ".limit(10)", 200),
        (f"{FRAME}; {PAINT}", ".limit(10)", Range(500, 800)),
        (EVENT, ".limit(10)", None),
        (PAINT, "", None),
        (invoke('{"action": "paint"}').replace("painter", "printer"), ".limit(10)", None),
    ],
)
def test_how_long_a_batch_takes(body: str, limit: str, seconds: object) -> None:
    assert query("*", body, limit).total_seconds == seconds


@pytest.mark.parametrize(
    ("columns", "payload", "owner"),
    [
        ("id", '{"action": "paint"}', Owner("creatorUserId", "missing", None, "no")),
        ("*", '{"action": "paint"}', Owner("creatorUserId", "missing", None, None)),
        ("id", '{"action": "paint", "creatorUserId": job["made_by"]}', Owner("creatorUserId", "row", "made_by", "no")),
        ("id, made_by", '{"action": "paint", "creatorUserId": job.get("made_by")}',
         Owner("creatorUserId", "row", "made_by", "yes")),
        ("id, user_id", '{"action": "paint"}', Owner("creatorUserId", "missing", None, "yes")),
        ("id", '{"action": "paint", "creatorUserId": event["user"]}', Owner("creatorUserId", "elsewhere", None, "no")),
        ("id", '{"action": "frame"}', None),
    ],
)  # fmt: skip
def test_whose_work_it_is(columns: str, payload: str, owner: Owner | None) -> None:
    assert query(columns, invoke(payload)).owner == owner


@pytest.mark.parametrize(
    ("mark", "looked_at"),
    [
        ("{update}; sqs.send_message(MessageBody=job.id)", "no"),
        ("done = {update}; sqs.send_message(MessageBody=job.id)", "no"),
        ("done = {update}; done and sqs.send_message(MessageBody=job.id)", "yes"),
        ("sqs.send_message(MessageBody=job.id) if {update} else None", "yes"),
        ("take(job); sqs.send_message(MessageBody=job.id)", "yes"),
    ],
)
def test_whether_anybody_looks_at_what_a_claim_has_changed(mark: str, looked_at: str) -> None:
    update = 'AssetJob.objects.filter(pk=job.pk, status="queued").update(status="sent")'
    code = f"""\
import boto3
from models import AssetJob

sqs = boto3.client("sqs")

def take(job):
    return {update}

def work():
    for job in AssetJob.objects.filter(status="queued"):
        {mark.format(update=update)}
"""
    found = facts_of(parse(code.encode(), "app.py"), BOOK, AnalysisOptions()).facts
    (made,) = [fact.data for fact in found if isinstance(fact.data, JobQuery)]
    assert made.claim == Claim("conditional_update", "other", looked_at)
