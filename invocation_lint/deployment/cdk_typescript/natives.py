"""Methods of texts, lists, Maps and durations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.cdk_constructs.texts import joined
from invocation_lint.deployment.cdk_constructs.things import (
    Choice,
    Closure,
    Native,
    Obj,
    Scope,
    Seconds,
    truth,
)
from invocation_lint.deployment.values import Case, Text

if TYPE_CHECKING:
    from tree_sitter import Node

    from invocation_lint.deployment.cdk_typescript.running import Run

_MAX = 400


def native(run: Run, method: Native, arguments: list[Any], node: Node, scope: Scope) -> Any:
    """What a method gives."""
    owner = method.owner
    if isinstance(owner, list):
        return _of_list(run, owner, method.name, arguments, node, scope)
    if isinstance(owner, Obj):
        return _of_map(run, owner, method.name, arguments, node, scope)
    if isinstance(owner, Seconds):
        divisor = {"toSeconds": 1, "toMinutes": 60, "toMilliseconds": 0.001}.get(method.name)
        return owner.seconds / divisor if divisor else run.unknown(node)
    if isinstance(owner, (int, float)) and method.name == "toString":
        return str(owner)
    if isinstance(owner, Text) and method.name in {"toString", "trim"}:
        return owner
    if isinstance(owner, (str, Text)) and method.name == "concat":
        return joined([owner, *arguments])
    return _of_text(owner, method.name, arguments, run, node) if isinstance(owner, str) else run.unknown(node)


def _of_text(owner: str, name: str, given: list[Any], run: Run, node: Node) -> Any:
    simple = {
        "toLowerCase": owner.lower(), "toUpperCase": owner.upper(), "trim": owner.strip(), "toString": owner,
        "toLocaleLowerCase": owner.lower(),
    }  # fmt: skip
    if name in simple:
        return simple[name]
    if not all(isinstance(one, (str, int)) for one in given):
        return run.unknown(node)
    if name in {"replace", "replaceAll"} and len(given) == 2 and all(isinstance(one, str) for one in given):
        return owner.replace(given[0], given[1], 1 if name == "replace" else -1)
    if name == "split" and len(given) == 1 and isinstance(given[0], str):
        return owner.split(given[0]) if given[0] else list(owner)
    if name in {"startsWith", "endsWith", "includes"} and given and isinstance(given[0], str):
        tests = {"startsWith": owner.startswith, "endsWith": owner.endswith}
        return tests[name](given[0]) if name in tests else given[0] in owner
    if name in {"slice", "substring"} and given and all(isinstance(one, int) and one >= 0 for one in given):
        return owner[given[0] : given[1] if len(given) > 1 else None]
    if name == "charAt" and given and isinstance(given[0], int):
        return owner[given[0] : given[0] + 1]
    return run.unknown(node)


def _of_list(run: Run, owner: list[Any], name: str, given: list[Any], node: Node, scope: Scope) -> Any:
    if name == "push":
        owner.extend(Choice((Case(one, run.when),)) if run.when else one for one in given)
        return len(owner)
    if name == "add":  # of a Set
        owner.extend(one for one in given if one not in owner)
        return owner
    if name == "concat":
        return [*owner, *(one for other in given for one in (other if isinstance(other, list) else [other]))]
    if name == "join":
        return joined(owner, given[0] if given and isinstance(given[0], str) else ",")
    if name in {"includes", "has"} and given:
        known = all(isinstance(one, (str, int, float, bool)) for one in [*owner, given[0]])
        return given[0] in owner if known else run.unknown(node)
    if name in {"slice", "flat", "reverse", "sort", "values"}:
        return _rearranged(owner, name, given)
    if name == "at" and given and isinstance(given[0], int):
        return owner[given[0]] if -len(owner) <= given[0] < len(owner) else None
    if given and len(owner) <= _MAX:
        return _with_callback(run, owner, name, given, node, scope)
    return run.unknown(node)


def _rearranged(owner: list[Any], name: str, given: list[Any]) -> list[Any]:
    if name == "slice" and all(isinstance(one, int) for one in given):
        return owner[slice(*given[:2])] if len(given) > 1 else owner[given[0] if given else 0 :]
    if name == "flat":
        return [inner for one in owner for inner in (one if isinstance(one, list) else [one])]
    return owner[::-1] if name == "reverse" else owner


def _with_callback(run: Run, owner: list[Any], name: str, given: list[Any], node: Node, scope: Scope) -> Any:
    from invocation_lint.deployment.cdk_typescript.calls import apply

    callback = given[0]
    if not isinstance(callback, Closure):
        return run.unknown(node)

    def of(one: Any, index: int) -> Any:
        return apply(run, callback, [one, index, owner], node, scope)

    if name in {"map", "forEach", "flatMap"}:
        found = [of(one, index) for index, one in enumerate(owner)]
        return None if name == "forEach" else _rearranged(found, "flat", []) if name == "flatMap" else found
    if name in {"filter", "find", "some", "every"}:
        told = [(one, truth(of(one, index))) for index, one in enumerate(owner)]
        return _chosen(name, told, run, node)
    if name == "reduce" and len(given) > 1:
        held = given[1]
        for index, one in enumerate(owner):
            held = apply(run, callback, [held, one, index, owner], node, scope)
        return held
    return run.unknown(node)


def _chosen(name: str, told: list[tuple[Any, bool | None]], run: Run, node: Node) -> Any:
    holds = [answer for _, answer in told]
    if None in holds and name != "filter":
        return run.unknown(node)
    if name == "filter":
        return [one for one, answer in told if answer is not False]
    if name == "find":
        return next((one for one, answer in told if answer), None)
    return any(holds) if name == "some" else all(holds)


def _of_map(run: Run, owner: Obj, name: str, given: list[Any], node: Node, scope: Scope) -> Any:
    from invocation_lint.deployment.cdk_typescript.calls import apply
    from invocation_lint.deployment.cdk_typescript.patterns import put

    if name in {"get", "has"} and given and isinstance(given[0], str):
        if owner.open and given[0] not in owner.entries:
            return run.unknown(node)
        return owner.entries.get(given[0]) if name == "get" else given[0] in owner.entries
    if name == "set" and len(given) > 1:
        put(run, owner, given[0], given[1])
        return owner
    if owner.open:
        return run.unknown(node)
    if name in {"values", "keys", "entries"}:
        return entries(owner, name)
    if name == "forEach" and given:
        for key, value in list(owner.entries.items()):
            apply(run, given[0], [value, key], node, scope)
        return None
    return run.unknown(node)


def entries(owner: Obj, name: str) -> list[Any]:
    """The keys, values or entries of an object."""
    if name == "values":
        return list(owner.entries.values())
    return list(owner.entries) if name == "keys" else [[key, value] for key, value in owner.entries.items()]
