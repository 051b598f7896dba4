"""Dynamic references in texts: `{{resolve:ssm:/shop/worker}}` is what a parameter of Systems Manager is set to (AWS:
CloudFormation user guide, dynamic references)."""

from __future__ import annotations

from typing import Any

from invocation_lint.deployment.values import Import, Piece, pieces_of
from invocation_lint.deployment.values import text as joined

_BEGIN, _END = "{{resolve:ssm:", "}}"


def resolved(content: Any) -> Any:
    """A text in which each dynamic reference to Systems Manager is one part; anything else as it is."""
    pieces = pieces_of(content)
    if pieces is None or not any(isinstance(piece, str) and _BEGIN in piece for piece in pieces):
        return content
    found: list[Piece] = []
    name: list[Piece] | None = None
    for piece in pieces:
        rest = piece
        while isinstance(rest, str) and rest:
            if name is None:
                before, begin, rest = rest.partition(_BEGIN)
                found.append(before)
                name = [] if begin else None
            else:
                inner, end, rest = rest.partition(_END)
                name.append(inner.partition(":")[0])  # without the version
                if end:
                    found.append(Import(joined(name), "ssm"))
                    name = None
        if not isinstance(rest, str):
            (found if name is None else name).append(rest)
    return joined(found) if name is None else content
