"""The modules of settings that the scripts of Django projects name (Django documentation, settings)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_SETTINGS = re.compile(rb"DJANGO_SETTINGS_MODULE['\"][\s,\])=]+['\"]([\w.]+)['\"]")
_SCRIPTS = frozenset({"manage.py", "wsgi.py", "asgi.py", "celery.py"})


def named_settings(
    modules: Iterable[str], read: Callable[[str], bytes | None], locate: Callable[[str, str], str | None]
) -> Iterator[tuple[str, str]]:
    """The folders whose scripts name a module of settings, and those modules, each pair once. `locate` gives the file
    that a dotted name means in a module."""
    seen: set[tuple[str, str]] = set()
    for key in modules:
        folder, _, name = key.rpartition("/")
        data = read(key) if name in _SCRIPTS else None
        for match in _SETTINGS.finditer(data or b""):
            module = locate(key, match[1].decode("ascii", "ignore"))
            if module is not None and module.endswith(".py") and (folder, module) not in seen:
                seen.add((folder, module))
                yield folder, module


def settings_for(
    importer: str, named: Sequence[tuple[str, str]], beside: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """The modules that may be the settings of a module: those named nearest above it, with the other variants in their
    folder. `named` is what `named_settings` gives, `beside` are the modules of each folder."""
    near = [(folder, key) for folder, key in named if importer.startswith(f"{folder}/")] or named
    deepest = max((len(folder) for folder, _ in near), default=0)
    found: dict[str, None] = {}
    for key in (key for folder, key in near if len(folder) == deepest):
        folder = posixpath.dirname(key)
        if posixpath.basename(folder) == "settings":
            found.update(dict.fromkeys(beside.get(folder, ())))
        found.setdefault(key)
    return tuple(found)


__all__ = ["named_settings", "settings_for"]
