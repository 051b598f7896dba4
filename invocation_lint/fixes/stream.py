"""`read-payload-stream`: the stream of the answer's payload is read, and awaited where it must be."""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.case import Case, Change, Proposal
from invocation_lint.fixes.editing.code import Code, DoesNotApply

_SIMPLE = (cst.Name, cst.Attribute, cst.Subscript, cst.Call)


def propose(case: Case) -> Proposal:
    """`json.loads(X)` becomes `json.loads(X.read())`, under aioboto3 and aiobotocore `json.loads(await X.read())`."""
    code, use = case.code, case.told.get("use")
    is_async = case.told.get("client.sdk", "").startswith("aio")
    node = code.at(case.place, cst.Call)
    case.check_local(node)
    if is_async and not _is_in_coroutine(code, node):
        raise DoesNotApply("it cannot be awaited there")
    if use == "subscripted":
        return _decoded(code, node, is_async)
    if len(node.args) != 1 or node.args[0].star or node.args[0].keyword is not None:
        raise DoesNotApply("it is decoded in another way")
    stream = node.args[0].value
    if use == "loads_unread" and isinstance(stream, _SIMPLE):
        return Proposal("read the stream", _read(code, stream, is_async))
    if use == "not_awaited" and _is_method(stream, "read"):
        start = code.outer_span(stream)[0]
        return Proposal("await the read", ((start, start, "await "),))
    if use in ("not_awaited", "json_load") and is_async and isinstance(stream, _SIMPLE):
        return Proposal("await the read", (_loads(code, node), *_read(code, stream, is_async)))
    raise DoesNotApply("what is meant is not known")


def _read(code: Code, stream: cst.BaseExpression, is_async: bool) -> tuple[Change, ...]:
    start, end = code.outer_span(stream)
    return ((start, start, "await "), (end, end, ".read()")) if is_async else ((end, end, ".read()"),)


def _decoded(code: Code, node: cst.Call, is_async: bool) -> Proposal:
    """`X.decode()` of the stream itself: the read in front of it."""
    if not isinstance(node.func, cst.Attribute) or node.func.attr.value != "decode" or is_async:
        raise DoesNotApply("what is meant is not known")
    end = code.outer_span(node.func.value)[1]
    return Proposal("read the stream", ((end, end, ".read()"),))


def _loads(code: Code, node: cst.Call) -> Change:
    """`json.load` becomes `json.loads`."""
    if not isinstance(node.func, cst.Attribute) or node.func.attr.value != "load":
        raise DoesNotApply("it is decoded by another function")
    return (*code.span(node.func.attr), "loads")


def _is_method(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == name


def _is_in_coroutine(code: Code, node: cst.CSTNode) -> bool:
    function = code.function(node)
    inner = code.around(node, cst.Lambda)
    return isinstance(function, cst.FunctionDef) and function.asynchronous is not None and inner is None
