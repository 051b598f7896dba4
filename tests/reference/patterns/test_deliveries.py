"""Events that move by queue, topic, bus, stream, schedule and state machine. Each is broken, and holds."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def orders(pattern):
    return pattern("orders")


def paid(orders, *ids):
    return sorted(item["order_id"] for item in orders.items("Payments") if item["order_id"] in ids)


def accepted(orders, *ids):
    status, body = orders.ask("POST", "/orders", {"orders": [{"id": name, "cents": 100} for name in ids]})
    assert (status, body) == (202, {"refused": []})


def test_one_bad_order_does_not_hold_up_the_others_and_is_kept(orders):
    good = [f"a{number}" for number in range(12)]
    orders.upstream.fail("a3", 503)
    orders.client("sqs").send_message(QueueUrl=orders.queue_url("Orders"), MessageBody="no order at all")
    accepted(orders, *good)
    orders.settle()
    assert paid(orders, *good) == sorted(good)
    assert orders.upstream.done == dict.fromkeys(good, 1)
    (dead,) = orders.client("sqs").receive_message(QueueUrl=orders.queue_url("Dead"))["Messages"]
    assert dead["Body"] == "no order at all"


def test_orders_outlive_the_death_of_their_worker(orders):
    orders.upstream.seconds = 2
    accepted(orders, "b1", "b2", "b3")
    orders.kill_when("Work", lambda: len(orders.upstream.asked) == 2)
    orders.settle()
    assert "killed" in orders.outcomes("Work")
    assert paid(orders, "b1", "b2", "b3") == ["b1", "b2", "b3"]
    assert orders.upstream.done == {"b1": 1, "b2": 1, "b3": 1}


def test_orders_that_come_twice_are_paid_once(orders):
    orders.service.faults.duplicate(orders.full("Work"))
    accepted(orders, "c1", "c2")
    accepted(orders, "c1")
    orders.settle()
    assert len(orders.runs("Work")) >= 2
    assert paid(orders, "c1", "c2") == ["c1", "c2"]
    assert orders.upstream.done == {"c1": 1, "c2": 1}


def test_orders_wait_while_the_worker_is_throttled(orders):
    orders.service.faults.throttle(orders.full("Work"))
    accepted(orders, "d1")
    orders.settle()
    assert paid(orders, "d1") == ["d1"]


def test_a_request_that_holds_no_orders_is_refused(orders):
    assert orders.ask("POST", "/orders", {"wishes": []})[0] == 400


@pytest.fixture
def fan(pattern):
    return pattern("fan_out")


def published(fan, name, *, kind="plain", cents=500):
    assert fan.ask("POST", "/orders", {"id": name, "kind": kind, "cents": cents})[0] == 202


def seen(fan, name):
    return sorted(item["key"].split("/")[0] for item in fan.items("Seen") if item["key"].endswith(f"/{name}"))


def test_each_subscriber_gets_what_it_asked_for(fan):
    published(fan, "plain")
    published(fan, "large", cents=20_000)
    published(fan, "premium", kind="premium")
    fan.settle()
    assert seen(fan, "plain") == ["audit", "mail"]
    assert seen(fan, "large") == ["audit", "fraud", "mail"]
    assert seen(fan, "premium") == ["audit", "concierge", "mail"]


def test_events_that_are_delivered_twice_are_noted_once(fan):
    for name in ("Mail", "Audit"):
        fan.service.faults.duplicate(fan.full(name))
    published(fan, "twice")
    fan.settle()
    assert (fan.outcomes("Mail"), fan.outcomes("Audit")) == (["success"] * 2, ["success"] * 2)
    assert seen(fan, "twice") == ["audit", "mail"]


def test_a_subscriber_that_fails_holds_up_nobody_and_loses_nothing(fan):
    order = {"id": "poison", "kind": "premium", "cents": "no number"}
    topic = f"arn:aws:sns:us-east-1:{fan.service.account}:fan_out-Topic"
    attributes = {"kind": {"DataType": "String", "StringValue": "premium"}}
    fan.client("sns").publish(TopicArn=topic, Message=json.dumps(order), MessageAttributes=attributes)
    entry = {"Source": "shop", "DetailType": "order.created", "EventBusName": "fan_out-orders"}
    fan.client("events").put_events(Entries=[{**entry, "Detail": json.dumps(order)}])
    published(fan, "sound", kind="premium")
    fan.settle()
    assert seen(fan, "sound") == ["audit", "concierge", "mail"]
    assert seen(fan, "poison") == []
    for dead in ("MailDead", "ConciergeDead"):
        assert [json.loads(body["Message"])["id"] for body in fan.messages(dead)] == ["poison"]
    assert [body["requestPayload"]["detail"]["id"] for body in fan.messages("BusDead")] == ["poison"]


def test_subscribers_that_are_throttled_or_killed_are_given_the_event_again(fan):
    fan.service.faults.throttle(fan.full("Mail"))
    fan.slow_and_killed("Audit", lambda: published(fan, "late"))
    fan.settle()
    assert fan.outcomes("Audit") == ["killed", "success"]
    assert seen(fan, "late") == ["audit", "mail"]


@pytest.fixture
def ledger(pattern):
    return pattern("ledger")


def put(ledger, account, *entries):
    for text, cents in entries:
        data = json.dumps({"text": text, "cents": cents})
        ledger.client("kinesis").put_record(StreamName=ledger.full("Entries"), Data=data, PartitionKey=account)


def account(ledger, name):
    (item,) = (item for item in ledger.items("Accounts") if item["id"] == name)
    return item["entries"], item["cents"]


def test_entries_are_booked_in_their_order(ledger):
    put(ledger, "ann", *((str(number), number) for number in range(20)))
    ledger.settle()
    assert account(ledger, "ann") == ([str(number) for number in range(20)], sum(range(20)))


def test_entries_that_come_again_are_not_booked_again(ledger):
    ledger.service.faults.duplicate(ledger.full("Book"))
    put(ledger, "bob", ("in", 100))
    ledger.settle()
    assert ledger.outcomes("Book") == ["success", "success"]
    ledger.slow_and_killed("Book", lambda: put(ledger, "bob", ("out", -30)))
    ledger.settle()
    assert ledger.outcomes("Book")[2:] == ["killed", "success"]
    assert account(ledger, "bob") == (["in", "out"], 70)


def test_an_entry_that_cannot_be_booked_is_kept_and_the_others_stay_in_order(ledger):
    put(ledger, "cleo", ("first", 1), ("second", 2), ("poison", "much"), ("third", 3))
    ledger.settle()
    assert account(ledger, "cleo") == (["first", "second", "third"], 6)
    (given_up,) = ledger.messages("NotBooked")
    assert given_up["KinesisBatchInfo"]["batchSize"] == 1
    assert given_up["requestContext"]["condition"] == "RetryAttemptsExhausted"


@pytest.fixture
def fulfilment(pattern):
    found = pattern("fulfilment")
    found.client("dynamodb").put_item(
        TableName=found.full("Steps"), Item={"key": {"S": "stock/lantern"}, "pieces": {"N": "50"}}
    )
    return found


def begun(fulfilment, name, *, article="lantern", cents=900):
    order = {"id": name, "article": article, "cents": cents}
    status, body = fulfilment.ask("POST", "/orders", order)
    assert (status, body) == (202, {"execution": f"order-{name}"})


def execution(fulfilment, name):
    (found,) = (
        each
        for each in fulfilment.service.machine_executions(fulfilment.full("Fulfilment"))
        if each.arn.endswith(f":order-{name}")
    )
    return found


def noted(fulfilment, name):
    return sorted(item["key"].split("/")[0] for item in fulfilment.items("Steps") if item["key"].endswith(f"/{name}"))


def pieces(fulfilment):
    (shelf,) = (item for item in fulfilment.items("Steps") if item["key"] == "stock/lantern")
    return shelf["pieces"]


def test_an_order_goes_through_all_steps_once(fulfilment):
    begun(fulfilment, "o1")
    begun(fulfilment, "o1")
    fulfilment.settle()
    begun(fulfilment, "o1", cents=5)
    fulfilment.settle()
    assert execution(fulfilment, "o1").status == "SUCCEEDED"
    assert noted(fulfilment, "o1") == ["paid", "told"]
    assert fulfilment.upstream.done == {"o1": 1}
    assert pieces(fulfilment) == 49


def test_steps_are_tried_again_and_nothing_is_paid_twice(fulfilment):
    fulfilment.upstream.seconds = 3
    fulfilment.upstream.fail("o2", 503)
    fulfilment.service.faults.throttle(fulfilment.full("Reserve"), times=2)
    begun(fulfilment, "o2")
    fulfilment.kill_when("Pay", lambda: len(fulfilment.upstream.asked) == 2)
    fulfilment.settle()
    ended = execution(fulfilment, "o2")
    assert ended.status == "SUCCEEDED", ended
    assert fulfilment.outcomes("Pay")[:2] == ["error", "killed"]
    assert fulfilment.upstream.done["o2"] == 1
    assert pieces(fulfilment) == 49


def test_a_payment_is_taken_back_when_there_are_no_goods(fulfilment):
    fulfilment.upstream.fail("back-o3", 503, 503)
    begun(fulfilment, "o3", article="compass")
    fulfilment.settle()
    failed = execution(fulfilment, "o3")
    assert (failed.status, failed.error) == ("FAILED", "NotFulfilled")
    assert fulfilment.upstream.done == {"o3": 1, "back-o3": 1}
    assert "paid back" in noted(fulfilment, "o3")


def test_an_order_that_is_wrong_is_not_paid(fulfilment):
    begun(fulfilment, "o4", cents=0)
    fulfilment.settle()
    failed = execution(fulfilment, "o4")
    assert (failed.status, failed.error) == ("FAILED", "InvalidOrderError")
    assert len(fulfilment.runs("Validate")) == 1
    assert fulfilment.upstream.asked == []


@pytest.fixture
def report(pattern):
    found = pattern("daily_report")
    for day, cents in (("2026-03-01", 100), ("2026-03-01", 250), ("2026-03-02", 999)):
        item = {"day": {"S": day}, "id": {"S": f"sale-{cents}"}, "cents": {"N": str(cents)}}
        found.client("dynamodb").put_item(TableName=found.full("Sales"), Item=item)
    return found


def stored(report, day):
    held = report.client("s3").get_object(Bucket="daily_report-reports", Key=f"reports/{day}.json")
    with held["Body"] as body:
        return json.loads(body.read())


def test_a_report_is_of_its_day_whenever_it_is_made_and_told_once(report):
    event = {"time": "2026-03-02T08:00:00Z"}
    report.slow_and_killed("Report", lambda: report.invoke("Report", event, later=True))
    report.service.faults.duplicate(report.full("Report"))
    report.invoke("Report", event, later=True)
    report.settle()
    assert sorted(report.outcomes("Report")) == ["killed", "success", "success", "success"]
    assert stored(report, "2026-03-01") == {"day": "2026-03-01", "cents": 350}
    (message,) = report.messages("Told.fifo")
    assert message == {"day": "2026-03-01", "cents": 350}


def test_a_report_that_is_stored_stays(report):
    report.invoke("Report", {"time": "2026-03-03T08:00:00Z"})
    item = {"day": {"S": "2026-03-02"}, "id": {"S": "late"}, "cents": {"N": "1"}}
    report.client("dynamodb").put_item(TableName=report.full("Sales"), Item=item)
    report.invoke("Report", {"time": "2026-03-03T08:00:00Z"})
    assert stored(report, "2026-03-02")["cents"] == 999


@pytest.fixture
def credits_(pattern):
    return pattern("credits")


def balance(credits_, user):
    (item,) = (item for item in credits_.items("Users") if item["id"] == f"user/{user}")
    return item["credits"]


def test_credits_are_granted_once_for_a_request(credits_):
    event = {"requestId": "r1", "userId": "ann", "credits": 10}
    first, second = credits_.invoke("Grant", event), credits_.invoke("Grant", event)
    assert first == second == {"userId": "ann", "credits": 10}
    assert credits_.invoke("Grant", {**event, "requestId": "r2"})["credits"] == 20
    assert [each["reference"] for each in credits_.upstream.asked] == ["r1", "r2"]


def test_credits_are_granted_once_when_the_worker_dies_after_it(credits_):
    credits_.upstream.seconds = 10
    credits_.invoke("Grant", {"requestId": "r3", "userId": "bob", "credits": 10}, later=True)
    credits_.kill_when("Grant", lambda: len(credits_.upstream.asked) == 1)
    assert balance(credits_, "bob") == 10
    credits_.settle()
    assert credits_.outcomes("Grant") == ["killed", "success"]
    assert balance(credits_, "bob") == 10


def test_credits_are_granted_once_when_an_event_comes_twice_at_a_time(credits_):
    credits_.upstream.seconds = 10
    credits_.service.faults.duplicate(credits_.full("Grant"))
    credits_.invoke("Grant", {"requestId": "r4", "userId": "cleo", "credits": 10}, later=True)
    credits_.settle()
    assert len(credits_.runs("Grant")) >= 2
    assert balance(credits_, "cleo") == 10
    assert credits_.upstream.done["r4"] == 1


@pytest.fixture
def prices(pattern):
    found = pattern("prices")
    found.service.forget_sandboxes(found.full("Price"))
    found.service.warm(found.full("Price"))
    set_prices(found, lantern=1500, rope=400)
    return found


def set_prices(prices, **cents):
    prices.client("ssm").put_parameter(Name=prices.full("Prices"), Value=json.dumps(cents), Overwrite=True)


def bill(prices, name):
    with prices.client("s3").get_object(Bucket="prices-bills", Key=f"bills/{name}.txt")["Body"] as body:
        return body.read().decode()


def total(prices, name, *articles):
    return prices.invoke("Price", {"id": name, "articles": articles})["cents"]


def test_what_is_kept_is_used_again_and_does_not_grow_old(prices):
    assert total(prices, "p1", "lantern") == 1500
    set_prices(prices, lantern=1, rope=2)
    assert total(prices, "p2", "lantern") == 1500
    prices.service.clock.sleep(121)
    assert total(prices, "p3", "lantern") == 1
    assert len({run.sandbox for run in prices.runs("Price")}) == 1


def test_nothing_of_one_event_is_in_another(prices):
    assert total(prices, "p4", "lantern", "rope") == 1900
    with pytest.raises(KeyError):
        total(prices, "p5", "rope", "dragon")
    assert total(prices, "p6", "rope") == 400
    assert bill(prices, "p6") == "rope: 400\ntotal: 400"


def test_an_environment_that_dies_takes_nothing_along(prices):
    assert total(prices, "p7", "rope") == 400
    set_prices(prices, rope=5)
    assert prices.service.faults.kill_worker(prices.full("Price")) == 1
    assert total(prices, "p8", "rope") == 5
    assert [run.cold for run in prices.runs("Price")] == [False, True]
