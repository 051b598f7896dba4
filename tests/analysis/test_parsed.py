"""What is not asked of a class or a generated function is not parsed."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.analysis.limits import MAX_BUILDING_SIZE
from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.invocation import Invocation
from invocation_lint.source.parsing.tree import parse
from invocation_lint.source.parsing.trees import Trees

CLASS = """
    import json
    import boto3
    from antlr4 import Deserializer, Parser

    client = boto3.client("lambda")


    def table():
        return [
            4, 1,
            162,
        ]


    class Base:
        def name(self):
            return "the-name"


    class Generated(Base):
        MARK = Deserializer().read(table())
        tables = [Deserializer(one, at) for at, one in enumerate(MARK.rows)]

        class Context(Parser):
            LIMIT = 5

        def parsed(self):
            return self.name()


    def send():
        client.invoke(FunctionName="worker", InvocationType="Event", Payload=json.dumps({"a": EXPRESSION}))
"""


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stretches of text that are parsed."""
    found: list[str] = []
    parse_text = Trees._parsed

    def noting(trees: Trees, text: str, *given: object, **more: object) -> object:
        found.append(text)
        return parse_text(trees, text, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Trees, "_parsed", noting)
    return found


def payload_of(code: str) -> str:
    """What the fact says of the value under "a"."""
    source = parse(dedent(code).encode(), "app.py")
    (fact,) = [
        one.data for one in facts_of(source, ContractBook(), AnalysisOptions()).facts if one.kind == "invocation"
    ]
    assert isinstance(fact, Invocation)
    return str(fact.payload)


@pytest.mark.parametrize(
    ("expression", "is_read"),
    [
        ("Generated.Context", False),  # a nested class is told by the outline
        ("Generated().name()", False),  # a method of the base, which the body does not bind
        ("Generated().elsewhere", False),
        ("Generated.MARK", True),
        ("Generated.tables", True),
    ],
)
def test_a_class_body_is_parsed_for_what_it_binds(parsed: list[str], expression: str, is_read: bool) -> None:
    payload_of(CLASS.replace("EXPRESSION", expression))
    assert any("MARK = " in text for text in parsed) is is_read


@pytest.mark.parametrize(("size", "is_read"), [(MAX_BUILDING_SIZE // 2, True), (MAX_BUILDING_SIZE, False)])
def test_a_generated_table_is_no_value_that_is_built(parsed: list[str], size: int, is_read: bool) -> None:
    rows = "1, " * (size // 3)
    payload_of(CLASS.replace("162,", rows).replace("EXPRESSION", "table()"))
    assert any("4, 1," in text for text in parsed) is is_read


@pytest.mark.parametrize(
    ("call", "is_parsed"),
    [
        ("queue.send_message(MessageBody=body, QueueUrl=url)", True),
        ("self.backend.send_message(body, url)", False),
        ("client.put_records(Records=rows, StreamName=name)", True),
        ("self.backend.put_records(rows, name)", False),
        ('rows = record["s3"]["object"]["key"]', True),
        ("rows = s3.object(key)", False),
    ],
)
def test_functions_without_what_is_looked_for_are_not_parsed(parsed: list[str], call: str, is_parsed: bool) -> None:
    padding = "    note(1)\n" * 40
    code = f"""
def work(body, url, rows, name, record, key):
    "a function of interest"
    {call}
{padding}

def other(record):
    client.put_records(Records=[], StreamName="s")
    client.send_message(MessageBody="{{}}", QueueUrl="q")
    return record["s3"]["object"]["key"]
"""
    facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    assert any("a function of interest" in text for text in parsed) is is_parsed
