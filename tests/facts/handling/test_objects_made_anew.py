"""Clients that the `__init__` of a class makes, where a handler makes one of that class on each invocation."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse

CODE = """\
import boto3
from functools import lru_cache

s3 = boto3.client("s3")
repo = None
cache = {}


class Repo:
    def __init__(self, name="x"):
        self.s3 = boto3.client("s3")
        self.name = name

    def get(self, key):
        return self.s3.get_object(Bucket=self.name, Key=key)


def make():
    return Repo()


@lru_cache
def made():
    return Repo()


def handler(event, context):
    global repo
    return make().get(event["id"])
"""


HANDLER = '    global repo\n    return make().get(event["id"])\n'


def made(*changes: tuple[str, str]) -> list[str]:
    code = CODE
    for old, new in changes:
        assert old in code
        code = code.replace(old, new)
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    (fact,) = [fact.data for fact in told.facts if fact.kind == "handler"]
    return [one.name for one in fact.makes]


@pytest.mark.parametrize(
    "changes",
    [
        (),
        ((HANDLER, '    return Repo().get(event["id"])\n'),),
        ((HANDLER, '    own = Repo(event["bucket"])\n    return own.get(event["id"])\n'),),
        (('self.s3 = boto3.client("s3")', 'session = boto3.Session()\n        self.s3 = session.client("s3")'),),
        (("class Repo:", "class Repo(Base):"),),
    ],
)
def test_a_client_of_an_object_that_is_made_anew_is_made_anew(changes: tuple[tuple[str, str], ...]) -> None:
    assert made(*changes) == ["a client of s3"]


@pytest.mark.parametrize(
    "changes",
    [
        # the object is kept
        (
            (
                HANDLER,
                '    global repo\n    if repo is None:\n        repo = Repo()\n    return repo.get(event["id"])\n',
            ),
        ),
        ((HANDLER, '    return made().get(event["id"])\n'),),
        ((HANDLER, "    if 1 not in cache:\n        cache[1] = Repo()\n    return cache[1].get(2)\n"),),
        (("class Repo:", "@singleton\nclass Repo:"),),
        (("    def __init__", "    def __new__(cls):\n        return cache[cls]\n\n    def __init__"),),
        (("class Repo:", "class Repo(metaclass=Single):"),),
        # the client is another one each time, or kept elsewhere
        (
            ("return Repo()\n\n\n@lru", "return Repo(1)\n\n\n@lru"),
            (HANDLER, '    return Repo(event["bucket"]).get(1)\n'),
            ('boto3.client("s3")\n        self', 'boto3.client("s3", region_name=name)\n        self'),
        ),
        (("self.s3 = boto3.client", "Repo.s3 = boto3.client"),),
        (('self.s3 = boto3.client("s3")', "self.s3 = s3"),),
    ],
)
def test_what_is_kept_is_not(changes: tuple[tuple[str, str], ...]) -> None:
    assert made(*changes) == []
