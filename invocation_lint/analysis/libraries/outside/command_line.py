"""Options of the command line and of requests, which have the default that is declared when nobody gives them.

Parameters are those of argparse (docs.python.org), click, typer and FastAPI (docs of each).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import Method, Ref, Slot, Value, join2, unknown
from invocation_lint.analysis.domain.state import Obj
from invocation_lint.analysis.domain.values import constants, text_constant
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import conditions
from invocation_lint.analysis.python.calls.unfollowed import call_unknown
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame

PARSER = "argparse.ArgumentParser"
"""The class of a parser, of its groups and of the parsers below it."""

_OPTIONS = "argparse.Namespace"
_GROUPS = frozenset({"add_argument_group", "add_mutually_exclusive_group", "add_subparsers", "add_parser"})
_KNOWN = _GROUPS | {"add_argument", "set_defaults", "parse_args", "parse_known_args"}
_DECLARING = ("typer.Option", "typer.Argument", "fastapi.Query", "fastapi.Body", "fastapi.Form", "fastapi.Header")


def attribute(atom: Ref, obj: Obj, name: str) -> Value | None:
    """A method of a parser."""
    return Value((Method(Value((atom,)), name),)) if obj.cls == PARSER and name in _KNOWN else None


def call_method(frame: Frame, atom: Ref, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """`parser.name(..)`; None for what is no parser."""
    obj = frame.live.heap[atom.id]
    if obj.cls != PARSER or name not in _KNOWN:
        return None
    if name in _GROUPS:
        return Value((atom,))
    if name == "add_argument":
        _add(frame, atom, arguments, node)
        return unknown("an action of a parser")
    if name == "set_defaults":
        for key, argument in arguments.kwargs.items():
            _set(frame, atom, key, argument.value, node)
        return unknown("nothing")
    options = frame.allocate(node, replace(obj, cls=_OPTIONS, made=frame.place(node)))
    if name == "parse_args":
        return options
    pair = (options, unknown("the arguments that are left"))
    return frame.allocate(node, Obj("tuple", items=pair, made=frame.place(node)))


def _add(frame: Frame, atom: Ref, arguments: Arguments, node: cst.CSTNode) -> None:
    given = arguments.plain()
    names = [text for value in arguments.args if (text := text_constant(value)) is not None]
    longest = next((name for name in names if name.startswith("--")), names[0] if names else "")
    name = text_constant(given["dest"]) if "dest" in given else longest.lstrip("-").replace("-", "_")
    default = given.get("default")
    if name and default is not None and "type" not in given:
        _set(frame, atom, name, default, node)


def _set(frame: Frame, atom: Ref, name: str, default: Value, node: cst.CSTNode) -> None:
    """Note a default; parsers below one parser may have several for one name."""
    place = frame.place(node)
    held = frame.live.heap[atom.id].slots.get(name)
    value = default if held is None else join2(held.value, default)
    value = join2(value, unknown("an option of the command line", name))
    frame.live.update(Value((atom,)), lambda obj, weak: obj.with_slot(name, value, place, weak=weak))


def _parser(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`ArgumentParser(..)`."""
    call_unknown(frame, arguments, node, source="ArgumentParser")
    reason = "options of the command line"
    return frame.allocate(node, Obj("instance", cls=PARSER, made=frame.place(node), open=reason))


def _declared(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`typer.Option("default", ..)` in place of a parameter's default."""
    default = arguments.get(0, "default")
    given = unknown("an option that is given")
    return given if default is None or constants(default) in (None, [None], [...]) else join2(default, given)


def declared_by_decorators(frame: Frame, info: FunctionInfo) -> dict[str, Slot]:
    """The defaults of parameters that `@click.option("--name", default=..)` gives."""
    found: dict[str, Slot] = {}
    for item in info.decorators:
        if not isinstance(item, cst.Call) or dotted(item.func).rpartition(".")[2] != "option":
            continue
        texts = [
            arg.value.raw_value for arg in item.args if isinstance(arg.value, cst.SimpleString) and not arg.keyword
        ]
        default = next((arg.value for arg in item.args if arg.keyword and arg.keyword.value == "default"), None)
        plain = [str(text) for text in texts if not str(text).startswith("-")]
        long = [str(text).lstrip("-") for text in texts if str(text).startswith("--")]
        names = plain or long
        if names and default is not None:
            value = conditions.quietly(frame, default)
            found[names[0].partition("/")[0].replace("-", "_")] = Slot("yes", value, frame.place(default))
    return found


HANDLERS: dict[str, Callable[[Frame, str, Arguments, cst.CSTNode], Value]] = {
    PARSER: _parser,
    **dict.fromkeys(_DECLARING, _declared),
}

__all__ = ["HANDLERS", "attribute", "call_method", "declared_by_decorators"]
