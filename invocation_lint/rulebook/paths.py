"""What a rule can ask of a fact: the paths of each kind, derived from the dataclasses of `facts/`."""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from invocation_lint.facts.base import OneOf, Range, Unknown
from invocation_lint.facts.kinds import KINDS
from invocation_lint.records import record

RESERVED = ("any", "item")  # words of the rule language that no field may be named


@record
class FieldInfo:
    """One path of a fact.

    `type` is text, number, list (of elements, whose paths `element` holds) or group (of fields, reached by longer
    paths). `words` are the texts it may hold, empty when any text may come.
    """

    path: str
    type: str
    words: tuple[str, ...] = ()
    doc: str = ""
    element: Mapping[str, FieldInfo] | None = None


def fields_of(kind: str) -> Mapping[str, FieldInfo]:
    """All paths of a kind, in the order of the dataclass. KeyError when there is no such kind."""
    return paths_of(KINDS[kind])


@functools.cache
def paths_of(cls: type) -> Mapping[str, FieldInfo]:
    """All paths of a fact's dataclass or of a list's element."""
    found: dict[str, FieldInfo] = {}
    hints = typing.get_type_hints(cls)
    for field in fields(cls):
        if field.name in RESERVED:
            raise TypeError(f"{cls.__name__}.{field.name}: the rule language has another use for this name")
        doc = field.metadata.get("doc", "")
        words = tuple(field.metadata.get("words", ()))
        type_, inner = _type_of(hints[field.name], f"{cls.__name__}.{field.name}")
        element = paths_of(inner) if type_ == "list" and inner is not None else None
        found[field.name] = FieldInfo(field.name, type_, words, doc, element)
        if type_ == "group" and inner is not None:
            for path, info in paths_of(inner).items():
                longer = f"{field.name}.{path}"
                found[longer] = FieldInfo(longer, info.type, info.words, info.doc, info.element)
    return found


def siblings(paths: Mapping[str, FieldInfo], wanted: str) -> list[str]:
    """The paths that may stand where `wanted` goes wrong: those under its longest known beginning."""
    parent = wanted
    while parent:
        parent = parent.rpartition(".")[0]
        if not parent or (parent in paths and paths[parent].type == "group"):
            break
    prefix = f"{parent}." if parent else ""
    return [path for path in paths if path.startswith(prefix) and "." not in path[len(prefix) :]]


def _type_of(hint: Any, where: str) -> tuple[str, type | None]:
    """The type of a field, and the dataclass of a group or of a list's elements."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        options = [part for part in typing.get_args(hint) if part not in (type(None), Unknown, OneOf)]
    else:
        options = [hint]
    if set(options) <= {int, float, Range}:
        return "number", None
    if options == [str]:
        return "text", None
    if len(options) == 1:
        (only,) = options
        if typing.get_origin(only) is tuple:
            element = typing.get_args(only)[0]
            if is_dataclass(element) and isinstance(element, type):
                return "list", element
        elif is_dataclass(only) and isinstance(only, type):
            return "group", only
    raise TypeError(f"{where}: a rule cannot ask for a {hint}")
