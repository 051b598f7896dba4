"""Whether the text of a Python object is a JSON document, as it is or with words in it replaced."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from invocation_lint.analysis.domain.atoms import Const, Encoded, Struct, Text, Typed, Value
from invocation_lint.facts.base import Text as TextAnswer
from invocation_lint.facts.base import Unknown as UnknownAnswer

_NUMBERS = frozenset({"int", "float", "number"})
_LITERALS = {None: "None", True: "True", False: "False"}


def repr_is_json(value: Value) -> TextAnswer:
    """Whether `repr(value)` is a JSON document: surely not when it holds a text, None, True, False, a tuple or set."""
    answers = {_repr_atom(atom) for atom in value.atoms}
    answer = answers.pop() if len(answers) == 1 else None
    return answer if answer is not None else UnknownAnswer("its content is not known")


def _repr_atom(atom: Any) -> str | None:
    if isinstance(atom, Const):
        if isinstance(atom.value, (int, float)) and not isinstance(atom.value, bool):
            return "yes"
        return "no"
    if isinstance(atom, (Text, Encoded)):
        return "no"
    if isinstance(atom, Typed):
        return "yes" if atom.type in _NUMBERS else "no" if atom.type not in {"unknown", "dict", "list"} else None
    if isinstance(atom, Struct):
        if atom.kind in {"tuple", "set", "instance", "generator"}:
            return "no"
        if any(slot.presence == "yes" and isinstance(key, str) for key, slot in atom.slots):
            return "no"
        inner = {repr_is_json(item) for item in atom.items}
        if "no" in inner:
            return "no"
        if not atom.slots and not atom.open and atom.rest is None and inner <= {"yes"}:
            return "yes"
    return None


def replaced_is_json(value: Value, words: Collection[str]) -> TextAnswer:
    """Whether `repr(value)` is a JSON document once these words are replaced by those of JSON, the single quote by the
    double one among them. "depends" where texts are in it that are not known: one apostrophe breaks it."""
    if "'" not in words:
        return UnknownAnswer("its content is not known")
    answer = _of_all((_replaced_atom(atom, words) for atom in value.atoms), any_of_them=False)
    return "depends" if answer == "no" and "?" in words else answer


def _of_all(answers: Iterable[str], *, any_of_them: bool) -> str:
    found = set(answers)
    if "no" in found and (any_of_them or len(found) == 1):
        return "no"
    return "yes" if found <= {"yes"} else "depends"


def _replaced_atom(atom: Any, words: Collection[str]) -> str:
    if isinstance(atom, Const):
        return _replaced_constant(atom.value, words)
    if isinstance(atom, Encoded):
        held = atom.value.single if atom.how == "json" else None
        return "no" if isinstance(held, Struct) and held.slots else "depends"
    if isinstance(atom, Typed):
        known = {*_NUMBERS, "unknown", "dict", "list", "str", "bool"}
        return "yes" if atom.type in _NUMBERS else "depends" if atom.type in known else "no"
    if isinstance(atom, Struct) and atom.kind in {"tuple", "set", "instance", "generator"}:
        return "no"
    if isinstance(atom, Struct):
        parts = [_replaced_constant(key, words) if isinstance(key, str) else "no" for key, _ in atom.slots]
        values = [slot.value for _, slot in atom.slots if slot.presence == "yes"] + list(atom.items)
        parts += [_of_all((_replaced_atom(one, words) for one in held.atoms), any_of_them=False) for held in values]
        if atom.open or atom.rest is not None or any(slot.presence != "yes" for _, slot in atom.slots):
            parts.append("depends")
        return _of_all(parts, any_of_them=True)
    return "depends"


def _replaced_constant(value: Any, words: Collection[str]) -> str:
    if value is None or isinstance(value, bool):
        return "yes" if _LITERALS[value] in words else "no"
    if isinstance(value, str):
        return "no" if "'" in value or '"' in value else "depends" if "\\" in value else "yes"
    return "yes" if isinstance(value, (int, float)) else "no"


__all__ = ["replaced_is_json", "repr_is_json"]
