"""Names and values in words, as messages have them."""

from __future__ import annotations

from collections.abc import Iterable


def listed(parts: Iterable[str], word: str = "and", most: int | None = None, more: str = "{} more") -> str:
    """Parts, each once, as a text: `a, b and c`; of more than `most` the first ones, and how many more there are:
    `a, b, c and 2 more`. Empty where there are none."""
    every = list(dict.fromkeys(parts))
    left = len(every) - most if most is not None else 0
    if left > 0:
        return f"{', '.join(every[:most])} {word} {more.format(left)}"
    return f" {word} ".join([", ".join(every[:-1]), every[-1]]) if len(every) > 1 else "".join(every)


__all__ = ["listed"]
