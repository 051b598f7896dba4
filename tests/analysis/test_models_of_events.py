"""Models and schemas that a handler makes of its event: under which names they take fields, and what they fill in."""

from __future__ import annotations

import pytest

from tests.analysis.test_handlers import body, handled, told

PYDANTIC = """
from typing import Annotated
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator, root_validator
from pydantic_settings import BaseSettings
class Made(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)
    order_id: str
class Either(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    a: str = Field(alias="A")
    b: str
class Old(BaseModel):
    a: str = Field(alias="A")
    class Config:
        allow_population_by_field_name = True
class Choices(BaseModel):
    a: str = Field(validation_alias=AliasChoices("A", "x"))
    b: str
class Both(BaseModel):
    a: str = Field(alias="dumped", validation_alias="A")
class Noted(BaseModel):
    a: Annotated[str, Field(alias="A")]
    b: Annotated[int, Field(default=1)]
    c: Annotated[str, Field(min_length=1)]
class Before(BaseModel):
    a: str
    @model_validator(mode="before")
    @classmethod
    def fill(cls, data):
        return {"a": data.get("b")}
class Root(BaseModel):
    a: str
    @root_validator(pre=True)
    def fill(cls, data):
        return {"a": data.get("b")}
class After(BaseModel):
    a: str
    @model_validator(mode="after")
    def check(self):
        return self
class Settings(BaseSettings):
    table: str
"""
MARSHMALLOW = """
from marshmallow import Schema, fields, post_load, pre_load
class Plain(Schema):
    a = fields.Str(required=True)
    b = fields.Str(required=True)
class Loose(Plain):
    a = fields.Str()
class Renamed(Schema):
    a = fields.Str(required=True, data_key="A")
    b = fields.Str(required=True, attribute="beta")
class Filled(Schema):
    a = fields.Str(required=True)
    b = fields.Int(load_default=3)
    c = fields.Int()
class Prepared(Schema):
    a = fields.Str(required=True)
    @pre_load
    def fill(self, data, **kwargs):
        return {"a": data.get("b")}
class Made(Schema):
    a = fields.Str(required=True)
    @post_load
    def make(self, data, **kwargs):
        return {"z": data["a"]}
class Inner(Schema):
    x = fields.Str(required=True, data_key="X")
class Outer(Schema):
    inner = fields.Nested(Inner, required=True)
"""


@pytest.mark.parametrize(
    ("code", "required", "optional"),
    [
        ("Made.model_validate(event).order_id", "", ""),
        ("Either(**event)", "b", "A a"),
        ("Old(**event)", "", "A a"),
        ("Choices(**event)", "b", ""),
        ("Both(**event)", "A", ""),
        ("Noted(**event)", "c", "b"),
        ("Before.model_validate(event).a", "", "a"),
        ("Root.parse_obj(event).a", "", "a"),
        ("After(**event).a", "a", ""),
        ("Settings().table + event['a']", "a", ""),
    ],
)
def test_what_models_of_pydantic_take(code: str, required: str, optional: str) -> None:
    found = body(f"return {code}", PYDANTIC)
    assert (found.known, *told(found.always)) == (True, required, optional)


@pytest.mark.parametrize(
    ("code", "required", "optional"),
    [
        ('Plain().load(event)["a"]', "a b", ""),
        ('Loose().load(event)["b"]', "b", "a"),
        ('Renamed().load(event)["a"]', "A b", ""),
        ('Renamed().load(event)["beta"]', "A b", ""),
        ('Filled().load(event)["b"]', "a", "b c"),
        ('Filled().load(event)["c"]', "a c", "b"),
        ('Filled().load(event)["b"]["x"]', "a", "b b.x c"),
        ('Prepared().load(event)["a"]', "", ""),
        ('Made().load(event)["z"]', "a", ""),
        ('Outer().load(event)["inner"]["x"]', "inner", ""),
        ('Plain(only=("a",)).load(event)["a"]', "", ""),
        ('Plain(exclude=["b"]).load(event)["a"]', "", ""),
        ('Plain(partial=True).load(event).get("a")', "", ""),
        ('1 if Plain().validate(event) else event["c"]', "c", "a b"),
    ],
)
def test_what_schemas_of_marshmallow_take(code: str, required: str, optional: str) -> None:
    found = body(f"return {code}", MARSHMALLOW)
    assert (found.known, *told(found.always)) == (True, required, optional)


def test_errors_of_a_schema_are_what_it_lacks() -> None:
    code = "errors = Plain().validate(event)\nif errors:\n    raise ValueError(errors)\nreturn {'ok': True}"
    found = body(code, MARSHMALLOW)
    assert (found.known, *told(found.always)) == (True, "a b", "")


def test_what_is_set_by_a_dataclass_itself() -> None:
    head = """
    from dataclasses import dataclass, field
    @dataclass
    class Job:
        a: str
        b: str = field(init=False)
        def __post_init__(self):
            self.b = self.a
    """
    assert told(body("return Job(**event).b", head).always) == ("a", "")


DECORATED = """
import functools
def around(function):
    @functools.wraps(function)
    def wrapper(event, context):
        {before}
        return function({given}, context)
    return wrapper
@around
def handler(event, context):
    return event["a"]
"""


@pytest.mark.parametrize(
    ("before", "given", "required"),
    [
        ("print(event)", "event", "a"),
        ("pass", '{"a": 1, **event}', ""),
        ("pass", 'event["detail"]', ""),
        ('event.setdefault("a", 1)', "event", ""),
        ('event["a"] = 1', "event", ""),
        ('event = {"a": 1, **event}', "event", ""),
    ],
)
def test_what_decorators_give_to_a_handler(before: str, given: str, required: str) -> None:
    found = handled(DECORATED.format(before=before, given=given))
    assert (found.known, told(found.always)[0]) == (True, required)
