"""The InvocationType of a call: what is sent, how that comes about, and what of it the operation refuses."""

from __future__ import annotations

from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import NONE, Const, EnumMember, EnvVar, Param
from invocation_lint.analysis.domain.events import Argument, Visit
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.base import Text
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.arguments import find
from invocation_lint.facts.building.merging import join_answers
from invocation_lint.findings import Place
from invocation_lint.records import record

MODES = {"invoke_with_response_stream": frozenset({"RequestResponse", "DryRun"})}
_OF_INVOKE = frozenset({"Event", "RequestResponse", "DryRun"})


@record
class Mode:
    """What is sent, how that comes about, what of it is refused, and where that is written if not at the call."""

    sent: Text
    source: Text | None
    refused: Text | None = None
    place: Place | None = None


def mode_of(visit: Visit, function: FunctionInfo | None) -> Mode:
    """The mode of an invocation; `function` is the one in whose code the call stands."""
    if visit.api == "invoke_async":
        return Mode("Event", "default")
    argument = find(visit, "InvocationType")
    if argument is None:
        return Mode(UnknownAnswer(visit.open), None) if visit.open else Mode("RequestResponse", "default")
    answers = [_sent(atom) for atom in argument.value.atoms]
    sources = {_source(atom) for atom in argument.value.atoms}
    refused = _refused(visit.api, answers)
    if argument.presence != "yes":
        answers.append("RequestResponse")
    source = sources.pop() if len(sources) == 1 else "written"
    return Mode(join_answers(answers), source, join_answers(refused), _place(argument, refused, function))


def sent_mode(visit: Visit) -> Any:
    """The text that is sent as InvocationType."""
    return mode_of(visit, None).sent


def _sent(atom: Any) -> Any:
    if isinstance(atom, EnvVar) and atom.default is not None and atom.default != NONE:
        held = atom.default.single
        return _sent(held) if isinstance(held, (Const, EnumMember)) else UnknownAnswer("the default is not known")
    if isinstance(atom, Const):
        return "none" if atom.value is None else str(atom.value)
    if isinstance(atom, EnumMember):
        if atom.mixin == "StrEnum":
            return _sent(atom.value.single) if atom.value.single is not None else UnknownAnswer("an enum member")
        return f"{atom.cls.rpartition('.')[2].rpartition(':')[2]}.{atom.name}"
    return UnknownAnswer("it is not known at the call")


def _source(atom: Any) -> str:
    return "enum_member" if isinstance(atom, EnumMember) else "variable" if isinstance(atom, EnvVar) else "written"


def _refused(api: str, answers: list[Any]) -> list[str]:
    """The texts that are no modes. Where there are others, nothing and no text may only be what a name was bound to
    before it got its value."""
    known = [answer for answer in answers if isinstance(answer, str)]
    wrong = [answer for answer in known if answer not in MODES.get(api, _OF_INVOKE)]
    return wrong if len(answers) == 1 else [answer for answer in wrong if answer not in {"", "none"}]


def _place(argument: Argument, refused: list[str], function: FunctionInfo | None) -> Place | None:
    """Where the default is written that is refused; None for what is written at the call or near it."""
    for atom in argument.value.atoms:
        if isinstance(atom, EnvVar) and atom.place is not None and _sent(atom) in refused:
            return atom.place
    if function is None or not refused or not argument.value.of(Param):
        return None
    params = function.node.params
    for param in (*params.posonly_params, *params.params, *params.kwonly_params):
        default = param.default
        if isinstance(default, cst.SimpleString) and default.raw_value in refused:
            return function.module.source.place(default)
    return None


__all__ = ["Mode", "mode_of", "sent_mode"]
