"""The payload of one invocation: its keys, what the contract misses in it, what is encoded in it, what is refused."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from invocation_lint.analysis.domain.atoms import (
    Const,
    Encoded,
    EnumMember,
    Param,
    Slot,
    Struct,
    Text,
    Typed,
    Unknown,
    Value,
)
from invocation_lint.contracts.model import Action, Field, FunctionContract
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Range
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building import shapes
from invocation_lint.facts.building.links.sent import slot_at
from invocation_lint.facts.building.merging import join_answers, merge
from invocation_lint.facts.building.near import is_near, nearest
from invocation_lint.facts.building.sent import notation
from invocation_lint.facts.building.sent.refused import Kind, Note, refused_values
from invocation_lint.facts.building.shapes import HTTP_KEYS
from invocation_lint.findings import Place

ON_SOME_PATHS = UnknownAnswer("only on some paths")


def payload_fact(value: Value, contract: FunctionContract | None, note: Note, class_kind: Kind) -> facts.Payload:
    """The fact of a Payload argument; `note` is told the place of each path, `class_kind` names a class's kind."""
    found: facts.Payload | None = None
    for atom in alternatives(value):
        one = _of_atom(atom, contract, note, class_kind)
        found = one if found is None else merge(found, one)
    assert found is not None
    size = shapes.size_bytes(value)
    return _replace(found, size_bytes=UnknownAnswer("the content is not fully known") if size is None else size)


def alternatives(value: Value) -> Iterator[Any]:
    """The atoms of a payload, an encoded one once for each object that may be inside."""
    for atom in value.atoms:
        if isinstance(atom, Encoded) and atom.how in {"json", "bytes"}:
            inner = list(alternatives(atom.value)) if atom.how == "bytes" else list(atom.value.atoms)
            yield from (replace(atom, value=Value((one,))) for one in inner) if len(inner) > 1 else (atom,)
        else:
            yield atom


def _layers(decoded: shapes.Decoded) -> Any:
    """How often the text must be decoded: of text that is encoded again at least twice, whatever it holds."""
    if decoded.layers is not None:
        return decoded.layers
    unsure = UnknownAnswer("it is not known what is encoded")
    return Range(decoded.at_least, math.inf) if decoded.at_least > 1 else unsure


def _replace(payload: facts.Payload, **changes: Any) -> facts.Payload:
    return replace(payload, **changes)


def _of_atom(atom: Any, contract: FunctionContract | None, note: Note, class_kind: Kind) -> facts.Payload:
    decoded = shapes.decode(atom)
    inner = decoded.inner
    kind = shapes.python_type(atom)
    if isinstance(inner, Struct) and inner.kind == "dict":
        slots: dict[Any, Slot] | None = dict(inner.slots)
        open_reason = inner.open
        note("payload", inner.made)
    else:
        slots, open_reason = None, "its content is not known"
        if isinstance(inner, Const) or (isinstance(inner, Struct) and inner.kind not in {"instance", "other"}):
            slots, open_reason = {}, None
    if isinstance(atom, Encoded):
        note("payload.encoding", atom.place)
    slots = {} if slots is None else slots
    encoded = tuple(_encoded_fields(slots, decoded, contract, note))
    inside, inside_open = _where_the_callee_looks(slots, open_reason, contract)
    action = _action(inside, inside_open, contract, note)
    wanted = _action_contract(contract, action)
    keys = tuple(_keys(slots, wanted, contract, note))
    return facts.Payload(
        python_type=kind,
        layers=_layers(decoded),
        encoding=decoded.how,
        parses_as_json=decoded.parses,
        refusal=_refusal(decoded),
        form=_form(decoded),
        shape=_shape(slots, open_reason),
        open="yes" if open_reason else "no",
        action=action,
        keys=keys if keys or open_reason is None else UnknownAnswer("its keys are not known"),
        missing=_missing(inside, inside_open, wanted, contract),
        encoded_fields=encoded,
        refused=tuple(refused_values(decoded, note, class_kind)),
    )


def _refusal(decoded: shapes.Decoded) -> str | None:
    if decoded.how != "repr" or decoded.parses == "yes":
        return None
    if decoded.parses == "depends":
        return "with an apostrophe, None or True in it, Lambda rejects it with 400"
    return "Lambda rejects it with 400, and the function never runs"


def _form(decoded: shapes.Decoded) -> str | None:
    if decoded.parses == "yes":
        return "JSON"
    return notation.form_of(decoded.inner) if decoded.parses == "no" and decoded.how == "plain" else None


def _shape(slots: dict[Any, Slot], open_reason: str | None) -> Any:
    names = set(slots)
    if names & HTTP_KEYS:
        return "http" if any(slots[name].presence == "yes" for name in names & HTTP_KEYS) else ON_SOME_PATHS
    if "Records" in names:
        return "records"
    if names & {"detail", "responsePayload"} and names & {"detail-type", "source", "requestContext", "requestPayload"}:
        return "eventbridge"
    return UnknownAnswer(open_reason) if open_reason else "plain"


def _where_the_callee_looks(
    slots: dict[Any, Slot], open_reason: str | None, contract: FunctionContract | None
) -> tuple[dict[Any, Slot], str | None]:
    """The keys that the callee reads: those of the event, or of its body where it decodes that."""
    if contract is None or contract.decodes == "event" or contract.origin == "inferred" or "body" not in slots:
        return slots, open_reason
    atom = slots["body"].value.single
    inner = shapes.decode(atom).inner if isinstance(atom, (Encoded, Const, Text)) else atom
    if isinstance(inner, Struct) and inner.kind == "dict":
        return dict(inner.slots), inner.open
    return {}, "its body is not known"


def _action(
    slots: dict[Any, Slot], open_reason: str | None, contract: FunctionContract | None, note: Note
) -> facts.Action:
    if contract is None or not contract.discriminator:
        return facts.Action()
    for path in contract.discriminator:
        value, place, sure = _at(slots, path.split("."))
        if value is None:
            continue
        note("payload.action", place)
        note("payload.action.value", place)
        answers = [_text(atom) for atom in value.atoms]
        if not sure:
            answers.append(ON_SOME_PATHS)
        answer = join_answers(answers)
        near = None
        if isinstance(answer, str) and contract.action(answer) is None:
            near = nearest(answer, (action.name for action in contract.actions))
        return facts.Action(answer, near)
    return facts.Action(UnknownAnswer(open_reason) if open_reason else None)


def _at(slots: dict[Any, Slot], steps: list[str]) -> tuple[Value | None, Place | None, bool]:
    slot = slots.get(steps[0])
    if slot is None:
        return None, None, False
    if len(steps) == 1:
        return slot.value, slot.place, slot.presence == "yes"
    inner = slot.value.single
    if isinstance(inner, Struct) and inner.kind == "dict":
        return _at(dict(inner.slots), steps[1:])
    return None, None, False


def _text(atom: Any) -> Any:
    if isinstance(atom, Const):
        return str(atom.value)
    if isinstance(atom, EnumMember) and atom.mixin in {"str", "StrEnum"} and atom.value.single is not None:
        return _text(atom.value.single)
    return UnknownAnswer("it is not known which")


def _action_contract(contract: FunctionContract | None, action: facts.Action) -> list[Action]:
    """The actions that may be asked for: one when it is known, all when it is not, none without a contract."""
    if contract is None:
        return []
    if not contract.discriminator:
        return [Action("", contract.duration_seconds, None, contract.fields)]
    if isinstance(action.value, str):
        one = contract.action(action.value)
        return [one] if one is not None else []
    return list(contract.actions)


def fields_of(actions: list[Action], contract: FunctionContract | None) -> dict[str, Field]:
    """The fields that the actions know, by name; required only when every one of them requires it."""
    found: dict[str, Field] = {}
    common = {item.name: item for item in contract.fields} if contract else {}
    for action in actions:
        for item in action.fields:
            found.setdefault(item.name, item)
    return {**common, **found}


def required_by_all(actions: list[Action]) -> list[Field]:
    """The fields that each of the actions requires, as the first says it."""
    if not actions:
        return []
    shared = set.intersection(*({item.name for item in action.fields if item.required} for action in actions))
    return [item for item in actions[0].fields if item.name in shared]


def _keys(
    slots: dict[Any, Slot], actions: list[Action], contract: FunctionContract | None, note: Note
) -> Iterator[facts.Key]:
    known = fields_of(actions, contract)
    for name, slot in slots.items():
        text = key_text(name)
        item = known.get(text)
        source = source_name(slot.value)
        forbidden = None
        if item is not None and item.forbidden_sources and source is not None:
            forbidden = next((glob for glob in item.forbidden_sources if fnmatchcase(source, glob)), None)
        note(f"payload.keys[{text}]", slot.place)
        yield facts.Key(
            name=text,
            presence="yes" if slot.presence == "yes" else ON_SOME_PATHS,
            type=join_answers(shapes.json_type(atom) for atom in slot.value.atoms),
            role=item.role if item else None,
            expects=item.type if item else None,
            source=source,
            forbidden_source=forbidden,
            why=item.why or ("the contract forbids this source" if forbidden else None) if item else None,
        )


def key_text(key: Any) -> str:
    """A key as JSON has it."""
    if isinstance(key, EnumMember):
        return key.name
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    return str(key)


def source_name(value: Value) -> str | None:
    """The attribute, key or name that the value was read from, when all its atoms agree."""
    names: set[str] = set()
    for atom in value.atoms:
        if isinstance(atom, Param):
            names.add(atom.name)
        elif isinstance(atom, (Unknown, Typed)) and atom.source and not atom.source.endswith("()"):
            names.add(atom.source.rpartition(".")[2])
        else:
            return None
    return names.pop() if len(names) == 1 else None


def _missing(
    slots: dict[Any, Slot], open_reason: str | None, actions: list[Action], contract: FunctionContract | None
) -> tuple[facts.MissingKey, ...] | None:
    if contract is None:
        return None
    known = fields_of(actions, contract)
    found: list[facts.MissingKey] = []
    for item in required_by_all(actions):
        slot = slot_at(slots, item.name)
        if slot is not None and slot.presence == "yes":
            continue
        sure = slot is None and open_reason is None
        near = next((str(key) for key in slots if str(key) not in known and is_near(str(key), item.name)), None)
        fallback = None
        if item.fallback:
            sent = slots.get(item.fallback)
            fallback = "no" if sent is None else "yes" if sent.presence == "yes" else ON_SOME_PATHS
        presence = "no" if sure else ON_SOME_PATHS if slot else UnknownAnswer(open_reason or "")
        is_inferred = contract.origin == "inferred"
        why, read = ("its handler fails without it", "yes") if is_inferred else ("the contract requires it", "no")
        found.append(facts.MissingKey(item.name, presence, item.role, near, fallback, item.why or why, read))
    names = {item.name for item in found}
    return tuple(item for item in found if names.isdisjoint(_above(item.name)))


def _above(name: str) -> Iterator[str]:
    """The fields in which a field is: who lacks one of them has one thing to mend."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def with_reads(payload: facts.Payload, read: Collection[str]) -> facts.Payload:
    """The fact of a payload of which it is in sight where the function reads these fields."""
    if not isinstance(payload.missing, tuple):
        return payload
    missing = tuple(replace(item, read="yes") if item.name in read else item for item in payload.missing)
    return replace(payload, missing=missing)


def _encoded_fields(
    slots: dict[Any, Slot], decoded: shapes.Decoded, contract: FunctionContract | None, note: Note
) -> Iterator[facts.EncodedField]:
    if (decoded.layers or decoded.at_least) > 1:
        holds = shapes.holds(decoded.inner) if decoded.inner is not None else "other"
        yield facts.EncodedField("$", "the whole payload is JSON-encoded twice", holds, None)
    types = {item.name: item.type for item in contract.fields} if contract else {}
    for action in contract.actions if contract else ():
        for item in action.fields:
            types.setdefault(item.name, item.type)
    for name, slot in slots.items():
        held = [_encoded(atom) for atom in slot.value.atoms]
        if not held or None in held:
            continue
        expects: Any = types.get(str(name))
        is_known = contract is not None and contract.origin == "inferred" and expects == "object"
        if str(name) == "body" and contract is not None and contract.decodes in {"body", "both"} and not is_known:
            expects = "decoded"
        note(f"payload.encoded_fields[{name}]", slot.place)
        told, taken_as = f"`{name}` is JSON text inside JSON", _taken_as(contract) if name == "body" else None
        yield facts.EncodedField(str(name), told, join_answers(held), expects, taken_as)


def _taken_as(contract: FunctionContract | None) -> Any:
    """How a function takes a `body`: most that are sent a lone one are written for an HTTP front."""
    if contract is None:
        return UnknownAnswer("what the function reads is not known")
    return "fields" if contract.decodes == "event" else "text"


def _encoded(atom: Any) -> Any:
    """What JSON text in a field holds, perhaps not known; None for anything that is not surely JSON text."""
    if isinstance(atom, Encoded):
        decoded = shapes.decode(atom)
        if decoded.how != "json":
            return None
        inner = decoded.inner
        if isinstance(inner, (Struct, Const)):
            return shapes.holds(inner)
        return UnknownAnswer("it is not known what is encoded")
    if isinstance(atom, Const) and isinstance(atom.value, str) and atom.value.lstrip()[:1] in {"{", "["}:
        decoded = shapes.decode(atom)
        return shapes.holds(decoded.inner) if decoded.how == "json" else None
    return None


__all__ = ["payload_fact", "required_by_all", "source_name"]
