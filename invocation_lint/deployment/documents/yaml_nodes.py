"""Reads the YAML or JSON of a template into nodes, as the tools read it that deploy it: leniently.

Of a key that stands twice the last counts, `<<` merges, a number or a truth value may be a key, and a tag is the short
form of an intrinsic function (`!Sub text` is `{"Fn::Sub": text}`; AWS: CloudFormation user guide, intrinsic function
reference). JSON is read as the part of YAML that it is.
"""

from __future__ import annotations

import re
from typing import Any

from invocation_lint.documents.nodes import Node, YamlBuilder
from invocation_lint.errors import UsageError
from invocation_lint.findings import Place
from invocation_lint.records import record

MAX_VALUES = 400_000
"""Values of one template: one of a megabyte, which is the most that CloudFormation takes, has fewer."""

_SURROGATES = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)
_LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_JINJA = re.compile(r"\{%-?\s*\w+.*?-?%\}|^\s*\{\{[^{}\n]*\}\}|(?<![$\"'\w])\{\{[^{}\n]*\}\}", re.MULTILINE)


@record
class Unreadable:
    """Why a document is no YAML, and where."""

    message: str
    line: int
    column: int


def place_of(node: Node) -> Place:
    """Where a node stands."""
    return Place(node.path, node.line, node.column, *node.end)


def key_place(node: Node, key: str) -> Place:
    """Where a key of a mapping stands; the mapping where the key has no place."""
    line, column = node.keys.get(key, (node.line, node.column))
    return Place(node.path, line, column, line, column + len(key))


def read_nodes(path: str, data: bytes) -> Node | Unreadable:
    """The document of a file; the first of several. Unreadable when it is not UTF-8 or no YAML."""
    import yaml

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Unreadable("it is not UTF-8", data[: error.start].count(b"\n") + 1, 1)
    return read_text(path, text, yaml)


def read_text(path: str, text: str, yaml: Any = None) -> Node | Unreadable:
    """The document of a text, likewise."""
    if yaml is None:
        import yaml
    if "\\u" in text:
        text = _LONE_SURROGATE.sub(r"\\ufffd", _SURROGATES.sub(_one_character, text))
    builder = _Builder(path)
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if builder.root is not None and type(event).__name__ == "DocumentStartEvent":
                break
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or error.context or "it is not valid YAML"
        return Unreadable(what, *((mark.line + 1, mark.column + 1) if mark else (1, 1)))
    except (yaml.YAMLError, UnicodeError) as error:
        lines = str(getattr(error, "reason", "") or error).splitlines()
        return Unreadable(lines[0] if lines else "it is not valid YAML", 1, 1)
    except UsageError as error:
        where = re.match(r".*?:(\d+):(\d+): (.*)\Z", str(error), re.DOTALL)
        return Unreadable(where[3], int(where[1]), int(where[2])) if where else Unreadable(str(error), 1, 1)
    return builder.root or Node(None, path, 1, 1)


def is_filled_in_later(data: bytes) -> bool:
    """Whether a text holds statements of Jinja, or places to fill in, where YAML has none."""
    return _JINJA.search(data.decode("utf-8", "replace")) is not None


def _one_character(match: re.Match[str]) -> str:
    high, low = int(match[1], 16), int(match[2], 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


class _Builder(YamlBuilder):
    """Builds the nodes of a template. Aliases share their nodes."""

    max_values = MAX_VALUES
    short_forms = True

    def _scalar(self, event: Any, node: Node) -> bool | int | float | str | None:
        try:
            return super()._scalar(event, node)
        except UsageError:  # a tag of some other tool
            text: str = event.value
            return text

    def _finish(self, node: Node, anchor: str | None) -> None:
        key = self.key[-1] if self.open else None
        super()._finish(node, anchor)
        if key is not None and key.value == "<<" and self.open:
            self._merge(self.open[-1][0], node)

    def _merge(self, into: Node, node: Node) -> None:
        """Take over the entries of what a key `<<` names, behind those that are there."""
        into.value.pop("<<", None)
        into.keys.pop("<<", None)
        for one in node.value if isinstance(node.value, list) else [node]:
            for key, value in one.value.items() if isinstance(one.value, dict) else ():
                if key not in into.value:
                    into.value[key] = value
                    into.keys[key] = one.keys.get(key, (one.line, one.column))

    def _take_key(self, parent: Node, node: Node) -> None:
        if not isinstance(node.value, str):
            shown = isinstance(node.value, (bool, int, float))
            node.value = str(node.value).lower() if shown else f"({node.line}:{node.column})"
        parent.keys[node.value] = (node.line, node.column)
