"""Text that is safe to print: names of files and values of code may hold what steers a terminal, or breaks a line."""

from __future__ import annotations

import re

# Control characters, separators of lines and paragraphs, marks that turn the direction of writing, lone surrogates.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def plain(text: str) -> str:
    """A text in one line, with escapes as Python writes them for what could do more than be read.

    A byte of a file name that is no text (a surrogate, as `os.fsdecode` gives it) is shown as that byte: `\\xe9`.
    """
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub(_escaped, text)


def quoted_path(path: str) -> str:
    """A path for the head of a diff, in quotes where git would put it in some (git: core.quotePath)."""
    if plain(path) == path and '"' not in path:
        return path
    data = path.encode("utf-8", "surrogateescape")
    kept = "".join(chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}" for byte in data.replace(b"\\", b"\\\\"))
    return '"' + kept.replace('"', '\\"') + '"'


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
