"""What is read of a file that is linted: its bytes, the code in them, and in which form they are looked through."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import TYPE_CHECKING

from invocation_lint.data import tool_texts
from invocation_lint.errors import UnreadableFile
from invocation_lint.source.parsing.guard import is_too_large
from invocation_lint.source.scan import may_matter

if TYPE_CHECKING:
    from invocation_lint.source.notebooks.cells import Notebook

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_START = 400  # bytes in which text in UTF-16 or UTF-32 shows, without a mark too
_CALL = re.compile(rb"\.\s*invoke(?:_async|_with_response_stream)?\b")


class TooLarge(Exception):
    """The file is too large to be analysed, and nothing in its bytes invokes a function."""


def read_bytes(path: Path, name: str) -> bytes:
    """The bytes of a file, which findings call by a name. UnreadableFile when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise tool_texts.CANNOT_BE_READ.error(name=name, why=error.strerror or error) from None


def code_in(data: bytes, name: str) -> tuple[bytes, Notebook | None]:
    """The code in the bytes of a file: all of it, or what the cells of a notebook hold.

    UnreadableFile for a notebook that cannot be read and may hold an invocation; one that cannot hold any has no code.
    """
    if not name.endswith(".ipynb"):
        return data, None
    from invocation_lint.source.notebooks.cells import read_notebook

    try:
        notebook = read_notebook(data, name)
    except UnreadableFile:
        if may_matter(scanned(data).replace(b'\\"', b'"')):
            raise
        return b"", None
    return notebook.code.encode("utf-8", "surrogatepass"), notebook


def code_of_notebook(path: Path, data: bytes | None) -> bytes | None:
    """The code of a notebook, of which the bytes may be given; None when it cannot be read."""
    try:
        return code_in(read_bytes(path, str(path)) if data is None else data, str(path))[0]
    except UnreadableFile:
        return None


def scanned(data: bytes) -> bytes:
    """The bytes in a form in which words can be looked for: text in UTF-16 or UTF-32 without its empty bytes."""
    return data.replace(b"\0", b"") if data.startswith(_WIDE) or b"\0" in data[:_START] else data


def check_worth(data: bytes) -> None:
    """Raises TooLarge for a file that is too large to be parsed and holds no call of Invoke with its parameter."""
    if is_too_large(data) and not (b"FunctionName" in data and _CALL.search(data)):
        raise TooLarge
