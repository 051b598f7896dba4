"""Clients that helpers make for each event: of other modules, and of a service that the handler names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.handling.deployed import facts_told, told

HELPERS = """\
import boto3
from functools import cache


def get_client(service, region="eu-west-1"):
    session = boto3.Session()
    return session.client(service, region_name=region)


@cache
def kept(service):
    return boto3.client(service)


def secret(name):
    return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
"""


def makes(folder: Path, body: str, imports: str = "from helpers import get_client, kept, secret") -> set[str]:
    (folder / "helpers.py").write_text(HELPERS)
    code = (
        f"import contextlib\nimport os\n\nimport aioboto3\nimport boto3\n{imports}\n\n\ndef handler(event, context):\n"
    )
    (fact,) = told(folder, code + "".join(f"    {line}\n" for line in body.splitlines()), "bus", "handler")
    return {one.name for one in fact.makes}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('get_client("sqs").list_queues()', {"a client of sqs"}),
        ('get_client("sqs", region="us-east-1")\nget_client("sns")', {"a client of sqs", "a client of sns"}),
        ('get_client("s3", os.environ["AWS_REGION"])', {"a client of s3"}),
        ('return secret(os.environ["NAME"])', {"a client of secretsmanager", "a secret"}),
        ('get_client("s3", event["region"])', set()),
        ("get_client(event['service'])", set()),
        ("secret(event['tenant'])", {"a client of secretsmanager"}),
        ('kept("sqs").list_queues()', set()),
    ],
)
def test_a_helper_of_another_module(body: str, found: set[str], tmp_path: Path) -> None:
    assert makes(tmp_path, body) == found


@pytest.mark.parametrize(
    "imports", ["import helpers", "import helpers as h"], ids=["the module", "the module by another name"]
)
def test_a_helper_by_its_module(imports: str, tmp_path: Path) -> None:
    name = imports.rpartition(" ")[2]
    assert makes(tmp_path, f'{name}.get_client("sqs")', imports) == {"a client of sqs"}


def test_what_another_module_makes_stands_at_the_call_of_it(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text(HELPERS)
    code = 'from helpers import get_client\n\n\ndef handler(event, context):\n    get_client("sqs")\n'
    (fact,) = facts_told(tmp_path, code, "bus", "handler")
    place = fact.places["made"]
    assert (Path(place.path).name, place.line) == ("app.py", 5)


@pytest.mark.parametrize(
    "body",
    [
        'async with aioboto3.Session().client("sqs") as sqs:\n    await sqs.list_queues()',
        'stack = contextlib.AsyncExitStack()\nsqs = await stack.enter_async_context(aioboto3.Session().client("sqs"))',
        'with contextlib.closing(boto3.client("sqs")) as sqs:\n    sqs.list_queues()',
    ],
    ids=["async with", "an exit stack", "closing"],
)
def test_what_is_entered_belongs_to_the_event(body: str, tmp_path: Path) -> None:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    code = "import asyncio\nimport contextlib\n\nimport aioboto3\nimport boto3\n\n\n"
    code += f"async def main(event):\n{lines}\n\ndef handler(event, context):\n    asyncio.run(main(event))\n"
    (fact,) = told(tmp_path, code, "bus", "handler")
    assert fact.makes == ()
