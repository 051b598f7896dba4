"""What a handler makes anew on each invocation although one would do: clients, sessions, connections, secrets.

What is made outside the handler lives as long as its sandbox (Lambda developer guide, best practices, reuse of the
execution environment).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.building.messaging.calls import Code, arguments_of
from invocation_lint.facts.building.messaging.imported import Imported
from invocation_lint.facts.building.messaging.resolving import values_of
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.facts.handler import Made
from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.source.parsing.walk import walk

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program

MAX_HELPERS = 3

_SESSIONS = re.compile(r"(?:^|\.)boto3(?:\.|$)|session", re.IGNORECASE)
_CONNECTIONS = {
    "psycopg2.connect": "a connection", "psycopg.connect": "a connection", "pymysql.connect": "a connection",
    "pg8000.connect": "a connection", "mysql.connector.connect": "a connection", "pyodbc.connect": "a connection",
    "MongoClient": "a client of MongoDB", "pymongo.MongoClient": "a client of MongoDB",
    "redis.Redis": "a client of Redis", "redis.StrictRedis": "a client of Redis", "redis.from_url": "a client of Redis",
    "create_engine": "an engine", "sqlalchemy.create_engine": "an engine",
}  # fmt: skip
_CACHES = re.compile(r"cache|memo|singleton|once", re.IGNORECASE)
_ENTERS = frozenset({"enter_context", "enter_async_context", "closing", "aclosing"})
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*\Z")
"""How constants are called, also those that other modules define."""

_ANY = "?"
"""Stands for a service that is told elsewhere."""

_MAKES = (
    r"\b(?:client|resource|create_client|connect|create_engine|from_url)\(|get_secret_value|get_parameter"
    r"|MongoClient|Redis\("
)
"""What stands in a module that makes such things."""

_READS = {"get_secret_value": "a secret", "get_parameter": "a parameter", "get_parameters": "parameters"}
FETCHED = frozenset(_READS.values())
"""What is fetched, not made."""


@record
class _Reached:
    """A function that each event comes to: its code, its title where it is a helper, whether each run calls it, the
    parameters that are given the same whatever the event is, with their texts, and the call of the handler's module
    that leads to it where it is of another one."""

    info: FunctionInfo
    code: Code
    title: str
    is_certain: bool
    fixed: Mapping[str, str]
    led_by: Place | None = None


def made_in(code: Code, handler: FunctionInfo, program: Program | None = None) -> dict[str, tuple[Made, Place]]:
    """What a handler and the helpers that it calls make on each invocation, by words for it, each with its place. What
    a helper of another module makes has the place of the call of it."""
    found: dict[str, tuple[Made, Place]] = {}
    for one in _reached(code, handler, program):
        scope = one.code.scope_of(one.info)
        for call in scope.calls:
            what = _what(call, one.code, one.fixed)
            if what and not _is_kept(call, scope, one.info) and not _depends(call, scope, one.info, one.fixed):
                name = f"{what} in {one.title}" if one.title else what
                always = "yes" if one.is_certain and _is_certain(call, scope) else "no"
                if name not in found or (found[name][0].always == "no" and always == "yes"):
                    place = one.led_by or one.code.module.source.place(call)
                    found[name] = Made(what, one.title or None, always), place
    return found


def _reached(code: Code, handler: FunctionInfo, program: Program | None) -> Iterator[_Reached]:
    """The handler, and the functions of its module and of those that this imports that it calls."""
    imported = Imported(program, _MAKES)
    seen: set[tuple[str, tuple[tuple[str, str], ...]]] = {(handler.key, ())}
    level = [_Reached(handler, code, "", True, {})]
    for _ in range(MAX_HELPERS):
        yield from level
        below: dict[tuple[str, tuple[tuple[str, str], ...]], _Reached] = {}
        for outer in level:
            scope = outer.code.scope_of(outer.info)
            for call in scope.calls:
                for one, its_code in _called(call, scope, outer, imported):
                    fixed = _fixed(one, call, scope, outer)
                    key = one.key, tuple(sorted(fixed.items()))
                    if key in seen or _is_cached(one):
                        continue
                    is_called = outer.is_certain and _is_certain(call, scope)
                    before = below.get(key)
                    led_by = outer.led_by
                    if led_by is None and its_code is not outer.code:
                        led_by = outer.code.module.source.place(call)
                    is_called = is_called or (before is not None and before.is_certain)
                    below[key] = _Reached(one, its_code, one.title, is_called, fixed, led_by)
        seen.update(below)
        level = list(below.values())


def _called(call: cst.Call, scope: Scope, outer: _Reached, imported: Imported) -> list[tuple[FunctionInfo, Code]]:
    """The function that a call calls by its name, of the module or imported by it, or the `__init__` of the class of
    the module that it makes one of."""
    code = outer.code
    if not isinstance(call.func, cst.Name):
        other = imported.function(call, code) if isinstance(call.func, cst.Attribute) else None
        return [other] if other is not None else []
    name = call.func.value
    found = code.named(name)
    if found:
        return [(one, code) for one in found if one.cls is None] if len(found) == 1 else []
    named = [one for one in code.module.classes.values() if one.name == name]
    if not named:
        other = imported.function(call, code)
        return [other] if other is not None else []
    cls = named[0] if len(named) == 1 else None
    init = cls.methods.get("__init__") if cls is not None and "__new__" not in cls.methods else None
    if cls is None or init is None or cls.has_keywords or any(map(_CACHES.search, cls.decorators)):
        return []
    return [] if _is_kept(call, scope, outer.info) else [(init, code)]


def _fixed(one: FunctionInfo, call: cst.Call, scope: Scope, outer: _Reached) -> dict[str, str]:
    """The parameters of a helper that are given the same for each event, with the texts that are written for them."""
    if any(arg.star for arg in call.args):
        return {}
    params = one.node.params
    every = {param.name.value: param for param in (*params.posonly_params, *params.params, *params.kwonly_params)}
    given = dict(arguments_of(one, call))
    found = {name: text_of(param.default) or "" for name, param in every.items() if param.default and name not in given}
    for name, value in given.items():
        if not any(_varies(leaf, scope, outer.info, outer.fixed, 0) for leaf in _leaves(value)):
            text = outer.fixed.get(value.value, "") if isinstance(value, cst.Name) else text_of(value)
            found[name] = text or ""
    return found


def _is_certain(call: cst.Call, scope: Scope) -> bool:
    """Whether each run of a function comes to a call, but for those that end before it: no branch decides."""
    inner: cst.CSTNode = call
    for outer in scope.around(call):
        if isinstance(outer, (cst.If, cst.IfExp)) and inner is not outer.test:
            return False
        if isinstance(outer, cst.BooleanOperation) and inner is outer.right:
            return False
        if isinstance(outer, (cst.MatchCase, cst.ExceptHandler)):
            return False
        inner = outer
    return True


def _is_cached(info: FunctionInfo) -> bool:
    """Whether a decorator keeps what a function gives, or it keeps it itself."""
    return bool(info.globals) or any(_CACHES.search(dotted(_plain(item))) for item in info.decorators)


def _plain(item: cst.BaseExpression) -> cst.BaseExpression:
    return item.func if isinstance(item, cst.Call) else item


def _what(call: cst.Call, code: Code, fixed: Mapping[str, str]) -> str:
    name, full = called_name(call), code.meaning(call.func)
    if name in {"client", "create_client", "resource"} and isinstance(call.func, cst.Attribute) and call.args:
        given = call.args[0].value
        service = _service(given, code, fixed)
        receiver = code.meaning(_plain(call.func.value))
        if service and _SESSIONS.search(receiver):
            what = "a resource" if name == "resource" else "a client"
            return what if service == _ANY else f"{what} of {service}"
    if name == "Table" and isinstance(call.func, cst.Attribute) and isinstance(call.func.value, cst.Call):
        return ""  # its resource is named already
    if full in _CONNECTIONS:
        return _CONNECTIONS[full]
    if name in _READS and isinstance(call.func, cst.Attribute):
        return _READS[name]
    return ""


def _service(given: cst.BaseExpression, code: Code, fixed: Mapping[str, str]) -> str:
    """The service that a client is made of; empty where it is not told."""
    if not isinstance(given, cst.Name):
        return text_of(given)
    if given.value in fixed:
        return fixed[given.value]
    made = list(values_of(given.value, code.scope_of(None)))
    value = made[0] if len(made) == 1 else None
    if value is not None:
        return text_of(value)
    return _ANY if _CONSTANT.match(given.value) else ""


def _is_kept(call: cst.Call, scope: Scope, info: FunctionInfo) -> bool:
    """Whether something asks first whether it is there already, or keeps it for later events."""
    if info.globals or _is_cached(info):
        return True
    for node in scope.around(call):
        if isinstance(node, cst.If) and _asks_whether(node.test):
            return True
        if isinstance(node, cst.IfExp) and _asks_whether(node.test):
            return True
        if isinstance(node, cst.FunctionDef) and node is not scope.root:
            return True  # of an inner function nothing tells when it runs
        if isinstance(node, (cst.ClassDef, cst.Lambda)):
            return True
        if isinstance(node, cst.Assign) and not all(_is_own(to.target, info) for to in node.targets):
            return True
        if isinstance(node, (cst.With, cst.ExceptHandler)):
            return True
        if isinstance(node, cst.Call) and called_name(node) in _ENTERS:
            return True  # as in `with`: what is entered belongs to the event, or to its event loop
    return False


def _is_own(target: cst.BaseAssignTargetExpression, info: FunctionInfo) -> bool:
    """Whether a target is a local name, or an attribute of the object that an `__init__` makes."""
    if isinstance(target, cst.Attribute) and info.name == "__init__":
        return isinstance(target.value, cst.Name) and target.value.value == info.first_parameter
    return isinstance(target, cst.Name)


def _asks_whether(test: cst.BaseExpression) -> bool:
    """`x is None`, `not x`, `"k" not in cache`, or a time that has passed."""
    for node in walk(test):
        if isinstance(node, cst.ComparisonTarget) and isinstance(
            node.operator, (cst.Is, cst.NotIn, cst.In, cst.IsNot, cst.GreaterThan, cst.LessThan)
        ):
            return True
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            return True
    return False


def _depends(call: cst.Call, scope: Scope, info: FunctionInfo, fixed: Mapping[str, str]) -> bool:
    """Whether an argument comes from the event, or from something else that changes."""
    for arg in call.args:
        if arg.star:
            return True
        if any(_varies(node, scope, info, fixed, 0) for node in _leaves(arg.value)):
            return True
    if isinstance(call.func, cst.Attribute) and isinstance(call.func.value, cst.Call):
        return _depends(call.func.value, scope, info, fixed)
    if isinstance(call.func, cst.Attribute) and isinstance(call.func.value, cst.Name):
        made = scope.assignments.get(call.func.value.value, ())
        return any(isinstance(one.value, cst.Call) and _depends(one.value, scope, info, fixed) for one in made)
    return False


def _leaves(value: cst.BaseExpression) -> Iterator[cst.Name]:
    for node in walk(value):
        if isinstance(node, cst.Name):
            yield node


def _varies(name: cst.Name, scope: Scope, info: FunctionInfo, fixed: Mapping[str, str], depth: int) -> bool:
    parent = scope.parents.get(name)
    if isinstance(parent, cst.Attribute) and parent.attr is name:
        return False
    if isinstance(parent, cst.Arg) and parent.keyword is name:
        return False
    if name.value in fixed:
        return False
    if name.value in {"os", "environ", "getenv", "str", "int", "boto3", "Config", "None", "True", "False"}:
        return False
    params = info.node.params
    every = [*params.posonly_params, *params.params, *params.kwonly_params]
    if name.value in {param.name.value for param in every}:
        return True
    made = scope.assignments.get(name.value, ())
    if made:
        return depth > 2 or any(
            (isinstance(one.value, cst.Call) and not dotted(one.value.func).startswith(("os.", "boto3.", "Config")))
            or any(_varies(leaf, scope, info, fixed, depth + 1) for leaf in _leaves(one.value))
            for one in made
        )
    binding = (cst.AsName, cst.For, cst.CompFor, cst.NamedExpr, cst.Element)
    return any(isinstance(scope.parents.get(use), binding) for use in scope.names.get(name.value, ()))


__all__ = ["made_in"]
