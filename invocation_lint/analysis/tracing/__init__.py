"""What happens to the things that are followed, a module a kind.

A module here that defines a `Kind` or a `Watch` is found by itself: a new kind is a new module, and nothing else.
"""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from importlib import import_module

from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.kinds import Kind, Kinds, Watch


def all_kinds() -> Kinds[Frame]:
    """Every kind of things that is followed, for one interpreter."""
    kinds, watches = _found()
    return Kinds([kind() for kind in kinds], [watch() for watch in watches])


@lru_cache(maxsize=1)
def _found() -> tuple[tuple[type[Kind[Frame]], ...], tuple[type[Watch[Frame]], ...]]:
    kinds: list[type[Kind[Frame]]] = []
    watches: list[type[Watch[Frame]]] = []
    for info in pkgutil.iter_modules(__path__):
        module = import_module(f"{__name__}.{info.name}")
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__:
                if issubclass(value, Kind):
                    kinds.append(value)
                elif issubclass(value, Watch):
                    watches.append(value)
    return tuple(kinds), tuple(watches)
