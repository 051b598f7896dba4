"""The tokens of Python code as far as nesting is concerned, without a parser: quick, and never deep itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Token(NamedTuple):
    """A token. `kind` is a group of `_TOKEN`; the braces of f-strings come as `open` and `close`, the end as `string`.

    A string kind with empty text marks where an f-string ends. Continued lines and text within strings do not come.
    """

    kind: str
    start: int
    text: str


_TOKEN = re.compile(
    r"""[ \t\f]*(?:
      (?P<string>(?:[rR]?[bB]|[bB][rR]|[uU]|[rR])?(?:
          \"\"\"[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"\"\"
        | '''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''
        | "(?!"")[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*"
        | '(?!'')[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'
        | ""(?!") | ''(?!')))
    | (?P<format>(?:[fFtT][rR]?|[rR][fFtT])(?:\"\"\"|'''|"|'))
    | (?P<name>[^\W\d]\w*)
    | (?P<number>\.?\d[\w.]*)
    | (?P<newline>\r\n?|\n)
    | (?P<comment>\#[^\r\n]*)
    | (?P<skipped>\\(?:\r\n?|\n))
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<ellipsis>\.\.\.)
    | (?P<dot>\.)
    | (?P<colon>:(?!=))
    | (?P<separator>[,;])
    | (?P<operator>\*\*=?|//=?|<<=?|>>=?|[!=<>]=|->|:=|[-+*/%@&|^~<>]=?)
    | (?P<unfinished>["'])
    | (?P<other>.)
    )""",
    re.VERBOSE | re.DOTALL,
)


def _format_text(quote: str, spec: bool) -> re.Pattern[str]:
    """The text between the braces of an f-string; in a format spec a brace is never doubled."""
    mark = quote[0]
    plain = rf"[^{{}}\\{mark}]" if len(quote) == 3 else rf"[^{{}}\\{mark}\r\n]"
    parts = [plain, r"\\N\{[^{}]*\}", r"\\(?![{}])(?:\r\n|.)", r"\\(?=[{}])"]
    if not spec:
        parts += [r"\{\{", r"\}\}"]
    if len(quote) == 3:
        parts.append(f"{mark}(?!{mark}{{2}})")
    return re.compile(f"(?:{'|'.join(parts)})*", re.DOTALL)


_TEXT = {quote: _format_text(quote, spec=False) for quote in ('"', "'", '"""', "'''")}
_SPEC = {quote: _format_text(quote, spec=True) for quote in ('"', "'", '"""', "'''")}


def tokens(text: str, start: int = 0, end: int | None = None, *, comments: bool = False) -> Iterator[Token]:
    """The tokens of a stretch of text, up to its end or to the first thing that no Python tokenizer would take."""
    position, depth = start, 0
    end = len(text) if end is None else end
    # Of the f-strings around: ("text", quote), ("brace", depth inside it), ("spec", quote), innermost last.
    modes: list[tuple[str, str, int]] = []
    while position < end:
        if modes and modes[-1][0] != "brace":
            mode, quote, _ = modes[-1]
            stop = (_TEXT if mode == "text" else _SPEC)[quote].match(text, position, end)
            position = stop.end() if stop else position
            if text.startswith("{", position):
                depth += 1
                modes.append(("brace", quote, depth))
                yield Token("open", position, "{")
                position += 1
            elif mode == "text" and text.startswith(quote, position):
                modes.pop()
                yield Token("string", position, "")
                position += len(quote)
            elif mode == "spec" and text.startswith("}", position):
                del modes[-2:]
                depth -= 1
                yield Token("close", position, "}")
                position += 1
            else:
                return
            continue
        found = _TOKEN.match(text, position, end)
        if found is None or found.lastgroup is None:
            return
        kind, position = found.lastgroup, found.end()
        start = found.start(kind)
        word = text[start:position]
        within = bool(modes) and modes[-1][2] == depth
        if kind == "skipped" or (kind == "comment" and not comments):
            continue
        if kind == "unfinished":
            return
        if within and word[0] == ":":
            position = start + 1
            modes.append(("spec", modes[-1][1], depth))
            continue
        yield Token("string" if kind == "format" else kind, start, word)
        if kind == "format":
            modes.append(("text", word.lstrip("fFtTrR"), depth))
        elif kind == "open":
            depth += 1
        elif kind == "close":
            if within:
                modes.pop()
            depth -= 1
