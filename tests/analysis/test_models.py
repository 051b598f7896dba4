"""Models and named tuples as mappings: which keys are sent of what their classes declare."""

from __future__ import annotations

import pytest

from tests.analysis.asking import HEAD, ask, keys_of, only

CLASSES = """
import collections, typing
from dataclasses import dataclass
from pydantic import BaseModel, ConfigDict, Field, computed_field
class Job(BaseModel):
    id: str
    owner: str | None = None
    _cache: int = 0
class Rich(Job):
    @computed_field
    def title(self) -> str:
        return self.id
class Named(Job):
    id: str = Field(alias="Id")
class Made(Job):
    model_config = ConfigDict(alias_generator=to_camel)
class Own(Job):
    def dict(self):
        return {"x": self.id}
class Pair(typing.NamedTuple):
    x: int
    y: int = 1
@dataclass
class Data:
    x: int
class Plain:
    def __init__(self, a):
        self.x = a
        if a:
            self.y = 1
"""
DUMPED = {
    "all fields": ("Job(id=a).model_dump()", "id owner"),
    "as pydantic 1 had it": ("Job(id=a).dict()", "id owner"),
    "a method of the class": ("Own(id=a).dict()", "x"),
    "without one": ('Job(id=a).model_dump(exclude={"owner"})', "id"),
    "only one": ('Job(id=a).model_dump(include={"id"})', "id"),
    "without what is None": ("Job(id=a).model_dump(exclude_none=True)", "id?"),
    "without what may be None": ("Job(id=a, owner=b).model_dump(exclude_none=True)", "id? owner?"),
    "without what is not None": ('Job(id="i", owner=b).model_dump(exclude_none=True)', "id owner?"),
    "with None too": ("Job(id=a).model_dump(exclude_none=False)", "id owner"),
    "in JSON form": ('Job(id=a).model_dump(mode="json")', "id owner"),
    "by names that are the fields' own": ("Job(id=a).model_dump(by_alias=True)", "id owner"),
    "by other names": ("Named(id=a).model_dump(by_alias=True)", "Id owner"),
    "by names that something makes": ("Made(id=a).model_dump(by_alias=True)", "?"),
    "which is not known": ("Job(id=a).model_dump(include=d)", "?"),
    "with more than the fields": ("Rich(id=a).model_dump()", "?"),
    "made from what is not known": ("Job(**d).model_dump()", "id owner"),
    "a named tuple": ("Pair(a)._asdict()", "x y"),
    "the attributes of a dataclass": ("Data(a).__dict__", "x"),
    "the attributes of an instance": ("Plain(a).__dict__", "x y?"),
    "with a key more": ('{**Job(id=a).model_dump(), "z": 1}', "id owner z"),
}


@pytest.mark.parametrize("name", DUMPED)
def test_keys_of(name: str) -> None:
    text, expected = DUMPED[name]
    call = f'client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({text}))'
    assert keys_of(only(f"def f(a, b, d):\n    {call}\n", head=HEAD + CLASSES)) == expected


def test_text_of_a_model() -> None:
    call = 'client.invoke(FunctionName="f", InvocationType="Event", Payload=Job(id=a).model_dump_json())'
    fact = only(f"def f(a):\n    {call}\n", head=HEAD + CLASSES)
    assert (keys_of(fact), fact.data.payload.layers, fact.data.payload.refused) == ("id owner", 1, ())


TYPED = """
import datetime as dt
from datetime import date, datetime
from decimal import Decimal
from typing import Optional
from uuid import UUID
from pydantic import BaseModel

class Job(BaseModel):
    id: UUID
    at: datetime
    day: dt.date
    price: Decimal = 0
    names: set[str] = set()
    due: Optional[datetime] = None
    name: str = ""
"""


def refused(payload: str, parameters: str = "job: Job") -> list[tuple[str, object]]:
    call = f'client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({payload}))'
    fact = only(f"def f({parameters}):\n    {call}\n", head=HEAD + TYPED)
    return [(one.path, one.type) for one in fact.data.payload.refused]


def test_what_the_fields_of_a_model_hold() -> None:
    held = [("id", "UUID"), ("at", "datetime"), ("day", "date"), ("price", "Decimal"), ("names", "set")]
    assert refused("job.model_dump()") == held
    assert refused("job.dict()") == held
    assert refused("Job(id=a, at=b, day=c).model_dump()", "a, b, c") == held
    assert refused('job.model_dump(exclude={"id", "at", "day", "price", "names"})') == []
    assert refused('job.model_dump(mode="json")') == []
    assert refused("job.model_dump(), default=str") == []


def test_a_model_is_refused_itself() -> None:
    assert refused('{"job": job}') == [("job", "model")]
    assert refused('{"jobs": [job]}') == [("jobs[0]", "model")]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("date.today() - dt.timedelta(days=1)", "date"),
        ("datetime.now() + dt.timedelta(days=1)", "datetime"),
        ("date.fromisoformat(job)", "date"),
        ("dt.timedelta(days=1) + dt.timedelta(days=1)", "timedelta"),
        ('client.invoke(FunctionName="g")["Payload"]', "StreamingBody"),
    ],
)
def test_values_that_json_lacks(value: str, kind: str) -> None:
    call = 'client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({"a": value}))'
    told = ask(f"def f(job):\n    value = {value}\n    {call}\n", head=HEAD + TYPED).facts
    payloads = [fact.data.payload for fact in told if fact.kind == "invocation" and fact.data.payload is not None]
    assert [(one.path, one.type) for one in payloads[-1].refused] == [("a", kind)]


def test_an_error_is_refused_and_its_text_is_not() -> None:
    for value, expected in (("error", [("a", "exception")]), ("str(error)", [])):
        call = f'client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({{"a": {value}}}))'
        code = f"def f(job):\n    try:\n        job()\n    except ValueError as error:\n        {call}\n"
        assert [(one.path, one.type) for one in only(code, head=HEAD).data.payload.refused] == expected
