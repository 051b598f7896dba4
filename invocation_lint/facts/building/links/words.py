"""Names taken apart, to tell which may mean the same: `ORDERS_LAMBDA_ARN` and `orders/handler.py`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NOISE = frozenset({
    "lambda", "lambdas", "function", "functions", "func", "funcs", "fn", "arn", "name", "names", "handler", "handlers",
    "aws", "invoke", "target", "python", "py", "src", "source", "code", "main", "app", "index", "init", "dev", "prod",
    "test", "stage", "staging", "env", "the", "of", "to", "and", "url", "id", "stack", "construct", "resource",
    "endpoint",
})  # fmt: skip
"""Words that many names hold, and that tell none from others."""

MIN_LETTERS = 8
"""So many letters that stand in a name tell it from others although its words are not parted."""


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name that tell it from others, in their order; names of files without their endings."""
    found = (match[0].lower() for match in _WORD.finditer(name))
    return tuple(one for one in found if one not in _NOISE and not one.isdigit())


def parts_of(name: str) -> tuple[str, ...]:
    """All the words and numbers of a name, in their order."""
    return tuple(match[0].lower() for match in _WORD.finditer(name))


def nearness(wanted: str, written: Iterable[str]) -> int:
    """How near the names of something are to one that is wanted, as they are written: 2 where one is the same, 1 where
    one stands in the other, 0 else. Names that tell nothing from others do not count."""
    one = parts_of(wanted)
    found = [parts_of(own) for own in written]
    telling = [own for own in found if any(part.isdigit() or part not in _NOISE for part in own)]
    if one in telling:
        return 2
    return int(any(has_run(one, own) or has_run(own, one) for own in telling))


def has_run(name: tuple[str, ...], run: tuple[str, ...]) -> bool:
    """Whether the parts of one name stand behind each other in another one."""
    return any(name[at : at + len(run)] == run for at in range(len(name) - len(run) + 1)) and bool(run)


def likeness(wanted: tuple[str, ...], own: tuple[str, ...]) -> int:
    """How surely a name that is wanted means something with a name of its own, 0 for not at all: 3 for the same words,
    2 where it has all those that are wanted, 1 where all of its own are wanted."""
    if not wanted or not own:
        return 0
    one, other = set(wanted), set(own)
    if one == other or "".join(wanted) == "".join(own):
        return 3
    if one < other or _is_in("".join(wanted), "".join(own)):
        return 2
    return 1 if other < one or _is_in("".join(own), "".join(wanted)) else 0


def _is_in(part: str, name: str) -> bool:
    return len(part) >= MIN_LETTERS and part in name


def best(wanted: tuple[str, ...], names: Iterable[tuple[str, ...]]) -> tuple[int, int]:
    """The greatest likeness among the names of something, and by how many letters it is told."""
    return max(((found, _letters(wanted, own)) for own in names if (found := likeness(wanted, own))), default=(0, 0))


def _letters(wanted: tuple[str, ...], own: tuple[str, ...]) -> int:
    return sum(len(word) for word in set(wanted) & set(own)) or len("".join(wanted))
