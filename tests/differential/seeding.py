"""Faults in the analysis, one at a time: what it would state if a part of it were wrong."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

import invocation_lint.analysis
import invocation_lint.facts
from invocation_lint.analysis.domain import atoms, state
from invocation_lint.analysis.libraries import containers, encoding
from invocation_lint.analysis.program import acts
from invocation_lint.analysis.python import conditions
from invocation_lint.analysis.python.errors import clauses, managers, tries
from invocation_lint.analysis.tracing import answer_parts
from invocation_lint.facts.building import answers, arguments, shapes
from invocation_lint.facts.building.sent import modes

Seed = Callable[[pytest.MonkeyPatch], None]

# A module that is first imported while a fault is in would keep the fault when it is taken out.
for _package in (invocation_lint.analysis, invocation_lint.facts):
    for _module in pkgutil.walk_packages(_package.__path__, f"{_package.__name__}."):
        importlib.import_module(_module.name)


def _instead(patch: pytest.MonkeyPatch, old: Callable[..., Any], new: Callable[..., Any]) -> None:
    """Puts a function in another's place, wherever a module of the package holds that."""
    for name, module in list(sys.modules.items()):
        if name.startswith("invocation_lint."):
            for key, value in list(vars(module).items()):
                if value is old:
                    patch.setattr(module, key, new)
                elif isinstance(value, dict) and any(one is old for one in value.values()):
                    for entry in [entry for entry, one in value.items() if one is old]:
                        patch.setitem(value, entry, new)


def first_branch(patch: pytest.MonkeyPatch) -> None:
    """What a join of two paths gives is the first of them."""
    _instead(patch, state.join_states, lambda left, right: left if left is not None else right)


def weak_is_strong(patch: pytest.MonkeyPatch) -> None:
    """A key that is set on some paths is set on all: a join of two objects has all keys of both."""
    join = state.join_slots

    def sure(left: Any, right: Any) -> Any:
        return {key: replace(slot, presence="yes") for key, slot in join(left, right).items()}

    _instead(patch, state.join_slots, sure)


def update_ignored(patch: pytest.MonkeyPatch) -> None:
    """`dict.update` changes nothing."""
    _instead(patch, containers._update, lambda *given: atoms.NONE)


def key_stays(patch: pytest.MonkeyPatch) -> None:
    """A key that is deleted or popped is still there."""
    patch.setattr(state.Obj, "without_slot", lambda self, key, *, weak=False: self)


def event_by_default(patch: pytest.MonkeyPatch) -> None:
    """A call without InvocationType is sent as an event."""
    mode_of = modes.mode_of

    def found(visit: Any, function: Any) -> Any:
        mode = mode_of(visit, function)
        return replace(mode, sent="Event") if mode.source == "default" else mode

    _instead(patch, modes.mode_of, found)


def one_layer(patch: pytest.MonkeyPatch) -> None:
    """JSON in JSON has one layer."""
    decode = shapes._decode_json

    def found(atom: Any) -> Any:
        made = decode(atom)
        return replace(made, layers=1) if made.layers else made

    _instead(patch, shapes._decode_json, found)


def repr_is_json(patch: pytest.MonkeyPatch) -> None:
    """`str(value)` is JSON."""

    def made(frame: Any, value: Any, node: Any) -> Any:
        return atoms.Value((atoms.Encoded("json", state.freeze(frame.live, value), "str"),))

    _instead(patch, encoding.repr_of, made)


def conditions_hold(patch: pytest.MonkeyPatch) -> None:
    """A condition of which nothing is known holds."""
    refine = conditions.refine

    def refined(frame: Any, found: Any, node: Any, outcome: bool) -> Any:
        kept = refine(frame, found.copy() if found is not None else None, node, outcome)
        if outcome or found is None or kept is None:
            return kept
        return None if refine(frame, found.copy(), node, True) is not None else kept

    _instead(patch, conditions.refine, refined)


def client_error_is_all(patch: pytest.MonkeyPatch) -> None:
    """ClientError covers errors of the connection, too."""
    named = clauses._symbol_type

    def found(full: str, written: str) -> Any:
        made = named(full, written)
        return replace(made, transport="yes") if made.name.endswith("ClientError") else made

    _instead(patch, clauses._symbol_type, found)


def nothing_is_raised_again(patch: pytest.MonkeyPatch) -> None:
    """A clause that raises again is one that drops."""
    act = acts.strongest_act
    _instead(patch, act, lambda body: "drops" if act(body) == "reraises" else act(body))
    _instead(patch, tries.block_end, lambda block: "end")


def suppress_lets_through(patch: pytest.MonkeyPatch) -> None:
    """`suppress` and its like let errors pass."""
    _instead(patch, managers._named_manager, lambda frame, node: [])


def no_look_at_the_error(patch: pytest.MonkeyPatch) -> None:
    """Nothing that looks at FunctionError is seen."""
    _instead(patch, answer_parts.note_error_look, lambda *given, **named: None)


def keys_are_no_use(patch: pytest.MonkeyPatch) -> None:
    """A payload whose keys are read is not used."""
    weight = answers._weight
    _instead(
        patch, answers._weight, lambda use, reader: None if use.use in ("read", "returned") else weight(use, reader)
    )


def attempts_of_the_default(patch: pytest.MonkeyPatch) -> None:
    """Whatever its configuration says, a client sends a call once."""
    _instead(patch, arguments._requests, lambda client: 1)


SEEDS: Mapping[str, Seed] = {
    seed.__name__: seed
    for seed in (
        first_branch, weak_is_strong, update_ignored, key_stays, event_by_default, one_layer, repr_is_json,
        conditions_hold, client_error_is_all, nothing_is_raised_again, suppress_lets_through, no_look_at_the_error,
        keys_are_no_use, attempts_of_the_default,
    )
}  # fmt: skip
