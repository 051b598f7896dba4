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
