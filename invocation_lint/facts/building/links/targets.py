"""Which deployed functions a FunctionName means, in the code that holds it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from types import MappingProxyType
from typing import Any

from invocation_lint.analysis.domain.atoms import Const, EnumMember, EnvVar, Text, Typed, Value
from invocation_lint.analysis.domain.cuts import Cut
from invocation_lint.analysis.libraries.sdk import SETTING
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.deployment import values
from invocation_lint.deployment.deployed import Meant
from invocation_lint.deployment.model import Function, Setting
from invocation_lint.facts.building.functions import is_self
from invocation_lint.facts.building.links.code import Code
from invocation_lint.records import record


@record
class Targets:
    """The functions that may be meant. They are `certain` when one of them surely is and there is only one, and `sure`
    when one of them surely is. `named_by` says how the code names it: environment, setting, literal, pattern, self,
    other; `reason` why it is not certain."""

    functions: tuple[Function, ...] = ()
    certain: bool = False
    named_by: str = "other"
    reason: str = ""
    sure: bool = False


_Running = Callable[[], tuple[Function, ...]]
"""Gives the functions that run the code."""

NOBODY = Targets(reason="its name is unknown")


def targets_of(
    name: Value | None,
    module: str,
    code: Code,
    settings: Mapping[str, str] = MappingProxyType({}),
    within: FunctionInfo | None = None,
    run_by: Function | None = None,
) -> Targets:
    """The functions that a FunctionName of a module means. `settings` are names of settings with the functions that the
    configuration says they name; `within` is the function of the module that has the name. It is asked for all deployed
    functions that run the code, or for `run_by` alone."""
    running = cache(partial(_running, code, module, within)) if run_by is None else lambda: (run_by,)
    if name is None or not name.atoms:
        return NOBODY
    said = [atom for atom in name.atoms if not (isinstance(atom, Const) and atom.value in ("", None))]
    each = [  # without a name nothing is invoked
        _of_setting(one, settings, code) or _of_atom(one, running, code)
        for atom in said or name.atoms
        for one in _ways(atom)
    ]
    functions = {one.key: one for found in each for one in found.functions}
    words = {found.named_by for found in each}
    reasons = [found.reason for found in each if found.reason]
    certain = len(functions) == 1 and all(found.certain for found in each)
    sure = certain or all(found.sure or found.certain for found in each)
    if sure and "environment" in words and not running():
        sure = code.may_run_unseen(module, within, _variables(said))
        certain, reasons = certain and sure, ["who runs this code sets the variable"]
    if sure and "environment" in words and code.sets(module, _variables(said), running()):
        certain, sure, reasons = False, False, ["the code sets the variable itself"]
    if not certain and not reasons:
        reasons = ["several functions may be meant"]
    return Targets(
        tuple(functions.values()),
        certain,
        words.pop() if len(words) == 1 else "other",
        "" if certain else reasons[0],
        sure,
    )


MAX_WAYS = 24
"""Texts that one may be by its parts, of which each may be one of several: of more, the parts are open."""


def _ways(atom: Any) -> list[Any]:
    """What an atom may be: a text in which a part is one of several constants is one of several texts."""
    if not isinstance(atom, Text):
        return [atom]
    found: list[tuple[Any, ...]] = [()]
    for piece in atom.pieces:
        atoms = piece.atoms if isinstance(piece, Value) else ()
        is_known = len(atoms) > 1 and all(isinstance(one, Const) and isinstance(one.value, str) for one in atoms)
        ways = [Value((one,)) for one in atoms] if is_known else [piece]
        found = [(*before, way) for before in found for way in ways]
        if len(found) > MAX_WAYS:
            return [atom]
    return [replace(atom, pieces=pieces) for pieces in found]


def _running(code: Code, module: str, within: FunctionInfo | None) -> tuple[Function, ...]:
    """The functions that run the code: those that come to `within`, else, where it is called in a way that is not in
    sight, those that run its module."""
    return code.running(module, within) or (code.running(module) if within is not None else ())


def _variables(atoms: Iterable[Any]) -> frozenset[str]:
    return frozenset(atom.name for atom in atoms if isinstance(atom, EnvVar))


def _of_setting(atom: Any, settings: Mapping[str, str], code: Code) -> Targets | None:
    """The functions that a setting names by the configuration; None where that says nothing of it."""
    if not settings:
        return None
    source = atom.name if isinstance(atom, EnvVar) else getattr(atom, "source", "") or getattr(atom, "dotted", "")
    found = next((settings[one] for one in settings if source == one or source.endswith(f".{one}")), None)
    if found is None:
        return None
    called = [one.function for one in code.deployed.functions_called(found)]
    called = called or [one for one in code.deployed.all(Function) if found in {one.key.id, one.called}]
    reason = (
        f"no template deploys {found}, which the configuration names"
        if not called
        else "several functions have that name"
    )
    named_by = "environment" if isinstance(atom, EnvVar) else "setting"
    certain = len(called) == 1
    return Targets(tuple(called), certain, named_by, "" if certain else reason)


def _of_atom(atom: Any, running: _Running, code: Code) -> Targets:
    if is_self(atom):
        own = running()
        reason = "" if len(own) == 1 else "which function runs this code is not known"
        return Targets(own, len(own) == 1, "self", reason, bool(own))  # one of those that run it
    if isinstance(atom, EnumMember) and atom.value.single is not None:
        return _of_atom(atom.value.single, running, code)
    if isinstance(atom, Const) and isinstance(atom.value, str):
        return _meant(code.deployed.functions_called(atom.value), "literal", f"no template names {atom.value}")
    if isinstance(atom, EnvVar):
        return _of_variable(atom, running, code)
    if isinstance(atom, Typed) and atom.source.startswith(SETTING):
        return _of_parameter(atom.source.removeprefix(SETTING), code)
    if isinstance(atom, Text):
        if any(isinstance(piece, Value) and isinstance(piece.single, Cut) for piece in atom.pieces):
            return _of_cuts(atom, running, code)
        content = values.text(_pieces(atom, running))
        if not _says_something(content):
            return NOBODY
        return _meant(code.deployed.functions_called(content), "pattern", "no template defines such a name")
    return NOBODY


def _of_parameter(name: str, code: Code) -> Targets:
    """The functions that a parameter of Systems Manager names, where a template sets it."""
    told = [one.value for one in code.deployed.all(Setting) if one.name is not None and name in one.name.contents]
    found = {one.function.key: one for value in told if value is not None for one in _named_by(value, code)}
    certain = len(told) == 1 and len(found) == 1 and all(one.certain for one in found.values())
    reason = (
        f"no template sets the parameter {name}" if not told else f"the value of the parameter {name} is not certain"
    )
    return Targets(tuple(one.function for one in found.values()), certain, "setting", "" if certain else reason)


def _of_cuts(atom: Text, running: _Running, code: Code) -> Targets:
    """The functions whose names are a variable of the environment with something in the middle of it."""
    cuts = [piece.single for piece in atom.pieces if isinstance(piece, Value) and isinstance(piece.single, Cut)]
    names = {cut.name for cut in cuts}
    told = {one.environment[name].content for one in running() for name in names if name in one.environment}
    whole = told.pop() if len(told) == 1 and len(names) == 1 else None
    if not isinstance(whole, str):
        return NOBODY
    found: dict[object, Function] = {}
    for at in range(len(whole) + 1):
        pieces = [
            (whole[at:] if piece.single.is_end else whole[:at])
            if isinstance(piece, Value) and isinstance(piece.single, Cut)
            else piece
            for piece in atom.pieces
        ]
        content = values.text(_pieces(Text(tuple(pieces)), running))
        for one in code.deployed.functions_called(content) if _says_something(content) else ():
            found.setdefault(one.function.key, one.function)
    reason = "part of the name is unknown" if found else "no template defines such a name"
    return Targets(tuple(found.values()), False, "pattern", reason)


def _meant(found: Iterable[Meant], named_by: str, nothing: str) -> Targets:
    every = tuple(found)
    certain = len(every) == 1 and every[0].certain
    reason = "" if certain else "the name matches several functions, or only partly" if every else nothing
    return Targets(tuple(one.function for one in every), certain, named_by, reason)


def _of_variable(atom: EnvVar, running: _Running, code: Code) -> Targets:
    """The functions that a variable of the environment names, for each function that runs the code."""
    callers = running()
    set_here = [one.environment[atom.name] for one in callers if atom.name in one.environment]
    others = [one for one in callers if atom.name not in one.environment]
    is_open = any(one.environment_open for one in others)
    is_elsewhere = bool(callers) and not set_here
    if not set_here:  # who runs the code is not known, or the variable is set in some other way
        set_here = [one.environment[atom.name] for one in code.deployed.having(atom.name)]
    found = {one.function.key: one for value in set_here for one in _named_by(value, code)}
    default = atom.default.single if atom.default is not None else None
    by_default = _of_atom(default, running, code).functions if default is not None and (others or not set_here) else ()
    if not set_here:
        return Targets(by_default, False, "environment", f"no template sets {atom.name}")
    every = tuple(
        {**{key: one.function for key, one in found.items()}, **{one.key: one for one in by_default}}.values()
    )
    if not every:
        return Targets((), False, "environment", f"the function behind {atom.name} is unknown")
    if is_elsewhere:
        return Targets(every, False, "environment", f"no function that runs this code is set {atom.name}")
    sure = not is_open and all(one.certain for one in found.values()) and _all_name_one(set_here, code)
    certain = sure and len(every) == 1
    reason = "" if certain else f"the function behind {atom.name} is not certain"
    return Targets(every, certain, "environment", reason, sure)


def _all_name_one(set_here: Iterable[values.Value], code: Code) -> bool:
    """Whether each case of each value names a function."""
    return all(
        bool(_called(content, code))
        for value in set_here
        for content in value.contents
        if content not in (None, "")  # where it is empty, nothing is invoked
    )


def _named_by(value: values.Value, code: Code) -> Iterator[Meant]:
    """The functions that a value of a template names, in each of its cases."""
    for content in value.contents:
        yield from _called(content, code)


def _called(content: Any, code: Code) -> tuple[Meant, ...]:
    """The functions that a content names. One that is open as a whole, as a parameter is, names the function whose name
    is the same parameter."""
    found = code.deployed.functions_called(content)
    return found if _says_something(content) else tuple(one for one in found if one.certain)


_WORD = re.compile(r"[A-Za-z0-9]{3}")


def _says_something(content: Any) -> bool:
    """Whether a text refers to a resource, or has a literal part by which a name is told from others."""
    pieces = values.pieces_of(content) or ()
    return any(
        isinstance(piece, values.Attribute) or (isinstance(piece, str) and _WORD.search(piece) is not None)
        for piece in pieces
    )


def _pieces(atom: Text, running: _Running) -> Iterator[values.Piece]:
    """The pieces of a text of the code as those of a template; what is not known is a hole of its own."""
    for number, piece in enumerate(atom.pieces):
        known: Any = piece
        if isinstance(piece, Value):
            inner = piece.single
            known = inner.value if isinstance(inner, Const) and isinstance(inner.value, str) else None
            if isinstance(inner, EnvVar):
                told = {value.content for one in running() if (value := one.environment.get(inner.name)) is not None}
                content = told.pop() if len(told) == 1 else None
                if isinstance(content, values.Text):
                    yield from content.pieces
                    continue
                known = content
        yield known if isinstance(known, str) else values.Hole(f"piece {number}", "code", "it is not known")
