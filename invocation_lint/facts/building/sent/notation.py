"""What a text is where it is surely no JSON document: by all of it, or by what stands before its first gap."""

from __future__ import annotations

import re
from typing import Any

from invocation_lint.analysis.domain.atoms import Const, Text, Typed

_SPACE = " \t\r\n"
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)?(?:\.\d*)?(?:[eE][+-]?\d*)?")
_WORD = re.compile(r"[A-Za-z_]\w*")
_LITERALS = ("true", "false", "null")
_PLACEHOLDER = re.compile(r"[:\[,]\s*(?:\{\w*\}|%s|%\(\w+\)s|\$\{?\w+\}?)|^\s*(?:\{\w*\}|%s|\$\{\w+\})\s*$")
_SINGLE_QUOTED = re.compile(r"\s*[\[{]\s*(?:[\[{]\s*)*'")


def form_of(atom: Any) -> str | None:
    """What the text or bytes of an atom are, in words, where they are surely no JSON; None for all else."""
    if isinstance(atom, Typed):
        return atom.form or None
    if isinstance(atom, Const):
        if not isinstance(atom.value, (str, bytes)):
            return None
        text = atom.value if isinstance(atom.value, str) else atom.value.decode("utf-8", "replace")
        return _named(text)
    if isinstance(atom, Text) and atom.pieces and isinstance(atom.pieces[0], str):
        return None if may_begin_json(atom.pieces[0]) else _named(atom.pieces[0])
    return None


def _named(text: str) -> str:
    if _SINGLE_QUOTED.match(text):
        return "text in single quotes"
    if text.lstrip().startswith("<"):
        return "XML or HTML"
    return "a template that nothing fills in" if _PLACEHOLDER.search(text) else "plain text"


def may_begin_json(text: str) -> bool:
    """Whether something can stand behind a text that makes it a JSON document (RFC 8259)."""
    waiting: list[str] = []  # "]" or "}" for each array or object that is open
    expects = "value"
    position = 0
    while True:
        while position < len(text) and text[position] in _SPACE:
            position += 1
        if position >= len(text):
            return True
        char = text[position]
        if expects in {"end", "first value"} and waiting and char == waiting[-1]:
            waiting.pop()
            expects, position = "end", position + 1
        elif expects == "end":
            if char != "," or not waiting:
                return False
            expects, position = "key" if waiting[-1] == "}" else "value", position + 1
        elif expects == "colon":
            if char != ":":
                return False
            expects, position = "value", position + 1
        elif expects in {"key", "first key"}:
            if char == "}" and expects == "first key":
                waiting.pop()
                expects, position = "end", position + 1
                continue
            end = _end_of_string(text, position) if char == '"' else -1
            if end is None:
                return True
            if end < 0:
                return False
            expects, position = "colon", end
        elif char in "{[":
            waiting.append("}" if char == "{" else "]")
            expects, position = "first key" if char == "{" else "first value", position + 1
        else:
            end = _end_of_scalar(text, position)
            if end is None:
                return True
            if end < 0:
                return False
            expects, position = "end", end


def _end_of_scalar(text: str, start: int) -> int | None:
    """Where a string, number or literal ends; None where more of it may follow, -1 where it is none."""
    if text[start] == '"':
        return _end_of_string(text, start)
    word = _WORD.match(text, start)
    if word is not None:
        if word.end() == len(text):
            return None if any(literal.startswith(word[0]) for literal in _LITERALS) else -1
        return word.end() if word[0] in _LITERALS else -1
    number = _NUMBER.match(text, start)
    if number is None or not number[0]:
        return -1
    return None if number.end() == len(text) else number.end()


def _end_of_string(text: str, start: int) -> int | None:
    """Where a string ends that starts with a quote; None where it has no end yet."""
    position = start + 1
    while position < len(text):
        if text[position] == '"':
            return position + 1
        position += 2 if text[position] == "\\" else 1
    return None
