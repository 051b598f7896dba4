"""Instances turned into mappings by methods that their classes inherit: pydantic's models and named tuples.

Methods and their parameters are those of pydantic 1 and 2 (docs.pydantic.dev, serialization) and of typing.NamedTuple.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.values import classes, encoding, iteration
from invocation_lint.values.domain import FALSE, NONE, Const, Encoded, Method, Ref, Slot, Value, constants, unknown
from invocation_lint.values.frame import Frame
from invocation_lint.values.imports import dotted
from invocation_lint.values.program import ClassInfo
from invocation_lint.values.state import Obj, freeze

if TYPE_CHECKING:
    from invocation_lint.values.calls import Arguments

_OF_MODELS = frozenset({"model_dump", "model_dump_json", "dict", "json"})
_MODELS = frozenset({"BaseModel", "BaseSettings"})
_LEAVING_OUT = ("exclude_none", "exclude_unset", "exclude_defaults")
_OWN_SERIALIZERS = frozenset({"computed_field", "model_serializer", "root_validator", "model_validator", "validator"})
"""Decorators of methods by which a model has more fields, or others, than it declares and is given."""


def attribute(frame: Frame, atom: Ref, obj: Obj, name: str, node: cst.CSTNode) -> Value | None:
    """`instance.name`, where the instance has it from outside the project: `__dict__`, or a method to be called."""
    if name == "__dict__":
        return encoding.as_mapping(frame, Value((atom,)), node)
    info = frame.interpreter.class_info(obj.cls) if name in _OF_MODELS or name == "_asdict" else None
    if info is None or classes.find_method(frame, info, name) is not None:
        return None
    bases = {base.rpartition(".")[2] for base in classes.lineage(frame, info)[1]}
    if (name in _OF_MODELS and bases & _MODELS) or (name == "_asdict" and "NamedTuple" in bases):
        return Value((Method(Value((atom,)), name),))
    return None


def call_method(frame: Frame, atom: Ref, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """`instance.model_dump(..)` and the like; None for any other method."""
    obj = frame.live.heap[atom.id]
    info = frame.interpreter.class_info(obj.cls)
    if info is None:
        return None
    if name == "_asdict":
        return encoding.as_mapping(frame, Value((atom,)), node)
    if name not in _OF_MODELS:
        return None
    as_json = name in {"model_dump_json", "json"} or _says(arguments, "mode", "json")
    dumped = frame.allocate(node, _dumped(frame, info, obj, arguments, as_json=as_json))
    if name not in {"model_dump_json", "json"}:
        return dumped
    return Value((Encoded("json", freeze(frame.live, dumped), "str", "json", True, frame.place(node)),))


def _dumped(frame: Frame, info: ClassInfo, obj: Obj, arguments: Arguments, *, as_json: bool) -> Obj:
    """The fields of a model as a dict, without those that the arguments leave out."""
    given = arguments.plain()
    if arguments.open or arguments.star or arguments.args or not _is_plain(given.get("by_alias")) or _changes(info):
        return Obj("dict", open="which fields are dumped is not known", made=obj.made)
    wanted, left_out = _names(frame, given.get("include")), _names(frame, given.get("exclude"))
    if wanted is None or left_out is None:
        return Obj("dict", open="which fields are dumped is not known", made=obj.made)
    unsure = any(not _is_plain(given.get(name)) for name in _LEAVING_OUT)
    slots: dict[str, Slot] = {}
    for name, slot in obj.slots.items():
        if str(name).startswith("_") or name in left_out or (wanted and name not in wanted):
            continue
        value = slot.value
        if as_json and not all(isinstance(atom, Const) for atom in value.atoms):
            value = unknown("a field in its JSON form", str(name))
        slots[name] = Slot("maybe" if unsure else slot.presence, value, slot.place)
    return Obj("dict", dict(slots), obj.open, made=obj.made)


def _is_plain(value: Value | None) -> bool:
    """Whether an option is left out, False or None."""
    return value is None or value in (FALSE, NONE)


def _says(arguments: Arguments, name: str, text: str) -> bool:
    value = arguments.plain().get(name)
    return value is not None and constants(value) == [text]


def _names(frame: Frame, value: Value | None) -> set[str] | None:
    """The names in `include` or `exclude`, empty when it is left out; None when they are not known."""
    if value is None or value == NONE:
        return set()
    items = iteration.iteration_items(frame, value)
    names = [constants(item) for item in items] if items is not None else [None]
    found = {str(name[0]) for name in names if name is not None and len(name) == 1}
    return found if len(found) == len(names) else None


def _changes(info: ClassInfo) -> bool:
    """Whether the class has a method that adds fields to what is dumped, or changes them."""
    return any(
        dotted(item.func if isinstance(item, cst.Call) else item).rpartition(".")[2] in _OWN_SERIALIZERS
        for method in info.methods.values()
        for item in method.decorators
    )


__all__ = ["attribute", "call_method"]
