"""What is taken of a page may be chosen among all of its entries: the first in an order, or the one of a name."""

from __future__ import annotations

import pytest

from invocation_lint.facts.base import Unknown
from tests.facts.test_list_reads import body, read, reads

ITEMS = 'table.scan()["Items"]'


@pytest.mark.parametrize(
    ("code", "used"),
    [
        (f"return sorted({ITEMS}, key=call)[:name]", "ranked"),
        (f"return sorted({ITEMS}, key=call)[-1]", "ranked"),
        (f"items = {ITEMS}\nfound = sorted(items, key=call)\nreturn found[0]", "ranked"),
        (f"found = sorted({ITEMS}, key=call)\nprint(found[0])\ncall(found[0])", "ranked"),
        (f"found = sorted({ITEMS}, key=call)\nfor item in found[:5]:\n    print(item)\ncall(found[0])", "ranked"),
        (f"found = sorted({ITEMS}, key=call)\nfor item in found[:5]:\n    print(item)", "cut"),
        (f"found = sorted({ITEMS}, key=call)\nlogger.info(found[0])", "one"),
        (f"found = sorted({ITEMS}, key=call)\nif not found:\n    return\nreturn found", "returned"),
        (f"items = {ITEMS}\ncall(sorted(name)[0])\nreturn items[0]", "one"),
        (f"return {ITEMS}[:name]", "cut"),
    ],
)
def test_the_first_in_an_order(code: str, used: str) -> None:
    assert body(code).used == used


LAYERS = 'boto3.client("lambda").list_layers(CompatibleRuntime="python3.13", MaxItems=10)["Layers"]'


@pytest.mark.parametrize(
    "code",
    [
        f'for one in {LAYERS}:\n    if one["LayerName"] == name:\n        return one',
        f'for one in {LAYERS}:\n    if name == one.get("LayerName"):\n        call(one)\n        break',
        f'for one in {LAYERS}:\n    known = one["LayerName"]\n    if known == name:\n        return known',
        f'for one in {LAYERS}:\n    if one["LayerName"].startswith(name):\n        return one',
        f'for one in {LAYERS}:\n    if name in one["LayerName"]:\n        return one',
        f'return next((one for one in {LAYERS} if one["LayerName"] == name), None)',
    ],
)
def test_a_name_that_is_looked_for_among_a_few(code: str) -> None:
    made = body(code)
    assert (made.limit, made.filtered, made.asks_for, made.used) == ("MaxItems", "yes", "kind", "searched")


@pytest.mark.parametrize(
    "code",
    [
        f'for one in {LAYERS}:\n    if one["LatestMatchingVersion"]["Version"] > 3:\n        return one',
        f'for one in {LAYERS}:\n    if one["Status"] == "ACTIVE":\n        return one',
        f'for one in {LAYERS}:\n    if one["LayerName"] != name:\n        return one',
        f'for one in {LAYERS}:\n    if one["LayerName"] == name:\n        call(one)',
        f'for one in {LAYERS}:\n    if one:\n        return one["LayerName"] == name',
        f'for one, other in {LAYERS}:\n    if one["LayerName"] == name:\n        return other',
    ],
)
def test_any_other_search_is_content_with_a_few(code: str) -> None:
    assert body(code).filtered == "no"


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ('client("lambda").list_layers(MaxItems=10)["Layers"]', "all"),
        ('client("stepfunctions").list_executions(stateMachineArn=name, maxResults=9)["executions"]', "parent"),
        ('client("lambda").list_layers(CompatibleArchitecture="arm64", MaxItems=10)["Layers"]', "kind"),
        ('client("s3").list_objects_v2(Bucket=name, MaxKeys=9)["Contents"]', "parent"),
        ('client("s3").list_objects_v2(Bucket=name, Prefix=name, MaxKeys=9)["Contents"]', "part"),
        ('client("logs").describe_log_groups(logGroupNamePrefix=name, limit=9)["logGroups"]', None),
        ('client("cognito-idp").list_users(UserPoolId=name, Filter=name, Limit=9)["Users"]', None),
    ],
)
def test_what_a_search_for_a_name_asks_for(request_: str, answer: str | None) -> None:
    made = body(f'for one in boto3.{request_}:\n    if one["Key"] == name:\n        return one')
    assert isinstance(made.asks_for, Unknown) if answer is None else made.asks_for == answer


@pytest.mark.parametrize("test", ['one["Key"].endswith(name)', 'one["Key"].startswith(name)', 'name in one["Key"]'])
def test_any_object_of_an_ending_will_do(test: str) -> None:
    code = f'for one in boto3.client("s3").list_objects_v2(Bucket=name, MaxKeys=9)["Contents"]:\n    if {test}:\n'
    assert body(f"{code}        return one").filtered == "no"


LATE = 'for one in table.scan(Limit=9)["Items"]:\n    if {}:\n        {}'


@pytest.mark.parametrize(
    ("code", "filtered"),
    [
        (LATE.format('one["state"] != "late"', "continue\n    call(one)"), "yes"),
        (LATE.format('one["state"] == "late"', "call(one)"), "yes"),
        (LATE.format('one["state"] == "late"', "call(one)\n    else:\n        print(one)"), "no"),
        (LATE.format('one["state"] == "late"', "call(one)\n    call(name)"), "no"),
        (LATE.format("name > 3", "continue\n    call(one)"), "no"),
        ('return [one for one in table.scan(Limit=9)["Items"] if one["state"] == "late"]', "yes"),
        ('return [one for one in table.scan(Limit=9)["Items"] if name == "late"]', "no"),
    ],
)
def test_entries_that_the_function_drops(code: str, filtered: str) -> None:
    assert body(code).filtered == filtered


@pytest.mark.parametrize("limit", ["500", "name", "1000"])
def test_many_are_enough(limit: str) -> None:
    code = (
        f'for one in boto3.client("apigateway").get_rest_apis(limit={limit})["items"]:\n    if one["name"] == name:\n'
    )
    assert body(f"{code}        return one").filtered == "no"


@pytest.mark.parametrize(
    ("given", "asks_for"),
    [
        ("logGroupName=name, startTime=call()", "parent"),
        ('logGroupIdentifier=name, filterPattern="ERROR", endTime=call()', "parent"),
        ("logGroupName=name, logStreamNames=[name]", "named"),
    ],
)
def test_events_of_a_log_group(given: str, asks_for: str) -> None:
    assert body(f'return boto3.client("logs").filter_log_events({given})["events"]').asks_for == asks_for


@pytest.mark.parametrize("name", ["logs_table", "iam_tbl", "self.lambda_table"])
def test_a_table_named_like_a_service_is_a_table(name: str) -> None:
    assert read(f'def work(self):\n    return {name}.scan()["Items"]').service == "dynamodb"


@pytest.mark.parametrize("name", ["logs", "iam_client"])
def test_a_client_named_like_its_service_is_one(name: str) -> None:
    assert read(f'def work():\n    return {name}.describe_log_groups()["logGroups"]').service == "logs"


def test_the_first_of_an_order_that_are_counted_as_well() -> None:
    code = """
    def latest(table, limit):
        items = table.scan(Limit=limit)["Items"]
        items.sort(key=lambda one: one["at"], reverse=True)
        return {"count": len(items), "items": items[:limit]}
    """
    (one,) = reads(code)
    assert (one.used, one.limit) == ("ranked", "Limit")
