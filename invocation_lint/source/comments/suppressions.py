"""The comments of a file that are meant to suppress findings; read from the tree, never from strings.

    # noqa: INV101 reason                                 as flake8 has it; without codes it silences everything
    # invocation-lint: ignore[sync-long-task] reason      ids, names or families, separated by commas

Both cover the statement that they stand on, in a template (YAML) the line; the second may also stand on a line of its
own above it. Which rules the words mean is known above; here is only what is written, and what is written wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from invocation_lint.data import tool_texts
from invocation_lint.data.tool_texts import ToolText
from invocation_lint.findings import Place, Suppression
from invocation_lint.records import record

if TYPE_CHECKING:
    from invocation_lint.source.comments.kinds import Comment, Commented

_NOQA_BYTES = re.compile(rb"#\s*noqa[^\n]{0,200}\bIN[VX]", re.IGNORECASE)
_DIRECTIVE_BYTES = re.compile(rb"nvocation[-_ ]?[Ll][Ii][Nn][Tt]")  # a pattern without flags is found faster

_NOQA = re.compile(
    r"#\s*noqa\b(?:\s*:\s*(?P<codes>(?:[A-Z]+\d+|IN[VX]\b)(?:[,\s]+[A-Z]+\d+)*))?(?P<rest>[^#]*)", re.IGNORECASE
)
_ANY = re.compile(r"#\s*(?:noqa|invocation[-_ ]?lint)\b", re.IGNORECASE)
_NAMING = re.compile(r"#\s*(?:noqa\b[^\n]*\bIN[VX]|invocation[-_ ]?lint\b)", re.IGNORECASE)
_OURS = re.compile(r"IN[VX]\d*\Z", re.IGNORECASE)
_NO_COLON = re.compile(r"\s*IN[VX]\d", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#\s*(?P<tool>invocation[-_ ]?lint)\b(?P<colon>\s*:)?\s*(?P<text>[^#]*)", re.IGNORECASE)
_IGNORE = re.compile(r"ignore\s*\[(?P<words>[^\]]*)\](?P<reason>.*)\Z", re.DOTALL)
_MEANT = re.compile(r"(?:ignore|noqa|disable|skip|suppress|allow|off)\b\s*(?:[\[(=:]|\Z|IN[VX]\d)", re.IGNORECASE)


@record
class Malformed:
    """A comment that looks like a suppression but is none."""

    place: Place
    message: str
    help: str


def may_suppress(data: bytes) -> bool:
    """Whether the bytes may hold a comment that names a rule of ours, in a file that has perhaps nothing else."""
    directive = b"nvocation" in data and _DIRECTIVE_BYTES.search(data) is not None
    is_coded = (b"INV" in data or b"INX" in data) and b"noqa" in data.lower()
    return directive or (is_coded and _NOQA_BYTES.search(data) is not None)


def names_rules(text: str) -> bool:
    """Whether a comment may name a rule of ours: of the others, none is wrong, and none is asked whether it is used."""
    return _NAMING.search(text) is not None


def read_suppressions(source: Commented) -> tuple[list[Suppression], list[Malformed]]:
    """What the comments suppress, in order, and those that are wrongly written."""
    suppressions: list[Suppression] = []
    malformed: list[Malformed] = []
    if _ANY.search(source.text) is None:
        return suppressions, malformed
    for comment in source.comments:
        for found in (*_noqas(comment, source.name), *_ignores(comment, source.name)):
            (suppressions if isinstance(found, Suppression) else malformed).append(found)  # type: ignore[arg-type]
    return suppressions, malformed


def covered_lines(suppression: Suppression, source: Commented) -> tuple[int, int]:
    """The first and last line on which the comment suppresses findings.

    They are those of the simple statement that it stands on, of a compound one the header. An `ignore` on a line of its
    own covers the statement that starts below it; other comments may stand between.
    """
    line = suppression.place.line
    first, last = source.statement_lines(line)
    if suppression.kind != "ignore" or first != last or not _is_comment(source, line):
        return first, last
    while _is_comment(source, line):
        line += 1
    return source.statement_lines(line)


def _is_comment(source: Commented, line: int) -> bool:
    return source.line_text(line).lstrip().startswith("#")


def _noqas(comment: Comment, name: str) -> Iterator[Suppression | Malformed]:
    for found in _NOQA.finditer(comment.text):
        place = _place(comment, name, found.start(), len(found[0].rstrip()))
        if found["codes"] is None:
            if _NO_COLON.match(found["rest"]):
                yield Malformed(place, *tool_texts.BARE_NOQA.filled(codes=found["rest"].strip()))
            yield Suppression(place, "noqa", (), found["rest"].strip(" :"))
            continue
        written = re.split(r"[,\s]+", found["codes"])
        ours = [code for code in written if _OURS.match(code)]
        for code in ours:
            if code in ("INV", "INX"):
                yield Malformed(place, *tool_texts.NO_DIGITS.filled(code=code))
            elif code != code.upper():
                yield Malformed(place, *tool_texts.SMALL_LETTERS.filled(code=code, upper=code.upper()))
        codes = tuple(code for code in ours if code == code.upper() and code not in ("INV", "INX"))
        if codes:
            yield Suppression(place, "noqa", codes, found["rest"].strip())


def _ignores(comment: Comment, name: str) -> Iterator[Suppression | Malformed]:
    for found in _DIRECTIVE.finditer(comment.text):
        place = _place(comment, name, found.start(), len(found[0].rstrip()))
        text = found["text"].strip()
        if found["tool"].lower() != "invocation-lint" or found["colon"] is None:
            if _MEANT.match(text):
                yield Malformed(place, *tool_texts.NOTHING_SUPPRESSED.filled(comment=found[0].strip()))
            continue
        ignore = _IGNORE.match(text)
        words = tuple(word.strip() for word in ignore["words"].split(",") if word.strip()) if ignore else ()
        if words and ignore is not None:
            yield Suppression(place, "ignore", words, ignore["reason"].strip())
        elif ignore is not None:
            yield Malformed(place, *tool_texts.EMPTY_BRACKETS.filled())
        else:
            yield Malformed(place, *_fault(text).filled(comment=found[0].strip()))


def _fault(text: str) -> ToolText:
    """What is wrong with the text of a directive."""
    word, bracket, _ = text.partition("[")
    if word.strip() != "ignore":
        return tool_texts.NAMES_NO_RULE if word.split()[:1] == ["ignore"] else tool_texts.NOT_UNDERSTOOD
    return tool_texts.OPEN_BRACKET if bracket else tool_texts.NAMES_NO_RULE


def _place(comment: Comment, name: str, start: int, length: int) -> Place:
    column = comment.column + start
    return Place(name, comment.line, column, comment.line, column + length)
