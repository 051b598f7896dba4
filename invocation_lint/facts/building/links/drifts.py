"""Where a declared contract and the handler of its function differ."""

from __future__ import annotations

from collections.abc import Iterator

from invocation_lint.analysis.libraries.trials.envelopes import ENVELOPE
from invocation_lint.contracts.match import match_contract
from invocation_lint.contracts.model import ContractBook, Field, FunctionContract
from invocation_lint.facts.building.links.implied import Implied, Refuses, implied_of
from invocation_lint.facts.building.links.inferred import Links
from invocation_lint.findings import Label, Place
from invocation_lint.records import record

CONTRADICTIONS = frozenset(
    {"unknown", "optional", "type", "refused_type", "refused", "undeclared_action", "not_returned"}
)
"""Kinds by which one of two must be wrong."""


_A = {"string": "a string", "number": "a number", "boolean": "a boolean", "array": "an array", "object": "an object"}


@record
class Drift:
    """One difference; `action` is empty outside of actions. `kind` is

    unknown: the handler fails without a field that the contract does not know
    optional: the handler fails without a field that the contract calls optional
    type: the handler reads fields of what the contract says is no object
    refused_type: the handler fails where a field is of the type that the contract says (`type`)
    not_needed: the contract requires a field that the handler can do without
    refused: the contract has an action that the handler refuses (`field` is the action)
    undeclared_action: the handler takes an action that the contract does not know
    not_returned: the contract has a key of the answer that the handler never returns
    not_told: the handler returns a key that the contract does not have, though it has others
    """

    function: str
    kind: str
    field: str
    action: str = ""
    type: str = ""

    @property
    def about(self) -> str:
        """The function, with its action."""
        return f"{self.function} ({self.action})" if self.action else self.function

    @property
    def in_words(self) -> str:
        """What differs, for a user."""
        return {
            "unknown": f"the handler fails without {self.field}, which its contract does not contain",
            "optional": f"the handler fails without {self.field}, which its contract declares optional",
            "type": f"the handler reads fields of {self.field}, which its contract does not declare as an object",
            "refused_type": f"the handler fails if {self.field} is {_A.get(self.type)}, as its contract declares",
            "not_needed": f"the contract requires {self.field}, but the handler does not need it",
            "refused": f"the contract has the action {self.field}, but the handler rejects it",
            "undeclared_action": f"the handler accepts the action {self.field}, which its contract does not contain",
            "not_returned": f"the contract says that the handler returns {self.field}, but it never does",
            "not_told": f"the handler returns {self.field}, which its contract does not contain",
        }[self.kind]


@record
class Drifting:
    """A contradiction between a handler and the contract that is declared for it, with places that show it."""

    place: Place
    contract: FunctionContract
    drift: Drift
    labels: tuple[Label, ...]


def contradictions_of(links: Links, book: ContractBook, module: str) -> Iterator[Drifting]:
    """Where the handlers of a module, by its key, and the contracts that are declared for them contradict."""
    for function in links.code.handled_by(module):
        implied = implied_of(links, function, module)
        declared = declared_for(implied, book) if implied is not None else None
        if implied is None or declared is None:
            continue
        places = dict(implied.reads)
        for drift in differences(implied.contract, declared, implied.refuses):
            if drift.kind in CONTRADICTIONS:
                read = places.get(drift.field)
                labels = (Label(read, "needed here"),) if read is not None else ()
                template = Label(implied.template, "deployed here")
                yield Drifting(implied.handler, declared, drift, (*labels, template))


def declared_for(implied: Implied, book: ContractBook) -> FunctionContract | None:
    """The contract that is declared for a function."""
    own = implied.contract
    asked: list[tuple[tuple[str, ...] | None, str | None]] = [
        *(((name,), None) for name in own.names if "*" not in name),
        *((None, variable) for variable in own.environment),
    ]
    for name, variable in asked:
        declared = match_contract(book, name, variable)
        if isinstance(declared, FunctionContract) and declared.origin == "declared":
            return declared
    # A name that is made up at deployment is declared as `contracts` prints it.
    named = (one for one in book.functions if one.origin == "declared" and not set(own.names).isdisjoint(one.names))
    return next(named, None)


def differences(own: FunctionContract, declared: FunctionContract, refuses: Refuses | None = None) -> Iterator[Drift]:
    """Where what a handler needs, and the contract that is declared for it, differ. `refuses` tells which types of
    fields make the handler fail."""
    if own.actions and declared.actions:
        if own.discriminator[0] not in declared.discriminator:
            return
        for action in own.actions:
            other = declared.action(action.name)
            if other is None:
                yield Drift(declared.name, "undeclared_action", action.name)
            else:
                yield from _of_fields(declared, action.fields, other.fields, action.name, refuses)
                yield from _of_answers(declared.name, action.returns, other.returns, action.name)
        taken = {action.name for action in own.actions}
        yield from (Drift(declared.name, "refused", one.name) for one in declared.actions if one.name not in taken)
    elif not own.actions and not declared.actions:
        yield from _of_fields(declared, own.fields, declared.fields, "", refuses)
        yield from _of_answers(declared.name, own.returns, declared.returns, "")


def _of_fields(
    contract: FunctionContract,
    own: tuple[Field, ...],
    declared: tuple[Field, ...],
    action: str,
    refuses: Refuses | None,
) -> Iterator[Drift]:
    known = {field.name for field in declared}
    own = tuple(field for field in own if field.name in known or field.name.partition(".")[0] not in ENVELOPE)
    needed = {_inside(field.name, contract) for field in own if field.required} - {""}
    asked_for = {field.name for field in declared if field.required}
    if not any("." in name for name in known):  # who declares no nested field leaves those open
        needed = {name for name in needed if "." not in name}
    for name in sorted(needed - asked_for):
        yield Drift(contract.name, "optional" if name in known else "unknown", name, action)
    others = {field.name for field in declared if field.type not in {None, "object"}}
    objects = {_inside(field.name, contract) for field in own if field.type == "object" and field.required}
    yield from (Drift(contract.name, "type", name, action) for name in sorted(objects & others))
    types = {field.name: field.type for field in declared if field.type is not None}
    for field in own if refuses is not None else ():
        name = _inside(field.name, contract)
        type = types.get(name)
        if refuses is not None and type and name not in objects & others and refuses(action, field.name, type):
            yield Drift(contract.name, "refused_type", name, action, type)
    yield from (Drift(contract.name, "not_needed", name, action) for name in sorted(asked_for - needed))


def _of_answers(
    function: str, own: tuple[str, ...] | None, declared: tuple[str, ...] | None, action: str
) -> Iterator[Drift]:
    if own is not None and declared is not None:
        yield from (Drift(function, "not_returned", name, action) for name in declared if name not in own)
        yield from (Drift(function, "not_told", name, action) for name in own if name not in declared)


def _inside(name: str, contract: FunctionContract) -> str:
    """A field as the contract names it, which may count from inside `body`."""
    if contract.decodes == "event":
        return name
    first, _, rest = name.partition(".")
    return rest if first == "body" else name
