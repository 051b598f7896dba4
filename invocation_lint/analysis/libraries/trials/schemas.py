"""What a part of the event must hold to be taken for a model, by pydantic or Powertools.

Names are those of docs.pydantic.dev (models) and of Powertools' parser.
"""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import ClassRef, Encoded, Unknown, Value
from invocation_lint.analysis.domain.events import Argument
from invocation_lint.analysis.program.model import ClassInfo
from invocation_lint.analysis.python import classes
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.copying import thaw
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.trial import EVENT, Keys

VALIDATING = frozenset({"model_validate", "parse_obj", "model_validate_json", "parse_raw", "validate"})
"""Class methods by which pydantic makes a model of a mapping or of JSON."""


def validated(frame: Frame, info: ClassInfo, value: Value, node: cst.CSTNode) -> Value | None:
    """`Model.model_validate(value)` in a trial: the model, made of the fields of the value; None elsewhere."""
    if frame.interpreter.trial is None:
        return None
    atom = value.single
    if isinstance(atom, Encoded) and atom.how == "json":
        return validated(frame, info, thaw(frame, atom.value, frame.place(node)), node)
    given = Arguments(place=frame.place(node))
    if isinstance(atom, Unknown):
        given.open = atom.source if atom.source.startswith(EVENT) else "it is made from something not known"
        return classes.construct(frame, info, given, node)
    for _, obj in frame.live.deref(value):
        for name, slot in obj.slots.items():
            given.kwargs[str(name)] = Argument(str(name), slot.value, frame.place(node), slot.presence)
        if obj.open:
            given.open = obj.slots.whole if isinstance(obj.slots, Keys) else obj.open
        return classes.construct(frame, info, given, node)
    return None


def parsed(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """`parse(event=.., model=..)` of Powertools."""
    if frame.interpreter.trial is None or not name.startswith("aws_lambda_powertools.utilities.parser"):
        return None
    value, model = arguments.get(0, "event"), arguments.get(1, "model")
    made = model.single if model is not None and "envelope" not in arguments.kwargs else None
    info = frame.interpreter.class_info(made.key) if isinstance(made, ClassRef) else None
    return validated(frame, info, value, node) if info is not None and value is not None else None


__all__ = ["VALIDATING", "parsed", "validated"]
