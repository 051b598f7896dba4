"""Names and ARNs of functions and other resources, compared as far as they are known.

AWS: Lambda API reference, FunctionName (a name, a partial ARN or an ARN, with or without a qualifier).
"""

from __future__ import annotations

import re
from typing import Any

from invocation_lint.deployment.values import Attribute, Hole, Import, Piece, Text, pieces_of, text

_ARN = re.compile(r"^(?:arn:[\w-]*:lambda:|[\w-]*:lambda:)?.*?\bfunction:", re.DOTALL)


def called_function(content: Any) -> tuple[str | Text | Attribute, str] | None:
    """The function that a name, an ARN or the URI of an integration means, and the qualifier behind it (empty without
    one): an attribute of a resource, or a name. None when the content is no text.

    `arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:shop-${Stage}:live` is `shop-${Stage}` and `live`;
    `arn:aws:apigateway:..:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations` is the attribute of Orders.
    """
    pieces = pieces_of(content)
    if pieces is None:
        return None
    for index, piece in enumerate(pieces):
        if isinstance(piece, Attribute) and piece.name in {"arn", "name"}:
            before = text(pieces[:index])
            is_start = index == 0 or _ends_before_function(before)
            if is_start:
                behind = pieces[index + 1] if index + 1 < len(pieces) else ""
                if not isinstance(behind, str) or behind == "" or behind[0] in ":/":
                    return piece, _qualifier(behind)
    if (isinstance(pieces[0], str) and pieces[0].startswith("arn:")) or _has(pieces, "function:"):
        pieces = _behind(pieces, "function:")
        if pieces is None:
            return None
    name, qualifier = _until_colon(pieces)
    return text(name), qualifier


def _ends_before_function(content: str | Text) -> bool:
    last = content if isinstance(content, str) else content.pieces[-1]
    return isinstance(last, str) and last.endswith(("functions/", "function:"))


def _qualifier(behind: Piece) -> str:
    return behind[1:].partition("/")[0] if isinstance(behind, str) and behind.startswith(":") else ""


def _has(pieces: tuple[Piece, ...], word: str) -> bool:
    return any(isinstance(piece, str) and word in piece for piece in pieces)


def _behind(pieces: tuple[Piece, ...], word: str) -> tuple[Piece, ...] | None:
    """The pieces behind a word; None where it is not there."""
    for index, piece in enumerate(pieces):
        if isinstance(piece, str) and word in piece:
            return (piece.partition(word)[2], *pieces[index + 1 :])
    return None


def _until_colon(pieces: tuple[Piece, ...]) -> tuple[tuple[Piece, ...], str]:
    """The pieces up to a colon or a slash, and the literal text between that and the next."""
    for index, piece in enumerate(pieces):
        found = re.search(r"[:/]", piece) if isinstance(piece, str) else None
        if found is not None and isinstance(piece, str):
            behind = piece[found.end() :] if found[0] == ":" else ""
            return (*pieces[:index], piece[: found.start()]), re.split(r"[:/]", behind)[0]
    return pieces, ""


def are_equal(first: Any, second: Any) -> bool | None:
    """Whether two texts are equal: yes when they have the same pieces, no when they cannot be, None in between.

    Open parts of one name are equal; any other may stand for any text. `${Stage}-a` and `${Stage}-b` differ,
    `${Stage}-orders` may be `prod-orders`, and is not `prod-orders-dlq`.
    """
    mine, theirs = pieces_of(first), pieces_of(second)
    if mine is None or theirs is None:
        return None
    if text(mine) == text(theirs):
        return True
    mine, theirs = _without_common(mine, theirs)
    if all(isinstance(piece, str) for piece in (*mine, *theirs)):
        return False
    return None if _may_match(mine, theirs) else False


def _without_common(first: tuple[Piece, ...], second: tuple[Piece, ...]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both without the equal open parts and texts at their beginning and their end."""
    for backwards in (False, True):
        mine, theirs = (list(reversed(one)) if backwards else list(one) for one in (first, second))
        while mine and theirs:
            if mine[0] == theirs[0]:
                mine, theirs = mine[1:], theirs[1:]
                continue
            if not isinstance(mine[0], str) or not isinstance(theirs[0], str):
                break
            shared = _shared(mine[0], theirs[0], backwards)
            if not shared:
                break
            mine, theirs = _cut(mine, shared, backwards), _cut(theirs, shared, backwards)
        first, second = (tuple(reversed(one)) if backwards else tuple(one) for one in (mine, theirs))
    return first, second


def _shared(first: str, second: str, backwards: bool) -> int:
    if backwards:
        first, second = first[::-1], second[::-1]
    length = 0
    while length < min(len(first), len(second)) and first[length] == second[length]:
        length += 1
    return length


def _cut(pieces: list[Piece], length: int, backwards: bool) -> list[Piece]:
    piece = pieces[0]
    assert isinstance(piece, str)
    rest = piece[: len(piece) - length] if backwards else piece[length:]
    return [rest, *pieces[1:]] if rest else pieces[1:]


def _may_match(first: tuple[Piece, ...], second: tuple[Piece, ...]) -> bool:
    """Whether texts may be equal, by the literal parts at their ends and, where one is literal, by its whole."""
    if not first or not second:  # an open part may stand for nothing
        return not any(isinstance(piece, str) for piece in (*first, *second))
    ends = ((first[0], second[0]), (first[-1], second[-1]))
    if any(isinstance(one, str) and isinstance(other, str) for one, other in ends):
        return False  # what they have in common there was cut off
    for one, other in ((first, second), (second, first)):
        if all(isinstance(piece, str) for piece in one):
            literal = text(one)
            pattern = "".join(re.escape(piece) if isinstance(piece, str) else ".*" for piece in other)
            return isinstance(literal, str) and re.fullmatch(pattern, literal, re.DOTALL) is not None
    return True


def is_open(content: Any) -> bool:
    """Whether a text has open parts or parts that other stacks export."""
    return isinstance(content, Text) and any(isinstance(piece, (Hole, Import)) for piece in content.pieces)
