"""Lists that do not grow, since items expire, leave the list with the work on them, or are limited; counts that are
only shown."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.facts.list_read import ListRead
from tests.facts.test_list_reads import reads

HANDLER = "def lambda_handler(event, context):\n    return work(event)\n\n"


def read_of(code: str) -> ListRead:
    (one,) = reads(HANDLER + dedent(code))
    return one


def fills(code: str) -> object:
    return read_of(code).fills


SCAN = """
visits = boto3.resource("dynamodb").Table("visits")

def work(event):
    return visits.scan()["Items"]

def visit(event):
    {put}
"""


@pytest.mark.parametrize(
    "put",
    [
        'visits.put_item(Item={"id": event["id"], "ttl": int(time.time()) + 3600})',
        'item = {"id": 1}; item["expires_at"] = int((now() + DAY).timestamp()); visits.put_item(Item=item)',
        'item = {"id": 1, "expireAt": now() + TTL_SECONDS}; visits.put_item(Item=item)',
    ],
)
def test_items_that_the_program_lets_expire(put: str) -> None:
    assert fills(SCAN.format(put=put)) == "few"


@pytest.mark.parametrize(
    "put",
    [
        'visits.put_item(Item={"id": event["id"], "at": int(time.time())})',
        'others.put_item(Item={"id": event["id"], "ttl": int(time.time()) + 3600})',
        'visits.put_item(Item={"id": event["id"], "expires_at": event["until"]})',
    ],
)
def test_items_that_stay(put: str) -> None:
    assert fills(SCAN.format(put=put)) == "named"


OF_STATUS = """
from boto3.dynamodb.conditions import Key
orders = boto3.resource("dynamodb").Table("orders")

def work(event):
    found = orders.query(IndexName="by-state", KeyConditionExpression=Key("state").eq("paid"))
    for order in found["Items"]:
        {body}

def mark(order):
    orders.update_item(Key=order, UpdateExpression="SET #s = :s", ExpressionAttributeNames={{"#s": "state"}})

def touch(order):
    orders.update_item(Key=order, UpdateExpression="SET seen = :s")
"""


@pytest.mark.parametrize(
    "body",
    [
        "ship(order); mark(order)",
        'orders.update_item(Key=order, UpdateExpression="SET state = :s")',
        'ship(order); orders.delete_item(Key={"id": order["id"]})',
    ],
)
def test_what_leaves_the_list_with_its_work(body: str) -> None:
    assert fills(OF_STATUS.format(body=body)) == "few"


@pytest.mark.parametrize(
    "body",
    [
        "ship(order)",
        "ship(order); touch(order)",
        'orders.delete_item(Key={"id": order["id"]})',
        "\n        if order['late']:\n            continue\n        mark(order)",
        "\n        if order['late']:\n            mark(order)",
    ],
)
def test_what_may_stay_in_the_list(body: str) -> None:
    assert fills(OF_STATUS.format(body=body)) == "named"


def test_what_leaves_the_list_with_the_work_of_a_caller() -> None:
    code = """
    from boto3.dynamodb.conditions import Key
    orders = boto3.resource("dynamodb").Table("orders")

    def paid():
        return orders.query(IndexName="by-state", KeyConditionExpression=Key("state").eq("paid"))["Items"]

    def work(event):
        for order in paid():
            orders.update_item(Key=order, UpdateExpression="SET state = :s")
    """
    assert fills(code) == "few"


IN_BUCKET = """
s3 = boto3.client("s3")

def work(event):
    for one in s3.list_objects_v2(Bucket="inbox", Prefix="incoming/")["Contents"]:
        {body}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('load(one["Key"]); s3.delete_object(Bucket="inbox", Key=one["Key"])', "few"),
        ('s3.delete_object(Bucket="inbox", Key=one["Key"])', "page"),
        ('load(one["Key"])', "page"),
    ],
)
def test_objects_that_are_processed_and_deleted(body: str, expected: str) -> None:
    assert fills(IN_BUCKET.format(body=body)) == expected


LIMITED = """
scores = boto3.resource("dynamodb").Table("scores")

def work(event):
    items = scores.scan()["Items"]
    if {test}:
        return "full"
    scores.put_item(Item=event)
    return items
"""


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("len(items) >= 100", "few"),
        ("len(items) > MOST", "few"),
        ("len(items) > 0", "named"),
        ("len(event) > 20", "named"),
    ],
)
def test_lists_that_are_limited(test: str, expected: str) -> None:
    assert fills(LIMITED.format(test=test)) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        *(("daily_stats", "few"), ("summaries", "few"), ("tenants", "few"), ("tickers", "few"), ("totals-dev", "few")),
        *(("user_stats", "named"), ("customer_watchlists", "named"), ("prices", "named")),
    ],
)
def test_names_of_few(table: str, expected: str) -> None:
    code = f'def work(event):\n    return boto3.resource("dynamodb").Table("{table}").scan()["Items"]\n'
    assert fills(code) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("year", "trip_count"), "few"),
        (("dim_month", "amount_sum", "user"), "few"),
        (("date", "total"), "named"),  # an order
        (("year", "title"), "named"),
    ],
)
def test_totals_of_periods(keys: tuple[str, ...], expected: str) -> None:
    read = ", ".join(f'one["{key}"]' for key in keys)
    assert fills(f'def work(event):\n    return [({read}) for one in orders.scan()["Items"]]\n' + ORDERS) == expected


ORDERS = '\norders = boto3.resource("dynamodb").Table("orders")\n'


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("users/list.py", "named"),
        ("api/orders/get_all.py", "named"),
        ("functions/get-users/app.py", "named"),
        ("functions/listOrders/index.py", "named"),
        ("users/repository.py", None),
        ("jobs/app.py", None),
        ("sites/list.py", None),
    ],
)
def test_what_a_folder_tells(path: str, expected: str | None) -> None:
    code = 'def handler(event, context):\n    return boto3.resource("dynamodb").Table(NAME).scan()["Items"]\n'
    (one,) = reads(code, path)
    assert (one.fills if isinstance(one.fills, str) else None) == expected


@pytest.mark.parametrize("function", ["order_statistics", "user_totals"])
def test_a_function_that_makes_totals_says_nothing_of_the_table(function: str) -> None:
    code = f'def work(event):\n    return {function}(event["table"])\n\ndef {function}(name):\n'
    assert fills(code + '    return boto3.resource("dynamodb").Table(name).scan()["Items"]\n') != "few"


@pytest.mark.parametrize(
    ("condition", "asks_for"),
    [
        ('Key("stage").eq("done") & Key("at").lt(event["now"])', "kind"),
        ('"stage = :done AND at <= :now", ExpressionAttributeValues={":done": "done", ":now": event["now"]}', "kind"),
        ('Key("stage").eq("done") & Key("at").gte(event["since"])', "part"),
        ('Key("stage").eq("done") & Key("at").between(event["since"], now)', "part"),
        ('Key("stage").eq("done") & Key("id").begins_with(event["id"])', "part"),
        ('Key("user").eq(event["user"]) & Key("at").lt(event["now"])', "part"),
    ],
)
def test_what_a_constant_and_a_time_ask_for(condition: str, asks_for: str) -> None:
    code = f'def work(event):\n    return table.query(KeyConditionExpression={condition})["Items"]\n'
    assert read_of("from boto3.dynamodb.conditions import Key\n" + code).asks_for == asks_for


@pytest.mark.parametrize(
    ("code", "used"),
    [
        ('return {"count": len(found["Items"])}', "tallied"),
        ('return {"statusCode": 200, "body": json.dumps({"count": found["Count"]})}', "tallied"),
        ('number = len(found["Items"])\nreturn {"text": f"{number} stories"}', "tallied"),
        ('return respond(200, {"count": found["Count"]})', "tallied"),
        ('return found["Count"]', "counted"),
        ('number = found["Count"]\nreturn {"full": number > limit, "count": number}', "counted"),
        ('return {"share": len(found["Items"]) / total}', "counted"),
        ('if found["Count"] == 0:\n    raise KeyError', "tested"),
        ('logger.info("%s stories", len(found["Items"]))', "tallied"),
        ('print(found["Count"])\nif found["Count"] == 0:\n    raise KeyError', "tested"),
    ],
)
def test_counts(code: str, used: str) -> None:
    body = "\n".join(f"    {line}" for line in code.split("\n"))
    assert read_of(f"def work(event):\n    found = table.scan()\n{body}\n").used == used


def test_a_token_that_is_none_asks_for_no_page() -> None:
    code = """
    def work(event):
        request = {"UserPoolId": event["pool"], "PaginationToken": None}
        return boto3.client("cognito-idp").list_users(UserPoolId="p", PaginationToken=None)["Users"]
    """
    assert read_of(code).next_page == "no"


@pytest.mark.parametrize(
    ("condition", "filtered"),
    [
        ('Attr("id").ne(event["id"])', "no"),
        ('"#id <> :own"', "no"),
        ('Attr("state").ne("done")', "yes"),
        ('Attr("id").ne(event["id"]) & Attr("state").eq("open")', "yes"),
    ],
)
def test_a_filter_that_drops_one_item(condition: str, filtered: str) -> None:
    code = f'def work(event):\n    return table.scan(FilterExpression={condition}, Limit=20)["Items"]\n'
    assert read_of("from boto3.dynamodb.conditions import Attr\n" + code).filtered == filtered
