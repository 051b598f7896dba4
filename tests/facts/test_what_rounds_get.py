"""Whether what the rounds of a loop get is for each round, or needed together by a later step."""

from __future__ import annotations

import pytest

from tests.analysis.asking import HEAD, ask

LOOP = """
def ask(job):
    response = client.invoke(FunctionName="price", Payload=json.dumps({"id": job.id}))
    return json.loads(response["Payload"].read())


def run(jobs, table, log, found, self):
    total, prices, seen, answer = 0, {}, set(), None
    for job in jobs:
BODY
    return REST
"""


def answers(body: str, rest: str = "None") -> str | None:
    """What becomes of the answers in a loop with this body, behind which a value is returned."""
    text = "\n".join(f"        {line}" for line in body.splitlines())
    told = ask(LOOP.replace("BODY", text).replace("REST", rest), head=HEAD).facts
    (fact,) = [one for one in told if one.function == "run"]
    return fact.data.in_loop.answers


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        ("total += ask(job)['price']", "total"),
        ("prices[job.id] = ask(job)", "prices"),
        ("answer = ask(job)\nprice = answer['price']\nprices[job.id] = price", "len(prices)"),
        ("seen.add(ask(job)['name'])", "sorted(seen)"),
        ("answer = ask(job)\nlog.info(answer)", "answer"),
        ("prices.update(ask(job))", "prices"),
        ("found.append(ask(job))", "None"),
        ("self.prices.append(ask(job))", "None"),
        ("self.last = ask(job)", "None"),
        ("answer = ask(answer or job)", "None"),
        ("yield ask(job)", "None"),
        ("job['price'] = ask(job)", "jobs"),
        ("job.rows = ask(job)['rows']", "{'jobs': jobs}"),
        ("one = ask(job)\nif one:\n    found.extend(one['rows'])", "None"),
    ],
)
def test_a_later_step_needs_them_all(body: str, rest: str) -> None:
    assert answers(body, rest) == "together"


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        ("ask(job)", "None"),
        ("job.price = ask(job)['price']\njob.save()", "None"),
        ("answer = ask(job)\ntable.update_item(Key={'id': job.id}, Price=answer['price'])", "None"),
        ("table.insert(ask(job))", "None"),
        ("answer = ask(job)\nif answer['price'] > 3:\n    log.warning('dear: %s', job)", "None"),
        ("prices[job.id] = ask(job)", "None"),
        ("prices[job.id] = ask(job)\nlog.info(prices)", "None"),
        ("ask(job)\nfound.append(job.id)\ntotal += 1", "total"),
        ("row = table.find(job)\nrow['price'] = ask(job)\nrow.save()", "None"),
        ("job['price'] = ask(job)\nlog.info(jobs)", "None"),
        ("job.price = ask(job)\njob.save()", "len(found)"),
        ("row = {}\nrow.update(ask(job))\ntable.put(row)", "None"),
    ],
)
def test_each_is_for_its_own_round(body: str, rest: str) -> None:
    assert answers(body, rest) == "each"


HANDLER = """
def ask(job):
    response = client.invoke(FunctionName="price", Payload=json.dumps({"id": job}))
    return json.loads(response["Payload"].read())


def handler(event, context):
    prices, found = {}, []
BODY
"""


def answers_of_handler(body: str) -> str | None:
    """What becomes of the answers of a loop in a handler."""
    text = "\n".join(f"    {line}" for line in body.splitlines())
    told = ask(HANDLER.replace("BODY", text), head=HEAD).facts
    (fact,) = [one for one in told if one.kind == "invocation" and one.function == "handler"]
    return fact.data.in_loop.answers


FILLS = "for job in event['jobs']: prices[job] = ask(job)\n"
ADDS = "for job in event['jobs']: found.append(ask(job))\n"


@pytest.mark.parametrize(
    "body",
    [
        FILLS + "return prices",
        FILLS + "return {'statusCode': 200, 'body': json.dumps(prices)}",
        FILLS + "log.info('%s', prices)\nreturn json_response(200, {'prices': prices, 'count': len(prices)})",
        FILLS + "body = json.dumps({'prices': prices})\nreturn {'statusCode': 200, 'body': body}",
        FILLS + "answer = {'prices': prices}\nbody = json.dumps(answer)\nreturn {'statusCode': 200, 'body': body}",
        ADDS + "return found",
        ADDS + "return {'rows': [1, found]}",
        "for job in event['jobs']:\n    row = ask(job)\n    found.append({'price': row['price']})\nreturn found",
        "return [ask(job) for job in event['jobs']]",
        "return {'prices': {job: ask(job) for job in event['jobs']}}",
        "rows = [ask(job) for job in event['jobs']]\nreturn {'body': json.dumps(rows)}",
    ],
)
def test_what_a_handler_only_returns_is_for_each_round(body: str) -> None:
    assert answers_of_handler(body) == "each"


@pytest.mark.parametrize(
    "body",
    [
        FILLS + "return sum(prices.values())",
        FILLS + "return prices['best']",
        FILLS + "if not prices: return {'statusCode': 404}\nreturn prices",
        FILLS + "keep(prices)\nreturn prices",
        FILLS + "body = json.dumps(prices)\ntable.put(body)\nreturn {'body': body}",
        ADDS + "return sorted(found, key=str)",
        ADDS + "for row in found: table.put(row)\nreturn found",
        ADDS + "return [row['price'] for row in found]",
        "rows = [ask(job) for job in event['jobs']]\nreturn max(rows)",
        "for job in event['jobs']:\n    row = ask(job)\n    found.append(row)\nreturn {'rows': found, 'last': row}",
    ],
)
def test_what_a_handler_does_more_with_is_needed_together(body: str) -> None:
    assert answers_of_handler(body) == "together"
