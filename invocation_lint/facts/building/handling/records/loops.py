"""How a handler goes over the records of its event, and what becomes of one that fails.

The handler is read with the helpers of its module that it hands its event, the records or one record to.
"""

from __future__ import annotations

from dataclasses import field

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.handlers import takes_event_of_chalice
from invocation_lint.facts.building.handling import failing
from invocation_lint.facts.building.handling.event_reads import event_name
from invocation_lint.facts.building.handling.records import failures as record_failures
from invocation_lint.facts.building.handling.records import rounds, skipping
from invocation_lint.facts.building.handling.records.failures import calls, is_within, takes, tries
from invocation_lint.facts.building.handling.records.processors import PROCESSORS, lost_in_report
from invocation_lint.facts.building.messaging.calls import Code, parameter_of
from invocation_lint.facts.building.scopes import Scope, called_name, targets_of, text_of
from invocation_lint.findings import Place
from invocation_lint.records import mutable

Guard = tuple[cst.Try, Scope]
"""A `try` that takes most errors, and the code around it."""

MAX_HELPERS = 2
_SAME = frozenset({"enumerate", "list", "reversed", "iter", "sorted", "tuple"})


@mutable
class Records:
    """What was seen. Places of `first`, of the return that leaves the loop, and of what becomes of a failure."""

    first: Place | None = None
    is_one: bool = False  # it raises when there are more
    loops: list[Place] = field(default_factory=list)
    handed_on: Place | None = None
    left: Place | None = None
    is_gone_over: bool = False  # a loop that no return leaves: another one looks for a record
    failures: dict[str, Place] = field(default_factory=dict)

    @property
    def failure(self) -> str | None:
        """The worst that becomes of a record's failure."""
        if "reported" in self.failures:
            return "reported"
        return next((word for word in ("swallowed", "escapes", "kept") if word in self.failures), None)


def records_of(code: Code, handler: FunctionInfo) -> Records:
    """What a handler does with the records of its event."""
    reader = _Reader(code)
    event = frozenset({event_name(handler)})
    reader.function(handler, event, event if takes_event_of_chalice(handler) else frozenset(), 0)
    return reader.seen


class _Reader:
    def __init__(self, code: Code) -> None:
        self.code = code
        self.seen = Records()
        self._done: set[tuple[str, frozenset[str], frozenset[str]]] = set()
        self._rounded: set[cst.CSTNode] = set()
        self._named: set[tuple[str, str]] = set()
        self._around: dict[str, Guard] = {}  # what stands around the call of a helper
        self._is_lost = False  # it reports failed records, but an error leads to a report that names none

    def function(
        self, info: FunctionInfo, events: frozenset[str], lists: frozenset[str], depth: int, around: Guard | None = None
    ) -> None:
        """A function in which names stand for the event, or for its list of records; `around` is what stands around the
        call of it."""
        key = (info.key, events, lists)
        if key in self._done:
            return
        self._done.add(key)
        if around is not None:
            self._around[info.key] = around
        scope = self.code.scope_of(info)
        names_failures = record_failures.names_some(scope) or PROCESSORS & info.words
        lost = lost_in_report(self.code, info) if names_failures or PROCESSORS & self.code.module.mentions else None
        if lost is not None:
            self.seen.failures.setdefault("swallowed", self._place(lost))
            self._is_lost = True
        elif names_failures and not self._is_lost:
            self.seen.failures.setdefault("reported", info.place)
        for node in list(scope.parents):
            if self._is_records(node, scope, events, lists):
                self._read(node, scope, info, depth)
            elif isinstance(node, cst.Name) and node.value in events and self._is_handed_on(node, scope):
                self._hand_event(node, scope, info, depth)

    def _place(self, node: cst.CSTNode) -> Place:
        return self.code.module.source.place(node)

    # -- what are the records ----------------------------------------------------------------------------------------

    def _is_records(self, node: cst.CSTNode, scope: Scope, events: frozenset[str], lists: frozenset[str]) -> bool:
        if isinstance(node, cst.Name):
            return node.value in lists and not isinstance(scope.parents.get(node), (cst.Param, cst.AssignTarget))
        if isinstance(node, cst.Subscript) and len(node.slice) == 1:
            return text_of(node.slice[0].slice) == "Records" and _is_event(node.value, events)
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.args:
            is_get = node.func.attr.value in {"get", "pop"} and text_of(node.args[0].value) == "Records"
            return is_get and _is_event(node.func.value, events)
        if isinstance(node, cst.Attribute):
            return node.attr.value == "records" and _is_event(node.value, events)
        return False

    def _read(self, node: cst.CSTNode, scope: Scope, info: FunctionInfo, depth: int) -> None:
        parent = scope.parents.get(node)
        if isinstance(parent, cst.Subscript) and parent.value is node:
            index = parent.slice[0].slice
            if isinstance(index, cst.Index) and self._one_by_one(parent, scope, info, depth):
                return
            if isinstance(index, cst.Index) and isinstance(index.value, cst.Integer):
                self.seen.first = self.seen.first or self._place(parent)
        elif isinstance(parent, cst.Attribute) and parent.attr.value in rounds.TAKING:
            self._one_by_one(scope.parents.get(parent, parent), scope, info, depth)
        elif isinstance(parent, cst.For) and parent.iter is node:
            self._loop(parent, scope, info, depth)
        elif isinstance(parent, cst.CompFor) and parent.iter is node:
            self._comprehension(parent, scope, info, depth)
        elif isinstance(parent, cst.Arg):
            call = scope.parents.get(parent)
            if not isinstance(call, cst.Call):
                return
            if called_name(call) in _SAME:
                self._read(call, scope, info, depth)
            elif called_name(call) == "next" and not self.seen.loops:
                self.seen.first = self.seen.first or self._place(call)
            elif called_name(call) == "len":
                self.seen.is_one = self.seen.is_one or skipping.refuses_more(call, scope)
            elif called_name(call) == "map" and call.args[0] is not parent:
                self._mapped(call, scope, info, depth)
            elif called_name(call) not in {"dumps", "print", "info", "debug", "bool", "next"}:
                self._hand_records(call, parent, scope, info, depth)
        elif isinstance(parent, (cst.BooleanOperation, cst.IfExp)):
            self._read(parent, scope, info, depth)
        elif isinstance(parent, (cst.Assign, cst.AnnAssign)):
            targets = targets_of(parent)
            names = frozenset(target.value for target in targets if isinstance(target, cst.Name))
            if names:
                self.function_names(info, scope, names, depth)
            elif any(rounds.takes_apart(target) and self._one_by_one(parent, scope, info, depth) for target in targets):
                return
            elif any(skipping.takes_first(target, scope) for target in targets):
                self.seen.first = self.seen.first or self._place(parent)

    def function_names(self, info: FunctionInfo, scope: Scope, names: frozenset[str], depth: int) -> None:
        """Names of a function that stand for the records."""
        for name in names:
            if (info.key, name) in self._named:  # `records = records or []`
                continue
            self._named.add((info.key, name))
            for use in scope.names.get(name, ()):
                parent = scope.parents.get(use)
                is_given = isinstance(parent, cst.AnnAssign) and parent.target is use
                if not is_given and not isinstance(parent, (cst.AssignTarget, cst.Param)):
                    self._read(use, scope, info, depth)

    # -- helpers -----------------------------------------------------------------------------------------------------

    def _is_handed_on(self, node: cst.CSTNode, scope: Scope) -> bool:
        return isinstance(scope.parents.get(node), cst.Arg)

    def _hand_event(self, node: cst.CSTNode, scope: Scope, info: FunctionInfo, depth: int) -> None:
        arg = scope.parents.get(node)
        call = scope.parents.get(arg) if arg is not None else None
        if not isinstance(arg, cst.Arg) or not isinstance(call, cst.Call) or not isinstance(arg.value, cst.Name):
            return
        helper = self._helper(call)
        parameter = parameter_of(helper, call, arg) if helper is not None else None
        if helper is not None and parameter is not None and depth < MAX_HELPERS:
            self.function(helper, frozenset({parameter}), frozenset(), depth + 1, self._guard(call, scope, info))
        elif isinstance(scope.parents.get(call), cst.Attribute) and _is_event(call, frozenset({arg.value.value})):
            return  # SQSEvent(event).records, which is read where it stands
        elif called_name(call) not in {"dumps", "print", "info", "debug", "len", "isinstance", "warning", "str"}:
            self.seen.handed_on = self.seen.handed_on or self._place(call)

    def _hand_records(self, call: cst.Call, arg: cst.Arg, scope: Scope, info: FunctionInfo, depth: int) -> None:
        helper = self._helper(call)
        parameter = parameter_of(helper, call, arg) if helper is not None else None
        if helper is not None and parameter is not None and depth < MAX_HELPERS:
            self.function(helper, frozenset(), frozenset({parameter}), depth + 1, self._guard(call, scope, info))
        else:
            self.seen.handed_on = self.seen.handed_on or self._place(call)

    def _helper(self, call: cst.Call) -> FunctionInfo | None:
        found = self.code.named(called_name(call))
        return found[0] if len(found) == 1 else None

    # -- the loop ----------------------------------------------------------------------------------------------------

    def _loop(self, loop: cst.For, scope: Scope, info: FunctionInfo, depth: int) -> None:
        self.seen.loops.append(self._place(loop))
        if skipping.only_shows(loop.body, scope):
            return
        self._rounds(loop, loop.body, _names_bound(loop.target), scope, info, depth)
        leaving = skipping.leaves(loop, scope)
        if leaving is None:
            self.seen.is_gone_over = True
        else:
            self.seen.left = self.seen.left or self._place(leaving)

    def _one_by_one(self, use: cst.CSTNode, scope: Scope, info: FunctionInfo, depth: int) -> bool:
        """Whether one record after the other is taken where an element of the list is: in a loop over an index or until
        the list is empty, or by a function that calls itself for the others."""
        loop = rounds.loop_around(use, scope)
        again = rounds.again(info, scope) if loop is None else None
        whole = loop or again
        if whole is None:
            return False
        if whole not in self._rounded:
            self._rounded.add(whole)
            self.seen.loops.append(self._place(whole))
            body = loop.body if loop is not None else info.node.body
            names = rounds.names_of_elements(use, scope)
            if isinstance(body, cst.BaseSuite):
                self._rounds(whole, body, names, scope, info, depth)
        return True

    def _rounds(
        self,
        loop: cst.CSTNode,
        body: cst.BaseSuite,
        names: frozenset[str],
        scope: Scope,
        info: FunctionInfo,
        depth: int,
    ) -> None:
        """What becomes of a record that fails in a round."""
        raised = self._raised_for(scope)
        taking = list(tries(body))
        for node in taking:
            self._clauses(node, scope, raised, loop)
        beside = record_failures.beside(body) if taking else None
        if beside is not None and self._guard(loop, scope, info) is None:
            self.seen.failures.setdefault("escapes", self._place(beside))
        dropping = record_failures.suppressed(body) if not taking else None
        if dropping is not None:
            self.seen.failures.setdefault("swallowed", self._place(dropping))
        elif not taking and not self._of_helpers(body, names, scope, depth):
            self._unguarded(loop, scope, info)

    def _comprehension(self, clause: cst.CompFor, scope: Scope, info: FunctionInfo, depth: int) -> None:
        """`[work_on(record) for record in records]`: what helpers take of an error is in what they return."""
        self.seen.loops.append(self._place(clause.iter))
        whole = scope.parents.get(clause)
        working = list(calls(whole)) if isinstance(whole, cst.BaseComp) else []
        inside = set(calls(clause.iter))
        working = [call for call in working if call not in inside]
        if not working:
            return
        waited = record_failures.waited_for(whole, scope)
        if not any(self._taken_by(self._helper(call), call, waited, scope) for call in working):
            self._unguarded(clause.iter, scope, info)

    def _mapped(self, call: cst.Call, scope: Scope, info: FunctionInfo, depth: int) -> None:
        """`pool.map(work_on, records)`: what is left of it once the results are asked for."""
        given = call.args[0].value
        found = self.code.named(given.value) if isinstance(given, cst.Name) else []
        outer = scope.parents.get(scope.parents.get(call, call))
        whole = outer if isinstance(outer, cst.Call) and called_name(outer) in _SAME else call
        if len(found) != 1:
            self.seen.handed_on = self.seen.handed_on or self._place(call)
            return
        self.seen.loops.append(self._place(call))
        if not self._taken_by(found[0], call, whole, scope) and whole is not call:
            self._unguarded(call, scope, info)

    def _taken_by(self, helper: FunctionInfo | None, call: cst.Call, whole: cst.CSTNode | None, scope: Scope) -> bool:
        """Whether the function that works on a record takes its errors, which is noted: what it returns for a failed
        one may tell, if anybody looks at it."""
        taking = list(tries(helper.node.body)) if helper is not None else []
        if helper is None or not taking:
            return False
        if whole is not None and isinstance(scope.parents.get(whole), (cst.Expr, cst.Return)):
            for one in taking:
                self._clauses(one, self.code.scope_of(helper))
        else:
            self.seen.failures.setdefault("kept", self._place(call))
        return True

    def _unguarded(self, clause: cst.CSTNode, scope: Scope, info: FunctionInfo) -> None:
        guard = self._guard(clause, scope, info)
        if guard is not None:
            self._clauses(*guard, is_around=True)
        else:
            self.seen.failures.setdefault("escapes", self._place(clause))

    def _guard(self, node: cst.CSTNode, scope: Scope, info: FunctionInfo) -> Guard | None:
        """The nearest `try` around a node that takes most errors: of its function, or around its call."""
        for one in scope.around(node):
            if isinstance(one, cst.FunctionDef):
                break
            if isinstance(one, cst.Try) and takes(one) and is_within(node, one.body):
                return one, scope
        return self._around.get(info.key)

    def _clauses(
        self,
        node: cst.Try,
        scope: Scope,
        raised: frozenset[str] = frozenset(),
        loop: cst.CSTNode | None = None,
        *,
        is_around: bool = False,
    ) -> None:
        """Note what a `try` does with an error that may be any. `raised` are the names by which the function raises
        later, `loop` is what goes over the records around it; with `is_around`, that stands in it."""
        counted = failing.counted_lists(scope)
        for word, place in record_failures.outcomes(node, scope, counted, raised, loop, is_around=is_around):
            self.seen.failures.setdefault(word, self._place(place))

    def _raised_for(self, scope: Scope) -> frozenset[str]:
        """The names for which a function raises, itself or by a helper that is given them: `fail_if(failed)`."""
        found = set(failing.raised_for(scope))
        for call in scope.calls:
            helper = self._helper(call) if call.args else None
            if helper is not None:
                raised = failing.raised_for(self.code.scope_of(helper))
                given = [arg for arg in call.args if raised and parameter_of(helper, call, arg) in raised]
                found.update(arg.value.value for arg in given if isinstance(arg.value, cst.Name))
        return frozenset(found)

    def _of_helpers(self, body: cst.BaseSuite, names: frozenset[str], scope: Scope, depth: int) -> bool:
        """Whether a helper that works on a record takes its errors, which is noted."""
        for call in calls(body):
            given = [arg for arg in call.args if rounds.is_element(arg.value, names)]
            helper = self._helper(call) if given else None
            if helper is None or depth >= MAX_HELPERS:
                continue
            inner = self.code.scope_of(helper)
            taking = list(tries(helper.node.body))
            if not taking:
                continue
            if isinstance(scope.parents.get(call), cst.Expr):
                for one in taking if not skipping.only_shows(helper.node.body, inner) else ():
                    self._clauses(one, inner)
            else:  # what the helper returns may tell
                self.seen.failures.setdefault("kept", self._place(call))
            return True
        return False


def _is_event(node: cst.CSTNode, events: frozenset[str]) -> bool:
    if isinstance(node, cst.Call) and len(node.args) == 1 and called_name(node)[:1].isupper():
        return _is_event(node.args[0].value, events)  # SQSEvent(event)
    return isinstance(node, cst.Name) and node.value in events


def _names_bound(target: cst.BaseAssignTargetExpression) -> frozenset[str]:
    if isinstance(target, cst.Name):
        return frozenset({target.value})
    if isinstance(target, (cst.Tuple, cst.List)):
        return frozenset(one.value.value for one in target.elements if isinstance(one.value, cst.Name))
    return frozenset()


__all__ = ["Records", "records_of"]
