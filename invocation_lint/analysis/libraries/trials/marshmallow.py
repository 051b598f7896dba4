"""What a part of the event must hold to be loaded by a schema of marshmallow, and what the handler gets of it.

Names are those of marshmallow.readthedocs.io (quickstart, extending schemas, API reference).
"""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    ClassRef,
    Const,
    Encoded,
    Method,
    Ref,
    Symbol,
    Unknown,
    Value,
    join2,
    unknown,
)
from invocation_lint.analysis.domain.state import Obj, State
from invocation_lint.analysis.libraries.trials import trying
from invocation_lint.analysis.program.model import ClassInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import classes, conditions
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.copying import thaw
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.records import record

_ENVIRONMENT = Value((Symbol("os.environ"),))
_LOADING = frozenset({"load", "loads", "validate"})
_CHOOSING = frozenset({"only", "exclude", "partial"})
"""Arguments of a schema by which it asks for other fields than it declares."""

_DEFAULTS = ("load_default", "missing")
_NESTED = 3
"""Levels of schemas in schemas that are looked at."""


@record
class _Field:
    """A field that a schema declares: the names under which it is given and loaded, whether it must be given, whether
    one that is not given is filled in, and whether its own content is changed."""

    given: str
    loaded: str
    required: bool
    has_default: bool
    is_changed: bool


def chosen(frame: Frame, info: ClassInfo, arguments: Arguments) -> Value | None:
    """`Schema(only=..)` and its like, which ask for other fields than the class declares; None for any other class."""
    if _CHOOSING.isdisjoint(arguments.kwargs) or not _is_schema(frame, info):
        return None
    return unknown("a schema of some of its fields")


def loaded(frame: Frame, atom: Ref, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """`Schema().load(value)`: of the environment, its variables; in a trial it raises where a required field is
    missing."""
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
    if any("pre_load" in _decorators(cls) for cls in family):
        return unknown("what a schema makes of what is changed before")
    fields = _all_fields(frame, info)
    trying.look_for(frame, trial, value, [field.given for field in fields.values()])
    if "partial" not in arguments.kwargs and any(
        field.required and trying.surely_lacks(frame, value, field.given) for field in fields.values()
    ):
        if name == "validate":
            return frame.allocate(
                node, Obj("dict", made=frame.place(node)).with_slot("_", unknown("what is wrong"), None)
            )
        return frame.fail()
    if name == "validate":
        return frame.allocate(node, Obj("dict", made=frame.place(node)))
    if any("post_load" in _decorators(cls) for cls in family):
        return unknown("what a schema makes of a value")
    if any(_changes(field) for field in fields.values()):
        return _made(frame, value, fields, node)
    leaf = value.single
    return value if not isinstance(leaf, Unknown) else unknown("what a schema makes of a field", leaf.source)


def loader(frame: Frame, atom: Ref, obj: Obj, name: str) -> Value | None:
    """`schema.load`, to be called."""
    info = frame.interpreter.class_info(obj.cls) if name in _LOADING else None
    return Value((Method(Value((atom,)), name),)) if info is not None and _is_schema(frame, info) else None


def _is_schema(frame: Frame, info: ClassInfo) -> bool:
    outside = classes.lineage(frame, info)[1]
    return any(base.rpartition(".")[2] in {"Schema", "SQLAlchemySchema"} for base in outside)


def _decorators(info: ClassInfo) -> set[str]:
    every = (item for method in info.methods.values() for item in method.decorators)
    return {dotted(item.func if isinstance(item, cst.Call) else item).rpartition(".")[2] for item in every}


def _changes(field: _Field) -> bool:
    return field.given != field.loaded or field.has_default or field.is_changed


def _made(frame: Frame, value: Value, fields: dict[str, _Field], node: cst.CSTNode) -> Value:
    """What is loaded where that is not just what was given."""
    place = frame.place(node)
    obj = Obj("dict", made=place)
    for field in fields.values():
        item = trying.item(frame, value, field.given)
        if item is None and not field.has_default:
            continue  # it is missing here as well
        default = unknown("what a schema fills in")
        held = default if item is None or field.is_changed else join2(item, default) if field.has_default else item
        obj = obj.with_slot(field.loaded, held, place)
    return frame.allocate(node, obj)


def _all_fields(frame: Frame, info: ClassInfo, level: int = 0) -> dict[str, _Field]:
    """The fields that a schema and its visible bases declare, by name."""
    found: dict[str, _Field] = {}
    for cls in reversed(classes.lineage(frame, info)[0]):
        found.update(_fields(frame, cls, level))
    return found


def _fields(frame: Frame, info: ClassInfo, level: int) -> dict[str, _Field]:
    found: dict[str, _Field] = {}
    for line in info.node.body.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if not isinstance(small, cst.Assign) or not isinstance(small.value, cst.Call):
                continue
            target = small.targets[0].target
            owner, _, kind = dotted(small.value.func).rpartition(".")
            if not isinstance(target, cst.Name) or owner.rpartition(".")[2] != "fields":
                continue
            given = {arg.keyword.value: arg.value for arg in small.value.args if arg.keyword is not None}
            found[target.value] = _Field(
                _text(given.get("data_key") or given.get("load_from")) or target.value,
                _text(given.get("attribute")) or target.value,
                dotted(given.get("required")) == "True",
                any(word in given for word in _DEFAULTS),
                kind in {"Nested", "Pluck"} and _is_changed(frame, info, small.value, level),
            )
    return found


def _is_changed(frame: Frame, owner: ClassInfo, nested: cst.Call, level: int) -> bool:
    """Whether what a nested schema gives may have other names than what it is given."""
    home = Frame(frame.interpreter, owner.module, None, State(), in_class=owner.key)
    first = nested.args[0].value if nested.args else None
    first = first.func if isinstance(first, cst.Call) else first
    made = conditions.quietly(home, first).single if first is not None else None
    info = frame.interpreter.class_info(made.key) if isinstance(made, ClassRef) else None
    if info is None or level >= _NESTED:
        return isinstance(made, Const) or info is not None
    if any({"pre_load", "post_load"} & _decorators(cls) for cls in classes.lineage(frame, info)[0]):
        return True
    return any(_changes(field) for field in _all_fields(frame, info, level + 1).values())


def _text(node: cst.BaseExpression | None) -> str:
    return str(node.raw_value) if isinstance(node, cst.SimpleString) else ""


__all__ = ["chosen", "loaded", "loader"]
