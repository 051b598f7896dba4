"""Several functions that one block of code invokes one after another, each with the same payload."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.domain.events import Caught, Visit
from invocation_lint.analysis.interpreter import Root
from invocation_lint.analysis.program.acts import is_log_line
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.building import arguments
from invocation_lint.facts.building.functions import function_fact
from invocation_lint.facts.building.scopes import called_name, scope_of, targets_of
from invocation_lint.facts.building.seen import Seen
from invocation_lint.facts.building.sent.modes import sent_mode
from invocation_lint.findings import Place
from invocation_lint.source.parsing.walk import walk
from invocation_lint.wording import listed

MIN_CALLS = 3
MAX_STEPS = 3
_CHANGES = frozenset({"update", "append", "extend", "add", "insert", "setdefault", "pop"})
_REMEMBERED = 16  # functions, of which many call sites are asked about one after another


def row_of(seen: Seen) -> tuple[facts.Row, Place] | None:
    """The row of invocations that this one begins, with the place of the last; None where it begins none."""
    function = seen.root.function
    if function is None:
        return None
    for row in _rows(function):
        if row[0] == seen.site[0]:
            return _row(seen, row)
    return _round_of(seen, function)


def _round_of(seen: Seen, function: FunctionInfo) -> tuple[facts.Row, Place] | None:
    """The row that a loop over the names of functions makes, one each round, where all get the same."""
    names = [_name(visit) for visit in seen.visits]  # one each round
    known = [name for name in names if name is not None]
    rounds = [visit.loop for visit in seen.visits if visit.loop is not None and not visit.loop.concurrent]
    if len(known) < MIN_CALLS or len(set(known)) < len(seen.visits):
        return None
    if [(one.over, one.times) for one in rounds] != [("constants", len(known))] * len(known):
        return None
    loop = _loop_of_same(function, seen.site[0])
    if loop is None or any(sent_mode(visit) != "Event" for visit in seen.visits):
        return None
    clauses = [event.clause for event in seen.events if isinstance(event, Caught)]
    inside = [one for one in clauses if one.path != loop.path or loop.line <= one.line <= loop.end_line]
    ends = "no" if inside or any(_is_taken_below(seen.root, visit) for visit in seen.visits) else "yes"
    return facts.Row(len(known), _shown(known), ends), seen.site[0]


def _loop_of_same(function: FunctionInfo, place: Place) -> Place | None:
    """The loop around a call whose rounds differ in one argument alone, where another one is no constant."""
    scope, source = scope_of(function), function.module.source
    call = next((one for one in scope.calls if source.place(one) == place), None)
    loop = next((one for one in scope.around(call) if isinstance(one, cst.For)), None) if call is not None else None
    if call is None or loop is None or any(arg.star for arg in call.args):
        return None
    of_round = _of_round(loop)
    told = [{node.value for node in walk(arg.value) if isinstance(node, cst.Name)} for arg in call.args]
    differing = [names for names in told if names & of_round]
    is_same = len(differing) == 1 and any(names - of_round for names in told)
    return source.place(loop) if is_same else None


def _of_round(loop: cst.For) -> set[str]:
    """The names that are another thing in each round: those that the loop gives, and what is made of these."""
    found = _named(loop.target)
    for _ in range(MAX_STEPS):
        for node in walk(loop.body):
            if isinstance(node, cst.AugAssign):
                found |= _named(node.target)
            elif (
                isinstance(node, (cst.Assign, cst.AnnAssign)) and node.value is not None and found & _named(node.value)
            ):
                found |= set().union(*map(_named, targets_of(node)))
            elif isinstance(node, cst.Call) and called_name(node) in _CHANGES and isinstance(node.func, cst.Attribute):
                given = {name for arg in node.args for name in _named(arg.value)}
                found |= _named(node.func.value) if found & given else set()
    return found


def _named(node: cst.CSTNode) -> set[str]:
    return {part.value for part in walk(node) if isinstance(part, cst.Name)}


def _shown(names: list[str]) -> str:
    return listed(names) if len(names) <= MIN_CALLS else f"{len(names)} functions"


def _row(seen: Seen, row: tuple[Place, ...]) -> tuple[facts.Row, Place] | None:
    at = [_visits(seen.root, place) for place in row]
    if any(len(found) != 1 for found in at):
        return None
    visits = [found[0] for found in at]
    names = [_name(visit) for visit in visits]
    known = [name for name in names if name is not None]
    if len(set(known)) < len(row) or any(sent_mode(visit) != "Event" for visit in visits):
        return None
    ends = "no" if any(_is_taken_below(seen.root, visit) for visit in visits[:-1]) else "yes"
    return facts.Row(len(row), _shown(known), ends), row[-1]


def _visits(root: Root, place: Place) -> list[Visit]:
    return [event for event in root.events if isinstance(event, Visit) and event.site[0] == place]


def _name(visit: Visit) -> str | None:
    """What names the invoked function: its name, or the variable that holds it."""
    given = arguments.find(visit, "FunctionName")
    fact = function_fact(given.value) if given is not None else None
    if fact is None or fact.self == "yes":
        return None
    return next((name for name in (fact.name, fact.environment_variable) if isinstance(name, str)), None)


def _is_taken_below(root: Root, visit: Visit) -> bool:
    """Whether a function below the one with the row takes an error of the invocation."""
    assert root.function is not None
    own = root.function.place
    clauses = [event.clause for event in root.events if isinstance(event, Caught) and event.site == visit.site]
    return any(clause.path != own.path or not own.line <= clause.line <= _end(root.function) for clause in clauses)


def _end(function: FunctionInfo) -> int:
    return function.module.source.place(function.node).end_line


@lru_cache(maxsize=_REMEMBERED)
def _rows(function: FunctionInfo) -> tuple[tuple[Place, ...], ...]:
    """The calls that stand in one block, each a statement, and that differ in one argument alone."""
    if not isinstance(function.node, cst.FunctionDef):
        return ()
    scope, source = scope_of(function), function.module.source
    return tuple(
        tuple(source.place(call) for call in row)
        for block in scope.parents
        if isinstance(block, cst.IndentedBlock)
        for row in _rows_of(block)
    )


def _rows_of(block: cst.IndentedBlock) -> Iterator[list[cst.Call]]:
    row: list[cst.Call] = []
    for statement in block.body:
        call = _only_call(statement)
        if call is not None and row and _is_alike(row[0], call) and all(_is_alike(one, call) for one in row):
            row.append(call)
            continue
        if row and _keeps(statement, row[0]) and call is None:
            continue
        if len(row) >= MIN_CALLS:
            yield row
        row = [call] if call is not None else []
    if len(row) >= MIN_CALLS:
        yield row


def _only_call(statement: cst.CSTNode) -> cst.Call | None:
    """The call that a statement is, or whose value it gives to a name; not that of a log line."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    small = statement.body[0]
    value = small.value if isinstance(small, (cst.Expr, cst.Assign)) else None
    if isinstance(value, cst.Await):
        value = value.expression
    return value if isinstance(value, cst.Call) and len(value.args) > 1 and not is_log_line(value) else None


def _is_alike(one: cst.Call, other: cst.Call) -> bool:
    """Whether two calls differ in one argument alone, and share one that is no mere constant."""
    if not one.func.deep_equals(other.func) or len(one.args) != len(other.args):
        return False
    if any(arg.star for arg in (*one.args, *other.args)):
        return False
    shared = [left for left, right in zip(one.args, other.args, strict=True) if left.value.deep_equals(right.value)]
    same_keys = all(_key(left) == _key(right) for left, right in zip(one.args, other.args, strict=True))
    is_sent = any(not isinstance(arg.value, (cst.BaseString, cst.BaseNumber)) for arg in shared)
    return same_keys and is_sent and len(shared) == len(one.args) - 1


def _key(arg: cst.Arg) -> str:
    return arg.keyword.value if arg.keyword is not None else ""


def _keeps(statement: cst.CSTNode, call: cst.Call) -> bool:
    """Whether a statement between the calls leaves alone what they send: a log line, or what names none of it."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    sent = {node.value for arg in call.args for node in walk(arg.value) if isinstance(node, cst.Name)}
    for small in statement.body:
        if isinstance(small, (cst.Return, cst.Raise, cst.Break, cst.Continue)):
            return False
        named = {node.value for node in walk(small) if isinstance(node, cst.Name)}
        is_log = isinstance(small, cst.Expr) and isinstance(small.value, cst.Call) and _keeps_nothing(small.value)
        if sent & named and not is_log:
            return False
    return True


def _keeps_nothing(call: cst.Call) -> bool:
    """Whether a call changes nothing that is sent: a log line, or what puts a response aside."""
    return is_log_line(call) or called_name(call) == "append"


__all__ = ["row_of"]
