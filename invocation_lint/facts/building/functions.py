"""Which function is invoked, and what its contract says."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from invocation_lint.analysis.domain.atoms import Const, Encoded, EnumMember, EnvVar, Param, Text, Unknown, Value
from invocation_lint.contracts.match import Conflict, match_contract, plain_name, plain_pieces
from invocation_lint.contracts.model import ContractBook, FunctionContract
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Range
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.links.returned import form_of
from invocation_lint.facts.building.merging import join_answers
from invocation_lint.facts.building.near import nearest
from invocation_lint.facts.building.shapes import HTTP_KEYS

if TYPE_CHECKING:
    from invocation_lint.facts.building.linked import Link

_OF_REQUESTS = HTTP_KEYS | {"body"}
_IN_WORDS = {"proxy": "`statusCode` and JSON text in `body`", "text": "JSON text, which Lambda encodes again"}

_OWN_NAME = re.compile(
    r"(?:self\.)?(?:\w*context|_*ctx)\.(?:function_name|invoked_function_arn(?:\.r?(?:split|partition)\(\))?)"
)
"""The sources of what the context of a handler says of the function that runs it, as a whole or in parts: no other part
of its ARN names a function."""


def function_fact(value: Value | None) -> facts.Function:
    """The fact of a FunctionName argument."""
    if value is None or not value.atoms:
        return facts.Function(self="no")
    variables = [_variable(atom) for atom in value.atoms]
    names = [_name(atom) for atom in value.atoms]
    patterns = [_pattern(atom) for atom in value.atoms]
    own = {is_self(atom) for atom in value.atoms}
    return facts.Function(
        name=join_answers(names),
        environment_variable=join_answers(variables),
        pattern=join_answers(patterns),
        self="yes" if own == {True} else "no" if own == {False} else UnknownAnswer("only on some paths"),
    )


def _variable(atom: Any) -> Any:
    return atom.name if isinstance(atom, EnvVar) else None


def pieces_of(atom: Any) -> tuple[str | None, ...] | None:
    """The plain function name in pieces, None for a piece that is not known; None when nothing is known."""
    if isinstance(atom, Const) and isinstance(atom.value, str):
        return (plain_name(atom.value),)
    if isinstance(atom, Text):
        return plain_pieces(tuple(piece if isinstance(piece, str) else None for piece in atom.pieces))
    if isinstance(atom, EnvVar) and atom.default is not None and atom.default.single is not None:
        return pieces_of(atom.default.single)
    if isinstance(atom, EnumMember) and atom.value.single is not None:
        return pieces_of(atom.value.single)
    return None


def _name(atom: Any) -> Any:
    pieces = pieces_of(atom)
    if isinstance(atom, EnvVar):
        return UnknownAnswer("the environment names it")
    if pieces is not None and None not in pieces:
        return "".join(str(piece) for piece in pieces)
    if isinstance(atom, Text):
        return UnknownAnswer("part of the name is unknown")
    return UnknownAnswer("its name is unknown")


def _pattern(atom: Any) -> Any:
    pieces = pieces_of(atom)
    return None if pieces is None else "".join("*" if piece is None else piece for piece in pieces)


def is_self(atom: Any) -> bool:
    """Whether an atom is the name of the function that runs the code."""
    if isinstance(atom, EnvVar):
        return atom.name == "AWS_LAMBDA_FUNCTION_NAME"
    source = atom.source if isinstance(atom, Unknown) else ""
    if isinstance(atom, Encoded) and atom.how == "repr" and atom.value.single is not None:
        return is_self(atom.value.single)
    return _OWN_NAME.fullmatch(source) is not None


def contract_of(value: Value | None, book: ContractBook) -> FunctionContract | Conflict | None:
    """The contract of the function that a FunctionName argument names; atoms that differ give none."""
    if value is None:
        return None
    found: list[FunctionContract | Conflict | None] = []
    for atom in value.atoms:
        variable = atom.name if isinstance(atom, EnvVar) else None
        one = match_contract(book, pieces_of(atom), variable)
        if one not in found:
            found.append(one)
    return found[0] if len(found) == 1 else None


def target_fact(
    contract: FunctionContract | None, action: facts.Action | None, link: Link | None = None
) -> facts.Target:
    """What the contract says of the function, for the action that the payload asks for; `link` is the deployed function
    that is surely invoked. What a contract says of the time that it takes comes before what is seen of it."""
    if contract is None and link is None:
        return facts.Target()
    if contract is None:
        assert link is not None
        return _with_link(facts.Target(name=link.title), link)
    duration: tuple[float, float] | None = contract.duration_seconds
    answer: Any = None
    source = None
    if contract.discriminator:
        if action is not None and isinstance(action.value, str):
            one = contract.action(action.value)
            duration = one.duration_seconds if one else None
        elif contract.actions and all(item.duration_seconds for item in contract.actions):
            lows = [item.duration_seconds[0] for item in contract.actions if item.duration_seconds]
            highs = [item.duration_seconds[1] for item in contract.actions if item.duration_seconds]
            duration = (min(lows), max(highs))
        else:
            duration = None
            answer = UnknownAnswer("the action is not known")
    if duration is not None:
        answer, source = Range(*duration) if duration[0] != duration[1] else duration[0], "contract"
    elif answer is None and contract.timeout_seconds is not None:
        answer, source = Range(0, contract.timeout_seconds), "timeout"
    target = facts.Target(
        name=contract.name,
        contract=contract.name,
        duration_seconds=answer,
        duration_from=source,
        timeout_seconds=contract.timeout_seconds,
        actions=tuple(facts.Named(item.name) for item in contract.actions) if contract.discriminator else None,
        other_actions=(contract.other_actions or "none of its actions runs") if contract.discriminator else None,
        decodes=contract.decodes,
        idempotent=None if contract.idempotent is None else "yes" if contract.idempotent else "no",
        failure_answer=contract.failure_answer,
        origin=contract.origin,
        handler="yes" if contract.origin == "inferred" else None,
        template="yes" if contract.origin == "inferred" else None,
    )
    return _with_link(target, link) if link is not None else target


def _with_link(target: facts.Target, link: Link) -> facts.Target:
    """The fact of a function with what is seen of it where it is deployed."""
    form = form_of(link.returned) if link.returned is not None else None
    timeout = target.timeout_seconds if target.timeout_seconds is not None else link.timeout_seconds
    duration, source = target.duration_seconds, target.duration_from
    inner = link.patience
    if source != "contract" and link.least_seconds:
        end = link.timeout_seconds or math.inf
        duration, source = Range(min(link.least_seconds, end), end), "handler"
    elif duration is None and link.timeout_seconds is not None:
        duration, source = Range(0, link.timeout_seconds), "deployed"
    return replace(
        target,
        duration_seconds=duration,
        duration_from=source,
        timeout_seconds=timeout,
        inner_timeout_seconds=min(inner.seconds, link.timeout_seconds or math.inf) if inner is not None else None,
        inner_wait=inner.of if inner is not None else None,
        handler="yes" if link.handler is not None else None,
        template="yes",
        answer_form=form,
        answers=_IN_WORDS[form] if form is not None else None,
        behind_http="yes" if link.behind_http or link.keys_read is None or link.keys_read & _OF_REQUESTS else "no",
    )


__all__ = ["Param", "contract_of", "function_fact", "nearest", "target_fact"]
