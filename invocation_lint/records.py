"""`record` and `mutable`: dataclasses with slots, made in a fifth of the time.

The package has some four hundred of them, and before Python 3.13 `dataclass` compiles up to six functions for each: a
fifth of the time in which a first file is linted. Here those whose code depends on the fields are compiled when they
are first asked for, as most never are in one run, and all classes share the others. `late_dataclasses` does the same
for a package that is imported.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, FrozenInstanceError
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, overload

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Any:
        """Tells type checkers what `record` does; at run time it does nothing."""
        return lambda decorator: decorator


T = TypeVar("T")


class _LeftOut:
    """The default of a parameter whose value is made by a factory."""

    def __repr__(self) -> str:
        return "<factory>"


_LEFT_OUT = _LeftOut()


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def record(cls: type[T]) -> type[T]:
    """The class as `dataclass(frozen=True, slots=True)` makes it.

    Fields are declared as for `dataclass`, with `field` where they need one; keyword-only fields are not known here.
    A class may say itself how it is compared, hashed and shown.
    """
    return _made(cls, _OF_FROZEN, ("__init__", "__eq__", "__hash__"))


@overload
def mutable(cls: type[T]) -> type[T]: ...
@overload
def mutable(*, eq: bool) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(field_specifiers=(dataclasses.field,))
def mutable(cls: type[T] | None = None, *, eq: bool = True) -> type[T] | Callable[[type[T]], type[T]]:
    """The class as `dataclass(slots=True)` makes it; with `eq=False`, each instance equals itself alone."""

    def decorate(cls: type[T]) -> type[T]:
        if eq and "__eq__" not in vars(cls):
            cls.__hash__ = None  # type: ignore[method-assign, assignment]
        return _made(cls, (__repr__,), ("__init__", "__eq__") if eq else ("__init__",))

    return decorate if cls is None else decorate(cls)


def _made(
    cls: type[T], shared: tuple[Callable[..., Any], ...], compiled: tuple[str, ...], *, slots: bool = True
) -> type[T]:
    if cls.__doc__ is None:
        cls.__doc__ = cls.__name__  # else dataclass writes a signature, which takes as long as all the rest
    own = {name for name, value in vars(cls).items() if value is not None}  # Python itself says that __hash__ is None
    for function in shared:
        if function.__name__ not in own:
            setattr(cls, function.__name__, function)
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    for name in compiled:
        if name not in own:
            setattr(made, name, _Late(name))
    return made


@contextmanager
def late_dataclasses() -> Iterator[None]:
    """While it lasts, classes that are marked `@dataclass(frozen=True)` are made like records, but without slots: they
    behave the same. Of libcst's import, half is the compilation of functions of nodes that no file has."""
    usual = dataclasses.dataclass

    def decorate(cls: type[T]) -> type[T]:
        shared = (__setattr__, __delattr__, __repr__)
        return _made(cls, shared, ("__init__", "__eq__", "__hash__"), slots=False)

    def dataclass(cls: type | None = None, /, **options: Any) -> Any:
        return decorate if cls is None and options == {"frozen": True} else usual(cls, **options)

    dataclasses.dataclass = dataclass
    try:
        yield
    finally:
        dataclasses.dataclass = usual


class _Late:
    """A function of a class that is compiled, and put into its place, when it is first asked for."""

    __slots__ = ("_function", "_name")

    def __init__(self, name: str) -> None:
        self._name = name
        self._function: Any = None

    def __get__(self, instance: object, asked: type | None = None) -> Any:
        for owner in (asked or type(instance)).__mro__:
            if vars(owner).get(self._name) is self:  # else another thread has just put it into its place
                self._function = self._function or _compiled(owner, self._name)
                setattr(owner, self._name, self._function)
                break
        return self._function if instance is None else self._function.__get__(instance, asked)


def _compiled(cls: type, name: str) -> Any:
    fields = dataclasses.fields(cls)
    names: dict[str, Any] = {"__name__": cls.__module__, "_set": object.__setattr__, "_LEFT_OUT": _LEFT_OUT}
    lines = _init(fields, names, cls) if name == "__init__" else _comparison(fields)[name]
    exec("\n".join(lines), names)
    function = names[name]
    if name == "__init__":
        function.__annotations__ = {**{one.name: one.type for one in fields if one.init}, "return": None}
    function.__qualname__ = f"{cls.__qualname__}.{name}"
    return function


def _init(fields: tuple[dataclasses.Field[Any], ...], names: dict[str, Any], cls: type) -> list[str]:
    """The lines of `__init__`; what they name beside the fields is added to the names. A field may be called `self`."""
    parameters, lines = ["_self"], []
    setter: object = cls.__setattr__
    for one in fields:
        value, default = one.name, ""
        if one.default is not MISSING:
            names[f"_default_{one.name}"] = one.default
            default = f"=_default_{one.name}"
            value = value if one.init else f"_default_{one.name}"
        elif one.default_factory is not MISSING:
            names[f"_make_{one.name}"] = one.default_factory
            default = "=_LEFT_OUT"
            value = f"_make_{one.name}() if {value} is _LEFT_OUT else {value}" if one.init else f"_make_{one.name}()"
        elif not one.init:
            continue  # the class sets it itself
        if one.init:
            parameters.append(one.name + default)
        lines.append(
            f" _set(_self, {one.name!r}, {value})" if setter is __setattr__ else f" _self.{one.name} = {value}"
        )
    if hasattr(cls, "__post_init__"):
        lines.append(" _self.__post_init__()")
    return [f"def __init__({', '.join(parameters)}):", *(lines or [" pass"])]


def _comparison(fields: tuple[dataclasses.Field[Any], ...]) -> dict[str, list[str]]:
    mine, theirs = ("".join(f"{who}.{one.name}, " for one in fields if one.compare) for who in ("self", "other"))
    return {
        "__eq__": [
            "def __eq__(self, other):",
            f" return ({mine}) == ({theirs}) if other.__class__ is self.__class__ else NotImplemented",
        ],
        "__hash__": ["def __hash__(self):", f" return hash(({mine}))"],
    }


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


_OF_FROZEN = (__setattr__, __delattr__, __repr__, __getstate__, __setstate__)
