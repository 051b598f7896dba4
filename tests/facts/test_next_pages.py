"""Which of several lists of a function is read to its end."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.list_read import ListRead
from invocation_lint.source.parsing.tree import parse

HEAD = """\
import boto3
table = boto3.resource("dynamodb").Table("stories")
s3 = boto3.client("s3")
iam = boto3.client("iam")
ecs = boto3.client("ecs")
"""


def reads(code: str) -> dict[str, ListRead]:
    """The reads of a module, the last one of each operation."""
    found = facts_of(parse((HEAD + dedent(code)).encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    return {fact.data.operation: fact.data for fact in found if fact.kind == "list_read"}


PAGED = """\
    keys = []
    page = s3.list_objects_v2(Bucket="b")
    keys += [one["Key"] for one in page["Contents"]]
    while page["IsTruncated"]:
        page = s3.list_objects_v2(Bucket="b", ContinuationToken=page["NextContinuationToken"])
        keys += [one["Key"] for one in page["Contents"]]
"""
BY_PAGINATOR = """\
    keys = []
    paginator = s3.get_paginator("list_objects_v2")
    for some in paginator.paginate(Bucket="b"):
        keys += [one["Key"] for one in some["Contents"]]
"""


@pytest.mark.parametrize(
    "code",
    [
        f'def work():\n{PAGED}    return keys, iam.list_roles()["Roles"]\n',
        f'def work():\n{PAGED}    page = iam.list_roles()\n    return keys, page["Roles"]\n',
        f'def work():\n{BY_PAGINATOR}    roles = iam.list_roles()["Roles"]\n    return keys, roles\n',
        'def work(token):\n    check(token)\n    return iam.list_roles()["Roles"]\n',
        'def work(offset):\n    roles = iam.list_roles()["Roles"]\n    return [one for one in roles if one > offset]\n',
        (
            "def work(db):\n    cursor = db.cursor()\n    for one in iam.list_roles()['Roles']:\n"
            "        cursor.execute('insert', one)\n    cursor.close()\n"
        ),
        "class R:\n    def work(self, token):\n        self.token = token\n        return iam.list_roles()['Roles']\n",
    ],
)
def test_what_is_done_about_another_list_does_not_count(code: str) -> None:
    assert reads(code)["list_roles"].next_page == "no"


@pytest.mark.parametrize(
    "code",
    [
        'def work(key):\n    page = iam.list_roles()\n    token = page.get(key)\n    return page["Roles"], token\n',
        'def work():\n    page = iam.list_roles()\n    fetch_all_pages(page)\n    return page["Roles"]\n',
        'def work(api):\n    next_token = api.more()\n    return iam.list_roles()["Roles"], next_token\n',
        (
            "def work():\n    roles = []\n    request = {}\n    while True:\n        page = iam.list_roles(**request)\n"
            "        roles += page['Roles']\n        if not page.get('Marker'):\n            return roles\n"
            "        request['Marker'] = page['Marker']\n"
        ),
        "def work():\n    some = iam.list_roles()['Roles']\n    return some + iam.list_roles(Marker=some)['Roles']\n",
        "def work():\n    roles = (page := iam.list_roles())['Roles']\n    return roles, page['IsTruncated']\n",
        (
            "def work():\n    for some in iam.get_paginator('list_roles').paginate():\n        keep(some['Roles'])\n"
            "    return iam.list_roles()['Roles']\n"
        ),
    ],
)
def test_what_may_be_done_about_a_list_counts(code: str) -> None:
    assert reads(code)["list_roles"].next_page == "yes"


def test_a_total_beside_a_list_whose_pages_are_followed() -> None:
    code = """
    def work(condition, page, size):
        counted = table.scan(Select="COUNT", FilterExpression=condition)
        answer = table.scan(Limit=size, FilterExpression=condition, ExclusiveStartKey=page)
        return answer["Items"], answer.get("LastEvaluatedKey"), counted["Count"]
    """
    found = facts_of(parse((HEAD + dedent(code)).encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    pages = [(one.data.next_page, one.data.used) for one in found if one.kind == "list_read"]
    assert pages == [("no", "tallied"), ("yes", "kept")]


@pytest.mark.parametrize(
    ("use", "used"),
    [
        ("return answer['Count']", "counted"),
        ("total = answer['Count']\nreturn total + 1", "counted"),
        ("if answer['Count'] == 0:\n    return None", "tested"),
        ("return answer['Count'] > 0", "tested"),
        ("print(answer['Count'])", "tallied"),
        ("if len(answer['Items']) == 1:\n    return None", "tested"),
        ("if 0 < len(answer['Items']):\n    return None", "tested"),
        ("if not len(answer['Items']):\n    return None", "tested"),
        ("if len(answer['Items']) == len(other):\n    return None", "counted"),
        ("if len(answer['Items']) >= other:\n    return None", "counted"),
    ],
)
def test_what_is_done_with_the_number_of_entries(use: str, used: str) -> None:
    lines = "\n".join(f"    {line}" for line in ["answer = table.scan()", *use.split("\n")])
    code = f"def work(other):\n{lines}\n"
    found = reads(code)
    assert found["scan"].used == used if found else used == "nothing"


POLLING = """
def work(wanted):
    while True:
        found = s3.list_objects(Bucket="b")["Contents"]
        {ends}
"""


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ("if len(found) == len(wanted): break", "no"),
        ("if not found: break", "yes"),
        ("for one in found: s3.delete_object(Bucket='b', Key=one['Key'])", "yes"),
        ("for one in found: call(one)", "yes"),
    ],
)
def test_whether_a_loop_may_leave_nothing(ends: str, told: str) -> None:
    assert reads(POLLING.format(ends=ends))["list_objects"].next_page == told


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("", "all"),
        ("cluster='c'", "parent"),
        ("cluster='c', family='f'", "named"),
        ("family='f'", "named"),
        ("cluster='c', desiredStatus='RUNNING'", "parent"),
    ],
)
def test_the_tasks_of_a_cluster(given: str, asked: str) -> None:
    assert reads(f"def work():\n    return ecs.list_tasks({given})['taskArns']\n")["list_tasks"].asks_for == asked


def test_the_stopped_tasks_of_a_cluster() -> None:
    code = "def work():\n    return ecs.list_tasks(cluster='c', desiredStatus='STOPPED')['taskArns']\n"
    assert isinstance(reads(code)["list_tasks"].asks_for, Unknown)
