"""What a read of a page asks for where names stand between the request and its parts."""

from __future__ import annotations

from textwrap import indent

import pytest

from invocation_lint.facts.base import Unknown
from tests.facts.test_list_reads import reads

AROUND = """\
from boto3.dynamodb.conditions import Attr, Key
from constants import ENTITY, Status
ACTIVE = ["RUNNING", "PAUSED"]
kinds = ("story", "page")
KIND = "ENTITY#STORY"
"""


def asked(code: str, parameters: str = "name") -> list[object]:
    return [one.asks_for for one in reads(f"{AROUND}\ndef work({parameters}):\n{indent(code, '    ')}\n")]


def by(value: str, column: str = "pk") -> str:
    return f'table.query(KeyConditionExpression=Key("{column}").eq({value}))["Items"]'


@pytest.mark.parametrize(
    "code",
    [
        f"return {by('ENTITY')}",
        f"return {by('Status.DONE.value')}",
        f"return {by('self.KIND')}",
        f"return {by('1', 'active')}",
        "return " + by('KIND + "#all"'),
        "return " + by('"all#{}".format(KIND)'),
        f'pk = "STORY#ALL"\nreturn {by("pk")}',
        f'pk: str = f"{{KIND}}#ALL"\nreturn {by("pk")}',
        f'if name:\n    pk = "A"\nelse:\n    pk = "B"\nreturn {by("pk")}',
        f"for one in ACTIVE:\n    call({by('one')})",
        f"for one in kinds:\n    call({by('one')})",
        f'for one in ("A", KIND):\n    call({by("one")})',
        f'wanted = ["A", KIND]\nreturn [{by("one")} for one in wanted]',
        f"return {by('name', 'orderStatus')}",
        'request = dict(KeyConditionExpression=Key("pk").eq(KIND))\nreturn table.query(**request)["Items"]',
        (
            'base = {"IndexName": "a"}\nrequest = {**base, "KeyConditionExpression": Key("pk").eq("A")}\n'
            'return table.query(**request)["Items"]'
        ),
    ],
)
def test_everything_of_a_kind(code: str) -> None:
    assert asked(code) == ["kind"]


@pytest.mark.parametrize(
    "code",
    [
        f"return {by('pk')}",
        f'pk = pk or "A"\nreturn {by("pk")}',
        f'pk = "A"\npk += name\nreturn {by("pk")}',
        f'pk = f"DAY#{{name}}"\nreturn {by("pk")}',
        f"for pk in name:\n    call({by('pk')})",
        f"for pk, other in ACTIVE:\n    call({by('pk')})",
        f"for pk in [KIND, name]:\n    call({by('pk')})",
        f"with name as pk:\n    return {by('pk')}",
        f"return {by('Status.done')}",
        f"return {by('KIND + name')}",
    ],
)
def test_a_part_that_data_names(code: str) -> None:
    assert asked(code, "name, pk=None") == ["part"]


def test_a_name_for_a_constant_tells_what_the_table_holds() -> None:
    code = f'def work():\n    pk = "CONFIG"\n    return {by("pk")}\n'
    assert [one.entries for one in reads(AROUND + code)] == ["settings"]
    code = f"from constants import SETTINGS_KEY\ndef work():\n    return {by('SETTINGS_KEY')}\n"
    assert [one.entries for one in reads(AROUND + code)] == ["settings"]


OWN = """\
def work(start):
    base = {"FilterExpression": Attr("a").eq(1)}
    total = table.scan(Select="COUNT", **base)["Count"]
    request = base.copy()
    if start:
        request["ExclusiveStartKey"] = start
    page = table.scan(**request)
    return page["Items"], page.get("LastEvaluatedKey"), total
"""


def test_a_mapping_of_another_call_says_nothing_of_the_next_page() -> None:
    assert [(one.used, one.next_page) for one in reads(AROUND + OWN)] == [("tallied", "no"), ("kept", "yes")]


@pytest.mark.parametrize("filled", ["request.update(more)", "fill(request)", "request[more] = 1", "more.of(request)"])
def test_a_mapping_may_get_a_token_elsewhere(filled: str) -> None:
    code = f'request = {{"Limit": 5}}\n{filled}\nreturn table.scan(**request)["Items"], "ExclusiveStartKey"'
    assert [one.next_page for one in reads(f"{AROUND}\ndef work(more):\n{indent(code, '    ')}\n")] == ["yes"]


@pytest.mark.parametrize(
    ("code", "used"),
    [
        ('for one in table.scan()["Items"] + name:\n    call(one)', "looped"),
        ('for one in name + table.scan().get("Items", []):\n    call(one)', "looped"),
        ('return [*name, *table.scan()["Items"]]', "returned"),
        ('every = [*table.scan()["Items"]]\nfor one in every:\n    call(one)', "looped"),
    ],
)
def test_entries_become_a_part_of_a_longer_list(code: str, used: str) -> None:
    assert [one.used for one in reads(f"{AROUND}\ndef work(name):\n{indent(code, '    ')}\n")] == [used]


def test_a_module_that_gets_its_clients_from_another_one() -> None:
    code = "def all_groups(iam):\n    return [one['GroupName'] for one in iam.list_groups()['Groups']]\n"
    assert [one.service for one in reads(code)] == ["iam"]


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ('["CREATE_COMPLETE", "UPDATE_COMPLETE"]', "all"),
        ('("CREATE_COMPLETE", "UPDATE_COMPLETE", "ROLLBACK_COMPLETE")', "all"),
        ('["DELETE_FAILED"]', None),
        ('["ROLLBACK_COMPLETE", name]', None),
        ("name", None),
        ("[one for one in ACTIVE]", None),
    ],
)
def test_stacks_in_states_of_what_is_in_use(states: str, told: str | None) -> None:
    code = f'return boto3.client("cloudformation").list_stacks(StackStatusFilter={states})["StackSummaries"]'
    (found,) = asked(code)
    assert (None if isinstance(found, Unknown) else found) == told


@pytest.mark.parametrize(
    ("of_class", "column", "told"),
    [
        ("OrderHistoryRepository", "account", True),
        ("MessagesRepo", "session", True),
        ("AuditStore", "user", True),
        ("MessagesRepo", "message_id", False),
        ("OrderRepository", "orderId", False),
        ("MessageSender", "session", False),
        ("PersonRepository", "team", False),
    ],
)
def test_what_the_name_of_a_class_tells_of_its_table(of_class: str, column: str, told: bool) -> None:
    condition = f'Key("{column}").eq(name)'
    (made,) = reads(
        f"class {of_class}:\n    def work(self, name):\n"
        f'        return self.table.query(KeyConditionExpression={condition})["Items"]\n'
    )
    assert made.grows == "happenings" if told else isinstance(made.grows, Unknown)


@pytest.mark.parametrize(
    ("listed", "page"),
    [
        ("ecs.list_services(cluster='c')['serviceArns']", "10 entries"),
        ("ecs.list_services(cluster='c', maxResults=100)['serviceArns']", "100 entries"),
        ("states.get_execution_history(executionArn=arn, maxResults=300)['events']", "300 entries"),
        ("s3.list_objects_v2(Bucket='b', MaxKeys=5000)['Contents']", "1000 entries"),
    ],
)
def test_a_page_holds_what_is_asked_for(listed: str, page: str) -> None:
    code = (
        "import boto3\necs = boto3.client('ecs')\nstates = boto3.client('stepfunctions')\ns3 = boto3.client('s3')\n"
        f"def handler(event, context):\n    arn = event['arn']\n    return {listed}\n"
    )
    assert [one.page for one in reads(code)] == [page]


def test_a_limit_that_is_no_number_does_not_tell_what_a_page_holds() -> None:
    code = (
        "import boto3\necs = boto3.client('ecs')\n"
        "def handler(event, context):\n    most = event['most']\n"
        "    return ecs.list_services(cluster='c', maxResults=most)['serviceArns']\n"
    )
    assert [isinstance(one.page, Unknown) for one in reads(code)] == [True]
