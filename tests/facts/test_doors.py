"""Libraries that invoke functions for their caller: Airflow's operator and hook, Zappa's tasks, Chalice's clients."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.data.doors import doors
from invocation_lint.data.lambda_api import lambda_api
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.invocation import Invocation
from invocation_lint.source.parsing.tree import parse
from invocation_lint.source.scan import may_matter

OPERATOR = """
import json
from airflow.providers.amazon.aws.operators.lambda_function import LambdaInvokeFunctionOperator
"""
HOOK = """
import json
from airflow.providers.amazon.aws.hooks.lambda_function import LambdaHook
"""
TASK = """
from datetime import datetime
from zappa.asynchronous import run, task, task_sns
"""
CHALICE = "from chalice.test import Client\nfrom app import app\n"


def invocations(code: str) -> list[Invocation]:
    """The invocations in a piece of code, in order."""
    data = dedent(code).encode()
    assert may_matter(data)
    found = facts_of(parse(data, "dags/prices.py"), ContractBook(), AnalysisOptions()).facts
    own = sorted((fact.site.line, len(fact.chain), fact.data) for fact in found if fact.kind == "invocation")
    return [data for _, _, data in own]


def only(code: str) -> Invocation:
    found = invocations(code)
    assert len(found) == 1
    return found[0]


def test_the_data_names_parameters_of_invoke() -> None:
    known = lambda_api().operations["invoke"].parameters
    assert doors().by_call
    for door in doors().by_call.values():
        assert {name for name, _, _ in door.takes} <= known


def test_an_operator_sends_what_it_is_given() -> None:
    fact = only(
        OPERATOR
        + """
price = LambdaInvokeFunctionOperator(
    task_id="price", function_name="price", payload=json.dumps({"item": 3}), log_type="Tail", retries=2
)
"""
    )
    assert (fact.function.name, fact.invocation_type, fact.invocation_type_source) == (
        "price",
        "RequestResponse",
        "default",
    )
    assert fact.payload is not None
    assert [key.name for key in fact.payload.keys] == ["item"]  # type: ignore[union-attr]
    assert fact.arguments.refused == fact.arguments.unknown == ()
    assert fact.caller.kind == "task"
    assert isinstance(fact.service_error.seen_by_handler, Unknown), "Airflow takes it, and tries again"


@pytest.mark.parametrize(
    ("payload", "kind"), [("{'item': 3}", "dict"), ("None", None), ("'{}'", "str"), ("b'{}'", "bytes"), ("[3]", "list")]
)
def test_the_payload_of_an_operator_is_handed_on_as_it_is(payload: str, kind: str | None) -> None:
    fact = only(OPERATOR + f"LambdaInvokeFunctionOperator(task_id='a', function_name='price', payload={payload})\n")
    assert (fact.payload.python_type if fact.payload is not None else None) == kind


@pytest.mark.parametrize(
    ("payload", "parses"),
    [
        ("'{{ params.item }}'", None),
        ("'{% if x %}{}{% endif %}'", None),
        ('\'{"item": "{{ ds }}"}\'', None),
        ("'item {{ ds }}'", "no"),
        ("'item'", "no"),
    ],
)
def test_what_a_template_fills_in_is_not_known(payload: str, parses: str | None) -> None:
    fact = only(OPERATOR + f"LambdaInvokeFunctionOperator(task_id='a', function_name='price', payload={payload})\n")
    assert fact.payload is not None
    answer = fact.payload.parses_as_json
    assert (None if isinstance(answer, Unknown) else answer) == parses


@pytest.mark.parametrize(("pulled", "encoded"), [("first", ["$"]), ("other", [])])
def test_the_answer_of_another_task_is_json_already(pulled: str, encoded: list[str]) -> None:
    facts = invocations(
        OPERATOR
        + f"""
LambdaInvokeFunctionOperator(task_id="first", function_name="a")
LambdaInvokeFunctionOperator(
    task_id="second", function_name="b",
    payload=json.dumps("{{{{ ti.xcom_pull(task_ids='{pulled}') }}}}"),
)
"""
    )
    assert facts[1].payload is not None
    assert [one.name for one in facts[1].payload.encoded_fields] == encoded  # type: ignore[union-attr]


def test_operators_made_in_a_loop_run_beside_each_other() -> None:
    code = "for name in ['a', 'b', 'c']:\n    LambdaInvokeFunctionOperator(task_id=name, function_name=name)\n"
    assert all(fact.in_loop is None for fact in invocations(OPERATOR + code))


HOOKED = """
def price(item):
    hook = LambdaHook(aws_conn_id="aws")
    answer = {call}
    return json.loads(answer["Payload"].read())["price"]
"""


@pytest.mark.parametrize(
    "call",
    [
        "hook.invoke_lambda(function_name='price', payload=json.dumps({'item': item}))",
        "hook.conn.invoke(FunctionName='price', Payload=json.dumps({'item': item}))",
        "hook.get_conn().invoke(FunctionName='price', Payload=json.dumps({'item': item}))",
        "LambdaHook().invoke_lambda(function_name='price', payload=json.dumps({'item': item}), qualifier=None)",
    ],
)
def test_a_hook_gives_the_answer_of_the_client(call: str) -> None:
    fact = only(HOOK + HOOKED.format(call=call))
    assert (fact.function.name, fact.response.payload, fact.response.function_error) == ("price", "used", "unchecked")
    assert fact.client.sdk == "boto3"
    assert fact.service_error.seen_by_handler == "no"


@pytest.mark.parametrize(
    "code",
    [
        "class Price:\n  hook = LambdaHook()\n  def ask(self):\n    self.hook.invoke_lambda(function_name='price')\n",
        "def ask(self):\n  by(LambdaHook())\n\ndef by(hook):\n  hook.invoke_lambda(function_name='price')\n",
        (
            "from airflow.providers.amazon.aws.hooks.lambda_function import LambdaHook as Hook\n"
            "def ask():\n    Hook().invoke_lambda(function_name='price')\n"
        ),
    ],
)
def test_a_hook_is_followed(code: str) -> None:
    assert [fact.function.name for fact in invocations(HOOK + code)] == ["price"]


def sent(call: str, decorator: str = "@task") -> Invocation:
    return only(
        TASK + f"{decorator}\ndef collect(shop, since=None):\n    print(shop)\n\ndef begin(shop):\n    {call}\n"
    )


@pytest.mark.parametrize(
    ("call", "decorator"),
    [
        ("collect(shop, since=3)", "@task"),
        ("collect(shop)", "@task()"),
        ("collect(shop)", "@task(capture_response=True)"),
        ("collect(shop)", "@task_sns"),
        ("run(collect, [shop], {'since': 3})", "# plain"),
        ("run(func=collect, args=[shop])", "# plain"),
    ],
)
def test_a_task_is_sent_to_the_function_itself(call: str, decorator: str) -> None:
    fact = sent(call, decorator)
    assert (fact.function.self, fact.invocation_type) == ("yes", "Event")
    assert fact.payload is not None
    assert fact.payload.layers == 1
    assert {key.name for key in fact.payload.keys} >= {"args", "kwargs", "task_path"}  # type: ignore[union-attr]
    assert fact.service_error.seen_by_handler == "no"


def test_a_task_may_be_sent_to_another_function() -> None:
    fact = sent("collect(shop)", "@task(remote_aws_lambda_function_name='collector')")
    assert (fact.function.name, fact.function.self) == ("collector", "no")


def test_a_task_that_is_called_directly_is_no_invocation() -> None:
    code = TASK + "@task\ndef collect(shop):\n    print(shop)\n\ndef begin(shop):\n    collect.sync(shop)\n"
    assert invocations(code) == []


@pytest.mark.parametrize(
    ("imported", "made"),
    [
        ("airflow.contrib.hooks.aws_lambda_hook", "AwsLambdaHook('prices', 'eu-west-1')"),
        ("airflow.contrib.hooks.aws_lambda_hook", "AwsLambdaHook('prices', log_type='None', invocation_type='Event')"),
        ("airflow.providers.amazon.aws.hooks.aws_lambda", "AwsLambdaHook('prices', None, 'None', '$LATEST', 'Event')"),
        ("airflow.providers.amazon.aws.hooks.lambda_function", "AwsLambdaHook(function_name='prices')"),
    ],
)
def test_a_hook_of_before_is_made_for_one_function(imported: str, made: str) -> None:
    fact: Any = only(
        f"""
import json
from {imported} import AwsLambdaHook
def price(conf):
    return AwsLambdaHook.__name__, {made}.invoke_lambda(payload=json.dumps(conf))
"""
    )
    assert fact.function.name == "prices"
    assert fact.invocation_type == ("Event" if "Event" in made else "RequestResponse")
    assert list(fact.arguments.missing) == []


def test_what_a_hook_is_made_with_may_not_be_known() -> None:
    fact: Any = only(HOOK + "def price(**options):\n    LambdaHook(**options).invoke_lambda(payload='{}')\n")
    assert fact.arguments.open == "yes"


@pytest.mark.parametrize(
    ("call", "refused"),
    [
        ("collect(datetime.now())", "args[0]"),
        ("collect(shop, since=datetime.now())", "kwargs.since"),
        ("collect(3)", ""),
    ],
)
def test_the_arguments_of_a_task_are_encoded(call: str, refused: str) -> None:
    payload = sent(call).payload
    assert payload is not None
    assert [one.path for one in payload.refused] == [refused] * bool(refused)  # type: ignore[union-attr]


def test_tasks_of_other_libraries_are_calls() -> None:
    code = (
        "from celery import task\nimport zappa.asynchronous\n@task\ndef collect(a): ...\ndef begin():\n    collect(3)\n"
    )
    assert invocations(code) == []


@pytest.mark.parametrize(
    "call",
    [
        "Client(app).lambda_.invoke('price', {'item': 3})",
        "client = Client(app)\n    client.lambda_.invoke(function_name='price', payload={'item': 3})",
        "with Client(app) as client:\n        client.lambda_.invoke('price', {'item': 3})",
    ],
)
def test_the_test_client_of_chalice_encodes_what_it_is_given(call: str) -> None:
    fact: Any = only(CHALICE + f"def test_price():\n    {call}\n    assert True\n")
    assert (fact.function.name, fact.payload.python_type, fact.payload.layers) == ("price", "str", 1)
    assert [key.name for key in fact.payload.keys] == ["item"]


@pytest.mark.parametrize("code", ["import airflow\n", "import zappa\n", "from chalice import Chalice\n"])
def test_a_file_that_uses_no_door_is_let_go(code: str) -> None:
    assert not may_matter(code.encode())
