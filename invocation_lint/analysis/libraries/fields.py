"""The fields that a class declares: of dataclasses, attrs classes, named tuples, pydantic's models and settings.

Parameters are those of dataclasses.field, attrs.field, pydantic.Field and pydantic-settings (docs of each).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import libcst as cst

from invocation_lint.analysis.domain.atoms import EnvVar, Partial, Symbol, Value, const, join2, join_values, unknown
from invocation_lint.analysis.domain.state import Obj, State, freeze
from invocation_lint.analysis.domain.values import constants, text_constant
from invocation_lint.analysis.libraries.trials import trying
from invocation_lint.analysis.program.model import ClassInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import classes, conditions, iteration
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.copying import bring, thaw
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.records import record

DECLARING_BASES = frozenset({"NamedTuple", "BaseModel", "BaseSettings"})

_DECLARING = frozenset({"dataclass", "define", "frozen", "mutable", "attrs", "s", "dataclass_json"})
"""Decorators that make a constructor from the names of a class body, by the last part of their name."""

MAKERS = frozenset(
    {"dataclasses.field", "attr.ib", "attr.attrib", "attr.field", "attrs.field", "pydantic.Field",
     "pydantic.fields.Field", "pydantic.v1.Field", "sqlmodel.Field"}
)  # fmt: skip
"""Functions that describe a field in place of its default."""

_OLD_MAKERS = frozenset({"ib", "attrib"})
"""Those that need no annotation beside them."""

_NO_FIELDS = frozenset({"ClassVar", "KW_ONLY"})
"""Annotations by which a name of a class body is no field."""

_TEXTS = frozenset({"str", "Optional[str]", "str | None", "None | str"})


@record
class Field:
    """One field: the class that declares it, what it is set to there, and the names by which it is given."""

    name: str
    owner: ClassInfo
    node: cst.BaseExpression | None
    annotation: str = ""

    def option(self, frame: Frame, *names: str) -> str | None:
        """The text given under one of these keywords to the function that describes the field."""
        given = next((value for name, value in self.options().items() if name in names), None)
        if given is None:
            return None
        home = Frame(frame.interpreter, self.owner.module, None, State(), in_class=self.owner.key)
        return text_constant(conditions.quietly(home, given))

    def options(self) -> dict[str, cst.BaseExpression]:
        """What the function that describes the field is given, by keyword."""
        given = self.node.args if isinstance(self.node, cst.Call) else ()
        return {arg.keyword.value: arg.value for arg in given if arg.keyword is not None}

    def alias(self, frame: Frame) -> str | None:
        """The other name under which a constructor takes the field (pydantic: validation_alias, where both are set)."""
        return self.option(frame, "validation_alias") or self.option(frame, "alias")

    def is_left_out(self) -> bool | None:
        """Whether `exclude=True` keeps the field out of what is dumped; None when that is not known."""
        given = self.options().get("exclude")
        return {"True": True, "False": False, "None": False}.get(dotted(given)) if given is not None else False


def is_dataclass(info: ClassInfo) -> bool:
    """Whether a decorator makes it a dataclass."""
    return any(name.rpartition(".")[2] in _DECLARING for name in info.decorators)


def is_declared(info: ClassInfo, outside: list[str]) -> bool:
    """Whether a class has a constructor made from the annotated names of its body."""
    return is_dataclass(info) or any(base.rpartition(".")[2] in DECLARING_BASES for base in outside)


def _name(node: cst.BaseExpression) -> str:
    return dotted(node.func if isinstance(node, cst.Call) else node)


def fields_of(info: ClassInfo) -> list[Field]:
    """The fields that a class body declares, in order."""
    return list(_declared(info))


def _declared(info: ClassInfo) -> Iterator[Field]:
    for statement in info.node.body.body:
        for small in getattr(statement, "body", []) if isinstance(statement, cst.SimpleStatementLine) else []:
            if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
                annotation = small.annotation.annotation
                kind = _name(annotation.value if isinstance(annotation, cst.Subscript) else annotation)
                if kind.rpartition(".")[2] not in _NO_FIELDS:
                    text = info.module.source.module.code_for_node(annotation).strip("\"'")
                    yield Field(small.target.value, info, small.value, text)
            elif isinstance(small, cst.Assign) and isinstance(small.value, cst.Call):
                target = small.targets[0].target
                if isinstance(target, cst.Name) and _name(small.value).rpartition(".")[2] in _OLD_MAKERS:
                    yield Field(target.value, info, small.value)


def all_fields(frame: Frame, info: ClassInfo) -> dict[str, Field]:
    """The fields of a class and its visible bases by name, in the order of the constructor's parameters."""
    found: dict[str, Field] = {}
    for cls in reversed(classes.lineage(frame, info)[0]):
        found.update((field.name, field) for field in fields_of(cls))
    return found


def described(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """What a field holds that `field(..)` or `Field(..)` describes, when it is not given: a default, or made anew."""
    given = arguments.plain()
    factory = given.get("default_factory") or given.get("factory")
    if factory is not None:
        return frame.call(factory, Arguments(place=frame.place(node)), node)
    default = given.get("default") or (arguments.args[0] if arguments.args and name.endswith("Field") else None)
    if default is None or constants(default) == [...]:
        return unknown("a field without a default")
    return default


def filled(frame: Frame, info: ClassInfo, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Obj:
    """An instance with what the generated constructor sets."""
    fields = all_fields(frame, info)
    given = {name: (value, "yes") for name, value in zip(fields, arguments.args, strict=False)}
    given |= {name: (argument.value, argument.presence) for name, argument in arguments.kwargs.items()}
    if trying.lacks_fields(frame, _needed(frame, info, fields.values()), given, arguments):
        frame.fail()
        return obj
    more = unknown(arguments.open or "more arguments") if arguments.open or arguments.star else None
    place = frame.place(node)
    items: list[Value] = []
    for name, field in fields.items():
        alias = None if name in given else field.alias(frame)
        value, presence = given.get(name if alias is None or alias not in given else alias, (more, "maybe"))
        if value is None or presence != "yes":
            default = _default_of(frame, info, field)
            value = default if value is None else join2(default, value)
        if not field.annotation.startswith(("InitVar", "dataclasses.InitVar")):
            obj = obj.with_slot(name, value, place)
        items.append(value)
    family, outside = classes.lineage(frame, info)
    if set(given) - fields.keys() and any(_takes_more(cls) for cls in family):
        obj = obj.opened("it is given more than it declares")
    if any(base.rpartition(".")[2] == "NamedTuple" for base in outside):
        return Obj(obj.kind, obj.slots, obj.open, tuple(items), None, obj.made, obj.cls)
    return obj


def _needed(frame: Frame, info: ClassInfo, fields: Iterable[Field]) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The names under which each field is taken, and whether an instance cannot be made without any of them."""
    family, outside = classes.lineage(frame, info)
    if any(_names_otherwise(cls) for cls in family):
        return
    by_name = any(_setting(cls, name) is not None for cls in family for name in _BY_NAME)
    is_filled_in = any(base.rpartition(".")[2] == "BaseSettings" for base in outside) or any(map(_fills_in, family))
    for field in fields:
        options = field.options()
        if dotted(options.get("init")) == "False" or _NAMED.search(field.annotation):
            continue
        alias = field.alias(frame)
        if alias is None and not options.keys().isdisjoint({"alias", "validation_alias"}):
            continue  # one of several names, or one that is not known
        described = isinstance(field.node, cst.Call) and _name(field.node).rpartition(".")[2] in _DESCRIBING
        first = field.node.args[0] if described and isinstance(field.node, cst.Call) and field.node.args else None
        has_default = not options.keys().isdisjoint({"default", "default_factory", "factory"})
        has_default = has_default or bool(_DEFAULT.search(field.annotation))
        has_default = has_default or bool(first and not first.keyword and not isinstance(first.value, cst.Ellipsis))
        is_optional = re.search(r"\bOptional\[|\bNone\b|^InitVar|^ClassVar", field.annotation) is not None
        is_needed = not is_optional and not is_filled_in and not has_default and (field.node is None or described)
        yield ((alias, field.name) if alias and by_name else (alias or field.name,)), is_needed


_DESCRIBING = frozenset({"Field", "field", "ib"})
_BY_NAME = ("populate_by_name", "validate_by_name", "allow_population_by_field_name")
"""Settings of pydantic by which a field that has another name is taken under its own, too."""

_NAMED = re.compile(r"^(?:\w+\.)?Annotated\[.*\b(?:validation_)?alias\s*=", re.DOTALL)
_DEFAULT = re.compile(r"^(?:\w+\.)?Annotated\[.*\bdefault(?:_factory)?\s*=", re.DOTALL)


def _names_otherwise(info: ClassInfo) -> bool:
    """Whether a function makes the names under which the fields of a model are taken."""
    return "alias_generator" in info.module.source.code(info.node)


def _fills_in(info: ClassInfo) -> bool:
    """Whether a model looks at what it is given, and may fill it in, before its fields are looked for."""
    return any(
        (name == "root_validator" and "True" in text) or (name == "model_validator" and "after" not in text)
        for method in info.methods.values()
        for item in method.decorators
        if (name := _name(item).rpartition(".")[2]) in {"root_validator", "model_validator"}
        and (text := info.module.source.code(item))
    )


def _takes_more(info: ClassInfo) -> bool:
    """Whether a model keeps what it is given beside its fields."""
    return _setting(info, "extra") == "allow"


def _default_of(frame: Frame, info: ClassInfo, field: Field) -> Value:
    """What a field holds that the constructor is not given."""
    default = None
    for cls in classes.lineage(frame, info)[0]:
        body = frame.interpreter.definitions.class_body(cls)
        if field.name in body.env:
            held = bring(frame, body.env[field.name], body.heap)
            default = thaw(frame, freeze(frame.live, held), cls.module.source.place(cls.node))
            break
    variable = environment_of(frame, info, field)
    if variable is None:
        return default if default is not None else unknown("a default", field.name)
    if default is None or default.is_unknown:
        return Value((EnvVar(variable),))
    is_written = text_constant(default) is not None and field.node is not None
    place = field.owner.module.source.place(field.node) if is_written and field.node is not None else None
    return Value((EnvVar(variable, freeze(frame.live, default), place),))


# --- settings ---------------------------------------------------------------------------------------------------------


_NAMING = ("env", "validation_alias", "alias")
"""Options of a field of settings by which its variable has a name of its own."""


def environment_of(frame: Frame, info: ClassInfo, field: Field) -> str | None:
    """The environment variable that a text field of settings is read from; None for any other field."""
    family, outside = classes.lineage(frame, info)
    if field.annotation not in _TEXTS or not any(base.rpartition(".")[2] == "BaseSettings" for base in outside):
        return None
    if not field.options().keys().isdisjoint(_NAMING):
        named = field.option(frame, *_NAMING)
        return named.upper() if named is not None else None
    prefix = next((found for cls in family if (found := _setting(cls, "env_prefix")) is not None), "")
    return f"{prefix}{field.name}".upper()


def _setting(info: ClassInfo, name: str) -> str | None:
    """A text of `model_config = ConfigDict(..)`, of a dict in its place, of `class Config`, or of the class line."""
    for arg in info.node.keywords:
        if arg.keyword is not None and arg.keyword.value == name:
            return _text(arg.value)
    for node in info.node.body.body:
        if isinstance(node, cst.ClassDef) and node.name.value == "Config":
            for small in (small for line in node.body.body for small in getattr(line, "body", [])):
                if isinstance(small, cst.Assign) and getattr(small.targets[0].target, "value", "") == name:
                    return _text(small.value)
        for small in getattr(node, "body", []) if isinstance(node, cst.SimpleStatementLine) else []:
            target = small.targets[0].target if isinstance(small, cst.Assign) else getattr(small, "target", None)
            if getattr(target, "value", "") == "model_config":
                return _given_to(getattr(small, "value", None), name)
    return None


def _given_to(node: cst.BaseExpression | None, name: str) -> str | None:
    """The text under a keyword of a call, or under a key of a dict."""
    if isinstance(node, cst.Call):
        return next((_text(arg.value) for arg in node.args if arg.keyword and arg.keyword.value == name), None)
    if isinstance(node, cst.Dict):
        pairs = (element for element in node.elements if isinstance(element, cst.DictElement))
        return next((_text(pair.value) for pair in pairs if _text(pair.key) == name), None)
    return None


def _text(node: cst.BaseExpression) -> str:
    return str(node.raw_value) if isinstance(node, cst.SimpleString) else ""


# --- tuples with names ------------------------------------------------------------------------------------------------

NAMED_TUPLE = "@namedtuple"
"""What stands for the class that `collections.namedtuple` makes; its first arguments are the names and defaults."""


def named_tuple(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`namedtuple("Name", fields)`: something to be called with the values of the fields."""
    given = arguments.get(1, "field_names")
    text = text_constant(given) if given is not None else None
    items = iteration.iteration_items(frame, given) if given is not None else None
    names = text.replace(",", " ").split() if text is not None else [text_constant(item) for item in items or []]
    if not names or not all(names):
        return unknown("a named tuple whose fields are not known")
    defaults = arguments.plain().get("defaults")
    held = freeze(frame.live, defaults) if defaults is not None else const(None)
    return Value((Partial(Value((Symbol(NAMED_TUPLE),)), (const(tuple(names)), held)),))


def make_named_tuple(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """An instance of such a class."""
    names = (constants(arguments.args[0]) or [()])[0]
    held = thaw(frame, arguments.args[1], frame.place(node))
    defaults = iteration.iteration_items(frame, held) or []
    late = dict(zip(names[len(names) - len(defaults) :], defaults, strict=False))
    given = dict(zip(names, arguments.args[2:], strict=False)) | arguments.plain()
    obj = Obj("instance", cls=NAMED_TUPLE, made=frame.place(node))
    items = [given.get(one) or late.get(one) or unknown("a field that is not given", one) for one in names]
    for one, value in zip(names, items, strict=True):
        obj = obj.with_slot(one, value, frame.place(node))
    return frame.allocate(node, Obj(obj.kind, obj.slots, None, tuple(items), None, obj.made, obj.cls))


def changed(frame: Frame, value: Value, changes: dict[str, Value], open_reason: str | None, node: cst.CSTNode) -> Value:
    """A copy of instances with some fields set anew: `dataclasses.replace`, `_replace`, `model_copy(update=..)`."""
    found: list[Value] = []
    for atom in value.atoms:
        obj = next((obj for _, obj in frame.live.deref(Value((atom,)))), None)
        if obj is None or obj.kind != "instance":
            found.append(unknown("a copy of something not known"))
            continue
        place = frame.place(node)
        copy = Obj(obj.kind, dict(obj.slots), obj.open, (), None, obj.made, obj.cls)
        for name, item in changes.items():
            copy = copy.with_slot(name, item, place)
        for name in obj.slots if open_reason else ():
            copy = copy.with_slot(name, unknown("it may be changed", str(name)), place)
        items = tuple(slot.value for slot in copy.slots.values()) if obj.items else ()
        found.append(frame.allocate(node, Obj(copy.kind, copy.slots, copy.open, items, None, copy.made, copy.cls)))
    return join_values(found)


__all__ = ["MAKERS", "Field", "changed", "described", "fields_of", "filled", "is_dataclass", "is_declared"]
