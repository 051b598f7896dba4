"""What is given from outside: variables of the environment, modules by their names, what a framework injects."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from invocation_lint.analysis.domain.atoms import NONE, Const, EnvVar, Symbol, Value, unknown
from invocation_lint.analysis.domain.state import freeze
from invocation_lint.analysis.domain.values import text_constant
from invocation_lint.analysis.python import iteration
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.findings import Place


def _environ(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    key = arguments.get(0, "key")
    atom = key.single if key is not None else None
    default = arguments.get(1, "default") or NONE
    if isinstance(atom, Const) and isinstance(atom.value, str):
        return Value((EnvVar(atom.value, freeze(frame.live, default), _place_of_text(frame, default, arguments)),))
    return unknown("an environment variable")


def _environment(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """A reader of the environment, as environs and django-environ make it."""
    return Value((Symbol("@environment"),))


def _required(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """A variable that must be set where no default is given."""
    key, default = arguments.get(0, "name"), arguments.get(1, "default")
    text = text_constant(key) if key is not None else None
    if text is None:
        return unknown("an environment variable")
    if set(arguments.kwargs) - {"default"}:  # it is turned into something else
        return unknown("an environment variable", text)
    if default is None:
        return Value((EnvVar(text),))
    return Value((EnvVar(text, freeze(frame.live, default), _place_of_text(frame, default, arguments)),))


def _place_of_text(frame: Frame, default: Value, arguments: Arguments) -> Place | None:
    """Where a default is given that is a text."""
    if text_constant(default) is None:
        return None
    named = arguments.kwargs.get("default")
    if named is not None:
        return named.place
    return frame.place(arguments.nodes[1]) if len(arguments.nodes) > 1 else None


def _depends(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`Depends(make)`: what the framework gives for the parameter, which is what `make()` gives."""
    make = arguments.get(0, "dependency")
    if make is None:
        return Value((Symbol("@depends"),))
    value = frame.call(make, Arguments(place=frame.place(node)), node)
    made = list(frame.live.deref(value)) if frame.state is not None else []
    is_generator = bool(made) and all(obj.kind == "generator" for _, obj in made)
    return iteration.element_of(frame, value) if is_generator else value


def _import(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """A module by its name; `__import__` gives the package at the top of it."""
    given = arguments.get(0, "name")
    text = text_constant(given) if given is not None else None
    if not text:
        return unknown("a module whose name is not known")
    return frame.interpreter.modules.imported(frame, text.partition(".")[0] if name.endswith("__import__") else text)


HANDLERS: dict[str, Callable[[Frame, str, Arguments, cst.CSTNode], Value]] = {
    "os.environ.get": _environ,
    "os.getenv": _environ,
    "decouple.config": _required,
    "starlette.config.environ.get": _environ,
    **dict.fromkeys(("environs.Env", "environ.Env", "environs.EnvParser"), _environment),
    **dict.fromkeys(("@environment", "@environment.str", "@environment.__call__"), _required),
    **dict.fromkeys(("fastapi.Depends", "fastapi.params.Depends", "fastapi.Security"), _depends),
    "importlib.import_module": _import,
    "builtins.__import__": _import,
}

__all__ = ["HANDLERS"]
