"""Which handler a file names together with a function: a script or a workflow that uploads code, a table of a README.

Such files have no form by which it could be told what is deployed; what stands near to each other is supposed to belong
together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from invocation_lint.facts.building.links.words import words_of

MAX_LINES = 12
"""So near to the name of a function its code is named."""

MAX_BYTES = 200_000
"""Larger files are made by programs."""

_SPEAKS = re.compile(rb"(?i)lambda|function")

_CODE = (".py", ".ts", ".js", ".tsx", ".jsx")
_DEPLOYS = re.compile(
    rb"create_function|update_function_code|createFunction|updateFunctionCode|[Zz]ip[Ff]ile|zip_file|\"(?:dir|folder|path|src|source)\""
)
"""What code says that uploads other code."""

_PROSE = (".md", ".rst", ".txt")
"""How the names of texts for readers end, where a line that names a folder alone may speak of another function."""

_FILES = "./"
"""What the name of a file or a path has."""

_COMMENT = re.compile(r"\s*(?:#|//|;|<!--|REM\b)")


class Scripts:
    """The files that name functions together with handlers. `handlers` has the path of each, below the root, and the
    name of its function; `contents` the paths and bytes of all files."""

    def __init__(self, handlers: Mapping[str, tuple[str, str]], contents: Iterable[tuple[str, bytes]]) -> None:
        self._marks = {key: _marks_of(path, function, handlers) for key, (path, function) in handlers.items()}
        self._files = [(path, data) for path, data in contents if len(data) <= MAX_BYTES and _may_tell(path, data)]
        self._lines: dict[str, list[str]] = {}

    def named_with(self, name: str, but: str) -> tuple[str, list[str]]:
        """The keys of the handlers that a file, another than `but`, names with a function, and the path of that file;
        none where no file does."""
        pattern = re.compile(r"(?<![\w-])" + re.escape(name) + r"(?![\w-])")
        encoded = name.encode()
        for path, data in self._files:
            if encoded not in data or path == but:
                continue
            lines = self._lines_of(path, data)
            own = {number for number, line in enumerate(lines) if pattern.search(line)}
            least = _FILES if path.lower().endswith(_PROSE) else ""
            every = (_nearest(at, lines, own, self._marks, least) for at in sorted(own))
            found = dict.fromkeys(chain.from_iterable(every))
            if found:
                return path, list(found)
        return "", []

    def _lines_of(self, path: str, data: bytes) -> list[str]:
        if path not in self._lines:
            self._lines[path] = [_told_in(line, path) for line in data.decode("utf-8", "replace").splitlines()]
        return self._lines[path]


def _may_tell(path: str, data: bytes) -> bool:
    return (_DEPLOYS if path.endswith(_CODE) else _SPEAKS).search(data) is not None


def _told_in(line: str, path: str) -> str:
    """What a line tells of files and folders: in a text for readers, only what it quotes, and paths; no comments."""
    if path.lower().endswith(_PROSE):
        return line if "`" in line or "|" in line or "/" in line else ""
    return "" if _COMMENT.match(line) else line


def _marks_of(path: str, function: str, handlers: Mapping[str, tuple[str, str]]) -> re.Pattern[str]:
    """How files name a handler: by its path, by its folder, or as the setting Handler does; each where no other handler
    is named so."""
    folder, _, file = path.rpartition("/")
    stem = file.removesuffix(".py")
    others = [one for one, _ in handlers.values() if one != path]
    found = [re.escape(file if not folder else f"{folder.rpartition('/')[2]}/{file}")]
    if not any(one.rpartition("/")[2] == file for one in others):
        found += [rf"{re.escape(stem)}\.{re.escape(function)}", re.escape(file)]
    last = folder.rpartition("/")[2]
    if words_of(last) and not any(last in one.split("/")[:-1] for one in others):
        found.append(re.escape(last) + r"(?:\.zip\b|(?![\w.-]))")
    return re.compile(r"(?<![\w-])(?:" + "|".join(found) + ")")


def _nearest(
    at: int, lines: list[str], own: set[int], marks: Mapping[str, re.Pattern[str]], least: str
) -> Iterator[str]:
    """The handlers that are named in the same line as a function, else the nearest before and after it, those of the
    same paragraph if there are any; these by names that have one of the characters `least`, if any are given."""
    if here := [key for key, mark in marks.items() if mark.search(lines[at])]:
        yield from here
        return
    sides = [side for step in (-1, 1) for side in _towards(at, step, lines, own, marks, least)]
    near = [found for _, is_near, found in sides if is_near]
    for found in near or [found for _, _, found in sides]:
        yield from found


def _towards(
    at: int, step: int, lines: list[str], own: set[int], marks: Mapping[str, re.Pattern[str]], least: str
) -> Iterator[tuple[int, bool, list[str]]]:
    is_near = True
    for number in range(at + step, at + step * (MAX_LINES + 1), step):
        if not 0 <= number < len(lines) or number in own:
            return
        is_near = is_near and bool(lines[number].strip())
        if found := [key for key, mark in marks.items() if _is_named(mark, lines[number], least)]:
            yield number, is_near, found
            return


def _is_named(mark: re.Pattern[str], line: str, least: str) -> bool:
    return any(not least or any(one in match[0] for one in least) for match in mark.finditer(line))
