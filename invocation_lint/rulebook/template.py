"""Messages of rules: text with `{path}` and `{$option}`, and how values are put into words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from invocation_lint.facts.base import OneOf, Range, Unknown
from invocation_lint.rulebook.model import OptionName, Reference, Template
from invocation_lint.wording import listed

_UNIT = re.compile(r"[ -]?(?:s|seconds?|bytes?|KB|MB)\b")
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")


class TemplateError(ValueError):
    """A brace that opens or closes nothing."""


def split(text: str) -> list[tuple[str, bool]]:
    """The pieces of a template: (text, False) or (what stands in braces, True). `{{` and `}}` are braces."""
    pieces: list[tuple[str, bool]] = []
    for match in _PIECE.finditer(text):
        if match[1] is not None:
            pieces.append((match[1].strip(), True))
        elif match[0] in ("{{", "}}"):
            pieces.append((match[0][0], False))
        elif match[0] in ("{", "}"):
            raise TemplateError(f'a single "{match[0]}"; write "{match[0] * 2}" for a brace that is meant as text')
        else:
            pieces.append((match[0], False))
    return pieces


def render(template: Template, value_of: Callable[[Reference | OptionName], Any]) -> str:
    """The template with the values in words; a unit is added where the text does not go on with it."""
    shown: list[str] = []
    for index, piece in enumerate(template):
        if isinstance(piece, str):
            shown.append(piece)
            continue
        after = template[index + 1] if index + 1 < len(template) else ""
        has_unit = isinstance(after, str) and _UNIT.match(after)
        shown.append(in_words(value_of(piece), "" if has_unit else _unit_of(piece)))
    return "".join(shown)


def as_written(template: Template) -> str:
    """The template as a rule has it, with its paths in braces."""
    pieces = []
    for piece in template:
        if isinstance(piece, str):
            pieces.append(piece.replace("{", "{{").replace("}", "}}"))
        else:
            pieces.append(f"{{${piece.name}}}" if isinstance(piece, OptionName) else f"{{{piece.text}}}")
    return "".join(pieces)


def is_complete(template: Template, value_of: Callable[[Reference | OptionName], Any]) -> bool:
    """Whether every value that the template names is there and not empty."""
    return all(isinstance(piece, str) or value_of(piece) not in (None, "", ()) for piece in template)


def _unit_of(piece: Reference | OptionName) -> str:
    name = piece.name if isinstance(piece, OptionName) else (piece.parts[-1] if piece.parts else "")
    if name.endswith("_seconds"):
        return " s"
    return " bytes" if name.endswith("_bytes") else ""


def in_words(value: Any, unit: str = "") -> str:
    """A value as a message says it: `30 to 60 s`, `Event or RequestResponse`, `unknown`, `none`."""
    if value is None:
        return "none"
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, OneOf):
        return listed([in_words(part, unit) for part in value.values], "or")
    if isinstance(value, Range):
        if value.min == value.max:
            return _number(value.min) + unit
        if math.isinf(value.max):
            return f"{_number(value.min)}{unit} or more"
        return f"{_number(value.min)} to {_number(value.max)}{unit}"
    if isinstance(value, (int, float)):
        return _number(value) + unit
    if isinstance(value, (tuple, list)):
        return listed([in_words(part, unit) for part in value], "and") if value else "none"
    return value if isinstance(value, str) else element_name(value)


def element_name(element: Any) -> str:
    """What tells an element of a list from its neighbours: its `name`, else its first field."""
    if isinstance(element, Unknown):
        return "unknown"
    named = getattr(element, "name", None)
    if named is None:
        named = getattr(element, next(iter(element.__dataclass_fields__)))
    return named if isinstance(named, str) else in_words(named)


def _number(value: float) -> str:
    if math.isinf(value):
        return "unlimited"
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
