"""What a caller reads of an answer, held against what the handler returns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from invocation_lint.analysis.domain.atoms import Const, Encoded, Slot, Struct, Value, unknown
from invocation_lint.analysis.domain.events import Event
from invocation_lint.analysis.tracing.answer_notes import AnswerUse, KeyErrorTaken
from invocation_lint.analysis.tracing.answer_parts import DECODED, is_decoded
from invocation_lint.contracts.model import FunctionContract
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.building.near import nearest
from invocation_lint.findings import Place
from invocation_lint.records import record

Note = Callable[[str, "Place | None"], None]

MAX_NAMED = 8
"""Keys that a message names."""


@record
class _Objects:
    """The objects that a part of an answer may be; all of their keys are known."""

    structs: tuple[Struct, ...]

    @property
    def keys(self) -> dict[str, list[Slot]]:
        found: dict[str, list[Slot]] = {}
        for struct in self.structs:
            for name, slot in struct.slots:
                found.setdefault(_as_json_key(name), []).append(slot)
        return found


def unknown_keys(events: Sequence[Event], returned: Value) -> list[tuple[facts.UnknownKey, Place, Place | None]]:
    """The keys that are read by subscript, and that no object has which the handler may return in that place: each with
    the place of the read, and of an object that is returned."""
    uses = [event for event in events if isinstance(event, AnswerUse) and is_decoded(event.path)]
    taken = {event.place for event in events if isinstance(event, KeyErrorTaken)}
    by_place: dict[Place, list[AnswerUse]] = {}
    for use in uses:
        if use.use == "read":
            by_place.setdefault(use.place, []).append(use)
    tested = {use.path for use in uses if use.use == "tested"}
    lenient = {use.path for use in uses if use.use == "read" and (not use.bare or use.place in taken)}
    found: dict[tuple[str, ...], tuple[facts.UnknownKey, Place, Place | None]] = {}
    for place, reads in by_place.items():
        paths = list(dict.fromkeys(use.path for use in reads))
        if any(path in tested or path in lenient for path in paths):
            continue
        missing = [_missing(returned, path[len(DECODED) :]) for path in paths]  # one expression may read several parts
        for path, one in zip(paths, missing, strict=True):
            if all(missing) and one is not None:
                found.setdefault(path, (one[0], place, one[1]))
                break
    return list(found.values())


def _missing(returned: Value, path: tuple[str, ...]) -> tuple[facts.UnknownKey, Place | None] | None:
    """A key that no object has which may be returned in that place; None where one may, or that is not known."""
    around = _at(returned, path[:-1]) if path and "[]" not in path else None
    if around is None or not around.structs or path[-1] in around.keys:
        return None
    names = list(around.keys)
    shown = ", ".join(names[:MAX_NAMED]) + (", .." if len(names) > MAX_NAMED else "")
    key = facts.UnknownKey(".".join(path), nearest(path[-1], names), shown or "an object without keys")
    return key, around.structs[0].made


def response_with(
    response: facts.Response, events: Sequence[Event], returned: Value | None, note: Note
) -> facts.Response:
    """The fact of an answer with the keys that are read of it and that the handler never returns."""
    unknown = unknown_keys(events, returned) if returned is not None else []
    for key, read, made in unknown:
        note(f"response.unknown_keys[{key.name}]", read)
        note(f"response.unknown_keys[{key.name}].returned", made)
    return replace(response, unknown_keys=tuple(key for key, _, _ in unknown)) if unknown else response


def declared(contract: FunctionContract | None, action: facts.Action | None) -> Value | None:
    """What a function returns by the contract that is declared for it; None where that says nothing of it."""
    if contract is None:
        return None
    named = action.value if action is not None else None
    chosen = contract.action(named) if contract.discriminator and isinstance(named, str) else None
    keys = chosen.returns if chosen is not None else contract.returns if not contract.discriminator else None
    if keys is None:
        return None
    slots = tuple((key, Slot("yes", unknown("a contract tells its name only"))) for key in keys)
    return Value((Struct("dict", slots),))


def form_of(returned: Value) -> str | None:
    """The form of each answer of a handler: `proxy`, with JSON text in `body`; or `text`, itself JSON text. None where
    they have none of these, or not all the same."""
    forms = {_form(atom) for atom in returned.atoms}
    return forms.pop() if len(forms) == 1 else None


def _form(atom: Any) -> str | None:
    if isinstance(atom, Encoded):
        return "text" if atom.how == "json" else None
    if not isinstance(atom, Struct) or atom.kind != "dict":
        return None
    slots = dict(atom.slots)
    body = slots.get("body")
    held = body.value.single if body is not None and "statusCode" in slots else None
    return "proxy" if isinstance(held, Encoded) and held.how == "json" else None


def keys_of(returned: Value) -> tuple[str, ...] | None:
    """The keys of the objects that a handler may return; None where that is not known, or it returns no object."""
    top = _at(returned, ())
    return tuple(top.keys) if top is not None and top.structs else None


def _at(value: Value, path: Iterable[str]) -> _Objects | None:
    """What a part of an answer may be; None where that is not known."""
    found = _objects([value])
    for key in path:
        if found is None:
            return None
        found = _objects([slot.value for slot in found.keys.get(key, ())])
    return found


def _objects(values: Iterable[Value]) -> _Objects | None:
    structs: list[Struct] = []
    for value in values:
        for atom in value.atoms:
            inner = _structs(atom)
            if inner is None:
                return None
            structs += inner
    return _Objects(tuple(dict.fromkeys(structs)))


def _structs(atom: Any) -> list[Struct] | None:
    """The object that an atom is, or holds as JSON; none where it has no keys, None where that is not known."""
    if isinstance(atom, Struct):
        if atom.kind in {"list", "tuple"}:
            return []
        return [atom] if atom.kind == "dict" and not (atom.open or atom.cls or atom.items) else None
    if isinstance(atom, Encoded) and atom.how in {"json", "bytes"}:
        found = _objects([atom.value])
        return None if found is None else list(found.structs)
    if isinstance(atom, Const):
        return None if isinstance(atom.value, (str, bytes)) and _is_object(atom.value) else []
    return None


def _is_object(text: str | bytes) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _as_json_key(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key)
