"""Whether a handler of a DynamoDB stream reads the new image of a record that may have none."""

from __future__ import annotations

import libcst as cst

from invocation_lint.facts.building.handling.event_paths import ELEMENT, Read
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import Scope
from invocation_lint.findings import Place
from invocation_lint.source.parsing.walk import walk

_NEW = ("Records", ELEMENT, "dynamodb", "NewImage")
_TESTS = frozenset({"eventName", "event_name", "INSERT", "MODIFY", "REMOVE", "userIdentity"})
"""What a function mentions that tells the kinds of records apart."""

_IMAGES = frozenset({"NewImage", "OldImage"})
"""What tells them apart where a condition asks for it."""

_ATTRIBUTES = frozenset({"new_image", "old_image"})
"""The same of Powertools' data classes."""


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
    if _TESTS & (texts | words) or not any(map(_raises, images)):
        return "guarded", place
    scopes = [code.scope_of(info) for info in every.values()]
    if any(map(_asks_for_images, scopes)) or any(
        _is_caught(read.node, code.scope_of(read.function)) for read in images
    ):
        return "guarded", place
    return "unguarded", place


def _raises(read: Read) -> bool:
    """Whether a read fails where there is no image. Powertools' `new_image` is empty then: what fails is to read it."""
    if not read.raises:
        return False
    of_image = isinstance(read.node, cst.Subscript) and isinstance(read.node.value, cst.Attribute)
    return len(read.path) == 4 or (len(read.path) == 5 and of_image)


def _is_caught(node: cst.CSTNode, scope: Scope) -> bool:
    """Whether a read stands in a clause that takes a KeyError."""
    inner = node
    for outer in scope.around(node):
        if isinstance(outer, cst.Try) and inner is outer.body and any(map(_takes_key_error, outer.handlers)):
            return True
        inner = outer
    return False


def _takes_key_error(clause: cst.ExceptHandler) -> bool:
    names = {one.value for one in walk(clause.type) if isinstance(one, cst.Name)} if clause.type is not None else set()
    return not names or bool(names & {"KeyError", "LookupError", "Exception", "BaseException"})


def _asks_for_images(scope: Scope) -> bool:
    """Whether a condition of a function asks for an image, also by a name that is given one or nothing."""
    names = {
        name for name, given in scope.assignments.items() if any(_may_name_image(one.value, scope) for one in given)
    }
    return any(
        _may_name_image(test, scope) or any(isinstance(one, cst.Name) and one.value in names for one in walk(test))
        for test in filter(None, map(_test_of, scope.parents))
    )


def _test_of(node: cst.CSTNode) -> cst.CSTNode | None:
    if isinstance(node, (cst.If, cst.IfExp, cst.While, cst.CompIf, cst.Assert)):
        return node.test
    if isinstance(node, (cst.Comparison, cst.BooleanOperation)):
        return node
    return node.subject if isinstance(node, cst.Match) else None


def _may_name_image(node: cst.CSTNode, scope: Scope) -> bool:
    """Whether an expression names an image otherwise than by a key that has to be there."""
    return any(
        (
            isinstance(one, cst.SimpleString)
            and one.raw_value in _IMAGES
            and not isinstance(scope.parents[one], cst.Index)
        )
        or (
            isinstance(one, cst.Attribute)
            and one.attr.value in _ATTRIBUTES
            and not isinstance(scope.parents[one], cst.Subscript)
        )
        for one in walk(node)
    )


__all__ = ["image_read"]
