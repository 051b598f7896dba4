"""Task tokens in an event that is handed on as a whole, jobs that are active, and helpers that call themselves."""

from __future__ import annotations

import pytest

from tests.facts.test_waiting import invocation, record


def _token(payload: str, read: str = 'event["taskToken"]', rest: str = "pass") -> tuple[str, object] | None:
    found = invocation(
        f"""
        def handler(event, context):
            token = {read}
            sent = event.copy()
            text = json.dumps(event)
            some = {{"id": event["id"]}}
            {rest}
            client.invoke(FunctionName="a", InvocationType="Event", Payload={payload})
        """
    ).task_token
    return None if found is None else (found.key, found.failure_told)


@pytest.mark.parametrize(
    "payload",
    [
        "json.dumps(event)",
        "json.dumps(sent)",
        "text",
        "text.encode()",
        "json.dumps({**event, 'first': True})",
        "json.dumps(dict(event)).encode('utf-8')",
        "bytes(json.dumps(sent), 'utf-8')",
    ],
)
def test_an_event_that_holds_a_token_is_handed_on(payload: str) -> None:
    assert _token(payload) == ("taskToken", "no")


@pytest.mark.parametrize("read", ['event.get("TaskToken")', 'event["TaskToken"]'])
def test_how_the_token_is_read(read: str) -> None:
    assert _token("json.dumps(event)", read) == ("TaskToken", "no")


@pytest.mark.parametrize(
    ("payload", "read", "rest"),
    [
        ("json.dumps(some)", 'event["taskToken"]', "pass"),
        ("json.dumps(event)", 'event["id"]', "pass"),
        ("json.dumps(sent)", 'event["taskToken"]', 'sent.pop("taskToken")'),
        ("json.dumps(sent)", 'event["taskToken"]', 'del sent["taskToken"]'),
        ("json.dumps(sent)", 'event["taskToken"]', "sent = event['inner']"),
    ],
)
def test_no_token_is_handed_on(payload: str, read: str, rest: str) -> None:
    assert _token(payload, read, rest) is None


def test_somebody_tells_the_workflow() -> None:
    rest = "workflows.send_task_failure(taskToken=token)"
    assert _token("json.dumps(event)", rest=rest) == ("taskToken", "yes")


@pytest.mark.parametrize(
    "write",
    [
        "table.put_item(Item={'pk': key, 'job_status': 'active'})",
        "dynamodb.put_item(TableName='jobs', Item={'pk': {'S': key}, 'JobStatus': {'S': 'ACTIVE'}})",
        "table.put_item(Item={'pk': key, 'taskState': 'Active'})",
    ],
)
def test_an_active_job_has_not_ended(write: str) -> None:
    found = record(write, "return False")
    assert found is not None
    assert (found.status.lower() if isinstance(found.status, str) else "", found.touched_on_failure) == ("active", "no")


@pytest.mark.parametrize(
    "write",
    [
        "table.put_item(Item={'pk': key, 'status': 'active', 'job': 'nurse'})",
        "table.put_item(Item={'pk': key, 'account_status': 'active'})",
        "table.put_item(Item={'pk': key, 'jobStatus': 'ACTIVE', 'salary': salary})",
        "table.put_item(Item={'pk': key, 'job_status': 'done'})",
    ],
)
def test_what_else_is_active(write: str) -> None:
    assert record(write, "return False") is None


@pytest.mark.parametrize(("inner", "touched"), [("", "no"), ("table.put_item(Item=value)\n    ", "yes")])
def test_a_helper_of_the_clause_that_calls_itself(inner: str, touched: str) -> None:
    found = invocation(
        f"""
def plain(value):
    {inner}if isinstance(value, list):
        return [plain(one) for one in value]
    return int(value) if isinstance(value, float) else value

def start(table, key):
    table.put_item(Item={{"pk": key, "status": "pending"}})
    try:
        client.invoke(FunctionName="mail", InvocationType="Event", Payload=b"{{}}")
    except Exception as error:
        return {{"statusCode": 500, "body": json.dumps(plain({{"error": str(error)}}))}}
"""
    ).record_written
    assert found is not None
    assert found.touched_on_failure == touched


SUPPRESSED = """
def start(table, keys):
    for key in keys:
        {first}
        table.put_item(Item={{"pk": key, "status": "pending"}})
        with suppress(Exception):
            client.invoke(FunctionName="mail", InvocationType="Event", Payload=b"{{}}")
        {last}
"""


@pytest.mark.parametrize(
    ("first", "last", "is_known"),
    [
        ("print(key)", "print(key)", True),
        ("print(key)", "close(key)", False),
        ("close(key)", "print(key)", False),
        ("print(key)", "if not key: raise ValueError", False),
    ],
)
def test_what_goes_on_where_errors_are_suppressed(first: str, last: str, is_known: bool) -> None:
    found = invocation(SUPPRESSED.format(first=first, last=last)).record_written
    assert found is not None
    assert (found.touched_on_failure == "no") == is_known
