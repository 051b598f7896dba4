"""Parameters of a function that is looked at alone, among them those that a framework fills: what FastAPI reads of
requests, its dependencies, and objects whose class the annotation names."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    NEVER,
    NONE,
    ClassRef,
    Param,
    Ref,
    Slot,
    Symbol,
    Typed,
    Value,
    join2,
    unknown,
)
from invocation_lint.analysis.domain.state import RECEIVER, Obj
from invocation_lint.analysis.libraries import fields
from invocation_lint.analysis.libraries.outside import command_line
from invocation_lint.analysis.program.model import ClassInfo, FunctionInfo, names_within, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import classes, type_hints
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.copying import without_none
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.findings import Place

DEPENDS = frozenset({"Depends", "Security"})
_RECEIVERS = frozenset({"", "self", "cls", "this", "me", "mcs", "klass"})


def given(frame: Frame, param: cst.Param, default: Value | None) -> Value:
    """What the frame's function surely gets for a parameter, NEVER where only callers tell.

    `default` is the parameter's own: what a dependency gives, or the mark of one that the annotation names.
    """
    annotation = param.annotation.annotation if param.annotation is not None else None
    if default is not None and default == Value((Symbol("@depends"),)):
        info = _class(frame, annotation) if annotation is not None else None
        node = param.default
        return classes.construct(frame, info, Arguments(place=frame.place(param)), node) if info and node else NEVER
    if default is not None and isinstance(param.default, cst.Call) and _is_dependency(param.default):
        return default
    if annotation is None:
        return NEVER
    marker = _dependency(annotation)
    if marker is not None:
        return frame.evaluate(marker)
    info = _class(frame, annotation) if default is None else None
    return _instance(frame, param, info) if info is not None else NEVER


def _is_dependency(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Call) and dotted(node.func).rpartition(".")[2] in DEPENDS


def _dependency(node: cst.BaseExpression) -> cst.Call | None:
    """`Annotated[Type, Depends(make)]`."""
    if not isinstance(node, cst.Subscript) or dotted(node.value).rpartition(".")[2] != "Annotated":
        return None
    for element in node.slice[1:]:
        inner = element.slice.value if isinstance(element.slice, cst.Index) else None
        if isinstance(inner, cst.Call) and _is_dependency(inner) and inner.args:
            return inner
    return None


def _class(frame: Frame, node: cst.BaseExpression) -> ClassInfo | None:
    """The class of the program that an annotation names."""
    if not isinstance(node, (cst.Name, cst.Attribute)):
        return None
    atom = frame.evaluate(node).single
    return frame.interpreter.class_info(atom.key) if isinstance(atom, ClassRef) else None


def _instance(frame: Frame, param: cst.Param, info: ClassInfo) -> Value:
    """An object of a class that declares its fields: they are read from the parameter. A subclass may have more."""
    if not fields.is_declared(info, classes.lineage(frame, info)[1]):
        return NEVER
    place = frame.place(param)
    name = param.name.value
    slots: dict[str, Slot] = {}
    for one, field in fields.all_fields(frame, info).items():
        typed = frame.interpreter.definitions.annotated_attribute(frame, field.owner, one)
        slots[one] = Slot("yes", typed if typed.atoms else unknown("a field of a parameter", f"{name}.{one}"))
    obj = Obj("instance", dict(slots), "it may be of a subclass", made=place, cls=info.key)
    return frame.allocate_at((place, "given"), obj)


_ANNOTATED = {
    "uuid.UUID": "UUID",
    "datetime.datetime": "datetime",
    "datetime.date": "date",
    "datetime.time": "time",
    "datetime.timedelta": "timedelta",
    "decimal.Decimal": "Decimal",
}
"""What FastAPI converts the text of a path or query to (FastAPI: path parameters; extra data types)."""

_ROUTES = frozenset({"get", "post", "put", "patch", "delete"})

_OF_REQUESTS = frozenset({"Query", "Path", "Body", "Header", "Cookie", "Form"})
"""What says where in a request a parameter stands, with its default (FastAPI: query parameters and validations)."""


def _is_of_request(frame: Frame, param: cst.Param) -> bool:
    """Whether a parameter is one that FastAPI reads of a request, which must have it: no `Depends`, and no default,
    which may be None."""
    if param.annotation is None or not _is_converted(frame):
        return False
    is_needed = param.default is None or _has_no_default(frame, param.default)
    return is_needed and DEPENDS.isdisjoint(names_within(param.annotation.annotation))


def _has_no_default(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether `Query(..)` and its like is given `...` for a default, or none."""
    if (
        not isinstance(node, cst.Call)
        or type_hints.resolve_annotation(frame, node.func).rpartition(".")[2] not in _OF_REQUESTS
    ):
        return False
    given = {arg.keyword.value if arg.keyword is not None else "": arg.value for arg in node.args[:1]}
    given |= {arg.keyword.value: arg.value for arg in node.args if arg.keyword is not None}
    default = given.get("", given.get("default"))
    return "default_factory" not in given and (default is None or isinstance(default, cst.Ellipsis))


def _is_converted(frame: Frame) -> bool:
    """Whether the function is one of FastAPI's, which gives each parameter the type that it declares."""
    function = frame.function
    if function is None or "fastapi" not in frame.module.source.text:
        return False
    routes = [item.func for item in function.decorators if isinstance(item, cst.Call)]
    return any(isinstance(route, cst.Attribute) and route.attr.value in _ROUTES for route in routes)


def _converted(frame: Frame, node: cst.BaseExpression, place: Place) -> Value:
    """What FastAPI makes of a part of a request; NEVER where that is not known."""
    kind = _ANNOTATED.get(type_hints.resolve_annotation(frame, node), "")
    if kind and len(list(type_hints.alternatives(node))) == 1:
        return Value((Typed(kind),))
    info, is_listed = type_hints.class_within(frame, node)
    if info is None or not is_listed:
        return NEVER
    return frame.allocate_at((place, "given", "list"), Obj("list", rest=type_hints.instance(frame, info), made=place))


def _as_declared(frame: Frame, param: cst.Param) -> Value:
    """The value of a parameter of which only its declaration is known."""
    name = param.name.value
    if param.annotation is not None:
        value = type_hints.annotated(frame, param.annotation.annotation)
        if not value.atoms:
            value = type_hints.instances(frame, param.annotation.annotation, frame.place(param))
        if value.atoms:
            is_left_out = param.default is not None and dotted(param.default) == "None"
            return join2(value, NONE) if is_left_out and value.of(Ref) else value
        if _is_of_request(frame, param):
            converted = _converted(frame, param.annotation.annotation, frame.place(param))
            if converted.atoms:
                return converted
    text = dotted(param.annotation.annotation) if param.annotation is not None else ""
    return Value((Param(name, text),))


def parameters(frame: Frame, info: FunctionInfo, cls: ClassInfo | None) -> dict[str, Value]:
    """The parameters of a function that is looked at alone: what frameworks hand over, what the declaration says of the
    others. `cls` is the class of its receiver."""
    params = info.node.params
    defaults = frame.interpreter.definitions.defaults_of(frame, info)
    declared = command_line.declared_by_decorators(frame, info)
    found: dict[str, Value] = {}
    every = [*params.posonly_params, *params.params, *params.kwonly_params]
    for index, param in enumerate(every):
        name = param.name.value
        if index == 0 and cls is not None and isinstance(info.node, cst.FunctionDef):
            bound = _receiver(frame, info, cls)
            if bound is not None:
                found[name] = bound
                continue
        default = None if _is_of_request(frame, param) else defaults.get(name)
        if name in declared:
            found[name] = join2(declared[name].value, _as_declared(frame, param))
            continue
        found[name] = given(frame, param, default)
        if found[name] is NEVER:
            value = _as_declared(frame, param)
            found[name] = value if default is None else join2(without_none(default), value)
    place = frame.place(info.node)
    if isinstance(params.star_arg, cst.Param):
        name = params.star_arg.name.value
        found[name] = frame.allocate_at((place, "*"), Obj("tuple", rest=unknown("an argument", name), made=place))
    if params.star_kwarg is not None:
        name = params.star_kwarg.name.value
        keywords = Obj("dict", open="it holds the caller's keywords", made=place)
        found[name] = frame.allocate_at((place, "**"), keywords)
    return found


def _receiver(frame: Frame, info: FunctionInfo, cls: ClassInfo) -> Value | None:
    decorators = {dotted(item) for item in info.decorators}
    if "staticmethod" in decorators:
        return None
    if "classmethod" in decorators or info.name in {"__new__", "__init_subclass__", "__class_getitem__"}:
        return Value((ClassRef(cls.key),))
    if _is_called_of_class(info):
        return None
    return frame.allocate_at(("self", cls.key), Obj("instance", cls=cls.key, open=RECEIVER))


def _is_called_of_class(info: FunctionInfo) -> bool:
    """Whether a method without a decorator is one that is called as `Class.method(data)`: its first parameter has
    another name than `self`, and nothing in the method asks it for an attribute."""
    name = info.first_parameter
    if not name or info.is_decorated or name.strip("_") in _RECEIVERS or info.name.startswith("__"):
        return False
    nodes = own_nodes(info.node)
    asked = (node.value for node in nodes if isinstance(node, cst.Attribute))
    return name in names_within(*nodes) and not any(isinstance(one, cst.Name) and one.value == name for one in asked)
