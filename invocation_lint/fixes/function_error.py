"""`check-function-error`: a crash of the function becomes an exception, before its answer is used."""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.case import Case, Proposal
from invocation_lint.fixes.editing.code import Code, DoesNotApply

_SHOWING = frozenset({"print", "pprint", "debug", "info", "warning", "error", "exception", "log", "dumps", "str"})


def propose(case: Case) -> Proposal:
    """A test of FunctionError behind the statement that binds the answer to a name. Where a caller's use of the
    answer makes the finding, only in a function that keeps the answer to itself."""
    told, code, call = case.told, case.code, case.invocation
    if told.get("api") != "invoke" or told.get("response.function_error") != "unchecked":
        raise DoesNotApply("another test is needed")
    function = code.function(call)
    if "FunctionError" in code.contents(function).texts:
        raise DoesNotApply("FunctionError is looked at already")
    is_async = told.get("client.sdk", "").startswith("aio")
    bound: cst.CSTNode = call
    if isinstance(code.parent(call), cst.Await):
        bound = code.parent(call) or call
    elif is_async:
        raise DoesNotApply("the answer is awaited elsewhere")
    name = _name_bound(code, bound)
    kept = ("is kept", id(function), name)
    if not case.is_direct and not code.once(kept, lambda: _is_kept(code, function, name)):
        raise DoesNotApply("the answer goes to callers, who may look at it")
    mark = _quote(code, function, call)
    body = f"{name}[{mark}Payload{mark}].read()"
    read = f"(await {body})" if is_async else body
    end = code.line_end(code.span(bound)[1])
    indent = code.indentation(code.span(code.parent(bound) or bound)[0])
    step = code.source.module.default_indent
    test, act = f"if {mark}FunctionError{mark} in {name}:", f"raise RuntimeError({read}.decode())"
    rows = ("", f"{indent}{test}", f"{indent}{step}{act}")
    return Proposal("raise when the function failed", ((end, end, code.newline.join(rows)),), is_safe=False)


def _is_kept(code: Code, function: cst.FunctionDef | cst.Module, name: str) -> bool:
    """Whether a function does nothing with a name but bind it, read keys of it, and show it."""
    return all(
        _is_harmless(code, node)
        for node in code.contents(function).names.get(name, ())
        if not isinstance(code.parent(node), cst.Param)
    )


def _is_harmless(code: Code, node: cst.Name) -> bool:
    around = code.parent(node)
    if isinstance(around, (cst.Subscript, cst.Attribute)):
        return around.value is node
    if isinstance(around, cst.Arg):
        call = code.parent(around)
        func = call.func if isinstance(call, cst.Call) else None
        method = func.attr if isinstance(func, cst.Attribute) else func
        return isinstance(method, cst.Name) and method.value in _SHOWING
    return isinstance(around, (cst.AssignTarget, cst.FormattedStringExpression))


def _quote(code: Code, function: cst.FunctionDef | cst.Module, call: cst.Call) -> str:
    """The quotation mark in which the function reads the payload; else what it mostly has."""
    read = code.contents(function).texts.get("Payload", ())
    return next((node.quote for node in read if len(node.quote) == 1 and code.is_free(node)), None) or code.quote(call)


def _name_bound(code: Code, value: cst.CSTNode) -> str:
    """The one name to which a statement of its own line binds the value."""
    assign = code.parent(value)
    if isinstance(assign, cst.Assign) and len(assign.targets) == 1:
        target: cst.CSTNode | None = assign.targets[0].target
    else:
        target = assign.target if isinstance(assign, cst.AnnAssign) else None
    line = code.parent(assign) if assign is not None else None
    if not isinstance(target, cst.Name) or not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        raise DoesNotApply("the answer is bound to no name")
    if code.text[code.span(value)[1] : code.line_end(code.span(value)[1])].partition("#")[0].strip(" \t)"):
        raise DoesNotApply("the statement does not end there")
    return str(target.value)
