"""What a batch of jobs asks of the function invoked for each row: how long all of it takes, whose work it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from invocation_lint.analysis.domain.atoms import Struct, Unknown, Value
from invocation_lint.analysis.domain.events import Visit
from invocation_lint.analysis.tracing.queries import ELEMENT, Looped
from invocation_lint.contracts.match import Conflict
from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import invocation, job_query
from invocation_lint.facts.base import Range
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building import arguments, functions, payloads, shapes
from invocation_lint.facts.building.dialects.shape import text
from invocation_lint.facts.building.sent.modes import sent_mode
from invocation_lint.findings import Place
from invocation_lint.records import record

_OWNER = re.compile(
    r"owner|creator|created_?by|user|customer|account|author|tenant|request(er|ed_?by)|submitted_?by", re.I
)


@record
class Work:
    """One invocation for each row: the target, the payload, and the value that is sent as the payload."""

    visit: Visit
    target: invocation.Target
    payload: invocation.Payload | None
    value: Value | None
    place: Place | None


def work_in(loops: Iterable[Looped], book: ContractBook) -> list[Work]:
    """The invocations in the bodies of loops, each with what the contract of its target says."""
    seen: dict[Any, Work] = {}
    for loop in loops:
        for event in loop.body:
            if isinstance(event, Visit) and event.site not in seen:
                seen[event.site] = _work(event, book)
    return list(seen.values())


def _work(visit: Visit, book: ContractBook) -> Work:
    name = arguments.find(visit, "FunctionName")
    contract = functions.contract_of(name.value if name else None, book)
    if isinstance(contract, Conflict):
        contract = None
    given = arguments.find(visit, "Payload")
    value = given.value if given is not None and given.value.atoms else None
    payload = payloads.payload_fact(value, contract, _nowhere, _no_kind) if value is not None and contract else None
    target = functions.target_fact(contract, payload.action if payload else None)
    return Work(visit, target, payload, value, given.place if given is not None else None)


def _nowhere(path: str, place: Place | None) -> None:
    """Places of the payload are told by the fact of the invocation."""


def _no_kind(key: str) -> str:
    return ""


def total_seconds(limit: Any, work: Iterable[Work]) -> Range | float | None:
    """How long a full batch takes when each answer is waited for before the next row; None when that is not known."""
    if not isinstance(limit, (int, float)):
        return None
    least = most = 0.0
    for one in work:
        mode = sent_mode(one.visit)
        loop = one.visit.loop
        if mode != "RequestResponse" or one.visit.run_by == "executor" or (loop is not None and loop.concurrent):
            continue
        duration = one.target.duration_seconds if one.target.duration_from == "contract" else None
        if isinstance(duration, Range):
            least, most = least + duration.min, most + duration.max
        elif isinstance(duration, (int, float)):
            least, most = least + duration, most + duration
    if not most:
        return None
    return limit * least if least == most else Range(limit * least, limit * most)


def owner_of(columns: Any, work: Iterable[Work], note: Callable[[str, Place | None], None]) -> job_query.Owner | None:
    """Whose work it is, where a contract asks for that: what is sent, and whether the row that was read has it."""
    for one in work:
        for field, sent, column in _owners(one):
            note("owner", one.place)
            return job_query.Owner(field, sent, column, _selected(columns, column))
    return None


def _owners(work: Work) -> Iterator[tuple[str, str, str | None]]:
    """The fields that name an owner: how each is sent, and the row's column that it holds."""
    payload = work.payload
    if payload is None:
        return
    for missing in payload.missing if isinstance(payload.missing, tuple) else ():
        if missing.role == "owner" and missing.presence == "no":
            yield missing.name, "missing", None
    for key in payload.keys if isinstance(payload.keys, tuple) else ():
        if key.role == "owner":
            column = _column(work.value, key.name)
            yield key.name, "elsewhere" if column is None else "row", column


def _column(value: Value | None, key: str) -> str | None:
    """The column of the row that a key of the payload holds."""
    for atom in payloads.alternatives(value) if value is not None else ():
        inner = shapes.decode(atom).inner
        slot = dict(inner.slots).get(key) if isinstance(inner, Struct) and inner.kind == "dict" else None
        held = slot.value.single if slot is not None else None
        if not isinstance(held, Unknown) or held.chain is None:
            continue
        steps = held.chain.steps
        at = next((at for at, step in enumerate(steps) if step.name == ELEMENT), None)
        if at is not None and at + 1 < len(steps):
            step = steps[at + 1]
            return text(step.args[0]) if step.name in {"[key]", "get"} and step.args else step.name
    return None


def _selected(columns: Any, column: str | None) -> Any:
    """Whether the columns that are read name an owner; absent when all are read."""
    if columns is None or isinstance(columns, UnknownAnswer):
        return columns
    names = [one.name for one in columns]
    if any(not re.fullmatch(r"[\w.]+", name) for name in names):
        return UnknownAnswer("a column is renamed, computed or of another table")
    plain = [name.rpartition(".")[2] for name in names]
    return "yes" if column in plain or any(_OWNER.search(name) for name in plain) else "no"
