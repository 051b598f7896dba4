"""Strict reading of YAML and TOML documents: plain values that know their line and column.

YAML is read by the core schema of YAML 1.2: `no`, `on` and `y` are text, only `true` and `false` are truth values
(yaml.org/spec/1.2.2, 10.3). Duplicate keys, unknown tags, keys that are no text, aliases that blow a document up and
nesting beyond any sane document are errors. Every error is a UsageError that reads `path:line:column: what`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from invocation_lint.errors import UsageError

MAX_DEPTH = 64
MAX_VALUES = 100_000  # aliases counted as often as they are used

_NULL = re.compile(r"(?:null|Null|NULL|~|)\Z")
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_INT = re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(
    r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
)
_STANDARD = "tag:yaml.org,2002:"


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name that `name` most likely means, or None."""
    import difflib  # takes its time to load, for the few runs in which a name is wrong

    by_folded = {word.lower().replace("_", "").replace("-", ""): word for word in allowed}
    folded = name.lower().replace("_", "").replace("-", "")
    close = difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def unknown_name(what: str, name: str, allowed: Collection[str]) -> str:
    """The sentence about a name that is none of the allowed: what it is, the nearest, all of them."""
    near = nearest(name, allowed)
    meant = f'; did you mean "{near}"?' if near is not None else ""
    listed = f" (allowed: {', '.join(allowed)})" if allowed else " (nothing is allowed here)"
    return f'unknown {what} "{name}"{meant}{listed}'


class Node:
    """One value of a document with its place.

    `value` is None, a bool, int, float, str (TOML: also a date or time), a list of nodes, or a dict of nodes by key.
    `line` and `column` count from 1, columns in characters; line 0 means that the place is not known. `key` is the key
    that the value was read by, of an element of a list that of the list. `keys` holds the line and column of each key
    of a mapping; `size` counts the values in it, aliases as often as they are used, and `height` the levels of
    containers. `end` are the line and the column behind it, in YAML.
    """

    __slots__ = ("column", "end", "height", "key", "keys", "line", "path", "size", "value")

    def __init__(self, value: Any, path: str, line: int = 0, column: int = 0) -> None:
        self.value = value
        self.path = path
        self.line = line
        self.column = column
        self.key = ""
        self.end = (line, column)
        self.keys: dict[str, tuple[int, int]] = {}
        self.size = 1
        self.height = 0

    def error(self, message: str, help: str = "") -> UsageError:
        """The error for this value."""
        return UsageError(_located(self.path, self.line, self.column, message), help)

    def key_error(self, key: str, message: str, help: str = "") -> UsageError:
        """The error for a key of this mapping."""
        line, column = self.keys.get(key, (self.line, self.column))
        return UsageError(_located(self.path, line, column, message), help)

    def plain(self) -> Any:
        """The value without places: dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def _expected(self, what: str) -> NoReturn:
        shown = kind_of(self.value)
        help = ""
        if what == "text" and isinstance(self.value, (bool, int, float)):
            help = "put it in quotes if it is meant as text"
        raise self.error(f"{self._by}expected {what}, found {shown}", help)

    @property
    def _by(self) -> str:
        return f"{self.key}: " if self.key else ""

    def mapping(self, allowed: Collection[str] | None = None, required: Iterable[str] = ()) -> dict[str, Node]:
        """The nodes by key. With `allowed`, any other key is an error, and so is the lack of a required one."""
        if not isinstance(self.value, dict):
            self._expected("a mapping")
        if allowed is not None:
            for key in self.value:
                if key not in allowed:
                    raise self.key_error(key, unknown_name("key", key, allowed))
        for key in required:
            if key not in self.value:
                raise self.error(f'missing key "{key}"')
        for key, node in self.value.items():
            node.key = key
        return self.value

    def items(self) -> list[Node]:
        """The nodes of a list."""
        if not isinstance(self.value, list):
            self._expected("a list")
        for node in self.value:
            node.key = self.key
        return self.value

    def text(self, words: Collection[str] = (), what: str = "value") -> str:
        """A text that is not empty; with `words`, one of them."""
        if not isinstance(self.value, str):
            self._expected("text")
        if not self.value.strip():
            raise self.error(f"{self._by}expected text, found an empty one")
        if words and self.value not in words:
            raise self.error(unknown_name(what, self.value, words))
        return self.value

    def texts(self, words: Collection[str] = (), what: str = "value") -> tuple[str, ...]:
        """A list of texts."""
        return tuple(node.text(words, what) for node in self.items())

    def number(self) -> int | float:
        """A number that is finite."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            self._expected("a number")
        if self.value != self.value or self.value in (float("inf"), float("-inf")):
            raise self.error(f"{self._by}expected a finite number")
        return self.value

    def integer(self) -> int:
        """A whole number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self._expected("a whole number")
        return self.value

    def boolean(self) -> bool:
        """A truth value."""
        if not isinstance(self.value, bool):
            self._expected("true or false")
        return self.value


def kind_of(value: Any) -> str:
    """How an error names a value."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the text "{value}"' if len(value) <= 40 and "\n" not in value else "a text"
    if isinstance(value, list):
        return "a list"
    return "a mapping" if isinstance(value, dict) else "a date"


def _located(path: str, line: int, column: int, message: str) -> str:
    return f"{path}:{line}:{column}: {message}" if line else f"{path}: {message}"


def node_of(value: Any, path: str) -> Node:
    """A node tree without places over plain data, for documents that were checked before (the compiled rules)."""
    if isinstance(value, dict):
        return Node({key: node_of(entry, path) for key, entry in value.items()}, path)
    if isinstance(value, list):
        return Node([node_of(entry, path) for entry in value], path)
    return Node(value, path)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, without a byte order mark. UsageError when it cannot be read or is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 (byte {error.start})") from None


def read_file(path: Path) -> Node:
    """A document by its suffix: TOML for `.toml`, else YAML (of which JSON is a part)."""
    text = read_text(path)
    return read_toml(str(path), text) if path.suffix == ".toml" else read_yaml(str(path), text)


def read_toml(path: str, text: str) -> Node:
    """The document as a node tree. UsageError when it is no TOML."""
    from invocation_lint.documents.toml_marks import marks_of, toml_node

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    text = text.removeprefix("\ufeff")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at line (\d+), column (\d+)\)\Z", str(error))
        line, column = (int(found[1]), int(found[2])) if found else (0, 0)
        what = str(error)[: found.start()] if found else str(error)
        raise UsageError(_located(path, line, column, f"not valid TOML: {what}")) from None
    except RecursionError:
        raise UsageError(f"{path}: nested too deeply") from None
    key_marks, value_marks = marks_of(text)
    return toml_node(data, path, (), key_marks, value_marks)


def read_yaml(path: str, text: str) -> Node:
    """The one document of a YAML stream as a node tree; an empty stream is a node of None. UsageError for all else."""
    import yaml

    # The two loaders report the same events; the one in C is an optional part of the library.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = YamlBuilder(path)
    try:
        for event in yaml.parse(text.removeprefix("\ufeff"), Loader=loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        what = ", ".join(part for part in (error.context, error.problem) if part)
        raise UsageError(_located(path, line, column, f"not valid YAML: {what}")) from None
    except (yaml.YAMLError, UnicodeError) as error:
        what = str(getattr(error, "reason", "")) or str(error)
        raise UsageError(f"{path}: not valid YAML: {what.splitlines()[0]}") from None
    return builder.root or Node(None, path, 1, 1)


class YamlBuilder:
    """Builds the node tree from parser events, with a stack of its own so that no document can exhaust Python's.

    Readers of other dialects take over what they read otherwise; with `short_forms`, a tag of their own stands for a
    mapping: `!Ref Layer` is `{"Ref": "Layer"}`, `!Sub text` is `{"Fn::Sub": text}`.
    """

    max_values = MAX_VALUES
    short_forms = False

    def __init__(self, path: str) -> None:
        self.path = path
        self.tags: list[str] = []  # the short form of each unfinished container; empty where it has none
        self.root: Node | None = None
        self.open: list[tuple[Node, str | None]] = []  # unfinished containers and the anchor of each
        self.key: list[Node | None] = []  # the key that awaits its value, for each open container
        self.anchors: dict[str, Node] = {}

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "DocumentStartEvent" and self.root is not None:
            raise self._at(event).error("expected one document, found a second")
        if kind == "ScalarEvent":
            node = self._at(event)
            tag = self._short_form(event)
            node.value = event.value if tag else self._scalar(event, node)
            self._finish(_standing_for(tag, node), event.anchor)
        elif kind in ("SequenceStartEvent", "MappingStartEvent"):
            node = self._at(event)
            standard = "seq" if kind == "SequenceStartEvent" else "map"
            self.tags.append(self._short_form(event))
            if not self.tags[-1] and event.tag not in (None, "!", _STANDARD + standard):
                raise node.error(f'unknown tag "{event.tag}"')
            node.value = [] if kind == "SequenceStartEvent" else {}
            node.height = 1
            self._check_depth(node)
            self.open.append((node, event.anchor))
            self.key.append(None)
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            node, anchor = self.open.pop()
            self.key.pop()
            node.end = (event.end_mark.line + 1, event.end_mark.column + 1)
            self._finish(_standing_for(self.tags.pop(), node), anchor)
        elif kind == "AliasEvent":
            self._alias(event)

    def _short_form(self, event: Any) -> str:
        tag = event.tag or ""
        return tag[1:] if self.short_forms and tag[:1] == "!" and tag[1:2] not in {"", "!"} else ""

    def _at(self, event: Any) -> Node:
        node = Node(None, self.path, event.start_mark.line + 1, event.start_mark.column + 1)
        node.end = (event.end_mark.line + 1, event.end_mark.column + 1)
        return node

    def _scalar(self, event: Any, node: Node) -> bool | int | float | str | None:
        return _scalar(event, node)

    def _alias(self, event: Any) -> None:
        here = self._at(event)
        if any(anchor == event.anchor for _, anchor in self.open):
            raise here.error(f'the alias "{event.anchor}" is inside the value it refers to')
        target = self.anchors.get(event.anchor)
        if target is None:
            raise here.error(f'the alias "{event.anchor}" refers to nothing')
        # The content is shared; errors in it point at where it is written.
        here.value, here.keys, here.size, here.height = target.value, target.keys, target.size, target.height
        self._check_depth(here)
        self._finish(here, None)

    def _finish(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        parent = self.open[-1][0]
        parent.size += node.size
        parent.height = max(parent.height, node.height + 1)
        if parent.size > self.max_values:
            raise node.error(f"more than {self.max_values} values, aliases counted as often as they are used")
        if isinstance(parent.value, list):
            parent.value.append(node)
            return
        key = self.key[-1]
        if key is None:
            self._take_key(parent, node)
            self.key[-1] = node
        else:
            parent.value[key.value] = node
            self.key[-1] = None

    def _check_depth(self, node: Node) -> None:
        if len(self.open) + node.height > MAX_DEPTH:
            raise node.error(f"nested more than {MAX_DEPTH} deep")

    def _take_key(self, parent: Node, node: Node) -> None:
        if not isinstance(node.value, str):
            raise node.error(f"expected text as a key, found {kind_of(node.value)}", "put it in quotes")
        if node.value in parent.keys:
            line, _ = parent.keys[node.value]
            raise node.error(f'duplicate key "{node.value}"; it is already in line {line}')
        parent.keys[node.value] = (node.line, node.column)


def _standing_for(tag: str, node: Node) -> Node:
    """`!Name value` is `{"Fn::Name": value}`; `!Ref` and `!Condition` have no prefix."""
    if not tag:
        return node
    name = tag if tag in {"Ref", "Condition"} else f"Fn::{tag}"
    outer = Node({name: node}, node.path, node.line, node.column)
    outer.keys[name] = (node.line, node.column)
    outer.end = node.end
    outer.size, outer.height = node.size + 1, node.height + 1
    return outer


def _scalar(event: Any, node: Node) -> bool | int | float | str | None:
    text: str = event.value
    tag = event.tag
    if tag in (None, ""):
        return _core(text, node) if event.implicit[0] else text
    if tag in ("!", _STANDARD + "str"):
        return text
    value = _core(text, node)
    types: dict[str, Sequence[type]] = {"null": (type(None),), "bool": (bool,), "int": (int,), "float": (float, int)}
    expected = types.get(tag.removeprefix(_STANDARD)) if tag.startswith(_STANDARD) else None
    if expected is None:
        raise node.error(f'unknown tag "{tag}"')
    if type(value) not in expected:
        raise node.error(f'"{text}" is not of type {tag.removeprefix(_STANDARD)}')
    return value


def _core(text: str, node: Node) -> bool | int | float | str | None:
    """A plain scalar by the core schema of YAML 1.2."""
    if _NULL.match(text):
        return None
    if _BOOL.match(text):
        return text.lower() == "true"
    if _INT.match(text):
        if len(text) > 400:
            raise node.error("a number with more than 400 digits")
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.match(text):
        special = text.lower().lstrip("+-")
        if special in (".inf", ".nan"):
            return float(text.lower().replace(".", ""))
        return float(text)
    return text
