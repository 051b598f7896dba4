"""Methods of texts, lists and dicts, and functions of Python's own library, as far as they are followed."""

from __future__ import annotations

import ast
import json
import posixpath
import re
from collections.abc import Callable
from typing import Any

from invocation_lint.deployment.cdk_constructs.programs import as_value
from invocation_lint.deployment.cdk_constructs.texts import as_json, joined
from invocation_lint.deployment.cdk_constructs.things import (
    Choice,
    Lib,
    Native,
    Obj,
    Scope,
    Thing,
    each,
    open_value,
    spread,
)
from invocation_lint.deployment.cdk_python.members import variable
from invocation_lint.deployment.cdk_python.running import Run
from invocation_lint.deployment.cdk_python.statements import elements_of
from invocation_lint.deployment.values import Case, Hole, Text
from invocation_lint.deployment.values import text as as_text

_WORDS: dict[str, Callable[[str], str]] = {
    "lower": str.lower, "upper": str.upper, "title": str.title, "capitalize": str.capitalize, "strip": str.strip,
    "lstrip": str.lstrip, "rstrip": str.rstrip,
}  # fmt: skip
_SAME = frozenset({"resolve", "absolute", "as_posix", "expanduser", "__str__", "copy", "encode", "decode"})
_FIELD = re.compile(r"\{\{|\}\}|\{([^{}:!]*)\}")
_PERCENT = re.compile(r"%(?:\((\w+)\))?[sd]|%%")


def native(run: Run, callee: Native, positional: list[Any], named: Obj, node: ast.Call, scope: Scope) -> Any:
    """What a method of a value gives."""
    owner, name = callee.owner, callee.name
    given = positional
    if isinstance(owner, Obj):
        return _of_dict(run, owner, name, given, named, node)
    if isinstance(owner, list):
        return _of_list(run, owner, name, given, node)
    if isinstance(owner, (str, Text)):
        return _of_text(run, owner, name, given, named, node)
    return run.unknown(node)


def _of_text(run: Run, owner: str | Text, name: str, given: list[Any], named: Obj, node: ast.Call) -> Any:
    if name in _SAME:
        return owner
    if name in _WORDS and not given:
        change = _WORDS[name]
        if isinstance(owner, Text):
            return as_text(change(one) if isinstance(one, str) else one for one in owner.pieces)
        return change(owner)
    if name == "replace" and len(given) > 1 and all(isinstance(one, str) for one in given[:2]):
        if isinstance(owner, Text):
            return as_text(one.replace(*given[:2]) if isinstance(one, str) else one for one in owner.pieces)
        return owner.replace(given[0], given[1])
    if not isinstance(owner, str):
        return run.unknown(node)
    if name == "join" and given:
        elements = elements_of(run, given[0])
        return joined(elements, owner) if elements is not None else run.unknown(node)
    if name == "format":
        return filled_by_format(run, node, owner, given, named)
    if name in {"joinpath"} and all(isinstance(one, str) for one in given):
        return posixpath.normpath(posixpath.join(owner, *given))
    if all(isinstance(one, (str, int)) for one in given) and not named.entries:
        if name in {"split", "rsplit", "splitlines", "partition", "rpartition"}:
            return list(getattr(owner, name)(*given))
        if name in {"startswith", "endswith", "removeprefix", "removesuffix", "isdigit", "count", "find", "zfill"}:
            return getattr(owner, name)(*given)
    if name in {"read_text", "open"}:
        return Native("file", owner)
    return run.unknown(node)


def filled_by_format(run: Run, node: ast.AST, owner: str, given: list[Any], named: Obj) -> Any:
    """What `"..".format(..)` gives."""
    found: list[Any] = []
    position = number = 0
    for match in _FIELD.finditer(owner):
        found.append(owner[position : match.start()])
        position = match.end()
        field = match[1]
        if field is None:
            found.append(match[0][0])
        elif field == "" or field.isdigit():
            index = int(field or number)
            number += 1
            found.append(given[index] if index < len(given) else open_value("it is not given"))
        else:
            found.append(named.entries.get(field, open_value(f"{field} is not known")))
    return joined([*found, owner[position:]])


def filled_by_percent(run: Run, node: ast.AST, owner: str, given: Any) -> Any:
    """What `"..%s.." % ..` gives."""
    values = list(given) if isinstance(given, list) else [given]
    found: list[Any] = []
    position = 0
    for match in _PERCENT.finditer(owner):
        found.append(owner[position : match.start()])
        position = match.end()
        if match[0] == "%%":
            found.append("%")
        elif match[1]:
            found.append(given.entries.get(match[1]) if isinstance(given, Obj) else open_value("it is not known"))
        else:
            found.append(values.pop(0) if values else open_value("it is not given"))
    return joined([*found, owner[position:]])


def _of_dict(run: Run, owner: Obj, name: str, given: list[Any], named: Obj, node: ast.Call) -> Any:
    first = given[0] if given else None
    if name in {"get", "pop", "setdefault"} and given:
        if isinstance(first, str) and first in owner.entries:
            value = run.known_now(run.resolved(owner.entries[first]))
            if name == "pop" and not run.when:
                owner.entries.pop(first)
            return value
        if owner.open or not isinstance(first, str):
            return open_value(owner.open or "which entry it is, is not known")
        default = given[1] if len(given) > 1 else named.entries.get("default")
        if name == "setdefault":
            run.assign(owner.entries, first, default, owner.when)
        return default
    if name == "update":
        for one in [*given, named]:
            _update(run, owner, one)
        return None
    if name in {"items", "keys", "values"}:
        if owner.open:
            return open_value(owner.open)
        pairs = [(key, run.known_now(run.resolved(value))) for key, value in owner.entries.items()]
        return [list(pair) if name == "items" else pair[name == "values"] for pair in pairs]
    if name in {"copy", "model_dump", "dict"}:
        return Obj(dict(owner.entries), owner.open, run.when)
    return open_value(owner.open) if owner.open else run.unknown(node)


def _update(run: Run, owner: Obj, given: Any) -> None:
    if isinstance(given, Obj) and run.when != owner.when:
        for name, value in given.entries.items():
            run.assign(owner.entries, name, value, owner.when)
        owner.open = owner.open or given.open
    else:
        spread(owner, given)


def _of_list(run: Run, owner: list[Any], name: str, given: list[Any], node: ast.Call) -> Any:
    if name in {"append", "add", "insert"} and given:
        added = given[-1]
        owner.append(Choice((Case(added, run.when),)) if run.when and not isinstance(added, Choice) else added)
        return None
    if name in {"extend", "update"} and given:
        owner += elements_of(run, given[0]) or []
        return None
    if name == "copy":
        return list(owner)
    if name == "index" and given and given[0] in owner:
        return owner.index(given[0])
    return run.unknown(node)


# -- functions of Python ---------------------------------------------------------------------------------------------


def builtin(run: Run, callee: Lib, positional: list[Any], named: Obj, node: ast.Call, scope: Scope) -> Any:
    """What a function of Python or of its library gives."""
    name = ".".join(callee.names)
    first = positional[0] if positional else None
    if isinstance(first, Choice) and len(positional) == 1:
        return each(first, lambda one: builtin(run, callee, [one], named, node, scope))
    if name.startswith("os.path."):
        return _path(run, callee.last, positional, node)
    if name in {"os.environ.get", "os.getenv", "environ.get"} and isinstance(first, str):
        return variable(first, positional[1] if len(positional) > 1 else named.entries.get("default"))
    if name in {"os.getcwd", "pathlib.Path.cwd", "Path.cwd"}:
        return run.program.working_folder
    if callee.last in {"Path", "PurePath", "PosixPath"}:
        words = [one for one in positional if isinstance(one, str)]
        return posixpath.join(*words) if words and len(words) == len(positional) else run.unknown(node)
    if name in {"str", "int", "float", "typing.cast", "cast"}:
        return _converted(run, callee.last, positional, node)
    if name == "dict":
        found = Obj(when=run.when)
        for one in [*positional, named]:
            spread(found, one)
        return found
    if name in {"list", "tuple", "set", "sorted", "reversed"}:
        elements = elements_of(run, first) if positional else []
        if elements is None:
            return run.unknown(node)
        if name == "sorted" and all(isinstance(one, str) for one in elements) and not named.entries:
            return sorted(elements)
        return list(reversed(elements)) if name == "reversed" else list(elements)
    if name in {"enumerate", "zip", "range", "len"}:
        return _counted(run, name, positional, node)
    if name == "getattr" and len(positional) > 1 and isinstance(positional[1], str):
        from invocation_lint.deployment.cdk_python.members import member

        return member(run, first, positional[1], node, scope)
    if name in {"isinstance", "hasattr"}:
        return run.unknown(node)
    if name in {"open", "io.open"} and isinstance(first, str):
        return Native("file", first)
    if name in {"json.load", "json.loads", "yaml.safe_load", "yaml.load"}:
        return _loaded(run, first, node, scope)
    if name == "json.dumps" and positional:
        text = as_json(run.resolved(first))
        return run.unknown(node) if text is None else text
    if name in {"copy.deepcopy", "copy.copy", "deepcopy"} and isinstance(first, Obj):
        return Obj(dict(first.entries), first.open, run.when)
    if name in {"vars", "asdict", "dataclasses.asdict"} and isinstance(first, Thing):
        return Obj(dict(first.fields))
    for one in positional:
        run.opened(one, "it is handed to a library")
    return run.unknown(node)


def _converted(run: Run, name: str, given: list[Any], node: ast.Call) -> Any:
    if not given:
        return "" if name == "str" else 0
    value = given[-1] if name == "cast" else given[0]
    if name == "cast" or isinstance(value, (Text, Hole)):
        return value
    if name == "str":
        return value if isinstance(value, str) else joined([value])
    try:
        return {"int": int, "float": float}[name](value)
    except (TypeError, ValueError):
        return run.unknown(node)


def _counted(run: Run, name: str, given: list[Any], node: ast.Call) -> Any:
    if name == "range":
        if not given or not all(isinstance(one, int) for one in given):
            return run.unknown(node)
        return list(range(*given[:3]))[:500]
    if name == "len" and given and isinstance(given[0], str):
        return len(given[0])
    lists = [elements_of(run, one) for one in given[: 2 if name == "zip" else 1]]
    if any(one is None for one in lists) or not lists:
        return run.unknown(node)
    if name == "len":
        return len(lists[0] or ())
    if name == "enumerate":
        return [[number, one] for number, one in enumerate(lists[0] or ())]
    return [list(pair) for pair in zip(*(one or () for one in lists), strict=False)]


def _path(run: Run, name: str, given: list[Any], node: ast.Call) -> Any:
    if name in {"exists", "isfile", "isdir"}:
        return run.unknown(node)
    if not given or not all(isinstance(one, str) for one in given):
        return joined(given, "/") if name == "join" and given and not _has_choice(given) else run.unknown(node)
    if name == "join":
        return posixpath.normpath(posixpath.join(*given))
    if name in {"dirname", "basename", "normpath", "splitext"}:
        found = getattr(posixpath, name)(given[0])
        return list(found) if isinstance(found, tuple) else found
    if name in {"abspath", "realpath"}:
        return posixpath.normpath(posixpath.join(run.program.working_folder, given[0]))
    return run.unknown(node)


def _has_choice(given: list[Any]) -> bool:
    return any(isinstance(one, Choice) for one in given)


def _loaded(run: Run, given: Any, node: ast.Call, scope: Scope) -> Any:
    """What a file of JSON or YAML holds, or a text of JSON."""
    if isinstance(given, Native) and given.name == "read":
        given = given.owner
    if not isinstance(given, Native) or given.name != "file" or not isinstance(given.owner, str):
        try:
            return as_value(json.loads(given)) if isinstance(given, str) else run.unknown(node)
        except ValueError:
            return run.unknown(node)
    path = posixpath.normpath(posixpath.join(run.program.working_folder, given.owner))
    data = run.program.read(path)
    if data is None:
        return open_value(f"there is no file {posixpath.basename(path)}")
    from invocation_lint.deployment.documents.yaml_nodes import Unreadable, read_nodes

    root = read_nodes(path, data)
    if isinstance(root, Unreadable):
        return open_value(f"{posixpath.basename(path)} is not read")
    return as_value(root.plain())
