"""What functions of Terraform give, where that is known (HashiCorp: Terraform language, functions)."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.terraform.expressions import (
    elements_of,
    evaluate,
    indexed,
    text_key,
)
from invocation_lint.deployment.terraform.frames import Frame
from invocation_lint.deployment.terraform.parsing import below, label_of, parts
from invocation_lint.deployment.terraform.texts import template
from invocation_lint.deployment.terraform.values import (
    Absent,
    Json,
    Reference,
    as_pieces,
    each,
    merged,
    plain_value,
)
from invocation_lint.deployment.values import (
    Piece,
    Text,
    Unknown,
    Value,
    known,
    number_of,
    pieces_of,
    text,
    text_of,
    unknown,
)
from invocation_lint.findings import Place

if TYPE_CHECKING:
    from lark import Tree

_FORMAT = re.compile(r"%(?:(%)|(?:\[\d+\])?[-+ #0]*\d*(?:\.\d+)?([a-zA-Z]))")
_SAME = frozenset(
    {"tostring", "tolist", "toset", "tomap", "sensitive", "nonsensitive", "ephemeralasnull", "distinct", "sort",
     "abspath", "pathexpand"}
)  # fmt: skip


def called(frame: Frame, node: Tree[Any]) -> Value:
    """What a call gives."""
    named, *given = parts(node)
    name = label_of(named)
    place = frame.place(node)
    arguments = parts(given[0]) if given else []
    if name == "try":
        return _first(frame, arguments, place)
    if name == "can":
        return unknown("whether it fails is not told", place)
    spread = any(str(one) == "..." for one in given[0].children) if given else False
    values = [evaluate(frame, one) for one in arguments]
    if spread and values:
        last = values.pop().content
        if not isinstance(last, tuple):
            return unknown("how many arguments there are is not known", place)
        values += last
    if name in {"templatefile", "file"} and values:
        return each(values, lambda *contents: _of_file(frame, node, name, contents), place)
    if name in _SAME and len(values) == 1:
        return values[0]
    act = _FUNCTIONS.get(name)
    if act is None:
        return unknown(f"what {name}() gives is not followed", place)
    return each(values, lambda *contents: _guarded(act, frame, node, contents), place)


def _guarded(act: Callable[..., Any], frame: Frame, node: Tree[Any], contents: tuple[Any, ...]) -> Any:
    try:
        return act(_At(frame, node), *contents)
    except (TypeError, ValueError, AttributeError, IndexError, KeyError):
        return next((one for one in contents if isinstance(one, Unknown)), Unknown("an argument is not known"))


def _first(frame: Frame, arguments: list[Tree[Any]], place: Place) -> Value:
    """The first that does not fail."""
    for one in arguments[:-1]:
        value = evaluate(frame, one)
        if not all(isinstance(content, Absent) for content in value.contents):
            return value
    return evaluate(frame, arguments[-1]) if arguments else unknown("there is nothing to try", place)


class _At:
    """Where a function is called."""

    def __init__(self, frame: Frame, node: Tree[Any]) -> None:
        self.frame, self.node, self.place = frame, node, frame.place(node)

    def pieces(self, content: Any) -> list[Piece]:
        """The pieces of a content; a hole where it is not known."""
        reason = content.reason if isinstance(content, Unknown) else "it is no text"
        return as_pieces(content, self.frame.hole(self.node, reason))

    def list(self, content: Any) -> tuple[Value, ...]:
        """The elements of a list. Raises ValueError."""
        if isinstance(content, tuple):
            return content
        if isinstance(content, Reference) and content.suffix is None:
            found = elements_of(content, self.place)
            if found is not None:
                return tuple(one for _, one in found)
        raise ValueError(content)


def _of_file(frame: Frame, node: Tree[Any], name: str, contents: tuple[Any, ...]) -> Any:
    where = text_of(contents[0])
    if where is None:
        return Unknown("the path of the file is not known")
    path = below(frame.instance.root.folder.path, where)
    data = frame.instance.program.file(path)
    if data is None:
        return Unknown(f"there is no file {posixpath.basename(path)}")
    source = data.decode("utf-8", "replace")
    if name == "file":
        return source
    given = contents[1] if len(contents) > 1 else {}
    if not isinstance(given, dict):
        return Unknown("what the template is given is not known")
    return template(frame.with_names(given), node, source)


# -- texts -----------------------------------------------------------------------------------------------------------


def _literal(content: Any) -> str:
    """A text without open parts. Raises ValueError."""
    if not isinstance(content, str):
        raise ValueError(content)
    return content


def _each_literal(change: Callable[[str], str]) -> Callable[..., Any]:
    """A function that changes the literal parts of a text; open parts stay, for they are changed on both sides."""

    def act(at: _At, content: Any) -> Any:
        if isinstance(content, Text):
            return text(change(one) if isinstance(one, str) else one for one in content.pieces)
        return change(_literal(text_of(content)))

    return act


def _format(at: _At, pattern: Any, *given: Any) -> Any:
    found: list[Piece] = []
    position = used = 0
    word = _literal(pattern)
    for match in _FORMAT.finditer(word):
        found.append(word[position : match.start()])
        position = match.end()
        if match[1]:
            found.append("%")
            continue
        content = given[used]
        used += 1
        if match[0] in {"%s", "%d", "%v"}:
            found += at.pieces(content)
        elif isinstance(content, (str, int, float)):
            number = number_of(content) if match[2] in "dfxXg" else None
            found.append(match[0].replace("v", "s") % (content if number is None else number))
        else:
            found += at.pieces(Unknown("it is formatted"))
    return text([*found, word[position:]])


def _join(at: _At, separator: Any, *lists: Any) -> Any:
    found: list[Piece] = []
    for one in lists:
        for value in at.list(one):
            found += [*([_literal(separator)] if found else []), *at.pieces(value.content)]
    return text(found)


def _replace(at: _At, content: Any, old: Any, new: Any) -> Any:
    old, new = _literal(old), _literal(new)
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return Unknown("it is replaced by a pattern")
    if isinstance(content, Text):
        return text(one.replace(old, new) if isinstance(one, str) else one for one in content.pieces)
    return _literal(text_of(content)).replace(old, new)


def _substr(at: _At, content: Any, offset: Any, length: Any) -> Any:
    word, start, size = _literal(content), int(offset), int(length)
    return word[start:] if size < 0 else word[start : start + size]


def _trimmed(at_end: bool) -> Callable[..., Any]:
    def act(at: _At, content: Any, word: Any) -> Any:
        pieces = list(pieces_of(content) or ())
        edge = pieces[-1 if at_end else 0]
        if isinstance(edge, str):
            pieces[-1 if at_end else 0] = edge.removesuffix(word) if at_end else edge.removeprefix(word)
        return text(pieces)

    return act


def _split(at: _At, separator: Any, content: Any) -> Any:
    return plain_value(_literal(content).split(_literal(separator)), at.place)


def _path(change: Callable[[str], str]) -> Callable[..., Any]:
    return lambda at, content: change(_literal(content))


# -- lists and mappings ----------------------------------------------------------------------------------------------


def _concat(at: _At, *given: Any) -> Any:
    return tuple(value for one in given for value in at.list(one))


def _flatten(at: _At, given: Any) -> Any:
    found: list[Value] = []
    for one in at.list(given):
        content = one.content
        found += _flatten(at, content) if isinstance(content, tuple) else [one]
    return tuple(found)


def _lookup(at: _At, owner: Any, key: Any, *default: Any) -> Any:
    found = indexed(at.frame, at.node, owner, key)
    return default[0] if isinstance(found, Absent) and default else found


def _element(at: _At, owner: Any, index: Any) -> Any:
    elements = at.list(owner)
    return elements[int(index) % len(elements)]


def _keys(at: _At, owner: Any) -> Any:
    if isinstance(owner, Reference):
        return tuple(key for key, _ in elements_of(owner, at.place) or ())
    return tuple(known(key, at.place) for key in sorted(owner))


def _values(at: _At, owner: Any) -> Any:
    if isinstance(owner, Reference):
        return at.list(owner)
    return tuple(owner[key] for key in sorted(owner))


def _length(at: _At, given: Any) -> Any:
    if isinstance(given, (str, tuple, dict)):
        return len(given)
    if isinstance(given, Reference):
        return len(at.list(given))
    raise ValueError(given)


def _contains(at: _At, owner: Any, one: Any) -> Any:
    contents = [value.content for value in at.list(owner)]
    if one in contents and isinstance(one, (str, int, float)):
        return True
    return False if all(isinstance(each, (str, int, float)) for each in [*contents, one]) else Unknown("it is open")


def _coalesce(at: _At, *given: Any) -> Any:
    for one in given:
        if isinstance(one, Unknown):
            return one
        if one is not None and one != "":
            return one
    return Absent("all are empty")


def _compact(at: _At, given: Any) -> Any:
    found = at.list(given)
    if any(len(one.cases) > 1 or isinstance(one.content, Unknown) for one in found):
        raise ValueError(given)
    return tuple(one for one in found if one.content not in (None, ""))


def _one(at: _At, given: Any) -> Any:
    found = at.list(given)
    return found[0] if found else None


def _zipmap(at: _At, names: Any, values: Any) -> Any:
    keys = [text_key(one.content) for one in at.list(names)]
    if None in keys:
        raise ValueError(names)
    return dict(zip([one for one in keys if one is not None], at.list(values), strict=False))


def _product(at: _At, *given: Any) -> Any:
    found: list[tuple[Value, ...]] = [()]
    for one in given:
        found = [(*before, value) for before in found for value in at.list(one)][:500]
    return tuple(known(one, at.place) for one in found)


def _range(at: _At, *given: Any) -> Any:
    return plain_value(list(range(*(int(one) for one in given)))[:500], at.place)


# -- other forms -----------------------------------------------------------------------------------------------------


def _jsonencode(at: _At, given: Any) -> Any:
    return Json(known(given, at.place))


def _jsondecode(at: _At, given: Any) -> Any:
    return given.value if isinstance(given, Json) else plain_value(json.loads(_literal(given)), at.place)


def _yamldecode(at: _At, given: Any) -> Any:
    from invocation_lint.deployment.documents.yaml_nodes import Unreadable, read_text

    root = read_text(at.place.path, _literal(given))
    return Unknown("it is not valid YAML") if isinstance(root, Unreadable) else plain_value(root.plain(), at.place)


def _tonumber(at: _At, given: Any) -> Any:
    number = number_of(given) if isinstance(given, (str, int, float)) else None
    if number is None:
        return given
    return int(number) if number.is_integer() else number


def _tobool(at: _At, given: Any) -> Any:
    return {"true": True, "false": False}.get(given, given) if isinstance(given, str) else given


def _extreme(pick: Callable[..., Any]) -> Callable[..., Any]:
    def act(at: _At, *given: Any) -> Any:
        if not all(isinstance(one, (int, float)) for one in given):
            raise ValueError(given)
        return pick(given)

    return act


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "format": _format,
    "join": _join,
    "lower": _each_literal(str.lower),
    "upper": _each_literal(str.upper),
    "title": _each_literal(str.title),
    "trimspace": _each_literal(lambda word: word),
    "replace": _replace,
    "substr": _substr,
    "trimsuffix": _trimmed(at_end=True),
    "trimprefix": _trimmed(at_end=False),
    "chomp": _each_literal(lambda word: word.rstrip("\n")),
    "split": _split,
    "basename": _path(posixpath.basename),
    "dirname": _path(posixpath.dirname),
    "startswith": lambda at, word, start: _literal(word).startswith(_literal(start)),
    "endswith": lambda at, word, end: _literal(word).endswith(_literal(end)),
    "merge": lambda at, *given: merged(given),
    "concat": _concat,
    "setunion": _concat,
    "flatten": _flatten,
    "lookup": _lookup,
    "element": _element,
    "keys": _keys,
    "values": _values,
    "length": _length,
    "contains": _contains,
    "coalesce": _coalesce,
    "compact": _compact,
    "one": _one,
    "reverse": lambda at, given: tuple(reversed(at.list(given))),
    "slice": lambda at, given, start, end: at.list(given)[int(start) : int(end)],
    "zipmap": _zipmap,
    "setproduct": _product,
    "range": _range,
    "jsonencode": _jsonencode,
    "jsondecode": _jsondecode,
    "yamldecode": _yamldecode,
    "tonumber": _tonumber,
    "tobool": _tobool,
    "min": _extreme(min),
    "max": _extreme(max),
}
