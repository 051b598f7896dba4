"""The task token of a workflow that goes with an invocation, by the name of its key."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.program.acts import called_name
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.building.scopes import text_of
from invocation_lint.findings import Place

_TOKEN = re.compile(r"task_?token", re.IGNORECASE)
_TELLS_FAILURE = re.compile(r"task_?failure|fail\w*(task|token|workflow|execution)|abort", re.IGNORECASE)
_SAME = frozenset({"copy", "deepcopy", "dict", "dumps", "encode", "bytes"})
"""What gives the same content again: `event.copy()`, `json.dumps(event)`."""

_PAYLOAD = frozenset({"Payload", "InvokeArgs"})


def task_token(
    payload: facts.Payload | None, module: ModuleInfo, function: FunctionInfo | None, call: Place
) -> facts.TaskToken | None:
    """The task token that a payload carries; a constant such as "" is none. Where the function of the call sends its
    event as a whole, it is the one that it reads from it."""
    name = _sent(payload) if payload is not None else None
    if name is None and payload is not None and function is not None:
        name = _handed_on(module, function, call)
    if name is None:
        return None
    names = {*module.mentions, *(one for info in module.functions.values() for one in info.mentions)}
    return facts.TaskToken(name, "yes" if any(_TELLS_FAILURE.search(one) for one in names) else "no")


def _sent(payload: facts.Payload) -> str | None:
    keys = payload.keys if isinstance(payload.keys, tuple) else ()
    found = (key for key in keys if key.presence == "yes" and isinstance(key.source, str))
    return next((key.name for key in found if _TOKEN.search(key.name)), None)


def _handed_on(module: ModuleInfo, function: FunctionInfo, call: Place) -> str | None:
    """The key of the token in the event of a function that sends it whole; None where it takes the token out."""
    nodes, event = own_nodes(function.node), function.first_parameter
    if not event or not any(_TOKEN.search(word) for word in function.words):
        return None
    name = next((key for node in nodes if (key := _read(node, event)) is not None), None)
    made = next((one for one in nodes if isinstance(one, cst.Call) and module.source.place(one) == call), None)
    given = [arg.value for arg in made.args if arg.keyword and arg.keyword.value in _PAYLOAD] if made else []
    if name is None or not any(_is_whole(value, event, nodes) for value in given):
        return None
    return None if any(_takes_out(node, name) for node in nodes) else name


def _read(node: cst.CSTNode, event: str) -> str | None:
    """The key of a token that is read from the event: `event["taskToken"]`, `event.get("taskToken")`."""
    if isinstance(node, cst.Subscript) and dotted(node.value) == event:
        key = text_of(node.slice[0].slice)
    elif isinstance(node, cst.Call) and dotted(node.func) == f"{event}.get" and node.args:
        key = text_of(node.args[0].value)
    else:
        return None
    return key if _TOKEN.search(key) else None


def _is_whole(value: cst.BaseExpression, event: str, nodes: tuple[cst.CSTNode, ...], depth: int = 3) -> bool:
    """Whether a value is the event, a copy of it or the text of one, by names that are assigned once."""
    if isinstance(value, cst.Name):
        made = list(_assigned(value.value, nodes))
        if not made:
            return value.value == event
        return len(made) == 1 and depth > 0 and _is_whole(made[0], event, nodes, depth - 1)
    if isinstance(value, cst.Dict):
        spread = (one.value for one in value.elements if isinstance(one, cst.StarredDictElement))
        return any(_is_whole(one, event, nodes, depth) for one in spread)
    if not isinstance(value, cst.Call) or called_name(value) not in _SAME:
        return False
    inner = [arg.value for arg in value.args[:1]]
    if isinstance(value.func, cst.Attribute) and value.func.attr.value in {"copy", "encode"}:
        inner.append(value.func.value)
    return any(_is_whole(one, event, nodes, depth) for one in inner)


def _assigned(name: str, nodes: tuple[cst.CSTNode, ...]) -> Iterator[cst.BaseExpression]:
    for node in nodes:
        if isinstance(node, cst.Assign) and any(dotted(to.target) == name for to in node.targets):
            yield node.value


def _takes_out(node: cst.CSTNode, name: str) -> bool:
    """Whether a statement takes a key out of a mapping: `payload.pop("taskToken")`, `del payload["taskToken"]`."""
    is_taking = isinstance(node, cst.Del) or (isinstance(node, cst.Call) and called_name(node) == "pop")
    return is_taking and any(text_of(part) == name for part in own_nodes(node))


__all__ = ["task_token"]
