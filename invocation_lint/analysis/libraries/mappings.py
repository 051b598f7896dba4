"""Builtins and collections that make mappings and sequences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import NONE, Pending, Traced, Typed, Value, join_values, unknown
from invocation_lint.analysis.domain.state import Obj
from invocation_lint.analysis.domain.values import keys_of
from invocation_lint.analysis.python import iteration, literals
from invocation_lint.analysis.python.calls.unfollowed import call_unknown
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame

DEFAULT_DICT = "collections.defaultdict"


def _dict(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    obj = Obj("dict", made=frame.place(node), open=arguments.open)
    for value in arguments.args[:1]:
        objects = list(frame.live.deref(value))
        if objects and all(o.kind == "dict" for _, o in objects):
            obj = literals.merged(frame, obj, value)
        elif objects and len(value.atoms) == 1 and objects[0][1].kind in {"list", "tuple", "generator"}:
            obj = literals.with_pairs(frame, obj, objects[0][1])
        else:
            obj = obj.opened("a mapping that is not known is merged into it")
    for key, argument in arguments.kwargs.items():
        obj = obj.with_slot(key, argument.value, argument.place, weak=argument.presence != "yes")
    return frame.allocate(node, obj)


def _fromkeys(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`dict.fromkeys(keys, value)`."""
    keys, value = arguments.get(0, "iterable"), arguments.get(1, "value") or NONE
    items = iteration.iteration_items(frame, keys) if keys is not None else None
    obj = Obj("dict", made=frame.place(node), open=None if items is not None else "its keys are not known")
    for item in items or []:
        names = keys_of(item)
        obj = obj.opened("a key that is not known is set") if names is None else obj
        for one in names or []:
            obj = obj.with_slot(one, value, frame.place(node), weak=len(names or []) > 1)
    return frame.allocate(node, obj)


def _chain_map(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """A view over several mappings, the first of which wins."""
    obj = Obj("dict", made=frame.place(node), open="mappings that are not known" if arguments.star else None)
    for value in reversed(arguments.args):
        obj = literals.merged(frame, obj, value)
    return frame.allocate(node, obj)


def _default_dict(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """A dict that makes what is missing when it is asked for."""
    made = _dict(frame, name, replace(arguments, args=arguments.args[1:]), node)
    factory = arguments.args[0] if arguments.args else NONE
    if frame.state is not None:
        frame.state.update(made, lambda obj, weak: replace(obj, cls=DEFAULT_DICT, rest=factory))
    return made


def _sequence(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    kind = name.rpartition(".")[2]
    kind = kind if kind in {"list", "tuple", "set"} else "list"
    if not arguments.args:
        return frame.allocate(node, Obj(kind, made=frame.place(node)))
    value = arguments.args[0]
    items = iteration.iteration_items(frame, value)
    if items is not None and kind != "set":
        return frame.allocate(node, Obj(kind, items=tuple(items), made=frame.place(node)))
    element = iteration.element_of(frame, value)
    return frame.allocate(node, Obj(kind, rest=element if element.atoms else unknown(), made=frame.place(node)))


def _sorted(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    return _sequence(frame, "builtins.list", replace(arguments, args=arguments.args[:1]), node)


def _chosen(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`max(rows, key=..)`, `min(one, other)`: one of them."""
    elements = [iteration.element_of(frame, arguments.args[0])] if len(arguments.args) == 1 else arguments.args
    given = call_unknown(frame, arguments, node, source=name)
    default = arguments.plain().get("default")
    found = join_values([*elements, *([default] if default is not None else [])])
    followed = any(isinstance(atom, (Traced, Pending)) for atom in found.atoms)
    return given if followed or arguments.star or not found.atoms or frame.state is None else found


def _rounded(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`round(number, digits)`: a Decimal stays one, where digits are asked for."""
    atom = arguments.args[0].single if len(arguments.args) == 2 else None
    return Value((Typed("Decimal" if isinstance(atom, Typed) and atom.type == "Decimal" else "number"),))


HANDLERS: dict[str, Callable[[Frame, str, Arguments, cst.CSTNode], Value]] = {
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    "builtins.max": _chosen,
    "builtins.min": _chosen,
    "builtins.round": _rounded,
    "builtins.list": _sequence,
    "builtins.tuple": _sequence,
    "builtins.set": _sequence,
    "builtins.reversed": _sorted,
    "builtins.sorted": _sorted,
    "builtins.dict.fromkeys": _fromkeys,
    "collections.OrderedDict.fromkeys": _fromkeys,
    "collections.ChainMap": _chain_map,
    "collections.defaultdict": _default_dict,
}

__all__ = ["HANDLERS"]
