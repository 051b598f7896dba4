"""The answers that a handler returns: those that are written as mappings, in it or in helpers of its module."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.messaging.calls import Code, parameter_of
from invocation_lint.facts.building.messaging.resolving import Resolver, values_of
from invocation_lint.facts.building.scopes import called_name, text_of
from invocation_lint.records import record

MAX_HELPERS = 2


@record
class Written:
    """An expression, with the function that it is written in; of a helper, with what its parameters are given."""

    node: cst.BaseExpression
    resolver: Resolver
    function: FunctionInfo
    given: dict[str, Written]


@record
class Answer:
    """A `return`: the expression behind it, and, of a mapping whose keys are all written, its values by their keys."""

    site: cst.CSTNode
    function: FunctionInfo
    value: Written
    parts: dict[str, Written] | None
    given: Written  # as it is written behind `return`


def answers_of(code: Code, handler: FunctionInfo) -> list[Answer]:
    """The answers of a handler; what is not written as a whole has no parts."""
    found: list[Answer] = []
    for answer in _answers(code, handler, {}, 0):
        if answer.site not in [one.site for one in found]:
            found.append(answer)
    return found


def _answers(code: Code, info: FunctionInfo, given: dict[str, Written], depth: int) -> Iterator[Answer]:
    resolver = Resolver(code, info)
    for node in resolver.scope.parents:
        if isinstance(node, cst.Return) and node.value is not None and _is_own(node, resolver):
            own = Written(node.value, resolver, info, given)
            written = settled(own)
            if written is None:
                continue
            helper = _helper(code, written)
            if helper is None:
                parts = None if _is_changed(node.value, resolver) else _parts(written)
                yield Answer(node, info, written, parts, own)
            elif depth < MAX_HELPERS:
                yield from _of_helper(code, helper, written, node, depth)


def _of_helper(code: Code, helper: FunctionInfo, written: Written, site: cst.Return, depth: int) -> Iterator[Answer]:
    """What a helper returns. One that is made of its parameters stands where they are given."""
    call = written.node
    assert isinstance(call, cst.Call)
    given: dict[str, Written] = {}
    for arg in call.args:
        name = parameter_of(helper, call, arg)
        if name is not None and not arg.star:
            given[name] = Written(arg.value, written.resolver, written.function, written.given)
    for answer in _answers(code, helper, given, depth + 1):
        parts = answer.parts or {}
        if any(part.function is not helper for part in parts.values()):
            yield Answer(site, written.function, answer.value, answer.parts, answer.given)
        else:
            yield answer


def _is_own(node: cst.CSTNode, resolver: Resolver) -> bool:
    inner = next((one for one in resolver.scope.around(node) if isinstance(one, (cst.FunctionDef, cst.Lambda))), None)
    return inner is resolver.scope.root


def settled(written: Written) -> Written | None:
    """What an expression stands for, through names and parameters; None where it may be one of several."""
    node = written.node
    if isinstance(node, cst.Name) and node.value in written.given:
        if len(list(values_of(node.value, written.resolver.scope))) == 1:
            return settled(written.given[node.value])
        return None
    value = written.resolver.value_of(node)
    if value is None:
        return None
    if isinstance(value, cst.Name) and value.value in written.given and value is not node:
        return settled(Written(value, written.resolver, written.function, written.given))
    return Written(value, written.resolver, written.function, written.given)


def _helper(code: Code, written: Written) -> FunctionInfo | None:
    """The function of the module that an answer is the result of; None for anything else."""
    if not isinstance(written.node, cst.Call):
        return None
    func = written.node.func
    is_own = isinstance(func, cst.Name) or (
        isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name) and func.value.value in {"self", "cls"}
    )
    helpers = code.named(called_name(written.node)) if is_own else []
    is_plain = len(helpers) == 1 and not helpers[0].decorators and not helpers[0].is_async
    return helpers[0] if is_plain else None


def _is_changed(value: cst.BaseExpression, resolver: Resolver) -> bool:
    """Whether a mapping that has a name is changed before it is returned, or handed to code that may do so."""
    if not isinstance(value, cst.Name):
        return False
    for use in resolver.scope.names.get(value.value, ()):
        parent = resolver.scope.parents.get(use)
        if not isinstance(parent, (cst.AssignTarget, cst.AnnAssign, cst.Return)):
            return True
    return False


def _parts(written: Written) -> dict[str, Written] | None:
    node = written.node
    if not isinstance(node, cst.Dict):
        return None
    found: dict[str, Written] = {}
    for one in node.elements:
        key = text_of(one.key) if isinstance(one, cst.DictElement) else ""
        if not key:
            return None
        part = Written(one.value, written.resolver, written.function, written.given)
        found[key] = settled(part) or part
    return found


__all__ = ["Answer", "Written", "answers_of", "settled"]
