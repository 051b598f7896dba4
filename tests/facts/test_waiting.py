"""What waits for an invocation: the record written before it, the workflow whose task token it carries."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.invocation import Invocation, TaskToken, WrittenRecord
from invocation_lint.source.tree import parse

HEAD = 'import json\nimport boto3\n\nclient = boto3.client("lambda")\n\n'


def invocation(code: str) -> Invocation:
    source = parse((HEAD + dedent(code)).encode(), "app.py")
    (found,) = [fact.data for fact in facts_of(source, ContractBook(), AnalysisOptions()).facts]
    assert isinstance(found, Invocation)
    return found


def record(write: str, clause: str) -> WrittenRecord | None:
    return invocation(
        f"""
        def start(table, key, log):
            item = {{"pk": key, "status": "pending"}}
            {write}
            try:
                client.invoke(FunctionName="mail", InvocationType="Event", Payload=b"{{}}")
            except Exception as error:
                {clause}
            return True
        """
    ).record_written


@pytest.mark.parametrize(
    "write",
    [
        'table.put_item(Item={"pk": key, "status": "pending"})',
        "table.put_item(Item=item)",
        'table.insert({"id": key, "status": "pending"}).execute()',
        'Job.objects.create(id=key, status="pending")',
    ],
)
def test_a_record_is_written_in_a_waiting_state(write: str) -> None:
    assert record(write, "return False") == WrittenRecord("pending", "no")


@pytest.mark.parametrize("write", ["pass", 'table.put_item(Item={"pk": key, "status": "done"})', "key.wait('pending')"])
def test_no_record_waits(write: str) -> None:
    assert record(write, "return False") is None


@pytest.mark.parametrize(
    ("clause", "touched"),
    [
        ("log.error(error); return False", "no"),
        ("return make_response(str(error))", "no"),
        ("table.delete_item(Key=key); return False", "yes"),
        ("fail(key); return False", "yes"),
    ],
)
def test_what_the_clause_does_with_it(clause: str, touched: str) -> None:
    found = record("table.put_item(Item=item)", clause)
    assert found is not None
    assert found.touched_on_failure == touched


@pytest.mark.parametrize("clause", ["log.error(error)", "raise"])
def test_what_follows_may_change_it(clause: str) -> None:
    found = record("table.put_item(Item=item)", clause)
    assert found is not None
    assert isinstance(found.touched_on_failure, Unknown)


def token(sent: str, rest: str = "") -> TaskToken | None:
    payload = f"json.dumps({{'taskToken': {sent}}})"
    return invocation(
        f"def start(token):\n    client.invoke(FunctionName='a', Payload={payload})\n    {rest}\n"
    ).task_token


def test_a_task_token_is_sent() -> None:
    assert token("token") == TaskToken("taskToken", "no")
    assert token("token", "workflows.send_task_failure(taskToken=token)") == TaskToken("taskToken", "yes")
    assert token("''") is None
