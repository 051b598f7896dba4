"""One line of a .gitignore as a regular expression (git-scm.com/docs/gitignore).

pathspec judges whole paths of files, the folders on the way included. A walk judges each folder before it enters it,
and needs to know whether a pattern names the folder itself: with `*` and `!*/`, a common way to keep a few files,
pathspec takes every folder for ignored.
"""

from __future__ import annotations

import re

_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": r" \t", "cntrl": r"\x00-\x1f\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~", "space": r" \t\n\r\f\v",
    "upper": "A-Z", "xdigit": "0-9a-fA-F",
}  # fmt: skip
_TRAILING_SPACES = re.compile(r"(?<!\\) +\Z")


def translate(line: str) -> tuple[bool, str] | None:
    """Whether the line ignores (or keeps), and a regular expression; None when it is blank, a comment or no pattern.

    The expression fully matches the path of what the pattern names, from the folder of the .gitignore, with slashes; a
    folder's path ends in one. What lies below a folder that it names is not matched.
    """
    text = _TRAILING_SPACES.sub("", line)
    if not text or text.startswith("#"):
        return None
    ignores = not text.startswith("!")
    text = text if ignores else text[1:]
    only_folders = text.endswith("/")
    text = text.removesuffix("/")
    anchored = "/" in text
    segments = text.removeprefix("/").split("/") if anchored else [text]
    parts = [_segment(segment) for segment in segments]
    if not text or any(part is None for part in parts):
        return None
    regex = "" if anchored else "(?:.*/)?"
    for segment, part in zip(segments[:-1], parts[:-1], strict=True):
        regex += "(?:.*/)?" if segment == "**" else f"{part}/"
    regex += ".+" if anchored and segments[-1] == "**" else str(parts[-1])
    return ignores, regex + ("/" if only_folders else "/?")


def _segment(segment: str) -> str | None:
    """The expression for what stands between two slashes; None when it can match nothing."""
    regex, at = "", 0
    while at < len(segment):
        char = segment[at]
        at += 1
        if char == "*":
            regex += "" if regex.endswith("[^/]*") else "[^/]*"
        elif char == "?":
            regex += "[^/]"
        elif char == "[":
            found = _character_class(segment, at)
            if found is None:
                return None
            part, at = found
            regex += part
        elif char == "\\":
            if at == len(segment):
                return None
            regex += re.escape(segment[at])
            at += 1
        else:
            regex += re.escape(char)
    return "[^/]+" if regex == "[^/]*" else regex  # a name is never empty


def _character_class(segment: str, at: int) -> tuple[str, int] | None:
    """The expression for `[...]` whose inside starts at `at`, and where it ends; None when it does not end."""
    negated = segment[at : at + 1] in ("!", "^")
    at += negated
    inside, first = "", True
    while first or segment[at : at + 1] != "]":
        if at >= len(segment):
            return None
        first = False
        named = re.compile(r"\[:(\w+):\]").match(segment, at)
        if named:
            if named[1] not in _CLASSES:
                return None
            inside, at = inside + _CLASSES[named[1]], named.end()
            continue
        low, at = _character(segment, at)
        high = low
        if segment[at : at + 1] == "-" and segment[at + 1 : at + 2] not in ("", "]"):
            high, at = _character(segment, at + 1)
        if low <= high and low:
            inside += re.escape(low) + ("-" + re.escape(high) if high != low else "")
    body = f"[{'^' if negated else ''}{inside}]" if inside else ("." if negated else "(?!)")
    return f"(?!/){body}", at + 1


def _character(segment: str, at: int) -> tuple[str, int]:
    if segment[at] == "\\":
        at += 1
    return segment[at : at + 1], at + 1
