"""What an event leaves for the next one: names that only some events set, sums, default values, files under /tmp."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.building.handling.state.left_state import ADDED_TO, APPENDED, DEFAULT, FILLED, SET_BY_SOME
from invocation_lint.source.parsing.tree import parse

CODE = """\
user = None
count = 0
found = []
headers = {"Content-Type": "application/json"}
errors = {}
REPORT = "/tmp/report.csv"


def put(line, lines=[]):
    lines.append(line)
    return lines


def check(order):
    if not order.get("id"):
        errors["id"] = "missing"


def handler(event, context):
    global user, count
    BODY
"""


def left(body: str) -> tuple[str, str] | None:
    code = CODE.replace("BODY", body.replace("\n", "\n    "))
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    (fact,) = [fact.data for fact in told.facts if fact.kind == "handler"]
    return None if fact.kept_state is None else (fact.kept_state, fact.kept_how)


ANSWER = "return {'user': user, 'headers': headers}"


@pytest.mark.parametrize(
    ("body", "name", "how"),
    [
        (f"if event.get('user'):\n    user = event['user']\n{ANSWER}", "user", SET_BY_SOME),
        (f"if 'user' in event:\n    user = event['user']\n{ANSWER}", "user", SET_BY_SOME),
        (f"name = event.get('name')\nif name:\n    user = name.title()\n{ANSWER}", "user", SET_BY_SOME),
        (f"if event['cors']:\n    headers['Origin'] = event['origin']\n{ANSWER}", 'headers["Origin"]', SET_BY_SOME),
        ("check(event)\nif errors:\n    return 400\nreturn 200", 'errors["id"]', SET_BY_SOME),
        ("for one in event['items']:\n    count += one['price']\nreturn {'sum': count}", "count", ADDED_TO),
        ("for one in event['items']:\n    lines = put(one)\nreturn lines", "lines", DEFAULT),
        ("with open('/tmp/a.csv', 'a') as out:\n    out.write(event['line'])", "/tmp/a.csv", APPENDED),
        ("with open(REPORT, mode='a+') as out:\n    out.write(event['line'])", "/tmp/report.csv", APPENDED),
        ("found.append(event['id'])\nreturn found", "found", FILLED),
    ],
)
def test_what_one_event_leaves_is_found(body: str, name: str, how: str) -> None:
    assert left(body) == (name, how)


@pytest.mark.parametrize(
    "body",
    [
        # set anew by each event
        f"user = None\nif event.get('user'):\n    user = event['user']\n{ANSWER}",
        f"if event.get('user'):\n    user = event['user']\nelse:\n    user = 'nobody'\n{ANSWER}",
        f"user = event.get('user')\n{ANSWER}",
        f"if event['cors']:\n    headers['Origin'] = event['origin']\n{ANSWER}\nheaders.pop('Origin', None)",
        "errors.clear()\ncheck(event)\nif errors:\n    return 400\nreturn 200",
        "count = 0\nfor one in event['items']:\n    count += one['price']\nreturn {'sum': count}",
        # made once, or until a time
        f"if user is None:\n    user = event['user']\n{ANSWER}",
        f"if not user and event.get('user'):\n    user = event['user']\n{ANSWER}",
        f"if event['now'] > event['until']:\n    user = event['user']\n{ANSWER}",
        # decided by no event
        f"if context:\n    user = 'someone'\n{ANSWER}",
        # read only where it was set, or by nobody
        "if event.get('user'):\n    user = event['user']\n    return {'user': user}\nreturn {}",
        "if event.get('user'):\n    user = event['user']\nreturn {}",
        "if event.get('user'):\n    user = event['user']\nprint(user)\nreturn {}",
        # of the function itself
        "own = {}\nif event.get('user'):\n    own['user'] = event['user']\nreturn own",
        # counted for something else than the answer
        "count += 1\nif count > 100:\n    return 1\nreturn 0",
        "count += 1\nprint(count)\nreturn 0",
        # given each time
        "lines = []\nfor one in event['items']:\n    lines = put(one, lines)\nreturn lines",
        "for one in event['items']:\n    lines = put(one, lines=[])\nreturn lines",
        # written anew, or deleted
        "open('/tmp/a.csv', 'w').close()\nwith open('/tmp/a.csv', 'a') as out:\n    out.write(event['line'])",
        "with open('/tmp/a.csv', 'a') as out:\n    out.write(event['line'])\nos.remove('/tmp/a.csv')",
        "with open(f'/tmp/{context.aws_request_id}', 'a') as out:\n    out.write(event['line'])",
        "with open('/mnt/data/a.csv', 'a') as out:\n    out.write(event['line'])",
    ],
)
def test_what_does_not_reach_the_next_event_is_not(body: str) -> None:
    assert left(body) is None
