"""What an annotation alone tells of a value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    NEVER,
    NONE,
    ClassRef,
    Client,
    Symbol,
    Value,
    join_values,
    unknown,
)
from invocation_lint.analysis.domain.imported import ModuleRef
from invocation_lint.analysis.domain.state import RECEIVER, Obj
from invocation_lint.analysis.program.model import ClassInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import lookup
from invocation_lint.analysis.python.frames.copying import thaw_shared
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.findings import Place

_CLIENT_ANNOTATIONS = {
    "mypy_boto3_lambda.LambdaClient": "boto3",
    "mypy_boto3_lambda.client.LambdaClient": "boto3",
    "types_boto3_lambda.LambdaClient": "boto3",
    "types_boto3_lambda.client.LambdaClient": "boto3",
    "types_aiobotocore_lambda.LambdaClient": "aiobotocore",
    "types_aiobotocore_lambda.client.LambdaClient": "aiobotocore",
}


def annotated(frame: Frame, node: cst.BaseExpression) -> Value:
    """What an annotation tells: a Lambda client; empty when nothing."""
    full = resolve_annotation(frame, node)
    if full in _CLIENT_ANNOTATIONS:
        sdk = _CLIENT_ANNOTATIONS[full]
        return Value((Client("lambda", sdk, None, frame.place(node)),))
    if full.startswith(("mypy_boto3_", "types_boto3_", "types_aiobotocore_")) and full.endswith("Client"):
        return Value((Client(full.partition(".")[0].rpartition("_")[2], "boto3", None, frame.place(node)),))
    return NEVER


def resolve_annotation(frame: Frame, node: cst.BaseExpression) -> str:
    """The dotted name that an annotation means, through quotes, Optional and `| None`; empty for several."""
    names = {_dotted_name(frame, one) for one in alternatives(node)} - {"None"}
    return names.pop() if len(names) == 1 else ""


def alternatives(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """What an annotation allows, one after another, through quotes, unions, Optional, Annotated and the like."""
    if isinstance(node, cst.SimpleString):
        inner = _parsed(str(node.raw_value))
        if inner is not None:
            yield from alternatives(inner)
    elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        yield from alternatives(node.left)
        yield from alternatives(node.right)
    elif isinstance(node, cst.Subscript):
        outer = dotted(node.value).rpartition(".")[2]
        inside = [part.slice.value for part in node.slice if isinstance(part.slice, cst.Index)]
        if outer in {"Optional", "Union"}:
            for one in inside:
                yield from alternatives(one)
            if outer == "Optional":
                yield cst.Name("None")
        elif outer in {"Annotated", "Final", "ClassVar", "InitVar", "Required", "NotRequired"} and inside:
            yield from alternatives(inside[0])
        else:
            yield node
    else:
        yield node


@lru_cache(maxsize=256)
def _parsed(text: str) -> cst.BaseExpression | None:
    try:
        return cst.parse_expression(text)
    except (cst.ParserSyntaxError, RecursionError):
        return None


def _dotted_name(frame: Frame, node: cst.BaseExpression) -> str:
    text = dotted(node)
    if not text or text == "None" or frame.state is None:
        return text
    head, _, rest = text.partition(".")
    for atom in lookup.name(frame, head).atoms:
        if isinstance(atom, Symbol):
            return f"{atom.dotted}.{rest}" if rest else atom.dotted
    return text


# --- instances of the program's classes -------------------------------------------------------------------------------


def instances(frame: Frame, node: cst.BaseExpression, place: Place | None = None) -> Value:
    """The objects that an annotation with classes of the program stands for, with None and what is not known where it
    allows that; NEVER where it names no such class. Objects are made at a place; without one, all who ask for an
    object of that class share one."""
    found: list[Value] = []
    is_known = False
    for one in alternatives(node):
        if dotted(one) == "None":
            found.append(NONE)
            continue
        info = class_of(frame, one)
        info = frame.interpreter.definitions.implementation(frame, info) if info is not None else None
        is_known = is_known or info is not None
        found.append(unknown("something of another type") if info is None else _instance(frame, info, place))
    return join_values(found) if is_known else NEVER


def declared(frame: Frame, node: cst.BaseExpression, statement: cst.AnnAssign) -> Value:
    """What a statement declares: a Lambda client, or an object of a class of the program; NEVER when nothing."""
    value = annotated(frame, node)
    return value if value.atoms else instances(frame, node, frame.place(statement))


def class_of(frame: Frame, node: cst.BaseExpression) -> ClassInfo | None:
    """The class of the program that a name in an annotation means."""
    parts = dotted(node).split(".") if isinstance(node, (cst.Name, cst.Attribute)) else []
    if not all(parts) or not parts or frame.state is None:
        return None
    value = lookup.name(frame, parts[0])
    for part in parts[1:]:
        if not all(isinstance(atom, (ModuleRef, ClassRef)) for atom in value.atoms):
            return None
        value = lookup.attribute(frame, value, part, node)
    atom = value.single
    return frame.interpreter.class_info(atom.key) if isinstance(atom, ClassRef) else None


_LISTS = frozenset({"list", "List", "Sequence", "tuple", "Tuple", "Iterable", "Collection", "conlist"})


def class_within(frame: Frame, node: cst.BaseExpression) -> tuple[ClassInfo | None, bool]:
    """The only class that an annotation allows, or of which it allows a list, and whether it is a list."""
    ones = list(alternatives(node))
    if len(ones) != 1:
        return None, False
    (one,) = ones
    if not isinstance(one, cst.Subscript):
        return class_of(frame, one), False
    first = one.slice[0].slice
    if dotted(one.value).rpartition(".")[2] not in _LISTS or not isinstance(first, cst.Index):
        return None, True
    return class_within(frame, first.value)[0] if not isinstance(first.value, cst.Subscript) else None, True


def instance(frame: Frame, info: ClassInfo) -> Value:
    """An object of a class, which all share who ask for one."""
    return _instance(frame, info, None)


def _instance(frame: Frame, info: ClassInfo, place: Place | None) -> Value:
    if place is not None:
        return frame.allocate_at((place, "given", info.key), Obj("instance", cls=info.key, open=RECEIVER))
    shared = frame.interpreter.definitions.instance(info)
    return thaw_shared(frame, shared, info.place)
