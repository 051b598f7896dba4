"""Bytes to text: byte order marks, coding lines, bad bytes."""

from __future__ import annotations

import pytest

from invocation_lint.errors import UnreadableFile
from invocation_lint.source.files.decode import decode


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"", "", "utf-8"),
        ("é = 1\n".encode(), "é = 1\n", "utf-8"),
        (b"\xef\xbb\xbfx = 1\r\n", "x = 1\r\n", "utf-8-sig"),
        (b"\xef\xbb\xbf# coding: utf-8\nx", "# coding: utf-8\nx", "utf-8-sig"),
        (b"# -*- coding: latin-1 -*-\n\xe9", "# -*- coding: latin-1 -*-\né", "iso8859-1"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n\x80", None, "cp1252"),
        (b"\n# coding: latin-1\n\xe9", "\n# coding: latin-1\né", "iso8859-1"),
        (b"#\r# coding: latin-1\r\xe9", "#\r# coding: latin-1\ré", "iso8859-1"),
        (b"x = 1\n# coding: latin-1\n", "x = 1\n# coding: latin-1\n", "utf-8"),
        (b"\n\n# coding: latin-1\n", "\n\n# coding: latin-1\n", "utf-8"),
        (b"'coding: latin-1'\n", "'coding: latin-1'\n", "utf-8"),
    ],
)
def test_the_encoding_is_found_as_python_finds_it(data: bytes, text: str | None, encoding: str) -> None:
    found, name = decode(data, "n.py")
    assert name == encoding
    assert found == (text if text is not None else data.decode(encoding))


@pytest.mark.parametrize(
    ("data", "line", "column", "says"),
    [
        (b"a\nb = '\xe9'\n", 2, 6, "byte 0xe9 is not valid utf-8"),
        ("é = ".encode() + b"'\xff'", 1, 6, "byte 0xff is not valid utf-8"),
        (b"a\rb\r\n\x80", 3, 1, "byte 0x80 is not valid utf-8"),
        (b"a\x0c\x0b\n\x80", 2, 1, "byte 0x80"),
        (b"# coding: ascii\n\xe9", 2, 1, "byte 0xe9 is not valid ascii"),
        (b"# coding: klingon\n", 1, 1, "no text encoding named klingon"),
        (b"#\n# coding: hex\n", 2, 1, "no text encoding named hex"),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1, 1, "its coding line says latin-1"),
        (b"\xff\xfex\0", 1, 1, "UTF-16"),
        (b"x = 1\ny\0z\n", 2, 2, "NUL byte"),
    ],
)
def test_what_cannot_be_decoded_is_told_with_its_place(data: bytes, line: int, column: int, says: str) -> None:
    with pytest.raises(UnreadableFile) as raised:
        decode(data, "pkg/n.py")
    error = raised.value
    assert (error.path, error.line, error.column) == ("pkg/n.py", line, column)
    assert says in error.message
    assert error.help
