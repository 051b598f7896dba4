"""What an annotation alone tells of a value."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import NEVER, Client, Param, Symbol, Value
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import lookup
from invocation_lint.analysis.python.frames.frame import Frame

_CLIENT_ANNOTATIONS = {
    "mypy_boto3_lambda.LambdaClient": "boto3",
    "mypy_boto3_lambda.client.LambdaClient": "boto3",
    "types_boto3_lambda.LambdaClient": "boto3",
    "types_boto3_lambda.client.LambdaClient": "boto3",
    "types_aiobotocore_lambda.LambdaClient": "aiobotocore",
    "types_aiobotocore_lambda.client.LambdaClient": "aiobotocore",
}


def annotated(frame: Frame, node: cst.BaseExpression, name: str) -> Value:
    """What an annotation tells: a Lambda client; empty when nothing."""
    full = resolve_annotation(frame, node)
    if full in _CLIENT_ANNOTATIONS:
        sdk = _CLIENT_ANNOTATIONS[full]
        return Value((Client("lambda", sdk, None, frame.place(node)),))
    if full.startswith(("mypy_boto3_", "types_boto3_", "types_aiobotocore_")) and full.endswith("Client"):
        return Value((Client(full.partition(".")[0].rpartition("_")[2], "boto3", None, frame.place(node)),))
    return NEVER


def resolve_annotation(frame: Frame, node: cst.BaseExpression) -> str:
    """The dotted name that an annotation means, through quotes, Optional and `| None`."""
    if isinstance(node, cst.SimpleString):
        text = node.raw_value
        try:
            node = cst.parse_expression(text)
        except cst.ParserSyntaxError:
            return ""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        left, right = resolve_annotation(frame, node.left), resolve_annotation(frame, node.right)
        return left if right in {"", "None"} else right
    if isinstance(node, cst.Subscript):
        outer = dotted(node.value).rpartition(".")[2]
        if outer in {"Optional", "Annotated", "Final"} and isinstance(node.slice[0].slice, cst.Index):
            return resolve_annotation(frame, node.slice[0].slice.value)
        return ""
    text = dotted(node)
    if not text or frame.state is None:
        return ""
    head, _, rest = text.partition(".")
    for atom in lookup.name(frame, head).atoms:
        if isinstance(atom, Symbol):
            return f"{atom.dotted}.{rest}" if rest else atom.dotted
    return text


def parameter(frame: Frame, param: cst.Param) -> Value:
    """The value of a parameter of which only its declaration is known."""
    name = param.name.value
    if param.annotation is not None:
        value = annotated(frame, param.annotation.annotation, name)
        if value.atoms:
            return value
    text = dotted(param.annotation.annotation) if param.annotation is not None else ""
    return Value((Param(name, text),))
