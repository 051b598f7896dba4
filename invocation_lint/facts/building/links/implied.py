"""The contracts that handlers imply, one a deployed function: what `invocation-lint contracts` prints and checks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import field, replace
from typing import Any

from invocation_lint.analysis.handlers import Requirement
from invocation_lint.analysis.libraries.trials.envelopes import RECORDS
from invocation_lint.analysis.python.frames.trial import FieldPath
from invocation_lint.contracts.model import Action, Field, FunctionContract
from invocation_lint.deployment.cdk_output.logical_ids import RESOURCE, logical_id
from invocation_lint.deployment.model import Function
from invocation_lint.deployment.values import pieces_of
from invocation_lint.facts.building.linked import title_of
from invocation_lint.facts.building.links.inferred import Links
from invocation_lint.facts.building.links.returned import keys_of
from invocation_lint.findings import Place
from invocation_lint.records import record

MAX_ABOVE = 3
"""Constructs from the top of a path of which one may be the stack."""

Refuses = Callable[[str, str, str], bool]
"""Tells for an action, a field and a type whether the handler surely fails where the field is of that type."""


@record
class Implied:
    """The contract of a deployed function, the places of its handler and of the function in its template, and those at
    which fields are read; `refuses` tells more of types than the contract does. `shared` are those of its variables
    that name another function as well, or something that is not known, where another function reads them."""

    contract: FunctionContract
    handler: Place
    template: Place
    function: Function
    reads: tuple[tuple[str, Place], ...] = ()
    refuses: Refuses | None = field(default=None, compare=False)
    shared: frozenset[str] = frozenset()


def implied_by(links: Links, asker: str) -> Iterator[Implied]:
    """The contracts of the functions whose handlers are in sight and followed, by name."""
    every = sorted(links.code.deployed.all(Function), key=lambda one: (title_of(one), one.key.template))
    used: Counter[str] = Counter()
    meant = _meant_by_variables(links)
    fitting = Counter(glob for function in every for glob in set(_globs(function)))
    for function in every:
        found = implied_of(links, function, asker)
        if found is not None:
            name = found.contract.name
            used[name] += 1
            told = name if used[name] == 1 else f"{name}-{used[name]}"
            shared = frozenset(name for name in found.contract.environment if meant[name] != {function.key})
            own = tuple(glob for glob in found.contract.names if "*" not in glob or fitting[glob] == 1)
            names = own or found.contract.names
            yield replace(found, contract=replace(found.contract, name=told, names=names), shared=shared)


def _meant_by_variables(links: Links) -> dict[str, set[object]]:
    """The functions that each variable means in the environments that have it; with None where one is not known."""
    found: dict[str, set[object]] = defaultdict(set)
    deployed = links.code.deployed
    for one in deployed.all(Function):
        for variable, value in one.environment.items():
            meant = deployed.functions_of(value)
            found[variable].update(each.function.key if each.certain else None for each in meant)
            if not meant:
                found[variable].add(None)
    return found


def implied_of(links: Links, function: Function, asker: str) -> Implied | None:
    """The contract of one function; None where its handler is not in sight, or is not followed."""
    info = links.handler_of(function, asker)
    handled = links.handled(function) if info is not None else None
    if info is None or handled is None or not handled.known or _takes_records(handled.always):
        return None
    actions = handled.actions if handled.refuses_others else ()
    chosen = handled.discriminator

    def returns(constants: dict[FieldPath, Any]) -> tuple[str, ...] | None:
        returned = links.returned_to(function, constants)
        return keys_of(returned) if returned is not None else None

    contract = FunctionContract(
        _plain(title_of(function)),
        names=tuple(_globs(function)),
        environment=tuple(sorted(links.code.deployed.known_as(function) - set(_names(function)))),
        discriminator=(".".join(chosen),) if actions else (),
        actions=tuple(
            Action(str(name), fields=_fields(one, handled.decoded), returns=returns({chosen: name}))
            for name, one in actions
        ),
        fields=() if actions else _fields(handled.always, handled.decoded),
        returns=None if actions else returns({}),
        timeout_seconds=function.timeout_seconds.number if function.timeout_seconds is not None else None,
        origin="inferred",
    )
    reads = tuple((".".join(path), place) for path, place in handled.reads)

    def refuses(action: str, name: str, type: str) -> bool:
        constant = next((one for one, _ in actions if str(one) == action), None)
        given: dict[FieldPath, Any] = {chosen: constant} if action else {}
        return links.refuses_type(function, given, tuple(name.split(".")), type)

    place = info.module.source.place(info.node)
    return Implied(contract, place, links.shown(function.place), function, reads, refuses)


def _takes_records(needs: Requirement) -> bool:
    """Whether a handler reads records alone: what makes these is a source of events, whose messages are no payload."""
    read = (*needs.required, *needs.optional)
    return bool(read) and all(path[0] == RECORDS for path in read)


def _fields(needs: Requirement, decoded: frozenset[FieldPath]) -> tuple[Field, ...]:
    """The fields of a contract; those of which others are read without a default are objects, unless they are texts
    that are decoded first."""
    required = dict.fromkeys(needs.required)
    objects = {path[:-1] for path in required if len(path) > 1 and not path[-1].lstrip("-").isdigit()} - decoded
    return tuple(
        Field(".".join(path), required=path in required, type="object" if path in objects else None)
        for path in dict.fromkeys((*needs.required, *needs.optional))
    )


def _plain(title: str) -> str:
    """A title as the name that a contract may have: construct paths and addresses hold more."""
    return _NO_NAME.sub("-", title).strip("-_") or "function"


_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def _names(function: Function) -> Iterator[str]:
    for content in function.name.contents if function.name is not None else ():
        if isinstance(content, str) and content:
            yield content


def _globs(function: Function) -> Iterator[str]:
    """The names of a function, with a star for each part that is set at deployment; where it has no name, the one that
    CloudFormation makes up: stack, id and a suffix (AWS: CloudFormation user guide, physical IDs)."""
    if function.name is None and "/" in function.key.id:  # a construct's path, from its stack on, or a stage above that
        parts = function.key.id.split("/")
        yield from (f"*-{logical_id([*parts[begin:], RESOURCE])}-*" for begin in range(1, min(len(parts), MAX_ABOVE)))
    elif function.name is None:
        yield f"*-{function.key.id}-*"
    for content in function.name.contents if function.name is not None else ():
        pieces = pieces_of(content)
        if pieces and any(isinstance(piece, str) for piece in pieces):
            yield "".join(piece if isinstance(piece, str) else "*" for piece in pieces)
