"""Classes of the program that a library constructs: enums, typed dictionaries, dataclasses and their like."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import NEVER, Value
from invocation_lint.analysis.domain.state import Obj
from invocation_lint.analysis.libraries import enums, fields
from invocation_lint.analysis.libraries.trials import marshmallow
from invocation_lint.analysis.program.model import ClassInfo
from invocation_lint.analysis.python import classes, literals
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame

_TYPED_DICTS = frozenset({"typing.TypedDict", "typing_extensions.TypedDict"})


def constructed(frame: Frame, info: ClassInfo, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """`Class(..)` where that makes no instance: a member of an enum, a dict. None for any other class."""
    if enums.mixin(frame, info) is not None:
        return enums.lookup_by_value(frame, info, arguments.args[0] if arguments.args else NEVER)
    if (partly := marshmallow.chosen(frame, info, arguments)) is not None:
        return partly
    if _TYPED_DICTS.isdisjoint(classes.lineage(frame, info)[1]):
        return None
    return _mapping(frame, arguments, node)


def _mapping(frame: Frame, arguments: Arguments, node: cst.CSTNode) -> Value:
    obj = Obj("dict", made=frame.place(node))
    for arg in arguments.args[:1]:
        obj = literals.merged(frame, obj, arg)
    for name, argument in arguments.kwargs.items():
        obj = obj.with_slot(name, argument.value, frame.place(node), weak=argument.presence != "yes")
    return frame.allocate(node, obj.opened(arguments.open) if arguments.open else obj)


def filled(frame: Frame, info: ClassInfo, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Obj | None:
    """The instance with what a generated constructor sets; None for a class that has none."""
    if not fields.is_declared(info, classes.lineage(frame, info)[1]):
        return None
    return fields.filled(frame, info, obj, arguments, node)


def is_field(frame: Frame, cls: ClassInfo, name: str) -> bool:
    """Whether the generated constructor of a dataclass or model sets the attribute."""
    is_declared = fields.is_declared(cls, classes.lineage(frame, cls)[1])
    return is_declared and name in {one.name for one in fields.fields_of(cls)}
