"""Which partition of a table a query of DynamoDB asks for, as its arguments are written.

A partition that a constant names by a status ("all that are enabled") holds as much as a table does; one of a user or
a job may hold a handful, and one of a kind a few settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from invocation_lint.facts.building.reading.job_words import snake_case
from invocation_lint.source.parsing.walk import walk

_STATUS = re.compile(r"(?:^|_)(?:status|state|phase)(?:_code|_name)?$")
_EQUALS = re.compile(r"([#\w]+)\s*=\s*(:\w+)")


def asks_for_a_status(call: cst.Call) -> bool:
    """Whether the key condition of a call compares a status with a constant."""
    given = {arg.keyword.value: arg.value for arg in call.args if arg.keyword is not None}
    condition = given.get("KeyConditionExpression")
    if condition is None:
        return False
    names, values = given.get("ExpressionAttributeNames"), given.get("ExpressionAttributeValues")
    if isinstance(condition, (cst.SimpleString, cst.ConcatenatedString)):
        written = condition.evaluated_value
        compared = _of_text(written if isinstance(written, str) else "", names, values)
    else:
        compared = _of_objects(condition)
    return any(_STATUS.search(snake_case(column)) for column in compared)


def _of_text(written: str, names: cst.CSTNode | None, values: cst.CSTNode | None) -> Iterator[str]:
    """The columns that are compared with constants."""
    for column, value in _EQUALS.findall(written):
        if _is_constant(_item(values, value)):
            named = _item(names, column)
            yield str(named.raw_value) if isinstance(named, cst.SimpleString) else column.lstrip("#")


def _of_objects(condition: cst.CSTNode) -> Iterator[str]:
    """The columns of `Key("status").eq("enabled")`."""
    for node in walk(condition):
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or node.func.attr.value != "eq":
            continue
        key = node.func.value
        if isinstance(key, cst.Call) and key.args and node.args and _is_constant(node.args[0].value):
            column = key.args[0].value
            if isinstance(column, cst.SimpleString):
                yield str(column.raw_value)


def _item(node: cst.CSTNode | None, key: str) -> cst.CSTNode | None:
    elements = [one for one in node.elements if isinstance(one, cst.DictElement)] if isinstance(node, cst.Dict) else []
    named = [one.value for one in elements if isinstance(one.key, cst.SimpleString) and one.key.raw_value == key]
    return named[-1] if named else None


def _is_constant(node: cst.CSTNode | None) -> bool:
    """Whether a value is a text, as itself or with its type (`{"S": "enabled"}`)."""
    if isinstance(node, cst.Dict) and len(node.elements) == 1 and isinstance(node.elements[0], cst.DictElement):
        node = node.elements[0].value
    return isinstance(node, cst.SimpleString)
