"""The import statements of a file, read from its lines without parsing it."""

from __future__ import annotations

import re
from collections.abc import Iterator

_IMPORTS = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n;#\\]*(?:\\\r?\n[^\n;#]*)*)"
    rb"|import[ \t]+([^\n;#]*))",
    re.MULTILINE,
)
_BY_NAME = re.compile(rb"\b(?:import_module|__import__)\(\s*['\"](\.*)([\w.]+)['\"]")
_ALIAS = re.compile(rb"[ \t]+as[ \t]+\w+")

Import = tuple[str, int, tuple[str, ...]]
"""A dotted name, the dots before it, and the names imported from it."""


def imports_in(data: bytes) -> Iterator[Import]:
    """The import statements of a file, by their lines; a word in a text may be among them, which does no harm."""
    for match in _IMPORTS.finditer(data):
        dots, base, names, plain = match.groups()
        if plain is not None:
            for part in _ALIAS.sub(b"", plain).split(b","):
                text = part.strip().decode("ascii", "ignore")
                if text:
                    yield text, 0, ()
        else:
            cleaned = re.sub(rb"#[^\n]*", b"", names).replace(b"\\", b"").strip(b"() \t\r\n")
            listed = [part.strip().decode("ascii", "ignore") for part in _ALIAS.sub(b"", cleaned).split(b",")]
            yield base.decode("ascii", "ignore"), len(dots), tuple(name for name in listed if name)
    if b"import_module" in data or b"__import__" in data:
        for match in _BY_NAME.finditer(data):
            yield match[2].decode("ascii", "ignore"), len(match[1]), ()
