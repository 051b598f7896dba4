"""What the code of a custom resource asks of a request and makes: by its syntax alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.building.handling.records.processors import takes_every
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.source.parsing.walk import walk

_MADE = re.compile(r"client\(|resource\(|Session\(|connect\(|PoolManager\(", re.IGNORECASE)
_NEW = frozenset({"uuid4", "uuid1", "token_hex", "aws_request_id", "time", "now", "utcnow", "RequestId"})


def takes_errors(node: cst.CSTNode) -> bool:
    """Whether a statement takes whatever error is raised in it."""
    return isinstance(node, cst.Try) and any(map(takes_every, node.handlers))


def holds_id(value: cst.CSTNode) -> bool:
    """Whether an expression holds the id of a resource as a key."""
    return any(isinstance(node, cst.SimpleString) and text_of(node) == "PhysicalResourceId" for node in walk(value))


def names_in(scope: Scope) -> Iterator[cst.Name]:
    """All names of a function."""
    return (one for found in scope.names.values() for one in found)


def is_making(value: cst.CSTNode) -> bool:
    """Whether an expression makes a client, a session or a connection."""
    return any(isinstance(node, cst.Call) and _MADE.search(dotted(node.func) + "(") is not None for node in walk(value))


def made_names(code: Code) -> Iterator[str]:
    """The names of clients and the like that the module makes."""
    for line in code.module.source.module.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Assign) and is_making(small.value):
                yield from (to.target.value for to in small.targets if isinstance(to.target, cst.Name))
    names = dict[str, bool]()
    for line in code.module.source.module.body:  # a table of a resource, a method of a client
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if (
                isinstance(small, cst.Assign)
                and isinstance(small.value, cst.Call)
                and called_name(small.value) in {"Table", "Bucket", "Queue"}
            ):
                names.update({to.target.value: True for to in small.targets if isinstance(to.target, cst.Name)})
    yield from names


def root_of(node: cst.CSTNode) -> str:
    """The name with which an expression begins; empty without one."""
    while isinstance(node, (cst.Attribute, cst.Call, cst.Subscript)):
        node = node.func if isinstance(node, cst.Call) else node.value
    return node.value if isinstance(node, cst.Name) else ""


def asks_for(test: cst.BaseExpression, word: str) -> bool:
    """Whether a condition asks for one type of request alone."""
    texts = {text_of(node).lower() for node in walk(test) if isinstance(node, cst.SimpleString)}
    is_negated = any(
        isinstance(node, cst.ComparisonTarget) and isinstance(node.operator, (cst.NotEqual, cst.NotIn))
        for node in walk(test)
    )
    return word.lower() in texts and not texts & {"create", "update"} and not is_negated


def of_delete(node: cst.CSTNode) -> cst.BaseSuite | None:
    """The body of a branch for Delete alone: `if kind == "Delete":`, `case "Delete":`, or the `else` of a chain that
    has asked for Create and Update."""
    if isinstance(node, cst.MatchCase):
        is_own = isinstance(node.pattern, cst.MatchValue) and text_of(node.pattern.value).lower() == "delete"
        return node.body if is_own else None
    if not isinstance(node, cst.If):
        return None
    if asks_for(node.test, "Delete"):
        return node.body
    asked: set[str] = set()
    branch: cst.CSTNode | None = node
    while isinstance(branch, cst.If):
        if not _only_asks(branch.test):
            return None
        asked |= _kinds(branch.test)
        branch = branch.orelse
    return branch.body if isinstance(branch, cst.Else) and asked == {"create", "update"} else None


def _only_asks(test: cst.BaseExpression) -> bool:
    """Whether a condition is one comparison with the names of requests: whatever has another name does not pass it."""
    targets = test.comparisons if isinstance(test, cst.Comparison) else ()
    return len(targets) == 1 and isinstance(targets[0].operator, (cst.Equal, cst.In)) and bool(_kinds(test))


def _kinds(node: cst.CSTNode) -> set[str]:
    """The types of request that are named in a condition or pattern."""
    texts = {text_of(one).lower() for one in walk(node) if isinstance(one, cst.SimpleString)}
    return texts & {"create", "update", "delete"}


def is_for(node: cst.CSTNode, scope: Scope, words: set[str]) -> bool:
    """Whether a node stands in a branch for one of these requests alone."""
    inner = node
    for outer in scope.around(node):
        if isinstance(outer, cst.If) and inner is outer.body:
            texts = {text_of(one) for one in walk(outer.test) if isinstance(one, cst.SimpleString)}
            if texts & {"Create", "Update", "Delete"} and (texts & {"Create", "Update", "Delete"}) <= words:
                return True
        inner = outer
    return False


def id_kind(value: cst.BaseExpression, scope: Scope, depth: int) -> str:
    """What an id is: a word of the fact's `id_on_update`."""
    names = {node.value for node in walk(value) if isinstance(node, cst.Name)}
    texts = {text_of(node) for node in walk(value) if isinstance(node, cst.SimpleString)}
    attributes = {node.attr.value for node in walk(value) if isinstance(node, cst.Attribute)}
    if "PhysicalResourceId" in texts:
        return "kept"
    if "log_stream_name" in attributes:
        return "log_stream" if not isinstance(value, cst.BooleanOperation) or depth == 0 else "other"
    if (names | attributes | texts) & _NEW:
        return "new"
    if isinstance(value, cst.Name) and depth < 3:
        made = scope.assignments.get(value.value, ())
        kinds = {id_kind(one.value, scope, depth + 1) for one in made}
        return kinds.pop() if len(kinds) == 1 else "kept" if "kept" in kinds else "other"
    return "other"


def only_makes(name: str) -> bool:
    """Whether a call makes a client, or an object of one, and sends nothing: `client`, `Table`, `get_paginator`."""
    return name in {"client", "resource", "get_paginator", "get_waiter"} or name[:1].isupper()


def title_of(call: cst.Call) -> str:
    """What is called, as a message says it: `s3.create_bucket`, also of `boto3.client("s3").create_bucket(..)`."""
    func = call.func
    title = dotted(func)
    if title or not isinstance(func, cst.Attribute):
        return title
    made = func.value
    service = text_of(made.args[0].value) if isinstance(made, cst.Call) and made.args else ""
    return f"{service}.{func.attr.value}" if service else func.attr.value


__all__ = [
    "asks_for",
    "holds_id",
    "id_kind",
    "is_for",
    "is_making",
    "made_names",
    "names_in",
    "of_delete",
    "only_makes",
    "root_of",
    "takes_errors",
    "title_of",
]
