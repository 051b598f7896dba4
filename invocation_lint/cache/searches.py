"""What a search for who reaches call sites found, as plain data and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from invocation_lint.analysis.program.demand import Demand
from invocation_lint.analysis.program.reach import Searched


def plain_search(found: Searched | None, number: Callable[[str], int]) -> Any:
    """Lists and numbers; `number` gives that of a text. A demand that several modules have stands there once."""
    if found is None:
        return None
    demands: dict[Demand, int] = {}
    levels = [
        [number(key), [[level, demands.setdefault(demand, len(demands))] for level, demand in grown]]
        for key, grown in found.levels.items()
    ]
    ways = [[number(key), leads] for key, leads in found.ways.items()]
    return [list(map(number, found.known)), [_plain(one, number) for one in demands], levels, ways]


def search_of(told: Any, texts: Sequence[str]) -> Searched | None:
    """The search, of what `plain_search` gave."""
    if told is None:
        return None
    known, plain_demands, levels, ways = told
    demands = [_demand(one, texts) for one in plain_demands]
    return Searched(
        tuple(texts[key] for key in known),
        {texts[key]: tuple((level, demands[index]) for level, index in grown) for key, grown in levels},
        {texts[key]: leads for key, leads in ways},
    )


def _plain(demand: Demand, number: Callable[[str], int]) -> list[Any]:
    pairs = ([[number(cls), number(name)] for cls, name in sorted(one)] for one in (demand.methods, demand.holders))
    return [[number(name) for name in sorted(demand.names)], *pairs]


def _demand(told: Any, texts: Sequence[str]) -> Demand:
    names, methods, holders = told
    return Demand(
        frozenset(texts[name] for name in names),
        frozenset((texts[cls], texts[name]) for cls, name in methods),
        frozenset((texts[cls], texts[name]) for cls, name in holders),
    )


__all__ = ["plain_search", "search_of"]
