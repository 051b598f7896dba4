"""The texts of variables of a serverless.yml: where they begin and end, their addresses and constants.

By the Serverless Framework's documentation, variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from invocation_lint.deployment.values import Piece, Text
from invocation_lint.deployment.values import text as joined

_VARIABLE = re.compile(r"[\w.-]+(?:\(|:(?!:))")


def whole_of(content: str) -> str | None:
    """The expression of a text that is one variable and nothing else."""
    parts = list(parts_of(content)) if content.startswith("${") and content.endswith("}") else []
    return parts[0][1] if len(parts) == 1 else None


def parts_of(content: str) -> Iterator[tuple[str, str | None]]:
    """The parts of a text: literal ones, and variables with their expressions."""
    literal, index = "", 0
    while index < len(content):
        if content.startswith("${", index) and _VARIABLE.match(content, index + 2):
            end = _closing(content, index + 2)
            if end is not None:
                if literal:
                    yield literal, None
                yield "", content[index + 2 : end]
                literal, index = "", end + 1
                continue
        literal += content[index]
        index += 1
    if literal:
        yield literal, None


def _closing(content: str, index: int) -> int | None:
    """Where the brace closes that was opened before an index."""
    depth = 0
    while index < len(content):
        if content[index] == "{":
            depth += 1
        elif content[index] == "}":
            if depth == 0:
                return index
            depth -= 1
        index += 1
    return None


def split(content: str, delimiter: str) -> list[str]:
    """The parts of an expression between delimiters that stand outside of braces, brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for sign in content:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "{(":
            depth += 1
        elif sign in "})":
            depth -= 1
        elif sign == delimiter and depth == 0:
            parts.append("")
            continue
        parts[-1] += sign
    return [part.strip() for part in parts]


def keys_of(pieces: tuple[Piece, ...]) -> list[str | Text]:
    """The keys of an address, which stand between dots."""
    keys: list[list[Piece]] = [[]]
    for piece in pieces:
        if isinstance(piece, str):
            first, *more = piece.split(".")
            keys[-1].append(first)
            keys += [[one] for one in more]
        else:
            keys[-1].append(piece)
    return [joined(key) for key in keys]


_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def literal_of(address: str) -> tuple[object] | None:
    """The value of an address that is a constant, in a tuple of one; None for all others."""
    if len(address) > 1 and address[0] == address[-1] and address[0] in "'\"":
        return (address[1:-1],)
    if address in _WORDS:
        return (_WORDS[address],)
    if re.fullmatch(r"-?\d+(?:\.\d+)?", address):
        return (float(address) if "." in address else int(address),)
    return None


__all__ = ["keys_of", "literal_of", "parts_of", "split", "whole_of"]
