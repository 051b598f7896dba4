"""What an `except` clause of a handler does: raises, notes the failure somewhere, answers an error, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import libcst as cst

from invocation_lint.analysis.program.acts import LOGGING, is_log_line
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.source.parsing.walk import walk, walk_own

_STATUS = re.compile(r"status_?code\Z", re.IGNORECASE)
_ERROR_KEYS = frozenset({"error", "errors", "errormessage", "errortype", "exception"})
_BAD_WORDS = re.compile(r"\b(?:error|fail|failed|failure)\b", re.IGNORECASE)
_BAD_STATUS = re.compile(
    r"(?:BAD_REQUEST|UNAUTHORIZED|FORBIDDEN|NOT_FOUND|CONFLICT|UNPROCESSABLE\w*|INTERNAL_SERVER_ERROR|BAD_GATEWAY"
    r"|SERVICE_UNAVAILABLE|GATEWAY_TIMEOUT|[45]\d\d)\b"
)
_PLAIN = frozenset({"str", "repr", "format", "len", "isinstance", "type", "get", "dumps", "join", "dict", "list",
                    "getattr", "format_exc", "exc_info", "sleep", "time", "now", "utcnow", "isoformat", "flush",
                    "put_metric", "add_metric", "add_annotation", "put_annotation", "append_keys", "capture_exception",
                    "print_exc", "put_metadata", "print_exception", "strftime", "uuid4"}) | LOGGING  # fmt: skip
"""Calls that keep nothing of a failure but a trace of it."""

_OUTCOMES = re.compile(r"succe|(?:\A|_)ok\Z|fail|error|(?:\A|_)done\Z", re.IGNORECASE)
"""Names of what has gone well, or has not."""

_COUNTS = re.compile(r"count|errors?\b|failed|failures?|skipped|total|num", re.IGNORECASE)


def statements(body: cst.CSTNode) -> Iterator[cst.BaseSmallStatement]:
    """The simple statements of a block, those of inner blocks included, but not of functions in it."""
    for node in walk_own(body):
        if isinstance(node, cst.BaseSmallStatement):
            yield node


def raises(body: cst.CSTNode) -> bool:
    """Whether a block raises, or ends the process."""
    return any(
        isinstance(one, cst.Raise)
        or (
            isinstance(one, cst.Expr)
            and isinstance(one.value, cst.Call)
            and called_name(one.value) in {"exit", "_exit"}
        )
        for one in statements(body)
    )


def gives_itself(clause: cst.ExceptHandler, takes: Callable[[cst.Call], bool]) -> bool:
    """Whether a clause puts the error that it has caught into a mapping, as it is, and gives that to a call which would
    have to encode it."""
    error = clause.name.name if clause.name is not None else None
    if not isinstance(error, cst.Name):
        return False
    calls = (node for node in walk(clause.body) if isinstance(node, cst.Call) and takes(node))
    return any(
        isinstance(one, cst.DictElement) and isinstance(one.value, cst.Name) and one.value.value == error.value
        for call in calls
        for one in walk(call)
    )


def notes(body: cst.CSTNode, lists: frozenset[str] = frozenset()) -> bool:
    """Whether a block keeps the failure: it calls something that is no log line, or fills something; `lists` are the
    names of lists of which nothing but the length is ever used."""
    for one in statements(body):
        if isinstance(one, (cst.Return, cst.Raise)):
            continue
        if isinstance(one, cst.AugAssign) and isinstance(one.target, cst.Name) and _COUNTS.search(one.target.value):
            continue
        if isinstance(one, cst.AugAssign):
            return True
        if isinstance(one, cst.Assign) and any(not isinstance(to.target, cst.Name) for to in one.targets):
            return True
        for call in walk(one):
            if isinstance(call, cst.Call) and not is_log_line(call) and not _is_harmless(call, lists):
                return True
    return False


def notes_by(call: cst.Call) -> bool:
    """Whether a call does more than to log, count, or look at something."""
    return not is_log_line(call) and not _is_harmless(call, frozenset())


def _is_harmless(call: cst.Call, lists: frozenset[str]) -> bool:
    name = called_name(call)
    if name in _PLAIN or name.startswith(("log", "_log")):
        return True
    func = call.func
    holder = func.value if isinstance(func, cst.Attribute) else None
    return name in {"append", "add", "extend"} and isinstance(holder, cst.Name) and holder.value in lists


def answers_error(node: cst.BaseExpression | None, scope: Scope, depth: int = 0) -> bool:
    """Whether a returned expression says that something went wrong."""
    if node is None:
        return False
    if isinstance(node, cst.Name) and depth < 2:
        return any(answers_error(one.value, scope, depth + 1) for one in scope.assignments.get(node.value, ()))
    if isinstance(node, cst.Dict):
        return any(isinstance(one, cst.DictElement) and _says_error(one) for one in node.elements)
    if isinstance(node, cst.Tuple):
        return any(isinstance(one, cst.Element) and _is_bad_status(one.value) for one in node.elements)
    if isinstance(node, cst.Call):
        for arg in node.args:
            named = arg.keyword.value if arg.keyword is not None else ""
            if (not named or _STATUS.search(named) or named == "status") and _is_bad_status(arg.value):
                return True
        inner = node.func.value if isinstance(node.func, cst.Attribute) else None
        if called_name(node) == "dumps" and node.args:
            return answers_error(node.args[0].value, scope, depth)
        return isinstance(inner, cst.Call) and answers_error(inner, scope, depth)
    return False


def chosen_by(node: cst.BaseExpression | None, scope: Scope) -> str | None:
    """The name by which a returned mapping says that something went wrong, or that all went well: `success` of
    `{"statusCode": 200 if success else 500}`."""
    if isinstance(node, cst.Name):
        given = scope.assignments.get(node.value, ())
        node = given[0].value if len(given) == 1 else None
    if not isinstance(node, cst.Dict):
        return None
    for one in node.elements:
        if not isinstance(one, cst.DictElement) or not _STATUS.search(text_of(one.key)):
            continue
        value = one.value
        if isinstance(value, cst.Name):
            given = scope.assignments.get(value.value, ())
            value = given[0].value if len(given) == 1 else value
        if isinstance(value, cst.IfExp) and _is_bad_status(value.body) != _is_bad_status(value.orelse):
            test = value.test.expression if isinstance(value.test, cst.UnaryOperation) else value.test
            return test.value if isinstance(test, cst.Name) and _OUTCOMES.search(test.value) else None
    return None


def _says_error(one: cst.DictElement) -> bool:
    key = text_of(one.key)
    if _STATUS.search(key):
        return _is_bad_status(one.value)
    if key.lower() in _ERROR_KEYS:
        return not (isinstance(one.value, cst.Name) and one.value.value in {"None", "False"})
    if key.lower() in {"status", "result", "state"}:
        return bool(_BAD_WORDS.search(text_of(one.value))) or _is_bad_status(one.value)
    return key.lower() in {"success", "ok"} and isinstance(one.value, cst.Name) and one.value.value == "False"


def _is_bad_status(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Integer):
        return 400 <= int(node.evaluated_value) <= 599
    if isinstance(node, cst.SimpleString):
        return bool(re.fullmatch(r"[45]\d\d", text_of(node)))
    if isinstance(node, cst.Attribute):
        return bool(_BAD_STATUS.fullmatch(node.attr.value)) or (
            node.attr.value == "value" and _is_bad_status(node.value)
        )
    return False


def error_answer(body: cst.CSTNode, scope: Scope) -> cst.Return | None:
    """The return of a block that answers an error."""
    for one in statements(body):
        if isinstance(one, cst.Return) and answers_error(one.value, scope):
            return one
    return None


def counted_lists(scope: Scope) -> frozenset[str]:
    """The names of lists that are only counted, logged or returned in an answer: what they hold is looked at by nobody
    who could do it again."""
    found = []
    for name, made in scope.assignments.items():
        if not any(isinstance(one.value, cst.List) for one in made):
            continue
        uses = [use for use in scope.names.get(name, ()) if not isinstance(scope.parents.get(use), cst.AssignTarget)]
        if all(_only_counts(use, scope) for use in uses):
            found.append(name)
    return frozenset(found)


def raised_for(scope: Scope) -> frozenset[str]:
    """The names that an `if` of a function asks before it raises, or an `assert`: `if failed: raise`."""
    return frozenset(name for name, uses in scope.names.items() if any(_leads_to_raise(use, scope) for use in uses))


def is_raised_outside(node: cst.Try, scope: Scope, loop: cst.CSTNode | None) -> bool:
    """Whether a function raises, outside of a `try` and in the same round of a loop, for a name that the `try` sets:
    `done = True`, and `if not done: raise` behind it."""
    blocks = (node.body,) if node.orelse is None else (node.body, node.orelse)
    names = frozenset[str]().union(*map(sets, blocks))
    uses = (use for name in names for use in scope.names.get(name, ()) if _leads_to_raise(use, scope))
    around = (set(scope.around(use)) for use in uses)
    return any(node not in outside and (loop is None or loop in outside) for outside in around)


def _leads_to_raise(use: cst.CSTNode, scope: Scope) -> bool:
    inner = use
    for outer in scope.around(use):
        if isinstance(outer, cst.If):
            return inner is outer.test and raises(outer.body)
        if isinstance(outer, cst.Assert):
            return inner is outer.test
        if isinstance(outer, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            return False
        inner = outer
    return False


def sets(body: cst.CSTNode) -> frozenset[str]:
    """The names that a block sets, counts up, or puts something into."""
    found = set()
    for one in statements(body):
        if isinstance(one, cst.AugAssign) and isinstance(one.target, cst.Name):
            found.add(one.target.value)
        elif isinstance(one, cst.Assign):
            found.update(to.target.value for to in one.targets if isinstance(to.target, cst.Name))
        elif isinstance(one, cst.Expr) and isinstance(one.value, cst.Call):
            func = one.value.func
            is_filled = isinstance(func, cst.Attribute) and func.attr.value in {"append", "add", "extend"}
            if is_filled and isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name):
                found.add(func.value.value)
    return frozenset(found)


def counts(node: cst.Try) -> frozenset[str]:
    """The names that a `try` counts up where nothing has failed: `done += 1`."""
    blocks = (node.body,) if node.orelse is None else (node.body, node.orelse)
    return frozenset(
        one.target.value
        for block in blocks
        for one in statements(block)
        if isinstance(one, cst.AugAssign) and isinstance(one.target, cst.Name)
    )


def _only_counts(use: cst.CSTNode, scope: Scope) -> bool:
    parent = scope.parents.get(use)
    if isinstance(parent, cst.Attribute):
        return parent.attr.value in {"append", "extend", "add"}
    if isinstance(parent, (cst.If, cst.IfExp, cst.UnaryOperation, cst.BooleanOperation)):
        return True
    if isinstance(parent, cst.Arg):
        call = scope.parents.get(parent)
        if isinstance(call, cst.Call) and called_name(call) == "len":
            return True
    for outer in scope.around(use):
        if isinstance(outer, cst.Call) and (called_name(outer) in LOGGING):
            return True
        if isinstance(outer, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            return isinstance(outer, cst.Return) and not isinstance(parent, cst.Return)
    return False


__all__ = [
    "answers_error",
    "chosen_by",
    "counted_lists",
    "counts",
    "error_answer",
    "gives_itself",
    "is_raised_outside",
    "notes",
    "notes_by",
    "raised_for",
    "raises",
    "sets",
    "statements",
]
