"""Which finding is which: a key that stays the same when lines move, for baselines and the fingerprints of reports.

The key of a finding is its rule, its path, the function it stands in, the code it points at in a normal form, and an
ordinal among those that agree in all of these. It holds no line numbers and no words of messages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from invocation_lint.findings import Finding, Place

Lines = Callable[[str], Sequence[str] | None]

_LONGEST = 300  # characters of a snippet that are kept; the rest is told by a hash
_STRING = re.compile(
    r"""(?P<prefix>(?:\b[rRbBuUfF]{1,2})?)(?P<quote>'''|\"\"\"|'|\")(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)""",
    re.DOTALL,
)
_COMMENT = re.compile(r"#[^\n]*")
_SPACE = re.compile(r"(?:\s|\\\n)+")
_WORD = re.compile(r"\w+")


class Key(NamedTuple):
    """What identifies a finding. `path` has forward slashes; `ordinal` counts from 1."""

    rule: str
    path: str
    function: str
    snippet: str
    ordinal: int

    @property
    def fingerprint(self) -> str:
        """The key as 64 hexadecimal digits."""
        from hashlib import sha256  # loads a large library, which most runs need not

        return sha256("\0".join(map(str, self)).encode("utf-8", "surrogatepass")).hexdigest()


def keys_of(findings: Iterable[Finding], lines_of: Lines, path_of: Callable[[str], str] = str) -> list[Key]:
    """The key of each finding, in their order. `path_of` turns a file's name into the path that keys hold."""
    seen: Counter[tuple[str, str, str, str]] = Counter()
    keys = []
    for finding in findings:
        place = finding.place
        path = path_of(place.path).replace("\\", "/")
        base = (finding.id, path, finding.function, snippet_of(place, lines_of(place.document)))
        seen[base] += 1
        keys.append(Key(*base, seen[base]))
    return keys


def snippet_of(place: Place, lines: Sequence[str] | None) -> str:
    """The code of a place in its normal form; empty when the lines are not known."""
    if not lines or not 1 <= place.line <= place.end_line <= len(lines):
        return ""
    code = list(lines[place.line - 1 : place.end_line])
    code[-1] = code[-1][: place.end_column - 1]
    code[0] = code[0][place.column - 1 :]
    normal = normalized("\n".join(code))
    if len(normal) <= _LONGEST:
        return normal
    from hashlib import sha256

    return f"{normal[:_LONGEST]}... {sha256(normal.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def normalized(code: str) -> str:
    """Code without what a formatter changes: spaces, line ends, comments, trailing commas and the kind of quotes.

    The same under every Python version, which neither `ast.unparse` nor `tokenize` would give.
    """
    pieces: list[str] = []
    at = 0
    while at < len(code):
        if string := _STRING.match(code, at):
            pieces.append(_with_double_quotes(string))
            at = string.end()
        elif gap := _COMMENT.match(code, at) or _SPACE.match(code, at):
            at = gap.end()
        elif word := _WORD.match(code, at):
            if pieces and _WORD.fullmatch(pieces[-1]):
                pieces.append(" ")
            pieces.append(word[0])
            at = word.end()
        else:
            if code[at] in ")]}" and pieces and pieces[-1] == ",":
                pieces.pop()
            pieces.append(code[at])
            at += 1
    return "".join(pieces)


def _with_double_quotes(string: re.Match[str]) -> str:
    if string["quote"] == "'" and not {'"', "\\"} & set(string["text"]):
        return f'{string["prefix"]}"{string["text"]}"'
    return string[0]
