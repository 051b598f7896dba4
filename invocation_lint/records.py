"""`record`: a frozen dataclass with slots, made in a third of the time.

The package has some two hundred of them, and before Python 3.13 `dataclass` compiles six functions for each: a fifth of
the time in which a first file is linted. Here the three whose code depends on the fields are compiled at once, and all
records share the others.
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, FrozenInstanceError
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Any:
        """Tells type checkers what `record` does; at run time it does nothing."""
        return lambda decorator: decorator


T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def record(cls: type[T]) -> type[T]:
    """The class as `dataclass(frozen=True, slots=True)` makes it.

    Fields are declared as for `dataclass`, with `field` where they need one; keyword-only fields are not known here.
    A class may say itself how it is compared, hashed and shown.
    """
    if cls.__doc__ is None:
        cls.__doc__ = cls.__name__  # else dataclass writes a signature, which takes as long as all the rest
    has_more_to_do = hasattr(cls, "__post_init__")
    own = {name for name, value in vars(cls).items() if value is not None}  # Python itself says that __hash__ is None
    for function in _SHARED:
        if function.__name__ not in own:
            setattr(cls, function.__name__, function)
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields = dataclasses.fields(made)  # type: ignore[arg-type]
    names: dict[str, Any] = {"__name__": cls.__module__, "_set": object.__setattr__, "_MISSING": MISSING}
    exec("\n".join((*_init(fields, names, has_more_to_do), *_comparison(fields))), names)
    names["__init__"].__annotations__ = {**{one.name: one.type for one in fields if one.init}, "return": None}
    for name in {"__init__", "__eq__", "__hash__"} - own:
        names[name].__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(made, name, names[name])
    return made


def _init(fields: tuple[dataclasses.Field[Any], ...], names: dict[str, Any], has_more_to_do: bool) -> list[str]:
    """The lines of `__init__`; what they name beside the fields is added to the names. A field may be called `self`."""
    parameters, lines = ["_self"], []
    for one in fields:
        value, default = one.name, ""
        if one.default is not MISSING:
            names[f"_default_{one.name}"] = one.default
            default = f"=_default_{one.name}"
            value = value if one.init else f"_default_{one.name}"
        elif one.default_factory is not MISSING:
            names[f"_make_{one.name}"] = one.default_factory
            default = "=_MISSING"
            value = f"_make_{one.name}() if {value} is _MISSING else {value}" if one.init else f"_make_{one.name}()"
        if one.init:
            parameters.append(one.name + default)
        lines.append(f" _set(_self, {one.name!r}, {value})")
    if has_more_to_do:
        lines.append(" _self.__post_init__()")
    return [f"def __init__({', '.join(parameters)}):", *(lines or [" pass"])]


def _comparison(fields: tuple[dataclasses.Field[Any], ...]) -> list[str]:
    mine, theirs = ("".join(f"{who}.{one.name}, " for one in fields if one.compare) for who in ("self", "other"))
    return [
        "def __eq__(self, other):",
        f" return ({mine}) == ({theirs}) if other.__class__ is self.__class__ else NotImplemented",
        "def __hash__(self):",
        f" return hash(({mine}))",
    ]


def __setattr__(self: Any, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def __delattr__(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


@recursive_repr()
def __repr__(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def __getstate__(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def __setstate__(self: Any, state: list[Any]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


_SHARED = (__setattr__, __delattr__, __repr__, __getstate__, __setstate__)
