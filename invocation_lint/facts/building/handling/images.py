"""Whether a handler of a DynamoDB stream reads the new image of a record that may have none."""

from __future__ import annotations

import libcst as cst

from invocation_lint.facts.building.handling.event_paths import ELEMENT, Read
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import Scope
from invocation_lint.findings import Place
from invocation_lint.source.parsing.walk import walk

_NEW = ("Records", ELEMENT, "dynamodb", "NewImage")
_TESTS = frozenset({"eventName", "event_name", "INSERT", "MODIFY", "REMOVE", "OldImage", "userIdentity"})
"""What a function mentions that tells the kinds of records apart."""


def image_read(code: Code, reads: list[Read]) -> tuple[str, Place] | None:
    """How the new image is read: `unguarded` where a record that was removed raises, `guarded` otherwise; None where it
    is not read."""
    images = [read for read in reads if read.path[:4] == _NEW]
    if not images:
        return None
    every = {read.function.key: read.function for read in reads}
    texts = set().union(*(code.scope_of(info).texts for info in every.values()))
    words = set().union(*(info.words for info in every.values()))
    first = images[0]
    place = code.module.source.place(first.node)
    if _TESTS & (texts | words) or not any(read.raises and len(read.path) == 4 for read in images):
        return "guarded", place
    for read in images:
        if _is_tested(read.node, code.scope_of(read.function)):
            return "guarded", place
    return "unguarded", place


def _is_tested(node: cst.CSTNode, scope: Scope) -> bool:
    """Whether a read stands in a clause that takes a KeyError, or below a test for the image."""
    inner = node
    for outer in scope.around(node):
        if isinstance(outer, cst.Try) and inner is outer.body and any(map(_takes_key_error, outer.handlers)):
            return True
        if isinstance(outer, (cst.If, cst.IfExp)) and inner is not outer.test and _asks_for_image(outer.test):
            return True
        inner = outer
    return any(isinstance(one, (cst.If, cst.IfExp)) and _asks_for_image(one.test) for one in scope.parents)


def _takes_key_error(clause: cst.ExceptHandler) -> bool:
    names = {one.value for one in walk(clause.type) if isinstance(one, cst.Name)} if clause.type is not None else set()
    return not names or bool(names & {"KeyError", "LookupError", "Exception", "BaseException"})


def _asks_for_image(test: cst.BaseExpression) -> bool:
    return any(isinstance(one, cst.SimpleString) and one.raw_value == "NewImage" for one in walk(test))


__all__ = ["image_read"]
