"""The statements of a module, each with what it defines: who rests on which part of a module, and what an edit altered.

A part is a function, a method, a class without its methods, or another statement at the top of the module.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from keyword import iskeyword
from typing import NamedTuple

from invocation_lint.records import record
from invocation_lint.source.parsing.python_tree import ConvertedTree
from invocation_lint.source.record import digest

_REMEMBERED = 20_000  # parts

_WORD = re.compile(r"\w+")
_GLOBAL = re.compile(r"\bglobal[ \t]+([^\n;#]*)")
_BY_TEXT = re.compile(
    r"\b(?:globals|vars|locals|eval|exec)\(|\b__dict__\b|\b(?:methodcaller|attrgetter|getattr)\b"
    r"(?!\([^,()\n]*,\s*[\"']\w+[\"']\s*[,)]|\(\s*[\"'][\w.]+[\"']\s*[,)])"
)
"""Where something is looked for by a text that is made."""

_BEGINNING = re.compile(r"([A-Za-z_]\w*)(?:\{|%)|[\"'](\w+_)[\"']")
_ENDING = re.compile(r"\}(\w+)|[\"'](_\w+)[\"']")
"""What such a text begins or ends with: `f"on_{event}"`, `"on_" + event`, `event + "_done"`."""

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_ODD_LINES = re.compile(r"\r(?!\n)|\f")
_EVERYTHING = "*"
_OF_ALL = frozenset({_EVERYTHING, "__all__", "__getattr__"})
"""What decides which names a module has."""

Parts = Mapping[str, tuple[str, int]]
"""The parts of a module by their keys, in order: a digest of what is written, and the first line. A key tells the
names: `function`, `Class`, `Class.method`, `= name other`, `import name`, or `! word other` with every word of another
statement. Behind it stand what a function assigns under `global` (`function>name`), and which one of several with the
key it is (`function#2`)."""


class Part(NamedTuple):
    """One part: its key, what is written, and its first line."""

    key: str
    text: str
    line: int


@record
class Altered:
    """What is written otherwise in a module: the names by which others rest on that; and the first line from which
    parts that are the same stand elsewhere, 0 for none."""

    names: frozenset[str]
    moved_from: int = 0


def parts_in(tree: ast.Module, text: str) -> list[Part]:
    """The parts of a module, of its tree and its text: one for all of it where Python does not take the text."""
    known = None if _ODD_LINES.search(text) else _with_lines(tree, text)
    if known is None:
        return [Part(_EVERYTHING, text, 1)]
    lines = text.split("\n")
    found: list[Part] = []
    for node in known.body:
        if isinstance(node, ast.ClassDef):
            found += _of_class(node, lines)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found += _of_import(node)
        else:
            found.append(Part(_key(node, lines), _text(node, lines), _first(node)))
    return found


def parts_of(tree: ast.Module, text: str) -> Parts:
    """The parts with digests of what is written. Of several with one key, the later ones have a number in it."""
    found: dict[str, tuple[str, int]] = {}
    seen: Counter[str] = Counter()
    for part in parts_in(tree, text):
        seen[part.key] += 1
        key = part.key if seen[part.key] == 1 else f"{part.key}#{seen[part.key]}"
        found[key] = digest(part.text.encode("utf-8", "surrogatepass"))[:16], part.line
    return found


def altered(before: Parts, now: Parts) -> Altered | None:
    """What an edit altered; None where that may be anything."""
    kept = [key for key in before if key in now]
    if kept != [key for key in now if key in before]:
        return None
    changed = {key for key in before.keys() | now.keys() if before.get(key, ("",))[0] != now.get(key, ("",))[0]}
    names = {name for key in changed for name in names_of(key)}
    if not names.isdisjoint(_OF_ALL):
        return None
    moved = [before[key][1] for key in kept if key not in changed and before[key][1] != now[key][1]]
    return Altered(frozenset(names), min(moved, default=0))


def names_of(key: str) -> Iterable[str]:
    """The names by which others rest on a part; `*` for those that nobody can know. Python calls `__init__` and the
    like itself, wherever the class is named."""
    first, *rest = key.partition("#")[0].split(" ")
    if first in ("=", "!", "import"):
        return rest
    title, *assigned = first.split(">")
    cls, _, method = title.partition(".")
    return (cls, method, *assigned) if method and not method.startswith("__") else (cls, *assigned)


def may_rest(data: bytes, names: Collection[str]) -> bool:
    """Whether a file holds one of some names, or may make one: a quick look before its parts are known."""
    if any(name.encode("utf-8", "surrogatepass") in data for name in names):
        return True
    return _may_be_made(names, *_ends_made(data.decode("utf-8", "replace")))


def resting(parts: Iterable[Part], names: Collection[str]) -> set[str]:
    """The names of the parts that name one of some names, or that name one that does; what only imports one counts
    where it gives it another name. A part that looks for a name that it makes (`getattr(module, f"on_{event}")`) names
    all that it may be."""
    found: set[str] = set()
    waiting = set(names)
    named = [(part.key, *_named_in(part)) for part in parts]
    while waiting:
        new: set[str] = set()
        for key, words, beginnings, endings in named:
            if not words.isdisjoint(waiting) or _may_be_made(waiting, beginnings, endings):
                new.update(set(names_of(key)) - waiting if key.startswith("import ") else names_of(key))
        waiting = new - found - set(names)
        found |= new
    return found


def handed_on(parts: Iterable[Part], names: Collection[str]) -> bool:
    """Whether a module imports one of some names under that name, so that others have it from there."""
    imported = {name for part in parts if part.key.startswith("import ") for name in names_of(part.key)}
    return "*" in imported or not imported.isdisjoint(names)


def own_names(parts: Iterable[Part]) -> set[str]:
    """The names of what a module defines itself."""
    return {name for part in parts if not part.key.startswith("import ") for name in names_of(part.key)}


@lru_cache(maxsize=_REMEMBERED)
def _named_in(part: Part) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    return (_words(part), *_ends_made(part.text))


def _may_be_made(names: Iterable[str], beginnings: tuple[str, ...], endings: tuple[str, ...]) -> bool:
    if not beginnings and not endings:
        return False
    return any(name.startswith(beginnings) or name.endswith(endings) for name in names)


def _words(part: Part) -> frozenset[str]:
    """The words of a part, where it says its own name aside."""
    words = _WORD.findall(part.text)
    own = part.key.partition(">")[0].rpartition(".")[2]
    if own in words and " " not in part.key:
        words.remove(own)
    return frozenset(words)


def _ends_made(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """With what the names begin that a part makes to look for something, and with what they end."""
    if _BY_TEXT.search(text) is None:
        return (), ()
    beginnings, endings = (
        tuple({one for found in pattern.findall(text) for one in found if one}) for pattern in (_BEGINNING, _ENDING)
    )
    return beginnings, endings


def _with_lines(tree: ast.Module, text: str) -> ast.Module | None:
    """The tree, or Python's own of the text where it was made of another one, which knows few lines."""
    if not isinstance(tree, ConvertedTree):
        return tree
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _of_import(node: ast.Import | ast.ImportFrom) -> Iterator[Part]:
    """Each name that is bound, by itself."""
    source = f"from {'.' * node.level}{node.module or ''} " if isinstance(node, ast.ImportFrom) else ""
    for one in node.names:
        bound = one.asname or one.name
        yield Part(f"import {bound.partition('.')[0]}", f"{source}import {one.name} as {bound}", node.lineno)


def _of_class(node: ast.ClassDef, lines: list[str]) -> Iterator[Part]:
    """The class as it is written between its methods, each piece with its line: what stands below a method moves when
    that grows."""
    methods = [one for one in node.body if isinstance(one, _FUNCTIONS)]
    inside = {line for one in methods for line in range(_first(one), (one.end_lineno or 0) + 1)}
    own: list[str] = []
    for at in range(_first(node), (node.end_lineno or 0) + 2):
        if at not in inside and at <= (node.end_lineno or 0):
            own.append(lines[at - 1])
            continue
        if any(map(str.strip, own)):
            yield Part(node.name, "\n".join(own), at - len(own))
        own = []
    for one in methods:
        yield Part(f"{node.name}.{_title(one, _text(one, lines))}", _text(one, lines), _first(one))


def _title(node: ast.FunctionDef | ast.AsyncFunctionDef, text: str) -> str:
    assigned = (name for names in _GLOBAL.findall(text) for name in _WORD.findall(names)) if "global" in text else ()
    return ">".join([node.name, *sorted(set(assigned))])


def _key(node: ast.stmt, lines: list[str]) -> str:
    if isinstance(node, _FUNCTIONS):
        return _title(node, _text(node, lines))
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    names = [one.id for one in targets if isinstance(one, ast.Name)]
    if targets and len(names) == len(targets):
        return " ".join(["=", *names])
    return " ".join(["!", *sorted({word for word in _WORD.findall(_text(node, lines)) if not iskeyword(word)})])


def _first(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return int(min([node.lineno, *(one.lineno for one in decorators)]))


def _text(node: ast.stmt, lines: list[str]) -> str:
    return "\n".join(lines[_first(node) - 1 : node.end_lineno])


__all__ = [
    "Altered",
    "Part",
    "Parts",
    "altered",
    "handed_on",
    "may_rest",
    "names_of",
    "own_names",
    "parts_in",
    "parts_of",
    "resting",
]
