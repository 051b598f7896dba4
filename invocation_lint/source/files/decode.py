"""Bytes of a Python file to text as Python's own tokenizer does it: byte order mark, coding cookie (PEP 263), UTF-8."""

from __future__ import annotations

import codecs
import re

from invocation_lint.data import tool_texts

_WIDE = (
    ("UTF-32", codecs.BOM_UTF32_LE),
    ("UTF-32", codecs.BOM_UTF32_BE),
    ("UTF-16", codecs.BOM_UTF16_LE),
    ("UTF-16", codecs.BOM_UTF16_BE),
)
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_LINE_END = re.compile(rb"\r\n?|\n")


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text of a file, without its byte order mark, and the name of its encoding (`utf-8-sig` when it had one).

    Raises UnreadableFile for an encoding that does not exist, for bytes that it does not know (at their line and
    column), and for NUL bytes.
    """
    marked = data.startswith(codecs.BOM_UTF8)
    body = data[3:] if marked else data
    for encoding, mark in _WIDE:
        if data.startswith(mark):
            raise tool_texts.WIDE.error(name=name, encoding=encoding)
    cookie = _cookie(body)
    encoding = _known_encoding(cookie, name) if cookie else "utf-8"
    if cookie and marked and encoding != "utf-8":
        raise tool_texts.CODING_CONTRADICTED.error(cookie[1], name=name, encoding=cookie[0])
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        line, column = _place_of_byte(body, error.start, encoding)
        byte = body[error.start]
        raise tool_texts.NOT_IN_ENCODING.error(line, column, name, byte=byte, encoding=encoding) from None
    if "\0" in text:
        line, column = _place_of_byte(body, max(body.find(b"\0"), 0), encoding)
        raise tool_texts.NUL_BYTE.error(line, column, name)
    return text, "utf-8-sig" if marked else encoding


def _cookie(body: bytes) -> tuple[str, int] | None:
    """The encoding that the first two lines name, and which line; the second counts only below a blank or comment."""
    start = 0
    for line in (1, 2):
        end = _LINE_END.search(body, start)
        content = body[start : end.start() if end else len(body)]
        found = _COOKIE.match(content)
        if found:
            return found.group(1).decode("ascii", "replace"), line
        if end is None or not _BLANK.match(content):
            return None
        start = end.end()
    return None


def _known_encoding(cookie: tuple[str, int], name: str) -> str:
    written, line = cookie
    try:
        codec = codecs.lookup(written)
    except (LookupError, ValueError):
        codec = None
    if codec is None or not getattr(codec, "_is_text_encoding", True):
        raise tool_texts.NO_SUCH_ENCODING.error(line, name=name, encoding=written)
    return codec.name


def _place_of_byte(body: bytes, at: int, encoding: str) -> tuple[int, int]:
    """Line and column, from 1, of a byte; the column counts the characters before it."""
    line, start = 1, 0
    for end in _LINE_END.finditer(body, 0, at):
        line, start = line + 1, end.end()
    return line, len(body[start:at].decode(encoding, "replace")) + 1
