"""What a part of the event must hold to be taken for a model, by pydantic, marshmallow or Powertools.

Names are those of docs.pydantic.dev (models), marshmallow.readthedocs.io (quickstart) and of Powertools' parser.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.domain.atoms import ClassRef, Encoded, Method, Ref, Symbol, Unknown, Value, unknown
from invocation_lint.analysis.domain.events import Argument
from invocation_lint.analysis.domain.state import Obj
from invocation_lint.analysis.libraries.trials import trying
from invocation_lint.analysis.program.model import ClassInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import classes
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.copying import thaw
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.trial import EVENT, Keys

VALIDATING = frozenset({"model_validate", "parse_obj", "model_validate_json", "parse_raw", "validate"})
"""Class methods by which pydantic makes a model of a mapping or of JSON."""

_ENVIRONMENT = Value((Symbol("os.environ"),))
_LOADING = frozenset({"load", "loads", "validate"})


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


def loaded(frame: Frame, atom: Ref, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """`Schema().load(value)` of marshmallow: of the environment, its variables; in a trial it raises where a required
    field is missing."""
    obj = frame.live.heap[atom.id]
    trial, info = frame.interpreter.trial, frame.interpreter.class_info(obj.cls)
    if info is None or name not in _LOADING or not arguments.args or not _is_schema(frame, info):
        return None
    if arguments.args[0] == _ENVIRONMENT:
        return _ENVIRONMENT
    if trial is None:
        return None
    family = classes.lineage(frame, info)[0]
    value = arguments.args[0]
    single = value.single
    if isinstance(single, Encoded) and single.how == "json":
        value = thaw(frame, single.value, frame.place(node))
    fields = [one for cls in family for one in _fields(cls)]
    trying.look_for(frame, trial, value, [field for field, _ in fields])
    if "partial" not in arguments.kwargs and any(
        required and trying.surely_lacks(frame, value, field) for field, required in fields
    ):
        return frame.fail()
    leaf = value.single
    return value if not isinstance(leaf, Unknown) else unknown("what a schema makes of a field", leaf.source)


def loader(frame: Frame, atom: Ref, obj: Obj, name: str) -> Value | None:
    """`schema.load`, to be called."""
    info = frame.interpreter.class_info(obj.cls) if name in _LOADING else None
    return Value((Method(Value((atom,)), name),)) if info is not None and _is_schema(frame, info) else None


def _is_schema(frame: Frame, info: ClassInfo) -> bool:
    outside = classes.lineage(frame, info)[1]
    return any(base.rpartition(".")[2] in {"Schema", "SQLAlchemySchema"} for base in outside)


def _fields(info: ClassInfo) -> Iterator[tuple[str, bool]]:
    """The fields that a schema declares in its body, by the names under which they are given, and whether they must be
    there."""
    for line in info.node.body.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if not isinstance(small, cst.Assign) or not isinstance(small.value, cst.Call):
                continue
            target = small.targets[0].target
            owner, _, _ = dotted(small.value.func).rpartition(".")
            if not isinstance(target, cst.Name) or owner.rpartition(".")[2] != "fields":
                continue
            given = {arg.keyword.value: arg.value for arg in small.value.args if arg.keyword is not None}
            named = given.get("data_key")
            name = str(named.raw_value) if isinstance(named, cst.SimpleString) else target.value
            yield name, dotted(given["required"]) == "True" if "required" in given else False


__all__ = ["VALIDATING", "loaded", "loader", "parsed", "validated"]
