"""Whether a payload is JSON, told by as much of it as is known, and how large it is."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Range, Unknown
from invocation_lint.facts.building.sent.notation import may_begin_json
from invocation_lint.facts.invocation import Payload
from invocation_lint.source.parsing.tree import parse

HEAD = """
import base64, gzip, json, pickle, urllib.parse, yaml
import boto3

client = boto3.client("lambda")

def send(value, path, cursor, *more):
"""


def payload(expression: str, before: str = "pass", mode: str = "Event") -> Payload:
    """The payload of an invocation that is sent what an expression gives."""
    body = f"    {before}\n    client.invoke(FunctionName='f', InvocationType={mode!r}, Payload={expression})\n"
    found = facts_of(parse((HEAD + body).encode(), "app.py"), ContractBook(), AnalysisOptions())
    (fact,) = (fact for fact in found.facts if fact.kind == "invocation")
    assert isinstance(fact.data.payload, Payload)
    return fact.data.payload


@pytest.mark.parametrize(
    "start",
    [
        "", " ", "{", '{"', '{"a', '{"a"', '{"a":', '{"a": 1', '{"a": 1,', '{"a": [', '{"a": [1, {"b": tr', "[", "[]",
        "[[], ", "-", "1", "12.5e", '"', '"a\\"', '"a" ', "t", "nul", "null", '{"a": {}, "b": -', "{}", "[true, fal",
        "\n{",
    ],
)  # fmt: skip
def test_what_may_begin_json(start: str) -> None:
    assert may_begin_json(start)


@pytest.mark.parametrize(
    "start",
    [
        "start", "{'", "{a", "{1", "{,", "[,", "]", '{"a" 1', '{"a": a', '{"a": 1 2', '"a" b', "nulls", "truth", "<",
        "user=", "{} {", "[1 2", "[1}", '{"a"]', "+1", "True", "None", "- x", '{"a": 1, }', "1 1", "NaN",
    ],
)  # fmt: skip
def test_what_begins_no_json(start: str) -> None:
    assert not may_begin_json(start)


@pytest.mark.parametrize(
    ("expression", "form"),
    [
        ("'start'", "plain text"),
        ("f'id={value}'", "plain text"),
        ("'id=' + value", "plain text"),
        ("'{\"id\": {id}}'", "a template that nothing fills in"),
        ("'%s'", "a template that nothing fills in"),
        ("f\"{{'id': {value}}}\"", "text in single quotes"),
        ("f'<id>{value}</id>'", "XML or HTML"),
        ("urllib.parse.urlencode(value)", "form data"),
        ("pickle.dumps(value)", "pickled data"),
        ("bytes(pickle.dumps(value))", "pickled data"),
        ("gzip.compress(json.dumps(value).encode())", "compressed data"),
        ("yaml.dump(value)", "YAML"),
        ("yaml.dump(value).encode()", "YAML"),
        ("open('a.png', 'rb')", "a .png file"),
        ("open('a.png', 'rb').read()", "a .png file"),
        ("open(image_path, 'rb').read()", "media content"),
        ("json.dumps(value)", "JSON"),
        ("'{}'", "JSON"),
        ("f'{value}'", None),
        ('f\'{{"id": "{value}"}}\'', None),
        ("open(path, 'rb').read()", None),
        ("yaml.dump(value, default_flow_style=True)", None),
        ("value", None),
        ("{'id': value}", None),
        ("None", None),
    ],
)
def test_the_notation_of_a_payload(expression: str, form: str | None) -> None:
    before = "image_path = path" if "image_path" in expression else "pass"
    found = payload(expression, before)
    assert found.form == form
    assert (found.parses_as_json == "no") is (form not in {None, "JSON"} or expression in {"{'id': value}", "None"})


@pytest.mark.parametrize(
    ("expression", "layers"),
    [
        ("json.dumps({})", 1),
        ("str({})", 1),
        ("str([1, 2])", 1),
        ("str({'a': 1})", 0),
        ("json.dumps(json.dumps({}))", 2),
    ],
)
def test_how_often_a_payload_is_encoded(expression: str, layers: int) -> None:
    assert payload(expression).layers == layers


@pytest.mark.parametrize(
    "expression", ["str(value)", "str(dict(value))", "str({key: 1 for key in value})", "str(list(value))"]
)
def test_text_of_what_may_be_empty_is_json_or_not(expression: str) -> None:
    found = payload(expression)
    assert isinstance(found.layers, Unknown)
    assert isinstance(found.parses_as_json, Unknown)


@pytest.mark.parametrize(
    ("expression", "size"),
    [
        ("'a' * 10", 10),
        ("json.dumps('a' * 300_000)", 300_002),
        ('json.dumps({"a": [1, "b"]})', 15),
        ('json.dumps({"a": [1, "b"]}, separators=(",", ":"))', 13),
        ('orjson.dumps({"a": [1, "b"]})', 13),
        ("json.dumps({'a': 'a' * 300_000, 'b': value})", Range(300_000, float("inf"))),
        ("'a' * 300_000 + value", Range(300_000, float("inf"))),
        ("base64.b64encode(b'a' * 300_000)", Range(400_000, float("inf"))),
    ],
)
def test_the_size_of_a_payload(expression: str, size: object) -> None:
    assert payload(expression, "import orjson").size_bytes == size


@pytest.mark.parametrize(
    ("expression", "extent"),
    [
        ("open(path, 'rb').read()", "the contents of a file"),
        ("open(path, 'rb').read(100)", None),
        ("json.dumps({'a': [open(path).read()]})", "the contents of a file"),
        ("json.dumps({'a': cursor.fetchall()})", "all rows of a query"),
        ("json.dumps({'a': cursor.fetchone()})", None),
        ("json.dumps({'a': value.to_dict()})", None),
        ("json.dumps({'a': cursor.fetchmany(10)})", None),
        ("json.dumps({'a': base64.b64encode(value).decode()})", "base64 data"),
        ("json.dumps({'a': base64.b64encode(f'{value}:x'.encode()).decode()})", None),
        ("json.dumps({'a': 'a' * 300_000})", "300,009 bytes"),
        ("json.dumps({'a': value})", None),
    ],
)
def test_what_makes_a_payload_large(expression: str, extent: str | None) -> None:
    assert payload(expression).extent == extent


@pytest.mark.parametrize(
    ("before", "compared"),
    [
        ("print(len(value))", "no"),
        ("assert len(value) < 5", "yes"),
        ("more = value['size'] > 100", "yes"),
        ("if path.stat().st_size > 100: return", "yes"),
        ("if value > 100: return", "no"),
    ],
)
def test_a_size_that_is_compared(before: str, compared: str) -> None:
    assert payload("json.dumps(open(path).read())", before).size_compared == compared


@pytest.mark.parametrize(("mode", "limit"), [("Event", 1_048_576), ("RequestResponse", 6_291_456), ("DryRun", None)])
def test_the_limit_is_that_of_the_mode(mode: str, limit: int | None) -> None:
    assert payload("value", mode=mode).size_limit == limit


QUOTED = """.replace("'", '"')"""
TRUE = ".replace('True', 'true')"


@pytest.mark.parametrize(
    ("expression", "parses"),
    [
        (f"str({{'id': 7}}){QUOTED}", "yes"),
        (f"str({{'id': 7, 'ok': True}}){QUOTED}", "no"),
        (f"str({{'id': 7, 'ok': True}}){QUOTED}{TRUE}", "yes"),
        (f"str({{'id': 7, 'ok': None}}){QUOTED}{TRUE}", "no"),
        (f"str({{'id': 7, 'ok': None}}){QUOTED}.replace('None', '0')", "depends"),
        (f"str({{'id': value}}){QUOTED}", "depends"),
        (f"str(['a', value]){QUOTED}", "depends"),
        (f"str(('a', 'b')){QUOTED}", "no"),
        (f"str({{1: 'a'}}){QUOTED}", "no"),
        (f"str({{'name': \"o'neill\"}}){QUOTED}", "no"),
        (f"str({{'name': 'a\\\\b'}}){QUOTED}", "depends"),
        (f"str({{'id': json.dumps({{'a': 1}})}}){QUOTED}", "no"),
        (f"str({{'id': json.dumps(value)}}){QUOTED}", "depends"),
        ("str({'id': 7}).replace('7', '8')", None),
    ],
)
def test_the_repr_of_an_object_with_words_replaced(expression: str, parses: str | None) -> None:
    found = payload(expression)
    assert isinstance(found.parses_as_json, Unknown) if parses is None else found.parses_as_json == parses
    assert (found.refusal is None) == (parses == "yes")
