"""Requests of CloudFormation that a raw handler of a custom resource gets to its end without a response.

Statements are read in order, with the types of request that may come to each (`if event["RequestType"] == "Delete"`).
What might respond counts as a response: a call that is given the whole event, its ResponseURL or what was made of
them, and one whose name says so. A way counts where a condition has asked for the type of the request, so that it is
one of CloudFormation's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field

import libcst as cst

from invocation_lint.analysis.program.acts import LOG_METHODS, LOGGING, exits_process
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.handling.event_reads import event_name
from invocation_lint.facts.building.handling.resources.asked import TYPES, split_of, split_of_case
from invocation_lint.facts.building.messaging.calls import Code, arguments_of
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.records import mutable, record
from invocation_lint.source.parsing.walk import walk

MAX_HELPERS = 3
_SENDING = re.compile(
    r"send|respon[ds]|answer|reply|signal|(?:\A|_)(?:put|urlopen|request|success|failed|fail)\Z", re.I
)
_PLAIN = LOGGING | LOG_METHODS | {"dumps", "get", "str", "repr", "len", "isinstance", "format", "type", "keys", "items"}
_KNOWS = re.compile(r"ResponseURL|respon[ds]|answer|sent|dry|debug|test", re.IGNORECASE)
"""What a condition says that may tell whether there is somebody to respond to."""


@record
class Way:
    """One way to a statement."""

    types: frozenset[str]  # the requests that may come here
    branch: cst.CSTNode | None = None  # the condition that asked for the type
    is_sent: bool = False


Ways = frozenset[Way]


def unanswered(code: Code, info: FunctionInfo, is_send: Callable[[cst.Call], bool]) -> tuple[str, cst.CSTNode] | None:
    """The types of request to which a handler does not respond, in words, with the branch or the `return`."""
    flow = _Flow(code, is_send)
    function = flow.entered(info, frozenset({event_name(info)}), 0)
    if not flow.sends(info.node.body, function):
        return None
    ends = flow.ends_of(function, frozenset({Way(TYPES)}))
    for node, way in ends:
        if way.branch is not None and way.types and not way.is_sent:
            types = " and ".join(one for one in ("Create", "Update", "Delete") if one in way.types)
            return types, node if node is not None else way.branch
    return None


@mutable
class _Function:
    """A function while it is read."""

    info: FunctionInfo
    scope: Scope
    events: frozenset[str]  # the names that hold the event, its ResponseURL, or what was made of them
    depth: int
    returns: list[tuple[cst.CSTNode, Ways]] = field(default_factory=list)
    breaks: list[Ways] = field(default_factory=list)


class _Flow:
    def __init__(self, code: Code, is_send: Callable[[cst.Call], bool]) -> None:
        self._code = code
        self._is_send = is_send

    def entered(self, info: FunctionInfo, events: frozenset[str], depth: int) -> _Function:
        """A function before it is read; `events` are its parameters that take the event."""
        scope = self._code.scope_of(info)
        return _Function(info, scope, _made_of(events, scope), depth)

    def ends_of(self, function: _Function, ways: Ways) -> list[tuple[cst.CSTNode | None, Way]]:
        """The ways on which a function returns, each with its `return`; None at the end of its body."""
        body = function.info.node.body
        last = self._block(body.body, ways, function) if isinstance(body, cst.BaseSuite) else _sent(ways)
        found: list[tuple[cst.CSTNode | None, Way]] = []
        for node, ends in function.returns:
            found += [(node, way) for way in ends]
        return found + [(None, way) for way in last]

    # -- statements --------------------------------------------------------------------------------------------------

    def _block(self, body: Iterable[cst.CSTNode], ways: Ways, function: _Function) -> Ways:
        for statement in body:
            if not ways:
                break
            if isinstance(statement, cst.SimpleStatementLine):
                ways = self._block(statement.body, ways, function)
            elif isinstance(statement, cst.BaseSmallStatement):
                ways = self._small(statement, ways, function)
            else:
                ways = self._compound(statement, ways, function)
        return ways

    def _small(self, node: cst.BaseSmallStatement, ways: Ways, function: _Function) -> Ways:
        if isinstance(node, cst.Raise) or exits_process(node):
            return frozenset()
        if isinstance(node, (cst.Break, cst.Continue)):
            function.breaks.append(ways)
            return frozenset()
        ways = self._called(node, ways, function)
        if isinstance(node, cst.Return):
            function.returns.append((node, ways))
            return frozenset()
        return ways

    def _called(self, node: cst.CSTNode, ways: Ways, function: _Function) -> Ways:
        """The ways after what a statement calls; a helper that is all of it is read as its statements."""
        if not self.sends(node, function):
            return ways
        value = getattr(node, "value", None)
        helpers = self._code.named(called_name(value)) if isinstance(value, cst.Call) else []
        if not isinstance(value, cst.Call) or len(helpers) != 1 or function.depth >= MAX_HELPERS:
            return _sent(ways)
        if self._is_send(value) or any(self.sends(arg.value, function) for arg in value.args):
            return _sent(ways)
        helper = self.entered(helpers[0], _given(helpers[0], value, function), function.depth + 1)
        return frozenset(way for _, way in self.ends_of(helper, ways))

    def _compound(self, node: cst.CSTNode, ways: Ways, function: _Function) -> Ways:
        if isinstance(node, cst.If):
            return self._branches(node, ways, function)
        if isinstance(node, (cst.For, cst.While)):
            return self._loop(node, ways, function)
        if isinstance(node, cst.With):
            if any(self.sends(item, function) for item in node.items):
                ways = _sent(ways)
            return self._block(node.body.body, ways, function)
        if isinstance(node, cst.Match):
            return self._cases(node, ways, function)
        if isinstance(node, cst.Try):
            return self._try(node, ways, function)
        return ways if isinstance(node, (cst.FunctionDef, cst.ClassDef)) else _sent(ways)

    def _branches(self, node: cst.If, ways: Ways, function: _Function) -> Ways:
        if self.sends(node.test, function):
            ways = _sent(ways)
        split = split_of(node.test, function.scope)
        body, other = node.body, node.orelse
        if split is None:
            if _KNOWS.search(_words(node.test)):
                ways = _sent(ways)
            after = self._block(body.body, ways, function) | self._orelse(other, ways, function)
            return _sent(after) if self.sends(node, function) else after
        then = _narrowed(ways, split.then, node.test if split.is_then_sure else None)
        rest = _narrowed(ways, split.rest, node.test if split.is_rest_sure else None)
        return self._block(body.body, then, function) | self._orelse(other, rest, function)

    def _orelse(self, node: cst.If | cst.Else | None, ways: Ways, function: _Function) -> Ways:
        if node is None:
            return ways
        if isinstance(node, cst.If):
            return self._branches(node, ways, function)
        return self._block(node.body.body, ways, function)

    def _loop(self, node: cst.For | cst.While, ways: Ways, function: _Function) -> Ways:
        if self.sends(node, function):
            return _sent(ways)
        outer, function.breaks = function.breaks, []
        after = self._block(node.body.body, ways, function)
        is_endless = isinstance(node, cst.While) and isinstance(node.test, cst.Name) and node.test.value == "True"
        left = frozenset[Way]().union(*function.breaks)
        function.breaks = outer
        last = left if is_endless else ways | after | left
        return self._block(node.orelse.body.body, last, function) if node.orelse is not None else last

    def _cases(self, node: cst.Match, ways: Ways, function: _Function) -> Ways:
        after, rest, is_asked = frozenset[Way](), ways, False
        for case in node.cases:
            split = split_of_case(node.subject, case, function.scope)
            if split is None:
                after |= self._block(case.body.body, ways, function)
                continue
            is_asked = True
            then = _narrowed(rest, split.then, case if split.is_then_sure else None)
            after |= self._block(case.body.body, then, function)
            rest = _narrowed(rest, split.rest, node if split.is_rest_sure else None)
        return after | rest if is_asked else _sent(after | ways)

    def _try(self, node: cst.Try, ways: Ways, function: _Function) -> Ways:
        outer, function.returns = function.returns, []
        after = self._block(node.body.body, ways, function)
        if node.orelse is not None:
            after = self._block(node.orelse.body.body, after, function)
        failed = _sent(ways) if self.sends(node.body, function) else ways
        for clause in node.handlers:
            after |= self._block(clause.body.body, failed, function)
        inner, function.returns = function.returns, outer
        if node.finalbody is None:
            function.returns += inner
            return after
        last = node.finalbody.body.body
        function.returns += [(one, self._block(last, ends, function)) for one, ends in inner]
        return self._block(last, after, function)

    # -- responses ---------------------------------------------------------------------------------------------------

    def sends(self, node: cst.CSTNode, function: _Function) -> bool:
        """Whether a call below a node may be a response."""
        return any(self._may_respond(one, function) for one in _calls_in(node))

    def _may_respond(self, call: cst.Call, function: _Function) -> bool:
        name = called_name(call)
        if name in _PLAIN:
            return False
        if self._is_send(call):
            return True
        helpers = self._code.named(name)
        if helpers and function.depth < MAX_HELPERS:
            return any(
                self.sends(one.node.body, self.entered(one, _given(one, call, function), function.depth + 1))
                for one in helpers
            )
        return bool(_SENDING.search(name) or helpers or _holds(call, function.events, function.scope))


def _sent(ways: Ways) -> Ways:
    return frozenset(Way(way.types, way.branch, is_sent=True) for way in ways)


def _narrowed(ways: Ways, types: frozenset[str], branch: cst.CSTNode | None) -> Ways:
    """The ways for requests of these types; without any, none."""
    return frozenset(
        Way(way.types & types, branch or way.branch, is_sent=way.is_sent) for way in ways if way.types & types
    )


def _given(helper: FunctionInfo, call: cst.Call, function: _Function) -> frozenset[str]:
    """The parameters of a helper that take the event."""
    if any(arg.star for arg in call.args):
        return frozenset(helper.positional)
    return frozenset(
        name for name, value in arguments_of(helper, call) if _holds(value, function.events, function.scope)
    )


def _made_of(events: frozenset[str], scope: Scope) -> frozenset[str]:
    """The names that hold the event, its ResponseURL, or what was made of them."""
    number = 0
    while number != len(events):
        number = len(events)
        events |= {
            name
            for name, made in scope.assignments.items()
            if name not in events and any(_holds(one.value, events, scope) for one in made)
        }
    return events


def _holds(node: cst.CSTNode, events: frozenset[str], scope: Scope) -> bool:
    """Whether an expression holds the whole event or its ResponseURL, and not only another part of it."""
    for one in walk(node):
        if isinstance(one, cst.SimpleString) and text_of(one) == "ResponseURL":
            return True
        if isinstance(one, cst.Name) and one.value in events and not _is_part(one, scope):
            return True
    return False


def _is_part(name: cst.Name, scope: Scope) -> bool:
    """Whether a key of a name is read there: `event["RequestType"]`, `event.get("RequestType")`, `"a" in event`."""
    parent = scope.parents.get(name)
    if isinstance(parent, cst.Subscript):
        return parent.value is name
    if isinstance(parent, cst.ComparisonTarget):
        return True
    return isinstance(parent, (cst.Attribute, cst.Arg)) and (
        (isinstance(parent, cst.Attribute) and parent.value is name and parent.attr.value in {"get", "pop"})
        or (isinstance(parent, cst.Arg) and parent.keyword is name)
    )


def _calls_in(node: cst.CSTNode) -> Iterator[cst.Call]:
    return (one for one in walk(node, enter=_is_run) if isinstance(one, cst.Call))


def _is_run(node: cst.CSTNode) -> bool:
    return not isinstance(node, (cst.Lambda, cst.FunctionDef, cst.ClassDef))


def _words(test: cst.CSTNode) -> str:
    return " ".join(one.value for one in walk(test) if isinstance(one, (cst.Name, cst.SimpleString)))


__all__ = ["unanswered"]
