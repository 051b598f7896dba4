"""What operators of Terraform give (HashiCorp: Terraform language, arithmetic and logical operators)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.names import are_equal
from invocation_lint.deployment.terraform.frames import Frame
from invocation_lint.deployment.terraform.parsing import label_of, parts
from invocation_lint.deployment.terraform.values import (
    Reference,
    booleans,
    each,
    joined,
)
from invocation_lint.deployment.values import (
    Conditions,
    Key,
    Text,
    Unknown,
    Value,
    both,
    number_of,
)
from invocation_lint.findings import Place

if TYPE_CHECKING:
    from lark import Tree


from invocation_lint.deployment.terraform.expressions import evaluate


def conditional(frame: Frame, node: Tree[Any]) -> Value:
    condition, first, second = parts(node)
    found: list[tuple[Conditions, Any]] = []
    branches: dict[bool, Value] = {}
    for holds, when in truths(frame, condition):
        if holds not in branches:
            branches[holds] = evaluate(frame, first if holds else second)
        found.append((when, branches[holds]))
    return joined(found, frame.place(node))


def truths(frame: Frame, node: Tree[Any]) -> list[tuple[bool, Conditions]]:
    """Whether a condition holds: one that is open is named by its text, and may hold or not."""
    found: list[tuple[bool, Conditions]] = []
    for holds, when in booleans(evaluate(frame, node)):
        if isinstance(holds, bool):
            found.append((holds, when))
            continue
        key = Key(frame.instance.scope, f"{frame.instance.prefix}{frame.source(node)}")
        for either in (True, False):
            conditions = both(when, ((key, either),))
            if conditions is not None:
                found.append((either, conditions))
    return found


def binary(frame: Frame, node: Tree[Any]) -> Value:
    left, term = parts(node)
    sign, right = parts(term)
    operator = label_of(sign).split()[-1]
    place = frame.place(node)
    if operator in {"&&", "||"}:
        stops = operator == "||"
        found: list[tuple[Conditions, Any]] = []
        for holds, when in truths(frame, left):
            if holds is stops:
                found.append((when, stops))
            else:
                found += [
                    (inner, either) for either, also in truths(frame, right) if (inner := both(when, also)) is not None
                ]
        return joined(found, place)
    values = [evaluate(frame, left), evaluate(frame, right)]
    if operator in {"==", "!="}:
        return each(values, lambda one, other: _compared(frame, one, other, operator, place), place)
    return each(values, lambda one, other: _calculated(one, other, operator), place)


def _compared(frame: Frame, one: Any, other: Any, operator: str, place: Place) -> Any:
    equal: bool | None
    if None in (one, other):
        equal = None if isinstance(one, Unknown) or isinstance(other, Unknown) else one is other
    elif isinstance(one, (dict, tuple, Reference)) or isinstance(other, (dict, tuple, Reference)):
        equal = None
    elif isinstance(one, (str, Text)) or isinstance(other, (str, Text)):
        equal = are_equal(one, other)
    else:
        equal = None if isinstance(one, Unknown) or isinstance(other, Unknown) else one == other
    if equal is not None:
        return equal is (operator == "==")
    if isinstance(one, (Unknown, dict, tuple, Reference)) or isinstance(other, (Unknown, dict, tuple, Reference)):
        return Unknown("what is compared is not known")
    shown = sorted(one.shown() if isinstance(one, Text) else f'"{one}"' for one in (one, other))
    key = Key(frame.instance.scope, " is ".join(reversed(shown)))
    return joined([(((key, holds),), holds is (operator == "==")) for holds in (True, False)], place)


_NUMBERS: dict[str, Callable[[float, float], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": lambda a, b: a % b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def _calculated(one: Any, other: Any, operator: str) -> Any:
    if not isinstance(one, (int, float, str)) or not isinstance(other, (int, float, str)):
        return Unknown("a number in it is not known")
    first, second = number_of(one), number_of(other)
    if first is None or second is None or (operator in "/%" and second == 0):
        return Unknown("a number in it is not known")
    found = _NUMBERS[operator](first, second)
    return int(found) if isinstance(found, float) and found.is_integer() else found


def unary(frame: Frame, node: Tree[Any]) -> Value:
    (inner,) = parts(node)
    place = frame.place(node)
    if str(node.children[0]) == "!":
        return joined([(when, not holds) for holds, when in truths(frame, inner)], place)
    return each([evaluate(frame, inner)], lambda content: _calculated(0, content, "-"), place)
