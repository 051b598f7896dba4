"""What an answer of a DynamoDB table may leave out: the code on the other way is looked at too."""

from __future__ import annotations

import pytest

from tests.analysis.asking import ask

HEAD = """
import json, boto3
client = boto3.client("lambda")
table = boto3.resource("dynamodb").Table("jobs")

def send(payload):
    client.invoke(FunctionName="worker", InvocationType="Event", Payload=json.dumps(payload))

def handler(event, context):
"""


def calls(body: str) -> int:
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    return sum(fact.kind == "invocation" and bool(fact.chain) for fact in ask(f"{HEAD}{lines}\n", head="").facts)


@pytest.mark.parametrize(
    "body",
    [
        "found = table.get_item(Key=event)\nif 'Item' in found:\n    return found['Item']\nsend({})",
        "found = table.get_item(Key=event)\nif 'Item' not in found:\n    send({})\nreturn found['Item']",
        "found = table.get_item(Key=event)\nif found.get('Item') is None:\n    send({})",
        "item = table.get_item(Key=event).get('Item')\nif item:\n    return item\nsend({})",
        "try:\n    return table.get_item(Key=event)['Item']\nexcept KeyError:\n    send({})",
        "told = table.update_item(Key=event)\nif 'Attributes' not in told:\n    send({})",
        "told = table.query(Select='COUNT')\nif 'Items' not in told:\n    send({})",
        "told = table.scan(**event)\nif 'Items' not in told:\n    send({})",
        "told = table.query(Limit=1)\nif 'LastEvaluatedKey' in told:\n    send({})",
        "told = table.query(Limit=1)\nif not told['Items']:\n    send({})",
    ],
)
def test_the_way_is_followed_on_which_nothing_was_found(body: str) -> None:
    assert calls(body) == 1


def test_a_query_always_answers_its_list() -> None:
    assert calls("told = table.query(Limit=1)\nif 'Items' not in told:\n    send({})") == 0
