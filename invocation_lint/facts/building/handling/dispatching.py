"""How a handler chooses by a key of its event what it does, and what becomes of a value that it does not know.

The function is followed as an event takes it whose value is none of those that are named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import libcst as cst

from invocation_lint.analysis.program.acts import is_log_line
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.handling import failing
from invocation_lint.facts.building.handling.event_paths import ELEMENT, Path, path_of
from invocation_lint.facts.building.handling.subjects import Subject
from invocation_lint.facts.building.messaging.resolving import Resolver
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.facts.handler import Dispatch
from invocation_lint.findings import Place
from invocation_lint.source.parsing.walk import walk
from invocation_lint.wording import listed

MIN_VALUES = 2
MAX_SHOWN = 3

_CHOSEN_BY_SENDERS = frozenset({None, "direct", "event", "state_machine"})
"""What invokes a handler whose event is the sender's own; others filter what they deliver, or name what they mean."""

_OF_SERVICES = frozenset(
    {"triggerSource", "fieldName", "typeName", "eventName", "eventSource", "RequestType", "httpMethod", "routeKey",
     "rawPath", "path", "resource", "method", "http_method", "source", "detail-type", "eventType", "invocationLabel",
     "currentIntent", "sessionState", "requestContext", "type", "notificationType", "ResourceType"}
)  # fmt: skip
"""Keys under which services say what has happened: a handler takes those that it is there for."""

_OF_REQUESTS = frozenset(
    {"httpMethod", "requestContext", "body", "pathParameters", "queryStringParameters", "rawPath", "headers", "path",
     "multiValueHeaders", "routeKey", "isBase64Encoded", "resource", "rawQueryString"}
)  # fmt: skip
"""Keys of the event of a request over HTTP."""

_TELLS = re.compile(
    r"unknown|unsupported|invalid|not\b|\bno\b|unhandled|unrecogni|unexpected|error|fail|bad|missing|ignor|skip|default",
    re.IGNORECASE,
)
_READS = re.compile(
    r"^(?:get|parse|load|loads|read|extract|lower|upper|strip|str|int|dict|list|json|getenv|now|utcnow|time|uuid4|client"
    r"|resource|Table|Logger|Session|isoformat|strftime|len|format|copy|deepcopy|split|replace|environ)"
)
"""Names of functions that only look at something, or make something ready."""

_After = Literal["goes on", "nothing", "something"]


def dispatch_of(subject: Subject) -> tuple[Dispatch, Place] | None:
    """The choice that a handler or its helper makes, with the place of its first test; None where there is none."""
    if not _may_be_chosen(subject):
        return None
    for info, names in subject.parts:
        way = _Way(subject.code.scope_of(info), names, Resolver(subject.code, info))
        after = way.block(_body(info))
        if len(way.values) >= MIN_VALUES and way.first is not None and way.key is not None:
            is_whole = info is subject.info or _is_handed_on(subject, info)
            otherwise = "nothing" if after != "something" and is_whole else "something"
            place = subject.code.module.source.place(way.first)
            shown = listed(way.values, "or", MAX_SHOWN, "one of {} more")
            return Dispatch(".".join(way.key), shown, otherwise), place
    return None


def _may_be_chosen(subject: Subject) -> bool:
    """Whether the event may be the sender's own. An answer with a status alone makes no handler of an API."""
    is_http = subject.event_source == "http" and subject.known_by in {"shape", "answer"}
    if not is_http:
        return subject.event_source in _CHOSEN_BY_SENDERS
    return not any(read.path[0] in _OF_REQUESTS for read in subject.reads)


def _body(info: FunctionInfo) -> cst.BaseSuite:
    return cst.ensure_type(info.node, cst.FunctionDef).body


def _is_handed_on(subject: Subject, helper: FunctionInfo) -> bool:
    """Whether the handler does nothing but return what the helper does."""
    statements = [one for one in failing.statements(_body(subject.info)) if not _is_inert(one)]
    calls = [call for one in statements for call in _calls(one) if not is_log_line(call)]
    acting = [call for call in calls if not _only_reads(call)]
    return len(acting) == 1 and called_name(acting[0]) == helper.name


class _Way:
    """The way of an event through a function whose value under the key is none of those that it is compared with."""

    def __init__(self, scope: Scope, names: dict[str, Path], resolver: Resolver) -> None:
        self._scope = scope
        self._resolver = resolver
        self._names = names
        self.key: Path | None = None
        self.values: dict[str, None] = {}
        self.first: cst.CSTNode | None = None
        self._before: list[cst.CSTNode] = []

    def block(self, body: cst.BaseSuite | cst.CSTNode) -> _After:
        """What the statements of a block do: nothing, so that it goes on behind them; nothing, and it ends there; or
        something."""
        for one in _statements(body):
            after = self._statement(one)
            if after != "goes on":
                return after
            self._before.append(one)
        return "goes on"

    def _statement(self, one: cst.CSTNode) -> _After:
        if isinstance(one, cst.If):
            return self._if(one)
        if isinstance(one, cst.Match):
            return self._match(one)
        if isinstance(one, cst.Try):
            after = self.block(one.body)
            rest = [part for part in (one.orelse, one.finalbody) if part is not None]
            return after if not any(_acts(part) for part in rest) else "something"
        if isinstance(one, cst.Return):
            return "nothing" if self._says_nothing(one.value) else "something"
        if isinstance(one, cst.BaseSmallStatement):
            return "goes on" if _is_inert(one) and not self._tells(one) else "something"
        return "goes on" if isinstance(one, (cst.FunctionDef, cst.ClassDef)) else "something"

    def _if(self, node: cst.If) -> _After:
        values = self._compared(node.test)
        if values is not None:
            self._note(node.test, values)
            if node.orelse is None:
                return "goes on"
            return self._if(node.orelse) if isinstance(node.orelse, cst.If) else "something"
        if _negated(node.test) is not None and self._looked_up(_negated(node.test)) is not None:
            return self.block(node.body)
        if self._is_about_key(node.test) and not _asks_whether_there(node.test):
            return "something"
        branches = [node.body, *([node.orelse] if node.orelse is not None else [])]
        if all(not _acts(branch) for branch in branches):
            return "goes on"
        return "goes on" if node.orelse is None and _ends(node.body) and self._asks_else(node) else "something"

    def _asks_else(self, node: cst.If) -> bool:
        """Whether a guard asks for something that has nothing to do with the value: it lets such events pass."""
        return not any(isinstance(one, cst.Call) and not _only_reads(one) for one in walk(node.test))

    def _match(self, node: cst.Match) -> _After:
        path = path_of(node.subject, self._names)
        if path is None:
            return "something"
        values: list[str] = []
        for case in node.cases:
            texts = _texts_of_pattern(case.pattern)
            if texts is None:
                return "something"
            values += texts
        if self._is_other(path):
            return "something"
        self.key = path
        self._note(node.subject, values)
        return "goes on"

    def _compared(self, test: cst.BaseExpression) -> list[str] | None:
        """The texts that a test compares the key with; None where it is no such test."""
        if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.Or):
            left, right = self._compared(test.left), self._compared(test.right)
            return [*left, *right] if left is not None and right is not None else None
        if isinstance(test, cst.BooleanOperation):  # and: one side is enough for others to be passed over
            left, right = self._compared(test.left), self._compared(test.right)
            return left if left is not None else right
        found = self._looked_up(test)
        if found is not None:
            self.key = found[0]
            return found[1]
        if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
            return None
        operator, other = test.comparisons[0].operator, test.comparisons[0].comparator
        path = self._path(test.left)
        texts = _texts(other) if isinstance(operator, (cst.Equal, cst.In)) else None
        if texts is None and isinstance(operator, cst.In):
            texts = self._keys(other)
        if path is None or not texts or self._is_other(path):
            return None
        if isinstance(operator, cst.In) and isinstance(other, cst.SimpleString):
            return None
        self.key = path
        return texts

    def _looked_up(self, test: cst.BaseExpression | None) -> tuple[Path, list[str]] | None:
        """The key, and the texts of a mapping of functions, where a test asks whether the function is there that was
        looked up in it: `work = WORKS.get(action)`, `if work:`."""
        if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
            is_there = isinstance(test.comparisons[0].operator, cst.IsNot)
            test = test.left if is_there and _is_none(test.comparisons[0].comparator) else None
        if not isinstance(test, cst.Name):
            return None
        for one in self._given(test.value):
            call = one.value
            if not isinstance(call, cst.Call) or called_name(call) != "get" or not isinstance(call.func, cst.Attribute):
                continue
            if len(call.args) > 1 and not _is_none(call.args[1].value):
                continue
            path, keys = self._path(call.args[0].value) if call.args else None, self._keys(call.func.value)
            if path is not None and keys and not self._is_other(path):
                return path, keys
        return None

    def _keys(self, node: cst.BaseExpression) -> list[str] | None:
        """The texts by which a mapping holds functions; None for anything else."""
        mapping = self._resolver.value_of(node)
        if not isinstance(mapping, cst.Dict) or not mapping.elements:
            return None
        held = [one for one in mapping.elements if isinstance(one, cst.DictElement)]
        works = all(isinstance(one.value, (cst.Name, cst.Attribute, cst.Lambda)) for one in held)
        texts = [text_of(one.key) for one in held]
        return texts if works and all(texts) and len(held) == len(mapping.elements) else None

    def _path(self, node: cst.BaseExpression) -> Path | None:
        """The path of a key, also in lower case."""
        is_method = isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and not node.args
        if is_method and called_name(cst.ensure_type(node, cst.Call)) in {"lower", "upper", "strip"}:
            return self._path(cst.ensure_type(cst.ensure_type(node, cst.Call).func, cst.Attribute).value)
        path = path_of(node, self._names)
        return path if path and ELEMENT not in path and not _OF_SERVICES & set(path) else None

    def _is_other(self, path: Path) -> bool:
        return self.key is not None and self.key != path

    def _note(self, node: cst.CSTNode, values: list[str]) -> None:
        self.values.update(dict.fromkeys(values))
        self.first = self.first or node

    def _is_about_key(self, test: cst.BaseExpression) -> bool:
        paths = [path_of(one, self._names) for one in walk(test)]
        return any(path and self.key in (None, path) for path in paths)

    def _tells(self, one: cst.CSTNode) -> bool:
        """Whether a line behind the choice says that something is unknown."""
        if not self.values:
            return False
        return any(_TELLS.search(text) for text in _words(one))

    def _says_nothing(self, value: cst.BaseExpression | None) -> bool:
        """Whether a returned expression does no work, and does not say that nothing was done."""
        if value is None:
            return True
        if path_of(value, self._names) is not None:
            return False  # the event is handed on, as a task between others does
        if isinstance(value, cst.Name) and value.value not in {"None", "True"}:
            given = [one.value for one in self._given(value.value)]
            return bool(given) and all(self._says_nothing(one) for one in given)
        if failing.answers_error(value, self._scope) or any(_TELLS.search(text) for text in _words(value)):
            return False
        if isinstance(value, cst.Name) and value.value == "False":
            return False
        return not any(isinstance(one, (cst.Await, cst.Call)) and not _encodes(one) for one in walk(value))

    def _given(self, name: str) -> Iterator[cst.Assign]:
        """What a name is given on the way."""
        for one in self._before:
            if isinstance(one, cst.Assign) and any(
                isinstance(to.target, cst.Name) and to.target.value == name for to in one.targets
            ):
                yield one


def _statements(body: cst.CSTNode) -> Iterator[cst.CSTNode]:
    held = getattr(body, "body", ())
    for one in held if isinstance(held, Sequence) else _statements(held):
        if isinstance(one, cst.SimpleStatementLine):
            yield from one.body
        else:
            yield one


def _texts(node: cst.BaseExpression) -> list[str] | None:
    """The texts that are written there; None where anything else is."""
    if isinstance(node, cst.SimpleString):
        return [text_of(node)]
    if isinstance(node, (cst.Tuple, cst.List, cst.Set)):
        texts = [text_of(one.value) for one in node.elements if isinstance(one.value, cst.SimpleString)]
        return texts if len(texts) == len(node.elements) else None
    return None


def _texts_of_pattern(pattern: cst.MatchPattern) -> list[str] | None:
    if isinstance(pattern, cst.MatchValue):
        return _texts(pattern.value)
    if isinstance(pattern, cst.MatchOr):
        parts = [_texts_of_pattern(one.pattern) for one in pattern.patterns]
        return [text for part in parts for text in part or ()] if all(part is not None for part in parts) else None
    return None


def _asks_whether_there(test: cst.BaseExpression) -> bool:
    """`not action`, `action is None`, `"action" not in event`: a value that is there passes."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return not isinstance(test.expression, (cst.Comparison, cst.BooleanOperation))
    if isinstance(test, cst.BooleanOperation):
        return _asks_whether_there(test.left) and _asks_whether_there(test.right)
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return False
    operator, other = test.comparisons[0].operator, test.comparisons[0].comparator
    if isinstance(operator, cst.Is):
        return isinstance(other, cst.Name) and other.value == "None"
    return isinstance(operator, cst.NotIn) and isinstance(test.left, cst.SimpleString)


def _negated(test: cst.BaseExpression) -> cst.BaseExpression | None:
    """What must not be there: `work` of `not work` and `work is None`."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return test.expression
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        is_gone = isinstance(test.comparisons[0].operator, cst.Is) and _is_none(test.comparisons[0].comparator)
        return test.left if is_gone else None
    return None


def _is_none(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def _is_inert(one: cst.CSTNode) -> bool:
    """Whether a statement only reads, names or logs something."""
    if isinstance(one, cst.Assign):
        plain = all(isinstance(to.target, (cst.Name, cst.Tuple)) for to in one.targets)
        return plain and all(_only_reads(call) for call in _calls(one.value))
    if isinstance(one, cst.AnnAssign):
        return one.value is None or all(_only_reads(call) for call in _calls(one.value))
    if isinstance(one, cst.Expr):
        return isinstance(one.value, cst.BaseString) or (
            isinstance(one.value, cst.Call) and (is_log_line(one.value) or called_name(one.value).startswith("set_"))
        )
    return isinstance(one, (cst.Import, cst.ImportFrom, cst.Global, cst.Pass, cst.Assert))


def _calls(node: cst.CSTNode) -> Iterator[cst.Call]:
    return (one for one in walk(node) if isinstance(one, cst.Call))


def _only_reads(call: cst.Call) -> bool:
    return bool(_READS.match(called_name(call).lstrip("_")))


def _encodes(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Call) and called_name(node) in {"dumps", "dict", "str"}


def _acts(body: cst.CSTNode) -> bool:
    """Whether a block does more than read, name and log."""
    return any(not _is_inert(one) for one in walk(body) if isinstance(one, cst.BaseSmallStatement))


def _ends(body: cst.BaseSuite) -> bool:
    """Whether nothing goes on behind a block."""
    return isinstance(next(iter(reversed(list(_statements(body)))), None), (cst.Return, cst.Raise))


def _words(node: cst.CSTNode) -> Iterator[str]:
    for one in walk(node):
        if isinstance(one, (cst.SimpleString, cst.FormattedStringText)):
            yield str(one.value)


__all__ = ["dispatch_of"]
