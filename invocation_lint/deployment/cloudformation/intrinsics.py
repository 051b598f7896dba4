"""The intrinsic functions, each from its argument to the cases of its value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.cloudformation.conditions import when_of
from invocation_lint.deployment.documents.nodes import items, mapping, text
from invocation_lint.deployment.references import resolved
from invocation_lint.deployment.values import (
    MAX_CASES,
    Attribute,
    Case,
    Conditions,
    Hole,
    Import,
    Key,
    Piece,
    Text,
    Unknown,
    Value,
    both,
    pieces_of,
    text_of,
    together,
)
from invocation_lint.deployment.values import text as joined
from invocation_lint.documents.nodes import Node

if TYPE_CHECKING:
    from invocation_lint.deployment.cloudformation.scope import Scope

_HOLE = re.compile(r"\$\{(!?)([^${}]+)\}")
_ARN = ("partition", "service", "region", "account")


def function_in(node: Node) -> str | None:
    """The function that a node is a call of; None for everything else."""
    if not isinstance(node.value, dict) or len(node.value) != 1:
        return None
    name: str = next(iter(node.value))
    return name if name == "Ref" or (name.startswith("Fn::") and not name.startswith("Fn::ForEach")) else None


def _ref(scope: Scope, inner: Node) -> list[Case]:
    return [_of_piece(scope.refer(text(inner)))]


def _of_piece(found: Piece | Unknown | None) -> Case:
    return Case(found if found is None or isinstance(found, Unknown) else joined([found]))


def _get_attribute(scope: Scope, inner: Node) -> list[Case]:
    parts = [text(one) for one in items(inner)] or list(text(inner).partition(".")[::2])
    if len(parts) != 2 or not all(parts):
        return [Case(Unknown("the name of the attribute is worked out at deployment"))]
    return [_of_piece(scope.attribute(*parts))]


def _sub(scope: Scope, inner: Node) -> list[Case]:
    given = items(inner)
    pattern = given[0] if given else inner
    own = mapping(given[1]) if len(given) == 2 else {}
    found: list[Case] = []
    for case in scope.interpolate(text(pattern), pattern):
        pieces = pieces_of(case.content)
        if pieces is None:
            found.append(case)
            continue
        parts: list[list[Case]] = []
        for piece in pieces:
            parts += _filled(scope, piece, own) if isinstance(piece, str) else [[Case(joined([piece]))]]
        found += _with(case.when, together(parts))
    return [Case(resolved(case.content), case.when) for case in found]


def _filled(scope: Scope, pattern: str, own: dict[str, Node]) -> list[list[Case]]:
    """The parts of a literal text with `${Name}` in it."""
    parts: list[list[Case]] = []
    end = 0
    for match in _HOLE.finditer(pattern):
        parts.append([Case(pattern[end : match.start()])])
        end = match.end()
        name = match[2].strip()
        if match[1]:
            parts.append([Case(f"${{{name}}}")])
        elif name in own:
            parts.append(scope.cases(own[name]))
        elif "." in name and name not in scope.types:
            parts.append([_of_piece(scope.attribute(*name.split(".", 1)))])
        else:
            parts.append([_of_piece(scope.refer(name))])
    return [*parts, [Case(pattern[end:])]]


def _join(scope: Scope, inner: Node) -> list[Case]:
    given = items(inner)
    if len(given) != 2:
        return [Case(Unknown("Fn::Join has other arguments than a delimiter and a list"))]
    delimiter = text(given[0])
    found: list[Case] = []
    for case in scope.cases(given[1]):
        elements = elements_of(case.content)
        if elements is None:
            found.append(Case(_why(case.content, "Fn::Join of a list that is set at deployment"), case.when))
            continue
        parts: list[list[Case]] = []
        for one in elements:
            parts += [[Case(delimiter)], list(one.cases)] if parts else [list(one.cases)]
        found += _with(case.when, together(parts))
    return [Case(resolved(case.content), case.when) for case in found]


def elements_of(content: Any) -> tuple[Value, ...] | None:
    """The elements of a list, or of the default of a parameter that is one; None for what is no list."""
    if isinstance(content, tuple):
        return tuple(one for one in content if one.contents != (None,))
    return None


def _why(content: Any, otherwise: str) -> Unknown:
    return content if isinstance(content, Unknown) else Unknown(otherwise)


def _with(when: Conditions, cases: Iterable[Case]) -> list[Case]:
    found = []
    for case in cases:
        conditions = both(when, case.when)
        if conditions is not None:
            found.append(Case(case.content, conditions))
    return found


def _if(scope: Scope, inner: Node) -> list[Case]:
    given = items(inner)
    if len(given) != 3:
        return [Case(Unknown("Fn::If has other arguments than a condition and two values"))]
    condition = scope.condition(given[0])
    found: list[Case] = []
    for holds, branch in ((True, given[1]), (False, given[2])):
        when = when_of(condition, holds)
        if when is not None:
            found += _with(when, scope.cases(branch))
    return found


def _find_in_map(scope: Scope, inner: Node) -> list[Case]:
    given = items(inner)
    if len(given) < 3:
        return [Case(Unknown("Fn::FindInMap has fewer arguments than a map and two keys"))]
    default = mapping(given[3]).get("DefaultValue") if len(given) > 3 else None
    table = mapping(mapping(scope.mappings).get(text(given[0])))
    if not table:
        return scope.cases(default) if default is not None else [Case(Unknown(f"there is no map {text(given[0])}"))]
    first, second = (_only(scope, one) for one in given[1:3])
    rows = [(first, table[first])] if first in table else list(table.items()) if first is None else []
    found: list[Case] = []
    for row, node in rows:
        inside = mapping(node)
        cells = [(second, inside[second])] if second in inside else list(inside.items()) if second is None else []
        for column, cell in cells:
            chosen = [(given[1], row, first), (given[2], column, second)]
            when = tuple((_choice(scope, one), word or "") for one, word, told in chosen if told is None)
            found += _with(when, scope.cases(cell))
    if default is not None and first is None:
        found += scope.cases(default)
    if not found or len(found) > MAX_CASES:
        return [Case(Unknown(f"the row of the map {text(given[0])} is chosen at deployment"))]
    return found


def _choice(scope: Scope, node: Node) -> Key:
    """What chooses a row of a map: what is written alike chooses alike."""
    content = scope.value(node).content
    return Key(scope.path, content.shown() if isinstance(content, Text) else f"{node.line}:{node.column}")


def _only(scope: Scope, node: Node) -> str | None:
    """The literal text of a key; None where it is open."""
    cases = scope.cases(node)
    if len(cases) != 1 or isinstance(cases[0].content, Text):
        return None
    return text_of(cases[0].content)


def _import(scope: Scope, inner: Node) -> list[Case]:
    found = []
    for case in scope.cases(inner):
        pieces = pieces_of(case.content)
        content = _why(case.content, "the name of the export is no text")
        found.append(Case(content if pieces is None else joined([Import(joined(pieces))]), case.when))
    return found


def _select(scope: Scope, inner: Node) -> list[Case]:
    given = items(inner)
    if len(given) != 2:
        return [Case(Unknown("Fn::Select has other arguments than an index and a list"))]
    index = _only(scope, given[0])
    found: list[Case] = []
    for case in scope.cases(given[1]):
        elements = elements_of(case.content)
        if elements is None or index is None or not index.isdigit():
            found.append(Case(_why(case.content, "Fn::Select of a list that is set at deployment"), case.when))
        elif int(index) < len(elements):
            found += _with(case.when, elements[int(index)].cases)
        else:
            found.append(Case(Unknown("Fn::Select of an element behind the end of the list"), case.when))
    return found


def _split(scope: Scope, inner: Node) -> list[Case]:
    given = items(inner)
    delimiter = text(given[0]) if len(given) == 2 else ""
    if not delimiter:
        return [Case(Unknown("Fn::Split has other arguments than a delimiter and a text"))]
    found: list[Case] = []
    for case in scope.cases(given[1]):
        pieces = pieces_of(case.content)
        parts = _split_pieces(pieces, delimiter) if pieces is not None else None
        if parts is None:
            found.append(Case(_why(case.content, "Fn::Split of a text that is set at deployment"), case.when))
        else:
            place = scope.value(given[1]).place
            found.append(Case(tuple(Value((Case(part),), place) for part in parts), case.when))
    return found


def _split_pieces(pieces: tuple[Piece, ...], delimiter: str) -> list[Any] | None:
    """The parts of a text between delimiters; None where an open part may hold one."""
    parts: list[list[Piece]] = [[]]
    for piece in pieces:
        if isinstance(piece, str):
            first, *more = piece.split(delimiter)
            parts[-1].append(first)
            parts += [[one] for one in more]
        elif isinstance(piece, Attribute) and piece.name == "arn" and delimiter == ":":
            # arn:aws:sqs:region:account:name and arn:aws:lambda:region:account:function:name
            name = Attribute(piece.resource, "name")
            parts[-1] += ["arn"]
            parts += [
                [Hole(f"ARN.{one}", "", "a part of an ARN")] for one in ("partition", "service", "region", "account")
            ]
            parts += [[name], [name]]
        else:
            return None
    return [joined(part) for part in parts]


def _base64(scope: Scope, inner: Node) -> list[Case]:
    return scope.cases(inner)


def _length(scope: Scope, inner: Node) -> list[Case]:
    found = []
    for case in scope.cases(inner):
        elements = elements_of(case.content)
        why = _why(case.content, "Fn::Length of a list that is set at deployment")
        found.append(Case(why if elements is None else len(elements), case.when))
    return found


def _to_json(scope: Scope, inner: Node) -> list[Case]:
    return scope.cases(inner)


FUNCTIONS: dict[str, Callable[[Scope, Node], list[Case]]] = {
    "Ref": _ref, "Fn::GetAtt": _get_attribute, "Fn::Sub": _sub, "Fn::Join": _join, "Fn::If": _if,
    "Fn::FindInMap": _find_in_map, "Fn::ImportValue": _import, "Fn::Select": _select, "Fn::Split": _split,
    "Fn::Base64": _base64, "Fn::Length": _length, "Fn::ToJsonString": _to_json,
}  # fmt: skip
"""The functions whose value can be told; all others are worked out at deployment."""
