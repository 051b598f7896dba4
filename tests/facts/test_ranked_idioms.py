"""The idioms of public code: where the client, the function, the mode and the payload come from, how the answer is
read, where errors go. For each the fact that it leads to."""

from __future__ import annotations

from functools import reduce
from textwrap import dedent, indent
from typing import Any

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.source.parsing.tree import parse

IMPORTS = """\
import functools, json, os, uuid
import boto3
from botocore.config import Config
"""
CALL = 'client.invoke(FunctionName="f", InvocationType="Event", Payload="{}")'


def facts_in(code: str) -> list[Fact]:
    source = parse((IMPORTS + dedent(code)).encode(), "app.py")
    told = facts_of(source, ContractBook(), AnalysisOptions())
    return [fact for fact in told.facts if fact.kind == "invocation"]


def at(fact: Fact, path: str) -> Any:
    return reduce(lambda value, name: None if value is None else getattr(value, name), path.split("."), fact.data)


CLIENTS = {
    "module level": """
        client = boto3.client("lambda")
        def f():
            CALL
    """,
    "module level with a Config": """
        client = boto3.client("lambda", config=Config(read_timeout=5))
        def f():
            CALL
    """,
    "in the function": """
        def f():
            client = boto3.client("lambda")
            CALL
    """,
    "in the function from a session": """
        def f():
            client = boto3.Session(profile_name="p").client("lambda")
            CALL
    """,
    "a factory called in place": """
        def make():
            return boto3.client("lambda")
        def f():
            make().invoke(ARGS)
    """,
    "an attribute": """
        class A:
            def __init__(self):
                self.client = boto3.client("lambda")
            def f(self):
                self.client.invoke(ARGS)
    """,
    "a class attribute": """
        class A:
            client = boto3.client("lambda")
            def f(self):
                self.client.invoke(ARGS)
    """,
    "a cached property": """
        class A:
            @functools.cached_property
            def client(self):
                return boto3.client("lambda")
            def f(self):
                self.client.invoke(ARGS)
    """,
    "a class attribute that is set lazily": """
        class A:
            _client = None
            @classmethod
            def client(cls):
                if cls._client is None:
                    cls._client = boto3.client("lambda")
                return cls._client
            def f(self):
                self.client().invoke(ARGS)
    """,
    "a global that is set lazily": """
        _client = None
        def make():
            global _client
            if _client is None:
                _client = boto3.client("lambda")
            return _client
        def f():
            make().invoke(ARGS)
    """,
    "a helper class": """
        class Aws:
            def client(self, name):
                return boto3.client(name)
        def f():
            Aws().client("lambda").invoke(ARGS)
    """,
    "a context manager": """
        from contextlib import contextmanager
        @contextmanager
        def opened(name):
            yield boto3.client(name)
        def f():
            with opened("lambda") as client:
                CALL
    """,
    "keywords of an assumed role": """
        def f(sts):
            c = sts.assume_role(RoleArn="r")["Credentials"]
            options = {"aws_access_key_id": c["AccessKeyId"]}
            client = boto3.client("lambda", **options)
            CALL
    """,
    "a closure": """
        def outer():
            client = boto3.client("lambda")
            def f():
                CALL
            return f
    """,
    "botocore": """
        import botocore.session
        def f():
            client = botocore.session.get_session().create_client("lambda")
            CALL
    """,
}


@pytest.mark.parametrize("name", CLIENTS)
def test_where_the_client_comes_from(name: str) -> None:
    arguments = 'FunctionName="f", InvocationType="Event", Payload="{}"'
    (fact,) = [
        one for one in facts_in(dedent(CLIENTS[name]).replace("CALL", CALL).replace("ARGS", arguments)) if not one.chain
    ]
    assert isinstance(at(fact, "client.sdk"), str)


FUNCTIONS = {
    "a literal": ("", '"mail"', {"function.name": "mail"}),
    "a constant": ('NAME = "mail"', "NAME", {"function.name": "mail"}),
    "the environment": ('NAME = os.environ["MAIL"]', "NAME", {"function.environment_variable": "MAIL"}),
    "environ.get": ('NAME = os.environ.get("MAIL")', "NAME", {"function.environment_variable": "MAIL"}),
    "getenv with a default": ('NAME = os.getenv("MAIL", "")', "NAME", {"function.environment_variable": "MAIL"}),
    "read in place": ("", 'os.environ["MAIL"]', {"function.environment_variable": "MAIL"}),
    "a function that reads it": (
        'def name():\n    return os.environ["MAIL"]', "name()", {"function.environment_variable": "MAIL"}
    ),
    "text with a hole": ("", 'f"mail-{stage}"', {"function.pattern": "mail-*"}),
    "text that is put together": ("", '"mail-" + stage', {"function.pattern": "mail-*"}),
    "format": ("", '"mail-{}".format(stage)', {"function.pattern": "mail-*"}),
    "a table": ('NAMES = {"a": "mail"}', 'NAMES["a"]', {"function.name": "mail"}),
    "an ARN": ("", '"arn:aws:lambda:eu-west-1:123456789012:function:mail:live"', {"function.name": "mail"}),
    "the handler's own name": ("", "context.function_name", {"function.self": "yes"}),
    "the handler's own ARN": ("", "context.invoked_function_arn", {"function.self": "yes"}),
    "the name in the environment": ("", 'os.environ["AWS_LAMBDA_FUNCTION_NAME"]', {"function.self": "yes"}),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_where_the_function_name_comes_from(name: str) -> None:
    before, text, expected = FUNCTIONS[name]
    code = f'client = boto3.client("lambda")\n{before}\ndef handler(event, context):\n    stage = event["stage"]\n'
    code += f'    client.invoke(FunctionName={text}, InvocationType="Event", Payload="{{}}")\n'
    (fact,) = facts_in(code)
    assert {path: at(fact, path) for path in expected} == expected


MODES = {
    "a literal": ('    client.invoke(FunctionName="f", InvocationType="Event")', "Event"),
    "left out": ('    client.invoke(FunctionName="f")', "RequestResponse"),
    "keywords": ('    k = {"FunctionName": "f", "InvocationType": "Event"}\n    client.invoke(**k)', "Event"),
    "keywords set later": (
        '    k = dict(FunctionName="f")\n    k["InvocationType"] = "Event"\n    client.invoke(**k)', "Event"
    ),
    "keywords, one of them on a branch": (
        '    k = {"FunctionName": "f"}\n    if x:\n        k["InvocationType"] = "Event"\n    client.invoke(**k)', None
    ),
    "a condition": ('    client.invoke(FunctionName="f", InvocationType="Event" if x else "RequestResponse")', None),
    "a partial": (
        '    send = functools.partial(client.invoke, FunctionName="f", InvocationType="Event")\n    send(Payload="{}")',
        "Event",
    ),
    "an attribute": ('    self.mode = "Event"\n    client.invoke(FunctionName="f", InvocationType=self.mode)', "Event"),
}  # fmt: skip


@pytest.mark.parametrize("name", MODES)
def test_where_the_mode_comes_from(name: str) -> None:
    code, mode = MODES[name]
    fact = facts_in(f'client = boto3.client("lambda")\nclass A:\n  def f(self, x):\n{code}\n')[0]
    said = at(fact, "invocation_type")
    assert said == mode if mode is not None else not isinstance(said, str)


def test_a_parameter_is_what_its_caller_gives() -> None:
    code = """
    client = boto3.client("lambda")
    def send(mode="Event"):
        client.invoke(FunctionName="f", InvocationType=mode)
    def f():
        send()
        send("RequestResponse")
    """
    assert [at(one, "invocation_type") for one in facts_in(code) if one.chain] == ["Event", "RequestResponse"]


PAYLOADS = {
    "a name": ('p = {"a": 1}', "json.dumps(p)", "a"),
    "in place": ("", 'json.dumps({"a": 1})', "a"),
    "encoded": ('p = {"a": 1}', "json.dumps(p).encode()", "a"),
    "encoded by name": ('p = {"a": 1}', 'json.dumps(p).encode("utf-8")', "a"),
    "bytes": ('p = {"a": 1}', 'bytes(json.dumps(p), "utf-8")', "a"),
    "bytes by keyword": ('p = {"a": 1}', 'bytes(json.dumps(p), encoding="utf8")', "a"),
    "text in a name": ('p = json.dumps({"a": 1})', "p", "a"),
    "a literal of text": ("", "'{\"a\": 1}'", "a"),
    "a literal of bytes": ("", "b'{\"a\": 1}'", "a"),
    "default": ('p = {"a": x}', 'json.dumps(p, default=str, separators=(",", ":"))', "a"),
    "orjson": ("import orjson", 'orjson.dumps({"a": 1})', "a"),
    "ujson": ("import ujson", 'ujson.dumps({"a": 1})', "a"),
    "simplejson": ("import simplejson", 'simplejson.dumps({"a": 1})', "a"),
    "orjson if it is there": (
        "try:\n    import orjson as j\nexcept ImportError:\n    import json as j", 'j.dumps({"a": 1})', "a"
    ),
    "a model": (
        "from pydantic import BaseModel\nclass P(BaseModel):\n    a: int", "P(a=1).model_dump_json()", "a"
    ),
    "a model's dictionary": (
        "from pydantic import BaseModel\nclass P(BaseModel):\n    a: int", "json.dumps(P(a=1).model_dump())", "a"
    ),
    "a dataclass": (
        "from dataclasses import asdict, dataclass\n@dataclass\nclass P:\n    a: int", "json.dumps(asdict(P(1)))", "a"
    ),
    "the attributes of a dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    a: int", "json.dumps(P(1).__dict__)", "a"
    ),
    "a named tuple": (
        "from typing import NamedTuple\nclass P(NamedTuple):\n    a: int", "json.dumps(P(1)._asdict())", "a"
    ),
    "a typed dictionary": (
        "from typing import TypedDict\nclass P(TypedDict):\n    a: int", "json.dumps(P(a=1))", "a"
    ),
    "a dictionary that is annotated": ('p: dict = {"a": 1}\np["b"] = 2', "json.dumps(p)", "a b"),
    "built by a function": ('def build():\n    p = {"a": 1}\n    return p', "json.dumps(build())", "a"),
    "updated with what is known": ('p = {"a": 1}\np.update({"b": 2}, c=3)', "json.dumps(p)", "a b c"),
    "a copy of a template": ('T = {"a": 1}\np = {**T}\np["b"] = 2', "json.dumps(p)", "a b"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAYLOADS)
def test_where_the_payload_comes_from(name: str) -> None:
    before, text, keys = PAYLOADS[name]
    code = f'client = boto3.client("lambda")\ndef f(x):\n{indent(before, "    ")}\n'
    code += f'    client.invoke(FunctionName="f", InvocationType="Event", Payload={text})\n'
    (fact,) = [one for one in facts_in(code) if not one.chain]
    assert not isinstance(at(fact, "payload.keys"), Unknown)
    assert " ".join(key.name for key in at(fact, "payload.keys")) == keys
    assert at(fact, "payload.layers") == 1


READS = {
    "read and decoded": ('json.loads(r["Payload"].read().decode("utf-8"))["a"]', "payload.a"),
    "read": ('json.loads(r["Payload"].read())["a"]', "payload.a"),
    "loaded": ('json.load(r["Payload"])["a"]', "payload.a"),
    "by get": ('json.loads(r.get("Payload").read())["a"]', "payload.a"),
    "a key by get": ('json.loads(r["Payload"].read()).get("a")', "payload.a"),
    "the status": ('r["StatusCode"]', "StatusCode"),
    "FunctionError by get": ('r.get("FunctionError")', "FunctionError"),
    "FunctionError in": ('"FunctionError" in r', "FunctionError"),
}


@pytest.mark.parametrize("name", READS)
def test_how_the_answer_is_read(name: str) -> None:
    text, field = READS[name]
    for bound in (f"value = {text}\n    return value", f"if {text}:\n        raise ValueError\n    return 1"):
        (fact,) = facts_in(
            f'client = boto3.client("lambda")\ndef f():\n    r = client.invoke(FunctionName="f")\n    {bound}\n'
        )
        looked = at(fact, "response.function_error") == "checked" and field == "FunctionError"
        assert looked or field in {read.field for read in at(fact, "response.reads")}


def test_an_answer_is_followed_into_a_helper_and_back_to_the_caller() -> None:
    code = """
    client = boto3.client("lambda")
    def ask():
        return client.invoke(FunctionName="f")
    def check(response):
        if "FunctionError" in response:
            raise RuntimeError
    def f():
        response = ask()
        check(response)
        return json.load(response["Payload"])["a"]
    """
    (fact,) = [one for one in facts_in(code) if one.function == "f"]
    assert (at(fact, "response.function_error"), at(fact, "response.payload")) == ("checked", "used")


ERRORS = {
    "in place": """
        def f():
            try:
                CALL
            except Exception:
                print('no')
    """,
    "in the caller": """
        def g():
            CALL
        def f():
            try:
                g()
            except Exception:
                print('no')
    """,
    "in a caller two levels up": """
        def h():
            CALL
        def g():
            h()
        def f():
            try:
                g()
            except Exception:
                print('no')
    """,
    "in a template method": """
        class Base:
            def f(self):
                try:
                    self.g()
                except Exception:
                    print('no')
        class Own(Base):
            def g(self):
                CALL
    """,
    "in a suppressing block": """
        import contextlib
        def f():
            with contextlib.suppress(Exception):
                CALL
    """,
    "in a gathering caller": """
        import asyncio
        async def g():
            CALL
        async def f():
            await asyncio.gather(g(), return_exceptions=True)
    """,
    "by a singleton": """
        class A:
            ONE = None
            @classmethod
            def get_instance(cls):
                if not cls.ONE:
                    cls.ONE = A()
                return cls.ONE
            def g(self):
                CALL
        def f():
            try:
                A.get_instance().g()
            except Exception:
                print('no')
    """,
}


@pytest.mark.parametrize("name", ERRORS)
def test_which_clause_takes_an_error(name: str) -> None:
    code = 'client = boto3.client("lambda")\n' + dedent(ERRORS[name]).replace("CALL", CALL)
    assert "yes" in {at(fact, "service_error.seen_by_handler") for fact in facts_in(code)}
