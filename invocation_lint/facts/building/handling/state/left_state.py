"""What an event leaves in a module, in a default value or in a file under /tmp, where the next one finds it.

A name or a key of a mapping that only some events set is the case that tests do not show: the next event that brings
no value of its own is answered with the last one's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.handling.event_reads import event_name
from invocation_lint.facts.building.handling.state.class_state import SHARED, filled_by_methods
from invocation_lint.facts.building.handling.state.kept_state import CACHES, FILLS, filled_lists
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.messaging.resolving import values_of
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.source.parsing.walk import walk

FILLED = "belongs to the module and is filled on each invocation"
SET_BY_SOME = "belongs to the module, and only some events set it"
ADDED_TO = "belongs to the module, and each event adds to it"
DEFAULT = "is a default value, which is made once, and is filled on each invocation"
APPENDED = "is a file that stays as long as the execution environment, and is appended to"
WAYS = (FILLED, SET_BY_SOME, ADDED_TO, DEFAULT, SHARED, APPENDED)
"""How something is left for the next event, in words."""

_DELETES = frozenset({"remove", "unlink", "rmtree", "rename", "replace", "move"})
_RESETS = frozenset({"clear", "pop", "popitem", "setdefault", "remove", "popleft"})


@record
class _Set:
    """A statement that gives a name of the module, or one key of it, a value."""

    name: str
    key: str | None
    node: cst.Assign
    condition: cst.If | None
    scope: Scope
    info: FunctionInfo


def left_state(code: Code, handler: FunctionInfo, infos: Iterable[FunctionInfo]) -> tuple[str, str, Place] | None:
    """What is left, how, and where; None where nothing is seen to be."""
    functions = list(infos)
    filled = filled_lists(code, functions)
    if filled is not None:
        return filled[0], FILLED, filled[1]
    ways = (
        _set_by_some(code, handler, functions),
        _added_to(code, functions),
        _defaults(code, handler, functions),
        filled_by_methods(code, functions),
    )
    for name, how, node in (one for way in (*ways, _appended(code, functions)) for one in way):
        return name, how, code.module.source.place(node)
    return None


# -- names and keys that only some events set ------------------------------------------------------------------------


def _set_by_some(
    code: Code, handler: FunctionInfo, functions: list[FunctionInfo]
) -> Iterator[tuple[str, str, cst.CSTNode]]:
    every = [one for info in code.functions() for one in _sets(info, code)]
    for one in every:
        if one.condition is None or one.info not in functions or CACHES.search(one.name):
            continue
        alike = [other for other in every if (other.name, other.key) == (one.name, one.key)]
        if any(other.condition is None for other in alike) or len({other.condition for other in alike}) < len(alike):
            continue  # each event sets it, or one of two branches does
        outer = one.condition
        names = {name.value for name in _names_in(outer.test)}
        if one.name in names or _is_compared(outer.test) or not _asks_event(outer.test, one, handler):
            continue
        if _is_emptied(one.name, code) or (one.key is not None and not _is_mapping(one.name, code)):
            continue
        if any(_is_read_elsewhere(one, code.scope_of(info)) for info in functions):
            shown = one.name if one.key is None else f'{one.name}["{one.key}"]'
            yield shown, SET_BY_SOME, one.node


def _sets(info: FunctionInfo, code: Code) -> Iterator[_Set]:
    scope = code.scope_of(info)
    for node in scope.parents:
        if not isinstance(node, cst.Assign):
            continue
        for to in node.targets:
            target: cst.BaseExpression = to.target
            key = None
            if isinstance(target, cst.Subscript) and len(target.slice) == 1:
                key = text_of(target.slice[0].slice)
                target = target.value if key else target
            if not isinstance(target, cst.Name):
                continue
            is_global = target.value in info.globals
            if is_global or (key is not None and not any(True for _ in values_of(target.value, scope))):
                yield _Set(target.value, key, node, _condition(node, scope), scope, info)


def _condition(node: cst.CSTNode, scope: Scope) -> cst.If | None:
    """The outermost condition that decides whether a statement runs."""
    found = None
    for outer in scope.around(node):
        if isinstance(outer, cst.If):
            found = outer
    return found


def _asks_event(test: cst.BaseExpression, one: _Set, handler: FunctionInfo) -> bool:
    """Whether a condition asks what the event holds: a key of it, or a name that is given one."""
    event = event_name(handler) if one.info is handler else ""
    params = {param.name.value for param in one.info.node.params.params}
    given = {
        name
        for name, made in one.scope.assignments.items()
        if any(_reads_key(value.value, {event} | params) for value in made)
    }
    return any(name.value in given for name in _names_in(test)) or _reads_key(test, {event} | params)


def _reads_key(node: cst.CSTNode, names: set[str]) -> bool:
    for part in walk(node):
        holder: cst.CSTNode | None = None
        if isinstance(part, cst.Subscript):
            holder = part.value
        elif isinstance(part, cst.Call) and isinstance(part.func, cst.Attribute) and part.func.attr.value == "get":
            holder = part.func.value
        elif isinstance(part, cst.Comparison) and any(
            isinstance(one.operator, (cst.In, cst.NotIn)) for one in part.comparisons
        ):
            holder = part.comparisons[0].comparator
        if holder is not None and any(name.value in names for name in _names_in(holder)):
            return True
    return False


def _is_compared(test: cst.BaseExpression) -> bool:
    """Whether a condition asks for nothing, or for an order: what is set once, or until a time."""
    return any(
        isinstance(one, cst.ComparisonTarget)
        and isinstance(one.operator, (cst.LessThan, cst.GreaterThan, cst.LessThanEqual, cst.GreaterThanEqual))
        for one in walk(test)
    )


def _is_emptied(name: str, code: Code) -> bool:
    """Whether a function empties it, or takes something out of it."""
    for info in code.functions():
        scope = code.scope_of(info)
        for use in scope.names.get(name, ()):
            parent = scope.parents.get(use)
            if isinstance(parent, cst.Attribute) and parent.value is use and parent.attr.value in _RESETS:
                return True
            if any(isinstance(outer, cst.Del) for outer in scope.around(use)):
                return True
    return False


def _is_mapping(name: str, code: Code) -> bool:
    given = list(values_of(name, code.scope_of(None)))
    value = given[0] if len(given) == 1 else None
    return isinstance(value, cst.Dict) or (isinstance(value, cst.Call) and called_name(value) == "dict")


def _is_read_elsewhere(one: _Set, scope: Scope) -> bool:
    """Whether a function reads it outside of the condition under which it is set."""
    if any(True for _ in values_of(one.name, scope)) and one.name not in one.info.globals:
        return False
    for use in scope.names.get(one.name, ()):
        parent = scope.parents.get(use)
        if isinstance(parent, (cst.AssignTarget, cst.NameItem, cst.AugAssign, cst.Param)) or scope.is_logged(use):
            continue
        if isinstance(parent, cst.Attribute) and parent.attr is use:
            continue
        if isinstance(parent, cst.Arg) and parent.keyword is use:
            continue
        if isinstance(parent, cst.Subscript) and isinstance(scope.parents.get(parent), cst.AssignTarget):
            continue
        if isinstance(parent, cst.Subscript) and one.key is not None and text_of(parent.slice[0].slice) != one.key:
            continue
        if not any(outer is one.condition for outer in scope.around(use)):
            return True
    return False


def _names_in(node: cst.CSTNode) -> Iterator[cst.Name]:
    return (one for one in walk(node) if isinstance(one, cst.Name))


# -- what is added to ------------------------------------------------------------------------------------------------


def _added_to(code: Code, functions: list[FunctionInfo]) -> Iterator[tuple[str, str, cst.CSTNode]]:
    """`total += amount`, of a global name that no function sets anew, and that is answered or handed on."""
    reset = {name for info in code.functions() for name in code.scope_of(info).assignments if name in info.globals}
    for info in functions:
        scope = code.scope_of(info)
        for node in scope.parents:
            if not isinstance(node, cst.AugAssign) or not isinstance(node.target, cst.Name):
                continue
            name = node.target.value
            if name not in info.globals or name in reset or CACHES.search(name):
                continue
            uses = [
                (use, code.scope_of(other)) for other in functions for use in code.scope_of(other).names.get(name, ())
            ]
            if any(_is_tested(use, inner) for use, inner in uses):
                continue
            if any(_is_given_away(use, inner) for use, inner in uses):
                yield name, ADDED_TO, node


def _is_tested(use: cst.Name, scope: Scope) -> bool:
    inner: cst.CSTNode = use
    for outer in scope.around(use):
        if isinstance(outer, (cst.If, cst.IfExp, cst.While)):
            return inner is outer.test
        if isinstance(outer, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            return False
        inner = outer
    return False


def _is_given_away(use: cst.Name, scope: Scope) -> bool:
    parent = scope.parents.get(use)
    if isinstance(parent, (cst.NameItem, cst.AugAssign)) or scope.is_logged(use):
        return False
    for outer in scope.around(use):
        if isinstance(outer, (cst.Return, cst.Call, cst.DictElement)):
            return True
        if isinstance(outer, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            return False
    return False


# -- default values --------------------------------------------------------------------------------------------------


def _defaults(
    code: Code, handler: FunctionInfo, functions: list[FunctionInfo]
) -> Iterator[tuple[str, str, cst.CSTNode]]:
    """`def collect(record, found=[])`, filled and returned, and called without it."""
    for info in functions:
        scope = code.scope_of(info)
        for index, param in enumerate(info.node.params.params):
            name = param.name.value
            if not _is_empty(param.default) or info is handler or CACHES.search(name) or name in scope.assignments:
                continue
            fills = [use for use in scope.names.get(name, ()) if _is_filled(use, scope)]
            is_returned = any(isinstance(scope.parents.get(use), cst.Return) for use in scope.names.get(name, ()))
            calls = [
                call for other in functions for call in code.scope_of(other).calls if called_name(call) == info.name
            ]
            if fills and is_returned and any(_leaves_out(call, name, index) for call in calls):
                yield name, DEFAULT, fills[0]


def _is_empty(value: cst.BaseExpression | None) -> bool:
    if isinstance(value, (cst.List, cst.Dict)):
        return not value.elements
    return isinstance(value, cst.Call) and called_name(value) in {"list", "dict", "set"} and not value.args


def _is_filled(use: cst.Name, scope: Scope) -> bool:
    parent = scope.parents.get(use)
    if isinstance(parent, cst.Attribute) and parent.value is use:
        return parent.attr.value in FILLS
    return isinstance(parent, cst.Subscript) and isinstance(scope.parents.get(parent), cst.AssignTarget)


def _leaves_out(call: cst.Call, name: str, index: int) -> bool:
    if any(arg.star for arg in call.args):
        return False
    given = [arg for arg in call.args if arg.keyword is None]
    is_named = any(arg.keyword is not None and arg.keyword.value == name for arg in call.args)
    return not is_named and isinstance(call.func, cst.Name) and len(given) <= index


# -- files under /tmp ------------------------------------------------------------------------------------------------


def _appended(code: Code, functions: list[FunctionInfo]) -> Iterator[tuple[str, str, cst.CSTNode]]:
    """`open("/tmp/out.csv", "a")`, where the module neither writes the file anew nor deletes anything."""
    opened = [
        (call, _path_of(call, code), _mode_of(call))
        for info in code.functions()
        for call in code.scope_of(info).calls
        if called_name(call) == "open" and isinstance(call.func, cst.Name)
    ]
    names = {called_name(call) for info in code.functions() for call in code.scope_of(info).calls}
    if names & _DELETES:
        return
    anew = {path for _, path, mode in opened if mode.startswith(("w", "x"))}
    reached = {call for info in functions for call in code.scope_of(info).calls}
    for call, path, mode in opened:
        if call in reached and mode.startswith("a") and path.startswith("/tmp/") and path not in anew:
            yield path, APPENDED, call


def _path_of(call: cst.Call, code: Code) -> str:
    node = call.args[0].value if call.args else None
    if isinstance(node, cst.Name):
        given = list(values_of(node.value, code.scope_of(None)))
        node = given[0] if len(given) == 1 else None
    return text_of(node) if node is not None else ""


def _mode_of(call: cst.Call) -> str:
    for index, arg in enumerate(call.args):
        if (arg.keyword is not None and arg.keyword.value == "mode") or (arg.keyword is None and index == 1):
            return text_of(arg.value)
    return ""


__all__ = ["WAYS", "left_state"]
