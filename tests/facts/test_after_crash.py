"""What a fact says becomes of the payload of a crash that nothing tells from an answer."""

from __future__ import annotations

import textwrap

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse

HEAD = """\
import json
import boto3
client = boto3.client("lambda")

def lambda_handler(event, context):
    response = client.invoke(FunctionName="f", Payload="{}")
"""
READ = 'payload = json.loads(response["Payload"].read())\n'


def after_crash(body):
    code = HEAD + textwrap.indent(body, "    ")
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    (found,) = (fact.data for fact in told.facts if fact.kind == "invocation")
    return found.response.after_crash


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ('return payload["rows"]', "this raises KeyError: 'rows', and the error message of the function is lost"),
        ('print(payload)\nreturn payload["rows"]', "this raises KeyError: 'rows'"),
        ('return json.loads(payload["body"])["rows"]', "this raises KeyError: 'body', and the error message"),
        ('return {"n": payload.get("count")}', '"count" is None, and the code goes on with that'),
        ('return [row for row in payload.get("rows", [])]', 'the code goes on with the default of "rows"'),
        ('return {"body": json.dumps(payload)}', "its error message is taken for the result"),
        ('if payload.get("code") == 200:\n    save(payload["rows"])', "its payload is passed over in silence"),
    ],
)
def test_it_is_told_by_what_is_done_first(code, told):
    assert f"after a crash, {told}" in after_crash(READ + code)


def test_where_failure_is_looked_at_it_is_the_status_that_may_be_missed():
    code = 'if "FunctionError" in response:\n    raise OSError\n'
    assert "statusCode" in after_crash(code + READ + "return payload")


def test_callers_that_read_different_keys_are_told_the_same():
    code = """
import json
import boto3
client = boto3.client("lambda")

def ask():
    return json.loads(client.invoke(FunctionName="f")["Payload"].read())

def one_handler(event, context):
    return ask()["rows"]

def other_handler(event, context):
    return ask().get("names")
"""
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    found = [fact.data.response for fact in told.facts if fact.kind == "invocation"]
    assert {one.after_crash for one in found if one.payload == "used"} == {"a crash also returns status 200"}
