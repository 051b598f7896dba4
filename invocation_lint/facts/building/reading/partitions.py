"""Which partition of a table a query of DynamoDB asks for, as its arguments are written.

A partition that a constant names ("all that are enabled", "all submissions") holds as much as a table does; one of a
user or a job may hold a handful. Two columns that are compared name one item.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import libcst as cst

from invocation_lint.facts.building.states import snake_case
from invocation_lint.records import record
from invocation_lint.source.parsing.walk import walk

_STATUS = re.compile(r"(?:^|_)(?:status|state|phase)(?:_code|_name)?$")
_COMPARED = re.compile(
    r"([#\w]+)\s*(=|<=?|>=?|between)\s*(:\w+)|(begins_with)\s*\(\s*([#\w]+)\s*,\s*(:\w+)", re.IGNORECASE
)

_BEFORE = frozenset({"<", "<=", "lt", "lte"})

IsConstant = Callable[[cst.CSTNode | None], bool]


@record
class Comparison:
    """One comparison of a key condition: `how` is `eq`, `begins_with` or another method of boto3's conditions."""

    column: str
    how: str
    value: cst.CSTNode | None


def asks_for_a_status(compared: tuple[Comparison, ...]) -> bool:
    """Whether a key condition compares a status with a text that is written there, or a status alone with anything:
    there are few of them, and many items of each."""
    equal = [one for one in compared if one.how == "eq"]
    return any(
        _STATUS.search(snake_case(one.column)) and (len(equal) == 1 or isinstance(_plain(one.value), cst.SimpleString))
        for one in equal
    )


def names_one(compared: tuple[Comparison, ...]) -> bool:
    """Whether both keys of an item are given."""
    return len({one.column for one in compared if one.how == "eq"}) > 1


def asks_for_a_kind(compared: tuple[Comparison, ...], is_constant: IsConstant) -> bool:
    """Whether nothing but constants says which items are asked for: then they are all of a kind, also all before
    some time."""
    asked = [
        one.how in _BEFORE or (one.how in {"eq", "begins_with"} and is_constant(_plain(one.value))) for one in compared
    ]
    return bool(asked) and all(asked) and any(one.how == "eq" for one in compared)


def comparisons(given: Mapping[str, cst.BaseExpression]) -> tuple[Comparison, ...]:
    """The comparisons of the key condition among the arguments of a query."""
    condition = given.get("KeyConditionExpression")
    if condition is None:
        return ()
    names, values = given.get("ExpressionAttributeNames"), given.get("ExpressionAttributeValues")
    if isinstance(condition, (cst.SimpleString, cst.ConcatenatedString)):
        written = condition.evaluated_value
        return tuple(_of_text(written if isinstance(written, str) else "", names, values))
    return tuple(_of_objects(condition))


def texts(compared: tuple[Comparison, ...]) -> Iterator[str]:
    """The texts that columns are compared with, or begin with."""
    for one in compared:
        value = _plain(one.value)
        parts = value.parts if isinstance(value, cst.FormattedString) else (value,)
        first = parts[0] if parts else None
        if isinstance(first, cst.SimpleString):
            yield str(first.raw_value)
        elif isinstance(first, cst.FormattedStringText):
            yield first.value


def _of_text(written: str, names: cst.CSTNode | None, values: cst.CSTNode | None) -> Iterator[Comparison]:
    for column, sign, value, begins, begun, start in _COMPARED.findall(written):
        named = _item(names, column or begun)
        title = str(named.raw_value) if isinstance(named, cst.SimpleString) else (column or begun).lstrip("#")
        yield Comparison(
            title, "begins_with" if begins else "eq" if sign == "=" else sign, _item(values, value or start)
        )


def _of_objects(condition: cst.CSTNode) -> Iterator[Comparison]:
    """`Key("status").eq("enabled") & Key("id").begins_with("a")`."""
    for node in walk(condition):
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or not node.args:
            continue
        key = node.func.value
        if isinstance(key, cst.Call) and key.args and isinstance(column := key.args[0].value, cst.SimpleString):
            yield Comparison(str(column.raw_value), node.func.attr.value, node.args[0].value)
        elif isinstance(key, cst.Call) and key.args:
            yield Comparison("", node.func.attr.value, node.args[0].value)


def _item(node: cst.CSTNode | None, key: str) -> cst.CSTNode | None:
    elements = [one for one in node.elements if isinstance(one, cst.DictElement)] if isinstance(node, cst.Dict) else []
    named = [one.value for one in elements if isinstance(one.key, cst.SimpleString) and one.key.raw_value == key]
    return named[-1] if named else None


def _plain(node: cst.CSTNode | None) -> cst.CSTNode | None:
    """A value, as itself or with its type (`{"S": "enabled"}`)."""
    if isinstance(node, cst.Dict) and len(node.elements) == 1 and isinstance(node.elements[0], cst.DictElement):
        return node.elements[0].value
    return node
