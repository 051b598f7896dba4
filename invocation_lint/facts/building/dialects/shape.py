"""The one shape into which every dialect is translated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import Chain, Const, EnumMember, Step, Struct, Symbol, Unknown, Value
from invocation_lint.findings import Place
from invocation_lint.records import mutable, record


@record
class Condition:
    """A condition: `values` are the constants that the column is compared with, None when they are not all known."""

    column: str
    operator: str
    values: tuple[Any, ...] | None = None
    place: Place | None = None


Written = Mapping[str, tuple[Any, ...] | None]
"""The columns that a write sets, each with the constants that it may be set to; None where they are not all known."""


@record
class Ordering:
    """A column of an order."""

    column: str | None
    newest_first: bool = False
    place: Place | None = None


@record
class Entity:
    """What is queried: the name of a table, of a class, or of both; `is_seen` for a class of the project."""

    table: str = ""
    cls: str = ""
    ordering: tuple[str, ...] = ()  # of the class itself
    is_seen: bool = False
    columns: tuple[str, ...] = ()  # that the class itself declares


@record
class Traits:
    """What a store does that a table of SQL does not: rows come in the order of a key, a write whose condition fails
    raises, and an answer is one page; `stops_when_enough` says whether a function that goes on to the next page stops
    when it has enough."""

    sorts_by_key: bool = False
    raises_when_lost: bool = False
    stops_when_enough: Callable[[cst.CSTNode], bool] | None = None


@mutable
class Query:
    """A query as a chain of calls tells it.

    `verb` is read or write (update, delete, insert); `opaque` says why more may be asked for than is in sight;
    `fetch` is the place of the call that fetches, None while nothing is fetched; `tail` are the steps behind it.
    """

    dialect: str
    verb: str = "read"
    entities: list[Entity] = field(default_factory=list)
    entity_place: Place | None = None
    conditions: list[Condition] = field(default_factory=list)
    orders: list[Ordering] = field(default_factory=list)
    limit: Any = None  # a number, or Unknown of the facts
    limited_by: str | None = None
    limit_place: Place | None = None
    columns: tuple[str, ...] | None = None
    columns_known: bool = True
    distinct: bool = False  # one row of the answer for all rows with the same values in the columns
    distinct_on: tuple[str, ...] | None = None  # the columns of which that holds, where they are not all
    lock: Place | None = None
    written: Written | None = field(default_factory=dict)  # None when not known
    claim: str = ""  # how a statement that reads and writes at once claims the rows that it reads
    opaque: str = ""
    fetched: str = "lazy"
    fetch: Place | None = None
    cut: Place | None = None
    traits: Traits = field(default=Traits())

    def take_rest(self, step: Step, neutral: frozenset[str]) -> None:
        """A step without a meaning of its own: rows in groups are counted, any but the `neutral` ones may ask for more,
        and so may arguments out of sight."""
        if step.name == "group_by":
            self.fetched = "count"
        elif step.name not in neutral:
            self.opaque = f"what {step.name}() does is not known"

    def limit_to(self, value: Value | None, by: str, place: Place | None) -> None:
        """Bound the number of rows; `None` as a value bounds nothing."""
        atom = value.single if value is not None else None
        if isinstance(atom, Const) and atom.value is None:
            return
        self.limited_by, self.limit_place = by, place
        self.limit = atom.value if isinstance(atom, Const) and isinstance(atom.value, (int, float)) else None


@record
class Line:
    """A chain with the names of its root as steps: `db.supabase.table(..)` is db, .supabase, .table(..)."""

    root: Any
    steps: tuple[Step, ...]

    def calls(self) -> Iterator[tuple[int, Step]]:
        """The steps that are calls, with their index."""
        return ((index, step) for index, step in enumerate(self.steps) if step.is_call)


def line_of(chain: Chain) -> Line:
    """The chain in one line of steps."""
    root = chain.root.single
    if not isinstance(root, Symbol):
        return Line(root, chain.steps)
    names = root.dotted.split(".")
    steps = list(chain.steps)
    if steps and not steps[0].name:
        steps[0] = replace(steps[0], name=names.pop())
    return Line(root, (*(Step(name) for name in names), *steps))


def chain_in(value: Value | None) -> Chain | None:
    """The chain that a value is the end of, when it surely is."""
    atom = value.single if value is not None else None
    if isinstance(atom, Unknown):
        return atom.chain
    return Chain(value, ()) if isinstance(atom, Symbol) and value is not None else None


def text(value: Value | None) -> str | None:
    """The text that a value surely is."""
    atom = value.single if value is not None else None
    return atom.value if isinstance(atom, Const) and isinstance(atom.value, str) else None


def argument(step: Step, index: int, *names: str) -> Value | None:
    """An argument of a call, by its position or by one of its names."""
    if index < len(step.args):
        return step.args[index]
    return next((value for name, value in step.kwargs if name in names), None)


def is_true(value: Value | None) -> bool:
    """Whether a value is surely True."""
    atom = value.single if value is not None else None
    return isinstance(atom, Const) and atom.value is True


def constants(value: Value | None) -> tuple[Any, ...] | None:
    """The constants of a value, or of the elements of a list of them; None when one is not known."""
    if value is None or not value.atoms:
        return None
    found: list[Any] = []
    for atom in value.atoms:
        if isinstance(atom, Const):
            found.append(atom.value)
        elif (
            isinstance(atom, Struct) and atom.kind in {"list", "tuple", "set"} and atom.rest is None and _is_whole(atom)
        ):
            for item in atom.items:
                inner = constants(item)
                if inner is None:
                    return None
                found.extend(inner)
        elif isinstance(atom, EnumMember):
            found.append(Named(atom.name))
        else:
            name = _constant_name(atom)
            if not name:
                return None
            found.append(Named(name))
    return tuple(found)


@record
class Named:
    """A constant of which only the name is in sight: `JobStatus.QUEUED`."""

    name: str


def _constant_name(atom: Any) -> str:
    source = atom.dotted if isinstance(atom, Symbol) else atom.source if isinstance(atom, Unknown) else ""
    parts = source.removesuffix(".value").rpartition(".")
    return parts[2] if parts[2].isupper() and parts[0] else ""


def _is_whole(atom: Struct) -> bool:
    """Whether nothing else is in it; that a query got it changes nothing."""
    return not atom.open or atom.open == "it is handed to code that is not followed"


def struct_of(value: Value | None) -> Struct | None:
    """The dict or list that a value surely is; None when it is none, or when more may be in it than is in sight."""
    atom = value.single if value is not None else None
    return atom if isinstance(atom, Struct) and _is_whole(atom) else None


def set_by(value: Value | None, pairs: tuple[tuple[str, Value], ...] = ()) -> dict[str, tuple[Any, ...] | None] | None:
    """What a write sets that is given a dict, or names with values; None when it is neither."""
    atom = value.single if value is not None else None
    if isinstance(atom, Struct) and atom.kind == "dict":
        return {str(key): constants(slot.value) for key, slot in atom.slots} | set_by_names(pairs)
    return set_by_names(pairs) if pairs else None


def set_by_names(pairs: tuple[tuple[str, Value], ...]) -> dict[str, tuple[Any, ...] | None]:
    """The same of arguments that are named after columns."""
    return {name: constants(value) for name, value in pairs}


def keys_of(value: Value | None) -> frozenset[str] | None:
    """The keys of a dict that are in sight; None when it is no dict."""
    atom = value.single if value is not None else None
    if not isinstance(atom, Struct) or atom.kind != "dict":
        return None
    return frozenset(str(key) for key, _ in atom.slots)


def columns_in(listed: str) -> tuple[str, ...] | None:
    """The columns of a list in one text; None for all."""
    names = tuple(name.strip() for name in listed.split(",") if name.strip())
    return None if not names or "*" in names else names
