"""What the handlers of deployed functions do with their records, where the project holds their modules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.analysis.program.acts import is_log_line
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python.calls.decorators import guards_around
from invocation_lint.deployment.model import Function
from invocation_lint.facts.base import Text, Unknown
from invocation_lint.facts.building.handling.records.failures import names_some
from invocation_lint.facts.building.handling.records.loops import Records, records_of
from invocation_lint.facts.building.links.defining import handler_in
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.source.parsing.walk import walk

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program

MAX_HELPERS = 3

_OPEN = frozenset({"inject_lambda_context", "capture_lambda_handler", "log_metrics", "event_source", "event_parser",
                   "capture", "capture_method", "lambda_handler_decorator"})  # fmt: skip
"""Decorators of Powertools and of the X-Ray SDK, which let an error out."""

_PROCESSORS = frozenset({"BatchProcessor", "AsyncBatchProcessor", "SqsFifoPartialProcessor"})
_ANSWERING = frozenset({"process_partial_response", "async_process_partial_response"})
"""What Powertools has for batches: classes whose `response()` is to be returned, and functions that give it."""

_IMAGES = ("NewImage", "OldImage")

_LOOKS = frozenset(
    {"print", "pprint", "loads", "dumps", "load", "dump", "b64decode", "b64encode", "decode", "encode", "str", "repr",
     "int", "float", "bool", "len", "dict", "list", "set", "tuple", "sorted", "enumerate", "range", "zip", "isinstance",
     "type", "get", "items", "keys", "values", "format", "join", "split", "strip", "lower", "upper", "replace",
     "startswith", "endswith", "append", "extend", "time", "now", "utcnow", "isoformat", "strftime", "getLogger",
     "setLevel", "getenv", "format_exc", "pformat", "deserialize", "sleep", "flush", "decompress"}
)  # fmt: skip
"""Calls that decode, count or show what they are given."""


@record
class Handled:
    """A handler of a deployed function. `failure` is what becomes of the failure of a record, None where nothing tells
    it, with its place; `works` whether it does more than decode and log."""

    module: ModuleInfo
    info: FunctionInfo
    code: Code
    records: Records
    failure: Text
    place: Place
    works: bool
    reports: Place | None  # where it answers which records have failed
    images: dict[str, Place]  # of a table's record, read without a test that they are there


class Handlers:
    """Finds and reads handlers, each once."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[tuple[str, str], Handled | None] = {}

    def of(self, function: Function, asker: str) -> Handled | None:
        """The handler of a function, looked at for a template; None where the project does not hold it, or defines it
        otherwise."""
        files = self._program.modules.files
        entry = files.deployments.entry_of(function)
        if entry is None:
            return None
        files.record.lead(asker, [entry[0]])
        if entry not in self._known:
            self._known[entry] = self._read(*entry)
        return self._known[entry]

    def _read(self, key: str, name: str) -> Handled | None:
        module = self._program.modules.load(key)
        if module is None:
            return None
        code = Code(module)
        names = {name, *module.aliases.get(name, ())}
        found = [one for one in code.functions() if one.name in names and one.cls is None]
        if not found:
            self._program.interpreter.adopt(module)
            imported = handler_in(module, name, self._program.interpreter)
            found = [imported] if imported is not None else []
            module = imported.module if imported is not None else module
            code = Code(module)
        if len(found) != 1:
            return None
        info = found[0]
        records = records_of(code, info)
        failure, place = self._failure(records, info)
        if failure is None and _takes_all(info):
            failure = "swallowed"
        every = list(reached(code, info))
        return Handled(
            module,
            info,
            code,
            records,
            failure,
            place,
            works=any(_may_fail(code, one) for one in every),
            reports=_reports(code, info, every),
            images=_images(code, every),
        )

    def _failure(self, records: Records, info: FunctionInfo) -> tuple[Text, Place]:
        word = next((one for one in ("reported", "escapes", "swallowed", "kept") if one in records.failures), None)
        place = records.failures.get(word, info.place) if word is not None else info.place
        if word != "escapes" or all(_name(one) in _OPEN for one in info.decorators):
            return word, place
        self._program.interpreter.adopt(info.module)
        for guard in guards_around(self._program.interpreter, info):
            if guard.how == "drops":
                return "swallowed", guard.place
        return Unknown("a decorator may take the error"), place


def _takes_all(info: FunctionInfo) -> bool:
    """Whether the last statement of a handler is a `try` that takes every error and raises none, and nothing before it
    fails."""
    body = info.node.body
    lines = list(body.body) if isinstance(body, cst.IndentedBlock) else []
    last = lines.pop() if lines else None
    if not isinstance(last, cst.Try) or last.finalbody is not None or last.orelse is not None:
        return False
    if any(isinstance(node, cst.Raise) for clause in last.handlers for node in walk(clause.body)):
        return False
    if not any(clause.type is None or _is_broad(clause.type) for clause in last.handlers):
        return False
    return all(_is_plain(line) for line in lines)


def _is_broad(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value in {"Exception", "BaseException"}


def _is_plain(line: cst.BaseStatement) -> bool:
    """Whether a statement only logs, or looks at what it has."""
    calls = [node for node in walk(line) if isinstance(node, cst.Call)]
    is_simple = isinstance(line, cst.SimpleStatementLine)
    return is_simple and all(called_name(call) in _LOOKS or is_log_line(call) for call in calls)


def _name(decorator: cst.BaseExpression) -> str:
    return dotted(decorator.func if isinstance(decorator, cst.Call) else decorator).rpartition(".")[2]


def _may_fail(code: Code, info: FunctionInfo) -> bool:
    """Whether a function calls anything that may fail for a reason of its own, or raises."""
    scope = code.scope_of(info)
    if any(isinstance(node, cst.Raise) for node in scope.parents):
        return True
    return any(
        called_name(call) not in _LOOKS and not is_log_line(call) and not code.named(called_name(call))
        for call in scope.calls
    )


def _reports(code: Code, handler: FunctionInfo, every: list[FunctionInfo]) -> Place | None:
    """Where a handler answers which of its records have failed."""
    source = code.module.source
    for info in every:
        scope = code.scope_of(info)
        is_filled = "batchItemFailures" in scope.texts and names_some(scope)
        for node in scope.parents:
            is_key = is_filled and isinstance(node, cst.SimpleString) and str(node.raw_value) == "batchItemFailures"
            if is_key and _is_written(node, scope):
                return source.place(node)
            if isinstance(node, cst.Call) and called_name(node) in _ANSWERING:
                return source.place(node)
    if not _PROCESSORS & code.module.mentions and not any(_PROCESSORS & info.words for info in every):
        return None
    for node in code.scope_of(handler).parents:
        if isinstance(node, cst.Return) and isinstance(node.value, cst.Call) and called_name(node.value) == "response":
            return source.place(node)
    return None


def _is_written(key: cst.CSTNode, scope: Scope) -> bool:
    """Whether a key stands in a dictionary, or is assigned to."""
    parent = scope.parents.get(key)
    if isinstance(parent, cst.DictElement):
        return parent.key is key
    around = list(scope.around(key))[:4]
    return any(isinstance(one, cst.AssignTarget) for one in around)


def _images(code: Code, every: list[FunctionInfo]) -> dict[str, Place]:
    """The images that functions read by subscripts, where none of them tests for one, or takes a KeyError."""
    found: dict[str, Place] = {}
    guarded: set[str] = set()
    for info in every:
        scope = code.scope_of(info)
        for node in scope.parents:
            name = str(node.raw_value) if isinstance(node, cst.SimpleString) else ""
            if name not in _IMAGES:
                continue
            holder = next((one for one in scope.around(node) if isinstance(one, (cst.Subscript, cst.Comparison))), None)
            if isinstance(holder, cst.Subscript) and _is_index(holder, node) and not _takes_key_error(holder, scope):
                found.setdefault(name, code.module.source.place(holder))
            else:
                guarded.add(name)
    return {name: place for name, place in found.items() if name not in guarded}


def _is_index(holder: cst.Subscript, node: cst.CSTNode) -> bool:
    return any(isinstance(one.slice, cst.Index) and one.slice.value is node for one in holder.slice)


def _takes_key_error(node: cst.CSTNode, scope: Scope) -> bool:
    """Whether a `try` around a node takes a KeyError."""
    for one in scope.around(node):
        if isinstance(one, cst.Try):
            for clause in one.handlers:
                names = (
                    {part.value for part in walk(clause.type) if isinstance(part, cst.Name)}
                    if clause.type
                    else {"KeyError"}
                )
                if names & {"KeyError", "LookupError", "Exception"}:
                    return True
    return False


def reached(code: Code, handler: FunctionInfo) -> Iterator[FunctionInfo]:
    """A handler and the functions of its module that it calls, also through others."""
    seen = {handler.key}
    level = [handler]
    named = Counter(one.name for one in code.functions())
    for _ in range(MAX_HELPERS + 1):
        yield from level
        calling = [  # of the others no tree is made
            info for info in level if any(named[one] > (one == info.name) for one in info.words & named.keys())
        ]
        called = [
            one for info in calling for call in code.scope_of(info).calls for one in code.named(called_name(call))
        ]
        level = [one for one in dict.fromkeys(called) if one.key not in seen]
        seen.update(one.key for one in level)


__all__ = ["Handled", "Handlers", "reached"]
