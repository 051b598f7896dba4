"""How a handler comes to work on some records of its event only, and how it makes sure that there are no more."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.program.acts import is_log_line
from invocation_lint.facts.building.handling.failing import notes, raises
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.source.parsing.walk import walk

_MORE = frozenset({("NotEqual", 1), ("GreaterThan", 1), ("GreaterThanEqual", 2)})
_ONE = frozenset({("Equal", 1), ("LessThanEqual", 1), ("LessThan", 2)})
"""Comparisons that a length fails or passes where there is more than one."""

_SHOWING = frozenset({
    "print", "pprint", "str", "repr", "format", "join", "loads", "dumps", "len", "get", "keys", "items", "decode",
    "b64decode", "decompress", "type", "strip", "exception",
})  # fmt: skip
"""Calls by which code looks at a record, or shows it."""
_DOING = (cst.AugAssign, cst.Del, cst.Raise, cst.Return, cst.Await, cst.Yield, cst.With, cst.Assert)


def only_shows(body: cst.CSTNode, scope: Scope) -> bool:
    """Whether a block does nothing with records but print them, so that none is lost where that fails."""
    inside = list(walk(body))
    given: set[str] = set()
    for node in inside:
        if isinstance(node, _DOING):
            return False
        if isinstance(node, cst.Call) and called_name(node) not in _SHOWING and not is_log_line(node):
            return False
        if isinstance(node, cst.AssignTarget):
            if not isinstance(node.target, cst.Name):
                return False
            given.add(node.target.value)
    names = {node for node in inside if isinstance(node, cst.Name)}
    return all(use in names for name in given for use in scope.names.get(name, ()))


def refuses_more(length: cst.Call, scope: Scope) -> bool:
    """Whether a function raises where it has more than one of something: `if len(records) != 1: raise`."""
    for outer in scope.around(length):
        if isinstance(outer, cst.If):
            return raises(outer.body) and _compares(length, outer.test, _MORE)
        if isinstance(outer, cst.Assert):
            return _compares(length, outer.test, _ONE)
        if isinstance(outer, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            return False
    return False


def _compares(length: cst.Call, test: cst.BaseExpression, wanted: frozenset[tuple[str, int]]) -> bool:
    for node in walk(test):
        if isinstance(node, cst.Comparison) and node.left is length:
            one = node.comparisons[0]
            number = one.comparator.evaluated_value if isinstance(one.comparator, cst.Integer) else None
            return (type(one.operator).__name__, number) in wanted
    return False


def takes_first(target: cst.BaseExpression, scope: Scope) -> bool:
    """`record, *_ = records`: the others have a name that nothing reads."""
    if not isinstance(target, (cst.Tuple, cst.List)) or len(target.elements) < 2:
        return False
    rest = target.elements[-1]
    is_rest = isinstance(rest, cst.StarredElement) and isinstance(rest.value, cst.Name)
    return is_rest and len(scope.names.get(cst.ensure_type(rest.value, cst.Name).value, ())) == 1


def leaves(loop: cst.For, scope: Scope) -> cst.Return | None:
    """A return at the end of the first round, or of one in which nothing has failed, with nothing handed on before, and
    with no report of the records that are left."""
    for one in loop.body.body:
        if isinstance(one, cst.SimpleStatementLine):
            for small in one.body:
                if isinstance(small, cst.Return):
                    return None if _tells_of_rest(small, loop, scope) else small
        elif isinstance(one, cst.If):
            found = _returning(one)
            if found is not None and not _tells_of_rest(found, loop, scope):
                return found
    return None


def _tells_of_rest(leaving: cst.Return, loop: cst.For, scope: Scope) -> bool:
    """Whether a return reports failed records, or gives the records that it leaves to a call: they come again. A queue
    deletes those that a report of one message does not name; a stream continues from the record that it names."""
    value = leaving.value
    if isinstance(value, cst.Name):
        given = scope.assignments.get(value.value, ())
        value = given[-1].value if given else value
    if value is None:
        return False
    records = _names_of(loop.iter)
    for node in walk(value):
        if isinstance(node, cst.DictElement) and text_of(node.key) == "batchItemFailures":
            return not _is_one_message(node.value)
        if isinstance(node, cst.Call) and any(records & _names_of(arg.value) for arg in node.args):
            return called_name(node) not in _SHOWING
    return False


def _names_of(node: cst.CSTNode) -> frozenset[str]:
    return frozenset(one.value for one in walk(node) if isinstance(one, cst.Name))


def _is_one_message(node: cst.BaseExpression) -> bool:
    """`[{"itemIdentifier": record["messageId"]}]`."""
    if not isinstance(node, cst.List) or len(node.elements) != 1 or not isinstance(node.elements[0].value, cst.Dict):
        return False
    return any(
        (isinstance(one, cst.Subscript) and text_of(one.slice[0].slice) == "messageId")
        or (isinstance(one, cst.Attribute) and one.attr.value == "message_id")
        for one in walk(node)
    )


def _returning(node: cst.If) -> cst.Return | None:
    """The return of a branch that does nothing else but log."""
    branches = [node.body]
    orelse = node.orelse
    if isinstance(orelse, cst.If):
        inner = _returning(orelse)
        if inner is not None:
            return inner
    elif orelse is not None:
        branches.append(orelse.body)
    for branch in branches:
        lines = [line for line in branch.body if isinstance(line, cst.SimpleStatementLine)]
        smalls = [small for line in lines for small in line.body]
        if smalls and isinstance(smalls[-1], cst.Return) and not notes(branch):
            return smalls[-1]
    return None


__all__ = ["leaves", "refuses_more", "takes_first"]
