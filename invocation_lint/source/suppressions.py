"""The comments of a file that are meant to suppress findings; read from the tree, never from strings.

    # noqa: INV101 reason                                 as flake8 has it; without codes it silences everything
    # invocation-lint: ignore[sync-long-task] reason      ids, names or families, separated by commas

Which rules the words mean is known above; here is only what is written, and what is written wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from invocation_lint.findings import Place, Suppression

if TYPE_CHECKING:
    from invocation_lint.source.tree import Comment, SourceFile

_BYTES = re.compile(rb"invocation-lint\s*:|noqa[^\n]{0,200}\bIN[VX]", re.IGNORECASE)
_NOQA = re.compile(
    r"#\s*noqa\b(?:\s*:\s*(?P<codes>(?:[A-Z]+\d+|IN[VX]\b)(?:[,\s]+[A-Z]+\d+)*))?(?P<rest>[^#]*)", re.IGNORECASE
)
_OURS = re.compile(r"IN[VX]\d*\Z", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#\s*invocation-lint\s*:\s*(?P<text>[^#]*)", re.IGNORECASE)
_IGNORE = re.compile(r"ignore\[(?P<words>[^\]]*)\](?P<reason>.*)\Z", re.DOTALL)
_FORM = "write # invocation-lint: ignore[RULE] reason, with ids or names"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A comment that looks like a suppression but is none."""

    place: Place
    message: str
    help: str


def may_suppress(data: bytes) -> bool:
    """Whether the bytes may hold a comment that names a rule of ours, in a file that has perhaps nothing else."""
    return _BYTES.search(data) is not None


def read_suppressions(source: SourceFile) -> tuple[list[Suppression], list[Malformed]]:
    """What the comments suppress, in order, and those that are wrongly written."""
    suppressions: list[Suppression] = []
    malformed: list[Malformed] = []
    for comment in source.comments:
        for found in (*_noqas(comment, source.name), *_ignores(comment, source.name)):
            (suppressions if isinstance(found, Suppression) else malformed).append(found)  # type: ignore[arg-type]
    return suppressions, malformed


def _noqas(comment: Comment, name: str) -> Iterator[Suppression | Malformed]:
    for found in _NOQA.finditer(comment.text):
        place = _place(comment, name, found.start(), len(found[0].rstrip()))
        if found["codes"] is None:
            yield Suppression(place, "noqa", (), found["rest"].strip(" :"))
            continue
        written = re.split(r"[,\s]+", found["codes"])
        ours = [code for code in written if _OURS.match(code)]
        for code in ours:
            if code in ("INV", "INX"):
                message = f"{code} has no digits: flake8 takes this for a bare noqa"
                yield Malformed(place, message, f"name the rule: # noqa: {code}101")
            elif code != code.upper():
                yield Malformed(place, f"{code} is written in small letters", f"write # noqa: {code.upper()}")
        codes = tuple(code for code in ours if code == code.upper() and code not in ("INV", "INX"))
        if codes:
            yield Suppression(place, "noqa", codes, found["rest"].strip())


def _ignores(comment: Comment, name: str) -> Iterator[Suppression | Malformed]:
    for found in _DIRECTIVE.finditer(comment.text):
        place = _place(comment, name, found.start(), len(found[0].rstrip()))
        ignore = _IGNORE.match(found["text"].strip())
        words = tuple(word.strip() for word in ignore["words"].split(",") if word.strip()) if ignore else ()
        if ignore is None:
            first = found["text"].split("[")[0].split()[:1]
            what = "names no rule" if first == ["ignore"] else "is not understood"
            yield Malformed(place, f"the comment {found[0].strip()!r} {what}", _FORM)
        elif not words:
            yield Malformed(place, "the brackets of ignore[] name no rule", _FORM)
        else:
            yield Suppression(place, "ignore", words, ignore["reason"].strip())


def _place(comment: Comment, name: str, start: int, length: int) -> Place:
    column = comment.column + start
    return Place(name, comment.line, column, comment.line, column + length)
