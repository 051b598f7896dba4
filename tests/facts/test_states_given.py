"""Records whose waiting state is given to a helper, set on an object that is saved, or written in SQL."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse

HEAD = """
import boto3
from enum import Enum
from models import Job, JobState
from database import db

client = boto3.client("lambda")
table = boto3.resource("dynamodb").Table("jobs")

class Phase(Enum):
    RUNNING = "running"

def mark(key, to):
    table.update_item(Key={"id": key}, UpdateExpression="SET #s = :s", ExpressionAttributeNames={"#s": "status"},
                      ExpressionAttributeValues={":s": to})

def log(status, key):
    table.put_item(Item={"id": key, "status": status})

def tag(key, value):
    table.put_item(Item={"id": key, "label": value})

def ask(key, state):
    return table.get_item(Key={"id": key, "state": state})

class Repository:
    def move(self, key, phase="done"):
        table.put_item(Item={"id": key, "job_phase": phase})

    def start(self, key):
        self.move(key, phase=Phase.RUNNING)
        SEND

def start(key):
    WRITE
    SEND
"""
SEND = """try:
        client.invoke(FunctionName="work", InvocationType="Event", Payload=b"{}" + key)
    except Exception as error:
        print(error)
"""


def written(write: str, function: str = "start") -> str | None:
    """The state of the record that a function writes before it invokes."""
    code = HEAD.replace("WRITE", write).replace("        SEND", "        " + SEND.replace("\n    ", "\n        "))
    found = facts_of(parse(dedent(code.replace("SEND", SEND)).encode(), "app.py"), ContractBook(), AnalysisOptions())
    (fact,) = [one for one in found.facts if one.kind == "invocation" and one.function == function and not one.chain]
    record = fact.data.record_written
    return record.status if record is not None else None


@pytest.mark.parametrize(
    ("write", "state"),
    [
        ("mark(key, 'running')", "running"),
        ("mark(key, to='IN_PROGRESS')", "IN_PROGRESS"),
        ("log('queued', key)", "queued"),
        ("job = Job(id=key, state=JobState.PENDING)\n    job.save()", "PENDING"),
        ("job = Job(id=key, status='pending')\n    db.touch()\n    job.save()", "pending"),
        ("db.execute(\"INSERT INTO jobs (id, status) VALUES (%s, 'pending')\", key)", "pending"),
        ("db.cursor().execute(text(\"update jobs set status = 'running' where id = :id\"), key)", "running"),
    ],
)
def test_a_waiting_state_is_found(write: str, state: str) -> None:
    assert written(write) == state


def test_a_waiting_state_is_given_to_a_method_of_the_class() -> None:
    assert written("pass", "Repository.start") == "RUNNING"


@pytest.mark.parametrize(
    "write",
    [
        "mark(key, 'done')",
        "mark('running', 'done')",
        "mark(key, key)",
        "tag(key, 'running')",
        "ask(key, 'running')",
        "print(key, 'running')",
        "job = Job(id=key, state=JobState.DONE)\n    job.save()",
        "db.execute(\"UPDATE jobs SET status = 'failed' WHERE status = 'running'\", key)",
        "db.execute(\"SELECT id FROM jobs WHERE status = 'pending'\", key)",
        "db.execute(\"INSERT INTO notes (text) VALUES ('pending')\", key)",
    ],
)
def test_what_is_no_record_in_a_waiting_state(write: str) -> None:
    assert written(write) is None
