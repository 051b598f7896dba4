"""What is one thing to mend is one finding, with the other places on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.findings import Finding
from tests.running import findings_in

HELPER = """
import json
import boto3

client = boto3.client("lambda")


def ask(name):
    return json.load(client.invoke(FunctionName=name, Payload=b"{}")["Payload"])


def send(name):
    client.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
"""
OPEN = """
from helper import ask, send


def handler{0}(event, context):
    print(event["pathParameters"])
    {1}
    return {{"statusCode": 200}}
"""
CAUGHT = """
from helper import ask, send


def handler{0}(event, context):
    print(event["pathParameters"])
    try:
        {1}
    except Exception as error:
        print(error)
    return {{"statusCode": 200}}
"""


def places(finding: Finding) -> tuple[str, list[str]]:
    """Where a finding stands, and the files of its related places."""
    return finding.place.path, sorted({label.place.path for label in finding.labels} - {finding.place.path})


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"a.py": OPEN.format(1, "send('mail')"), "b.py": OPEN.format(2, "send('mail')")},
            [("helper.py", ["a.py", "b.py"])],
        ),
        (
            {
                "a.py": OPEN.format(1, "send('mail')"),
                "b.py": OPEN.format(2, "send('post')"),
                "c.py": CAUGHT.format(3, "send('mail')"),
            },
            [("helper.py", ["a.py", "b.py"])],
        ),
        (
            {"a.py": OPEN.format(1, "send('mail')"), "c.py": CAUGHT.format(3, "send('mail')")},
            [("a.py", ["helper.py"])],
        ),
        ({"a.py": OPEN.format(1, "send('mail')")}, [("helper.py", ["a.py"])]),
    ],
)
def test_a_call_with_several_callers(tmp_path: Path, files: dict[str, str], told: list[tuple[str, list[str]]]) -> None:
    found = findings_in(tmp_path, {"helper.py": HELPER, **files}, "INV301")
    assert [places(finding) for finding in found] == told


def test_what_is_sent_is_each_callers_own(tmp_path: Path) -> None:
    code = """
    import boto3

    client = boto3.client("lambda")


    def send(mode):
        client.invoke(FunctionName="mail", InvocationType=mode, Payload=b"{}")


    def one():
        send("Async")


    def two():
        send("Async")
    """
    found = findings_in(tmp_path, {"app.py": code}, "INV107")
    assert [finding.place.line for finding in found] == [12, 16]


FALL_BACK = """
import json
import boto3

client = boto3.client("lambda")


def ask(name):
    return json.load(client.invoke(FunctionName=name, Payload=b"{}")["Payload"])


def price(name):
    try:
        answer = client.invoke(FunctionName="price", Payload=b"{}")
    except CLAUSE:
        SECOND
    return json.load(answer["Payload"])["price"]
"""


@pytest.mark.parametrize("clause", ["Exception", "client.exceptions.ResourceNotFoundException"])
def test_a_call_that_stands_in_for_another(tmp_path: Path, clause: str) -> None:
    second = 'answer = client.invoke(FunctionName="old-price", Payload=b"{}")'
    code = FALL_BACK.replace("CLAUSE", clause).replace("SECOND", second)
    (found,) = findings_in(tmp_path, {"app.py": code}, "INV302")
    assert found.place.line == 14
    assert "replacement" in " ".join(label.text for label in found.labels if label.place.line == 16)


def test_the_third_in_a_row(tmp_path: Path) -> None:
    second = (
        "try:\n"
        '            answer = client.invoke(FunctionName="old-price", Payload=b"{}")\n'
        "        except Exception:\n"
        '            answer = client.invoke(FunctionName="oldest-price", Payload=b"{}")'
    )
    code = FALL_BACK.replace("CLAUSE", "Exception").replace("SECOND", second)
    (found,) = findings_in(tmp_path, {"app.py": code}, "INV302")
    assert found.place.line == 14
    assert sorted(label.place.line for label in found.labels if "replacement" in label.text) == [17, 19]


def test_two_calls_of_which_none_stands_in_for_the_other(tmp_path: Path) -> None:
    second = 'answer = {}\n    print(json.load(client.invoke(FunctionName="count", Payload=b"{}")["Payload"])["n"])'
    code = FALL_BACK.replace("CLAUSE", "Exception").replace("SECOND", second)
    found = findings_in(tmp_path, {"app.py": code}, "INV302")
    assert [finding.place.line for finding in found] == [14, 17]
