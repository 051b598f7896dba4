"""Where a handler raises because of what stands in its event, and of that alone: the same event fails each time."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.program.acts import caught_types
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.deployment.model import Function
from invocation_lint.facts.building.handling.event_paths import ELEMENT, Path, path_of
from invocation_lint.facts.building.handling.subjects import Subject
from invocation_lint.facts.building.messaging.resolving import values_of
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.findings import Place
from invocation_lint.source.parsing.walk import children, walk

LAMBDA_RETRIES = 2
"""How often Lambda runs an asynchronous event again (Lambda developer guide, asynchronous invocation)."""

_LOOKS = frozenset(
    {"get", "keys", "values", "items", "lower", "upper", "strip", "split", "startswith", "endswith", "isdigit", "loads",
     "b64decode", "decode", "len", "isinstance", "all", "any", "str", "int", "float", "set", "list", "dict", "sorted",
     "bool", "tuple", "type", "issubset", "issuperset", "difference", "count", "isalnum", "match", "fullmatch"}
)  # fmt: skip
"""Functions and methods whose result rests on what they are given alone."""

_OF_INPUT = frozenset(
    {"KeyError", "ValueError", "TypeError", "IndexError", "AttributeError", "JSONDecodeError", "LookupError",
     "UnicodeDecodeError"}
)  # fmt: skip
"""Errors by which reading and decoding tell that something is not as expected."""

_OF_SERVICES = frozenset({"ClientError", "BotoCoreError", "TimeoutError", "ConnectionError", "OSError", "HTTPError"})
_PASSING = frozenset(
    {"inject_lambda_context", "capture_lambda_handler", "log_metrics", "event_source", "capture_method", "staticmethod"}
)
"""Decorators that leave alone what a function raises."""


_OF_SENDERS: dict[str | None, Path] = {
    "eventbridge": ("detail",),
    "sns": ("Records", ELEMENT, "Sns", "Message"),
    "s3": ("Records", ELEMENT, "s3", "object"),
    "event": (),
}
"""What of an event its sender chooses: all else is there, as AWS promises."""


def refusal_of(subject: Subject) -> tuple[str, Place] | None:
    """The exception that a handler raises for what stands in its event, with its place; None where it raises none, or
    something around may take it."""
    chosen = _OF_SENDERS.get(subject.event_source)
    if chosen is None or not _passes(subject.info):
        return None
    for info, names in subject.parts:
        scope = subject.code.scope_of(info)
        reader = _Reader(scope, names, info, chosen)
        for node in scope.parents:
            if isinstance(node, cst.Raise) and reader.is_decided(node) and _leaves(subject, info, node):
                return _name(node), subject.code.module.source.place(node)
    return None


def retries_of(functions: list[Function]) -> int | None:
    """How often Lambda runs an asynchronous event of these functions again; None where it is not told, or differs."""
    told = {_retries(one) for one in functions}
    return told.pop() if len(told) == 1 else None


def keeps_failures(functions: list[Function]) -> str | None:
    """Whether what these functions fail at goes to a dead-letter queue or a destination; None where it is not told."""
    told = {_keeps(one) for one in functions}
    return told.pop() if len(told) == 1 else None


def _retries(function: Function) -> int | None:
    attempts = function.retries.attempts if function.retries is not None else None
    if attempts is None:
        return LAMBDA_RETRIES
    return int(attempts.number) if attempts.number is not None else None


def _keeps(function: Function) -> str | None:
    given = [function.dead_letter, function.retries.on_failure if function.retries is not None else None]
    told = [value.is_set for value in given if value is not None]
    return "yes" if True in told else None if None in told else "no"


def _passes(info: FunctionInfo) -> bool:
    return all(
        dotted(item.func if isinstance(item, cst.Call) else item).rpartition(".")[2] in _PASSING
        for item in info.decorators
    )


class _Reader:
    """Tells of the expressions of a function whether they rest on the event alone, and on what its sender chooses."""

    def __init__(self, scope: Scope, names: dict[str, Path], info: FunctionInfo, chosen: Path) -> None:
        self._scope = scope
        self._known: dict[str, bool | None] = {}
        self._event = names
        self._chosen = chosen
        params = info.node.params
        self._params = {one.name.value for one in (*params.posonly_params, *params.params, *params.kwonly_params)}

    def is_decided(self, node: cst.Raise) -> bool:
        """Whether the event alone decides that a `raise` is reached, and what its sender chooses has a part in it."""
        inner: cst.CSTNode = node
        found: list[bool | None] = []
        for outer in self._scope.around(node):
            if outer is self._scope.root:
                return None not in found and True in found
            if isinstance(outer, cst.If) and inner is not outer.test:
                found.append(self._reads(outer.test))
            elif isinstance(outer, cst.For) and inner is not outer.iter:
                found.append(False if self._reads(outer.iter) is not None else None)
            elif isinstance(outer, cst.ExceptHandler):
                found.append(self._of_clause(outer))
            elif isinstance(outer, (cst.While, cst.Match, cst.FunctionDef, cst.Lambda, cst.ClassDef, cst.Finally)):
                return False
            inner = outer
        return False

    def _of_clause(self, clause: cst.ExceptHandler) -> bool | None:
        """The same of a clause that takes what reading the event raises, below statements that do nothing else."""
        holder = self._scope.parents.get(clause)
        if not isinstance(holder, cst.Try) or not _types(clause) or not _types(clause) <= _OF_INPUT:
            return None
        found: list[bool | None] = []
        for one in walk(holder.body):
            if isinstance(one, (cst.Assign, cst.Expr)):
                found.append(self._reads(one.value))
            elif isinstance(one, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
                return None
        return None if None in found else True in found

    def _reads(self, node: cst.CSTNode) -> bool | None:
        """Whether an expression reads what the sender chooses; None where it holds more than parts of the event,
        constants, and functions that only look."""
        path = path_of(node, self._event)
        if path is not None:
            return path[: len(self._chosen)] == self._chosen
        if isinstance(node, cst.Name):
            return self._of_name(node.value)
        if isinstance(node, cst.Attribute):
            return self._reads(node.value)
        if isinstance(node, (cst.Await, cst.Yield, cst.Lambda)):
            return None
        parts = self._parts(node) if isinstance(node, cst.Call) else list(children(node))
        found = [self._reads(part) for part in parts] if parts is not None else [None]
        return None if None in found else True in found

    def _parts(self, call: cst.Call) -> list[cst.CSTNode] | None:
        """What a call of a function that only looks is given; None for another one."""
        if called_name(call) not in _LOOKS:
            return None
        holder = call.func.value if isinstance(call.func, cst.Attribute) else None
        is_module = isinstance(holder, cst.Name) and holder.value in {"json", "base64", "re", "orjson"}
        given: list[cst.CSTNode] = [arg.value for arg in call.args]
        return given if holder is None or is_module else [*given, holder]

    def _of_name(self, name: str) -> bool | None:
        if name not in self._known:
            self._known[name] = None  # while it is asked for
            self._known[name] = self._of_values(name)
        return self._known[name]

    def _of_values(self, name: str) -> bool | None:
        values = list(values_of(name, self._scope))
        if name in self._params:
            return None
        if not values:
            return False if name.isupper() or hasattr(builtins, name) else None
        loops = list(self._loops_over(name))
        written = [value for value in values if value is not None]
        if len(written) + len(loops) != len(values):
            return None
        found = [*map(self._reads, written), *(self._reads(loop.iter) for loop in loops)]
        return None if None in found else True in found

    def _loops_over(self, name: str) -> Iterator[cst.For | cst.CompFor]:
        for use in self._scope.names.get(name, ()):
            parent = self._scope.parents.get(use)
            if isinstance(parent, cst.Element):
                holder = self._scope.parents.get(parent)
                parent = self._scope.parents.get(holder) if holder is not None else None
                if isinstance(parent, (cst.For, cst.CompFor)) and parent.target is holder:
                    yield parent
            elif isinstance(parent, (cst.For, cst.CompFor)) and parent.target is use:
                yield parent


def _leaves(subject: Subject, info: FunctionInfo, node: cst.Raise) -> bool:
    """Whether what is raised leaves the handler: no clause on the way may take it."""
    name = _name(node)
    if _may_be_taken(subject.code.scope_of(info), node, name):
        return False
    if info is subject.info:
        return True
    calls = [
        (one, caller)
        for caller, _ in subject.parts
        for one in subject.code.scope_of(caller).calls
        if called_name(one) == info.name
    ]
    outer = [(call, caller) for call, caller in calls if caller is not info]
    return _passes(info) and any(
        not _may_be_taken(subject.code.scope_of(caller), call, name) and _is_called_plainly(subject, caller, name)
        for call, caller in outer
    )


def _is_called_plainly(subject: Subject, info: FunctionInfo, name: str) -> bool:
    """Whether the handler itself calls a helper where nothing takes its error, or it is the handler."""
    if info is subject.info:
        return True
    calls = [one for one in subject.scope.calls if called_name(one) == info.name]
    return bool(calls) and not any(_may_be_taken(subject.scope, one, name) for one in calls)


def _may_be_taken(scope: Scope, node: cst.CSTNode, name: str) -> bool:
    inner = node
    for outer in scope.around(node):
        if isinstance(outer, cst.Try) and inner is outer.body:
            if any(_may_take(clause, name) and not _raises_again(clause) for clause in outer.handlers):
                return True
            if outer.finalbody is not None and any(isinstance(one, cst.Return) for one in walk(outer.finalbody)):
                return True
        if isinstance(outer, (cst.With, cst.TryStar)) or (
            isinstance(outer, cst.FunctionDef) and outer is not scope.root
        ):
            return True
        inner = outer
    return False


def _may_take(clause: cst.ExceptHandler, name: str) -> bool:
    types = _types(clause)
    return not types or bool(types - _OF_SERVICES - (_OF_INPUT - {name}))


def _types(clause: cst.ExceptHandler) -> set[str]:
    return {dotted(one).rpartition(".")[2] for one in caught_types(clause)}


def _raises_again(clause: cst.ExceptHandler) -> bool:
    last = clause.body.body[-1] if clause.body.body else None
    return isinstance(last, cst.SimpleStatementLine) and any(isinstance(one, cst.Raise) for one in last.body)


def _name(node: cst.Raise) -> str:
    value = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
    return dotted(value).rpartition(".")[2] if value is not None else "the error"


__all__ = ["keeps_failures", "refusal_of", "retries_of"]
