"""The import statements of a file, read from its lines without parsing it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from invocation_lint.source.record import digest

_IMPORTS = re.compile(  # begins with a character of its own: the search steps from line to line, in half of the time
    rb"\n[ \t]*(?:from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n;#\\]*(?:\\\r?\n[^\n;#]*)*)"
    rb"|import[ \t]+([^\n;#]*))"
)
_BY_NAME = re.compile(rb"\b(?:import_module|__import__)\(\s*['\"](\.*)([\w.]+)['\"]")
_COMMENT = re.compile(rb"#[^\n]*")
_ALIAS = re.compile(rb"[ \t]+as[ \t]+\w+")

Import = tuple[str, int, tuple[str, ...]]
"""A dotted name, the dots before it, and the names imported from it."""


class Links(NamedTuple):
    """Whether a module's own bytes may hold a call site, whether it imports all names of another, a digest of its
    import statements, and the modules that it imports."""

    is_seeded: bool
    hands_on: bool
    statements: str
    imported: tuple[str, ...]


def imports_in(data: bytes) -> Iterator[Import]:
    """The import statements of a file, by their lines; a word in a text may be among them, which does no harm."""
    for match in _IMPORTS.finditer(b"\n" + data):
        dots, base, names, plain = match.groups()
        if plain is not None:
            for text in _listed(plain):
                yield text, 0, ()
        else:
            cleaned = _COMMENT.sub(b"", names) if b"#" in names else names
            yield (
                base.decode("ascii", "ignore"),
                len(dots),
                tuple(_listed(cleaned.replace(b"\\", b"").strip(b"() \t\r\n"))),
            )
    if b"import_module" in data or b"__import__" in data:
        for match in _BY_NAME.finditer(data):
            yield match[2].decode("ascii", "ignore"), len(match[1]), ()


def imports_digest(statements: Iterable[Import]) -> str:
    """What tells whether the import statements of a file are others."""
    return digest(repr(list(statements)).encode())[:12]


def _listed(names: bytes) -> list[str]:
    """The names between commas, without what they are imported as."""
    names = _ALIAS.sub(b"", names) if b" as" in names or b"\tas" in names else names
    return [text for part in names.decode("ascii", "ignore").split(",") if (text := part.strip())]
