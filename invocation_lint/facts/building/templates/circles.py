"""One fact for each circle of functions that make one another run."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from invocation_lint.facts.base import Fact
from invocation_lint.facts.building.templates.context import Context, called
from invocation_lint.facts.building.templates.ways import Way
from invocation_lint.facts.deployed import circle as facts

MAX_WAYS = 6
"""Ways behind one another that are followed."""

_FOLLOWED = "Lambda stops it after about 16 runs, if it can detect the loop"
_NOT_FOLLOWED = "it runs until somebody stops it, because Lambda does not detect loops through streams"


def circles(context: Context, path: str) -> Iterator[Fact]:
    """The facts of the circles whose first function stands in a file."""
    for one in circles_of(context.ways(path)):
        if one[0].source.place.path == path:
            yield _fact(context, one)


def circles_of(ways: Iterable[Way]) -> Iterator[tuple[Way, ...]]:
    """Circles, one for each set of functions, of which the first stands before the others: those that nothing ends,
    then those that something may end. A function that invokes itself by Invoke is none: that is told at the call."""
    every = list(ways)
    seen: set[frozenset[object]] = set()
    for some in ([one for one in every if one.always], every):
        for members in _shortest(some):
            keys = frozenset(one.source.key for one in members)
            if keys not in seen and (len(keys) > 1 or members[0].over):
                seen.add(keys)
                start = min(range(len(members)), key=lambda index: members[index].source.place)
                yield (*members[start:], *members[:start])


def _shortest(ways: Sequence[Way]) -> Iterator[tuple[Way, ...]]:
    """The shortest circle through each function."""
    leaving: dict[object, list[Way]] = {}
    for one in ways:
        leaving.setdefault(one.source.key, []).append(one)
    for start, first in leaving.items():
        waiting: deque[tuple[Way, ...]] = deque((one,) for one in first)
        reached: set[object] = set()
        while waiting:
            path = waiting.popleft()
            at = path[-1].target.key
            if at == start:
                yield path
                break
            if at not in reached and len(path) < MAX_WAYS:
                reached.add(at)
                waiting.extend((*path, one) for one in leaving.get(at, ()))


def _fact(context: Context, ways: Sequence[Way]) -> Fact:
    first, last = ways[0], ways[-1]
    data = facts.Circle(
        way=", and ".join(one.words for one in ways),
        functions=len({one.source.key for one in ways}),
        guards=sum(not one.always for one in ways),
        then=_FOLLOWED if all(one.is_followed for one in ways) else _NOT_FOLLOWED,
        leaves=first.words,
        comes_back=last.words if len(ways) > 1 else None,
    )
    site = first.source.place
    places = {"way": site, "functions": site, "guards": site, "then": site}
    places["leaves"] = first.place
    if len(ways) > 1:
        places["comes_back"] = last.place
    return context.fact("circle", data, site, places, called(first.source))


__all__ = ["circles", "circles_of"]
