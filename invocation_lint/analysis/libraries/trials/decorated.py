"""What a handler gets of its event that a decorator of Powertools checks or parses first.

The decorators and their arguments are those of docs.aws.amazon.com/powertools/python (Parser, Validation).
"""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import ClassRef, Symbol, Value
from invocation_lint.analysis.libraries.trials import schemas, trying
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.python import conditions
from invocation_lint.analysis.python.frames.frame import Frame

_PARSER = "aws_lambda_powertools.utilities.parser"
_VALIDATION = "aws_lambda_powertools.utilities.validation"


def received(frame: Frame, info: FunctionInfo, event: Value) -> Value:
    """The event as the function gets it; the path of the frame ends where it is surely refused."""
    for decorator in info.decorators:
        called = decorator.func if isinstance(decorator, cst.Call) else decorator
        symbol = conditions.quietly(frame, called).single
        name = symbol.dotted if isinstance(symbol, Symbol) else ""
        given = {}
        if isinstance(decorator, cst.Call):
            given = {one.keyword.value: one.value for one in decorator.args if one.keyword is not None}
        if "envelope" in given or frame.state is None:
            continue
        if name.startswith(_PARSER) and name.endswith(".event_parser"):
            event = _parsed(frame, given.get("model") or _annotation(info), event, decorator)
        elif name.startswith(_VALIDATION) and name.endswith(".validator") and "inbound_schema" in given:
            schema, trial = frame.evaluate(given["inbound_schema"]), frame.interpreter.trial
            if trial is not None and not trying.fits(frame, trial, event, schema):
                frame.fail()
    return event


def _parsed(frame: Frame, model: cst.BaseExpression | None, event: Value, node: cst.CSTNode) -> Value:
    made = conditions.quietly(frame, model).single if model is not None else None
    info = frame.interpreter.class_info(made.key) if isinstance(made, ClassRef) else None
    found = schemas.validated(frame, info, event, node) if info is not None else None
    return event if found is None else found


def _annotation(info: FunctionInfo) -> cst.BaseExpression | None:
    params = (*info.node.params.posonly_params, *info.node.params.params)
    annotation = params[0].annotation if params else None
    return annotation.annotation if annotation is not None else None


__all__ = ["received"]
