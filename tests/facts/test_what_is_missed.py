"""What a message says of the entries that a page leaves."""

from __future__ import annotations

import pytest

from tests.facts.test_list_reads import HEAD, reads
from tests.facts.test_lists_that_stay_small import HANDLER

assert HEAD


def missed(code: str) -> str:
    body = "\n".join(f"    {line}" for line in code.split("\n"))
    (one,) = reads(f"{HANDLER}def work(event):\n{body}\n")
    return str(one.missed)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ('for one in table.scan()["Items"]:\n    table.delete_item(Key=one)', "the remaining items are not deleted"),
        (
            'for one in table.scan()["Items"]:\n    sqs.send_message(Body=one)',
            "nothing is sent for the remaining items",
        ),
        ('for one in iam.list_roles()["Roles"]:\n    audit(one)', "the remaining roles are not processed"),
        (
            'for one in iam.list_roles()["Roles"]:\n    name = one["RoleName"]\n    out = iam.tag_role(Name=name)',
            "the remaining roles are not processed",
        ),
        (
            'for one in iam.list_roles()["Roles"]:\n    out = iam.get_role(RoleName=one["RoleName"])\n    print(out)',
            "the remaining roles are left out",
        ),
        (
            'old = [one for one in iam.list_roles()["Roles"]]\nfor one in old:\n    iam.delete_role(RoleName=one)',
            "the remaining roles are not deleted",
        ),
        ('return [one["Arn"] for one in iam.list_roles()["Roles"]]', "the remaining roles are left out"),
        ('return iam.list_roles()["Roles"]', "callers do not get the remaining roles"),
        ('return len(table.scan()["Items"]) / 2', "the count leaves out the remaining items"),
        ('return sum(one["price"] for one in table.scan()["Items"])', "the total leaves out the remaining items"),
        (
            'total = 0\nfor one in table.scan()["Items"]:\n    total += one["price"]\nreturn total',
            "the total leaves out the remaining items",
        ),
        (
            'return any(one["name"] == event for one in table.scan()["Items"])',
            "a match among the remaining items is not found",
        ),
        (
            'found = table.scan(FilterExpression=event)["Items"]\nreturn found[0] if found else None',
            "a match among the remaining items is not found",
        ),
        (
            'if not table.scan(FilterExpression=event)["Items"]:\n    table.put_item(Item=event)',
            "what is among the remaining items counts as missing",
        ),
        ('return table.scan(FilterExpression=event)["Items"]', "matches among the remaining items are left out"),
        (
            'return sorted(table.scan()["Items"], key=rank)[:10]',
            "the first in order may be among the remaining items",
        ),
    ],
)
def test_what_becomes_of_the_rest(code: str, told: str) -> None:
    assert missed(code) == told


def test_what_is_newest() -> None:
    code = """
found = boto3.client("s3").list_objects_v2(Bucket="b", Prefix=event)["Contents"]
return max(found, key=lambda one: one["LastModified"])"""
    assert missed(code) == "the newest may be among the remaining objects"


def test_what_a_response_lacks() -> None:
    (one,) = reads('def lambda_handler(event, context):\n    return {"body": table.scan()["Items"]}\n')
    assert one.missed == "the response lacks the remaining items"


def test_what_the_callers_of_a_helper_do() -> None:
    code = """
def rows():
    return table.scan()["Items"]

def lambda_handler(event, context):
    for row in rows():
        table.update_item(Key=row)
"""
    (one,) = reads(code)
    assert one.missed == "the remaining items are not updated"


@pytest.mark.parametrize(
    ("query", "grows"),
    [
        ("sorted(found, key=lambda one: one['timestamp'], reverse=True)[0]", "newest"),
        ("sorted(found, key=lambda one: one['created_at'])[-1]", "newest"),
        ("max(found, key=lambda one: one['date'])", "newest"),
        ("sorted(found, key=lambda one: one['timestamp'])[0]", None),
        ("sorted(found, key=lambda one: one['name'], reverse=True)[0]", None),
        ("min(found, key=lambda one: one['timestamp'])", None),
    ],
)
def test_the_newest_items_of_a_partition(query: str, grows: str | None) -> None:
    code = """
from boto3.dynamodb.conditions import Key
prices = boto3.resource("dynamodb").Table("prices")
def lambda_handler(event, context):
    found = prices.query(KeyConditionExpression=Key("item").eq(event["item"]){order})["Items"]
    return {query}
"""
    (one,) = reads(code.format(query=query, order=""))
    assert (one.grows if isinstance(one.grows, str) else None) == grows
    (one,) = reads(code.format(query=query, order=", ScanIndexForward=False"))
    assert one.grows != "newest"


def test_the_newest_of_each_kind() -> None:
    code = """
def lambda_handler(event, context):
    newest = {}
    for one in table.scan()["Items"]:
        name, at = one["name"], one["at"]
        stamp = one["timestamp"]
        if name not in newest or stamp > newest[name]["timestamp"]:
            newest[name] = one
    return newest
"""
    (one,) = reads(code)
    assert one.grows == "sifted"
