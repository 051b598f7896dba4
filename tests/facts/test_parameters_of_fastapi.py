"""FastAPI gives a parameter the type that it declares; what may be something else is not told."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse

APP = "from fastapi import Depends, FastAPI, Query\napp = FastAPI()\n"
FLASK = "from flask import Flask\napp = Flask(__name__)\n"


def refused(parameter: str, decorator: str = '@app.get("/jobs")', app: str = APP) -> list[str]:
    """The types that json.dumps refuses in what a function sends of its parameter `given`."""
    code = f"""
    import datetime, json, uuid
    from typing import Annotated
    import boto3

    client = boto3.client("lambda")
    {{}}
    {decorator}
    def page({parameter}):
        client.invoke(FunctionName="a", InvocationType="Event", Payload=json.dumps({{{{"id": given}}}}))
    """
    source = parse(dedent(code).format(app).encode(), "app.py")
    (found,) = [one for one in facts_of(source, ContractBook(), AnalysisOptions()).facts if one.kind == "invocation"]
    return [one.type for one in found.data.payload.refused]


@pytest.mark.parametrize(
    ("parameter", "type_"),
    [
        ("given: uuid.UUID", "UUID"),
        ("given: datetime.date", "date"),
        ("given: Annotated[uuid.UUID, Query()]", "UUID"),
    ],
)
def test_what_is_of_the_declared_type(parameter: str, type_: str) -> None:
    assert refused(parameter) == [type_]


@pytest.mark.parametrize(
    "parameter",
    [
        "given: str",
        "given: uuid.UUID | None",
        "given: uuid.UUID | str",
        "given: uuid.UUID = None",
        "given: uuid.UUID = Depends(load)",
        "given: uuid.UUID = Query(None)",
        "given: Annotated[uuid.UUID, Depends(load)]",
    ],
)
def test_what_may_be_something_else(parameter: str) -> None:
    assert refused(parameter) == []


@pytest.mark.parametrize(
    ("decorator", "app"), [("@task", APP), ('@app.hook("start")', APP), ("", APP), ('@app.get("/jobs")', FLASK)]
)
def test_who_converts_nothing(decorator: str, app: str) -> None:
    assert refused("given: uuid.UUID", decorator, app) == []
