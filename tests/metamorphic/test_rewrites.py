"""The rewrites change what a program looks like and nothing of what it sends, returns or lets escape."""

from __future__ import annotations

import sys
import textwrap
from types import ModuleType
from typing import Any

import pytest

from tests.metamorphic.rewrites import REWRITES, rewritten

PROGRAM = '''
"""Starts jobs."""

import json
import os.path
from functools import partial

PREFIX = "job"
client = session.client("lambda")


class Refused(Exception):
    """Raised by the client of this test."""


def send(payload, retry=False):
    try:
        answer = client.invoke(FunctionName="worker", InvocationType="Event", Payload=json.dumps(payload))
        status = answer["StatusCode"]
    except KeyError as error:
        return f"no {error}"
    return f"{PREFIX} {status} {retry}"


def start(job_id, **extra):
    payload = {"id": job_id, "kind": "cover"}
    payload.update(extra)
    try:
        return client.invoke(FunctionName="worker", Payload=json.dumps({"job": payload, "n": len(extra)}))
    finally:
        client.invoke(FunctionName="log", Payload=b"{}")


def start_all(ids):
    started = 0
    for job_id in ids:
        try:
            client.invoke(FunctionName="worker", Payload=json.dumps({"id": job_id}))
            started += 1
        except ValueError as error:
            client.invoke(FunctionName="failed", Payload=json.dumps({"id": job_id, "error": str(error)}))
    return started, [one["Payload"] for one in map(partial(start, extra=1), ids)]


class Worker:
    def __init__(self, function):
        self.function = function

    def run(self, event):
        try:
            client.invoke(FunctionName=self.function, Payload=json.dumps(event))
        except ValueError:
            return False
        return True


def handler(event, context):
    names = [client.invoke(FunctionName=name, Payload="{}")["StatusCode"] for name in event["names"]]
    return {"names": names, "sent": send(event, retry=True), "run": Worker("worker").run(event)}
'''


class FakeClient:
    """Writes down what is sent; refuses what has a 3 in it."""

    def __init__(self) -> None:
        self.log: list[tuple[Any, ...]] = []

    def client(self, service: str) -> FakeClient:
        return self

    def invoke(self, **arguments: Any) -> dict[str, Any]:
        self.log.append(tuple(sorted(arguments.items())))
        if "3" in str(arguments["Payload"]) and arguments["FunctionName"] == "worker":
            raise ValueError("refused")
        return {"StatusCode": len(self.log), "Payload": arguments["Payload"]}


def behaviour(files: dict[str, str]) -> list[Any]:
    """What the program does with a session that it finds as `session`: results and requests."""
    fake = FakeClient()
    module: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        for name, text in reversed(files.items()):  # app.py is first, and imports the others
            imported = ModuleType(name.removesuffix(".py"))
            patch.setitem(sys.modules, imported.__name__, imported)
            module = imported.__dict__
            module["session"] = fake
            exec(compile(text, name, "exec"), module)
    called = {name.removesuffix("_renamed"): value for name, value in module.items()}
    done: list[Any] = [called["send"]({"id": 1}), called["start"]("a", b=2), called["start_all"]([1, 2, 4])]
    done += [called["handler"]({"names": ["x", "y"], "id": 5}, None), called["Worker"]("worker").run(3)]
    for call in (lambda: called["start"]("3"), lambda: called["send"]({"id": 3}), lambda: called["start_all"]([1, 3])):
        try:
            done.append(call())
        except ValueError as error:
            done.append(repr(error))
    return [*done, fake.log]


@pytest.mark.parametrize("rewrite", REWRITES)
def test_a_rewrite_changes_the_text_and_not_the_behaviour(rewrite: str) -> None:
    files = rewritten(rewrite, PROGRAM)
    assert files is not None
    assert files["app.py"] != PROGRAM
    assert behaviour(files) == behaviour({"app.py": PROGRAM})


@pytest.mark.parametrize(
    ("rewrite", "before", "after"),
    [
        pytest.param(
            "rename",
            """\
            def start(job):
                body = job.body
                client.invoke(FunctionName=job.name, Payload=body)
            """,
            """\
            def start_renamed(job_renamed):
                body_renamed = job_renamed.body
                client.invoke(FunctionName=job_renamed.name, Payload=body_renamed)
            """,
            id="rename",
        ),
        pytest.param(
            "payload_to_variable",
            """\
            def start(job):
                # sent at once
                client.invoke(FunctionName="f", Payload=json.dumps(job))
            """,
            """\
            def start(job):
                # sent at once
                request_1 = json.dumps(job)
                client.invoke(FunctionName="f", Payload=request_1)
            """,
            id="payload_to_variable",
        ),
        pytest.param(
            "build_in_steps",
            """\
            payload = {"a": 1, "b": {"c": 2}}
            client.invoke(FunctionName="f", Payload=json.dumps({"d": payload}))
            """,
            """\
            payload = {}
            payload["a"] = 1
            payload["b"] = {"c": 2}
            fields_2 = {}
            fields_2["d"] = payload
            client.invoke(FunctionName="f", Payload=json.dumps(fields_2))
            """,
            id="build_in_steps",
        ),
        pytest.param(
            "wrap_in_helper",
            """\
            import json

            def start(job):
                return client.invoke(FunctionName="f", Payload=json.dumps(job))
            """,
            """\
            import json


            def wrapped_1(lambda_api, payload):
                return lambda_api.invoke(FunctionName="f", Payload=payload)

            def start(job):
                return wrapped_1(client, json.dumps(job))
            """,
            id="wrap_in_helper",
        ),
        pytest.param(
            "alias_imports",
            """\
            import json
            from botocore.exceptions import ClientError
            client.invoke(FunctionName="json", Payload=json.dumps(ClientError.json))
            """,
            """\
            import json as json_lib
            from botocore.exceptions import ClientError as ImportedClientError
            client.invoke(FunctionName="json", Payload=json_lib.dumps(ImportedClientError.json))
            """,
            id="alias_imports",
        ),
        pytest.param(
            "move_try_to_caller",
            """\
            def start(job):
                try:
                    answer = client.invoke(FunctionName="f", Payload=job)
                except ValueError:
                    return None
                return answer
            """,
            """\


            def attempt_1(job):
                answer = client.invoke(FunctionName="f", Payload=job)
                return answer
            def start(job):
                try:
                    answer = attempt_1(job)
                except ValueError:
                    return None
                return answer
            """,
            id="move_try_to_caller",
        ),
    ],
)
def test_what_a_rewrite_makes(rewrite: str, before: str, after: str) -> None:
    assert rewritten(rewrite, textwrap.dedent(before)) == {"app.py": textwrap.dedent(after)}


@pytest.mark.parametrize(
    ("rewrite", "before", "app", "moved"),
    [
        pytest.param(
            "helpers_to_module",
            """\
            import json
            FUNCTION = "f"
            SIZE = 3
            client = boto3.client("lambda")
            def send(job):
                return client.invoke(FunctionName=FUNCTION, Payload=json.dumps(job))
            def handler(event, context):
                return send(event["job"])
            """,
            """\
            import json
            from moved import send
            SIZE = 3
            def handler(event, context):
                return send(event["job"])
            """,
            """\
            import json
            FUNCTION = "f"
            client = boto3.client("lambda")
            def send(job):
                return client.invoke(FunctionName=FUNCTION, Payload=json.dumps(job))
            """,
            id="helpers_to_module",
        ),
        pytest.param(
            "clients_to_module",
            """\
            import boto3
            REGION = "eu-west-1"
            client = boto3.client("lambda", region_name=REGION)
            def send(job):
                return client.invoke(FunctionName=REGION, Payload=job)
            """,
            """\
            import boto3
            from moved import REGION, client
            def send(job):
                return client.invoke(FunctionName=REGION, Payload=job)
            """,
            """\
            import boto3
            REGION = "eu-west-1"
            client = boto3.client("lambda", region_name=REGION)
            """,
            id="clients_to_module",
        ),
    ],
)
def test_what_moves_to_another_module(rewrite: str, before: str, app: str, moved: str) -> None:
    expected = {"app.py": textwrap.dedent(app), "moved.py": textwrap.dedent(moved)}
    assert rewritten(rewrite, textwrap.dedent(before)) == expected


@pytest.mark.parametrize(
    ("rewrite", "text"),
    [
        ("rename", "import json\n"),
        ("payload_to_variable", 'client.invoke(FunctionName="f", Payload=payload)\n'),
        ("payload_to_variable", 'runs = [client.invoke(FunctionName="f", Payload=str(n)) for n in x]\n'),
        ("build_in_steps", 'client.invoke(FunctionName="f", Payload=json.dumps({**fields}))\n'),
        ("wrap_in_helper", 'chain.invoke({"question": "why"})\n'),
        ("alias_imports", "import json as j\nimport os.path\n"),
        ("move_try_to_caller", 'client.invoke(FunctionName="f")\n'),
        ("helpers_to_module", 'def send(job):\n    chain.invoke({"question": "why"})\n'),
        ("clients_to_module", 'def make():\n    return boto3.client("lambda")\n'),
    ],
)
def test_where_it_does_not_apply(rewrite: str, text: str) -> None:
    assert rewritten(rewrite, text) is None
