"""PyMongo and Motor: `db["jobs"].find({"status": "queued"}).sort("created_at").limit(10)`, also as an aggregation.

Names and arguments are those of PyMongo's documentation (pymongo.readthedocs.io, Collection and Cursor) and of Motor's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from invocation_lint.analysis.domain.atoms import Const, Param, Step, Struct, Symbol, Unknown, Value
from invocation_lint.analysis.tracing.queries import ELEMENT
from invocation_lint.facts.building.dialects.shape import (
    Condition,
    Entity,
    Line,
    Ordering,
    Query,
    Written,
    argument,
    constants,
    set_by,
    struct_of,
    text,
)
from invocation_lint.findings import Place

_READS = {"find": "lazy", "aggregate": "lazy", "find_one": "one", "count_documents": "count", "distinct": "count",
          "estimated_document_count": "count"}  # fmt: skip
_WRITES = {"update_one": "update", "update_many": "update", "find_one_and_update": "update", "replace_one": "update",
           "find_one_and_replace": "update", "find_and_modify": "update", "delete_one": "delete",
           "delete_many": "delete", "find_one_and_delete": "delete"}  # fmt: skip
_ROWS = frozenset({"list", "tuple", "set", "sorted", ELEMENT})
_ONE = frozenset({"next", "try_next", "[key]"})
_COUNT = frozenset({"count", "len"})
_NEUTRAL = frozenset(
    {"skip", "batch_size", "hint", "max_time_ms", "comment", "collation", "allow_disk_use", "clone", "rewind", "where",
     "add_option", "min", "max"}
)  # fmt: skip
_OPERATORS = {"$eq": "equals", "$ne": "not_equals", "$in": "in", "$nin": "not_equals", "$lt": "less", "$lte": "less",
              "$gt": "more", "$gte": "more", "$regex": "like", "$exists": "is_null"}  # fmt: skip
_COLLECTION = re.compile(r"^_*(?:coll(?:ection)?_)?(\w*?)(?:_coll(?:ection)?|_col)?$", re.IGNORECASE)


def read(line: Line) -> Query | None:
    """The query of a chain, or None when it is written otherwise."""
    for at, step in line.calls():
        if step.name in _READS or step.name in _WRITES:
            name = _collection(line, at)
            return _begun(line, at, name) if name and _is_filter(step) else None
    return None


def _collection(line: Line, at: int) -> str:
    """The name of the collection on which a method is called, or empty."""
    while at and line.steps[at - 1].name == "with_options":
        at -= 1
    if not at:
        root = line.root
        name = root.name if isinstance(root, Param) else root.source if isinstance(root, Unknown) else ""
        return _plain(name.rpartition(".")[2])
    step = line.steps[at - 1]
    if step.name in {"[key]", "get_collection"}:
        return text(argument(step, 0, "name")) or ""
    return "" if step.is_call else _plain(step.name)


def _plain(name: str) -> str:
    """The collection behind the name of a variable or attribute; a class is none."""
    found = _COLLECTION.match(name)
    return found[1] if found is not None and (not name[:1].isupper() or name.isupper()) else ""


def _is_filter(step: Step) -> bool:
    """Whether the first argument may be a filter or a pipeline: `"text".find("t")` and `Job.find(Job.id == 1)` have
    none."""
    given = argument(step, 0, "filter", "pipeline", "query")
    if given is None or step.name == "distinct":
        return True
    atom = given.single
    if isinstance(atom, Unknown) and atom.chain is not None and atom.chain.steps:
        return atom.chain.steps[-1].name not in {"==", "!=", "<", "<=", ">", ">=", "in", "&", "|"}
    return not isinstance(atom, (Const, Symbol)) or (isinstance(atom, Const) and atom.value is None)


def _begun(line: Line, at: int, name: str) -> Query:
    step = line.steps[at]
    query = Query("pymongo", _WRITES.get(step.name, "read"), [Entity(name)], step.place)
    given = argument(step, 0, "filter", "pipeline", "query")
    if step.name == "aggregate":
        _pipeline(query, given, step.place)
    elif step.name != "distinct" and given is not None:
        _filter(query, given, step.place)
    if step.open:
        query.opaque = "more may be asked for than is in sight"
    if query.verb != "read":
        query.fetch = step.place
        query.written = _written(step)
        return query
    if step.name == "find":
        _options(query, step)
    query.fetched = _READS[step.name] if query.fetched == "lazy" else query.fetched
    if query.fetched in {"one", "count"} and step.name not in {"find", "aggregate"}:
        query.fetch = step.place
        return query
    _walk(query, line.steps[at + 1 :], step.place)
    return query


def _options(query: Query, step: Step) -> None:
    """The arguments of `find` that stand for methods of the cursor."""
    _project(query, argument(step, 1, "projection"))
    most = argument(step, 3, "limit")
    if most is not None:
        _limit(query, most, step.place)
    listed = argument(step, 6, "sort")
    if listed is not None:
        _sort(query, listed, None, step.place)
    kind = argument(step, 5, "cursor_type")
    if dict(step.kwargs).get("tailable") is not None or (kind is not None and kind.atoms):
        query.opaque = "the cursor waits for more rows"


def _walk(query: Query, steps: tuple[Step, ...], begun: Place | None) -> None:
    """The steps behind `find(..)`, until one fetches."""
    last = begun
    for at, step in enumerate(steps):
        if step.name == "[]" and step.is_call:
            query.limit_to(argument(step, 1), "slice", step.place)
        elif step.name in _ROWS and (step.is_call or step.name == ELEMENT):
            query.fetched, query.fetch = _shape(query, "rows"), last
        elif step.name == "to_list" and step.is_call:
            query.fetched, query.fetch = _shape(query, "rows"), step.place
            length = argument(step, 0, "length")
            if query.limited_by is None and length is not None:
                query.limit_to(length, "fetch_size", step.place)
        elif step.name in _ONE and (step.is_call or step.name == "[key]"):
            query.fetched, query.fetch = "one", step.place or last
        elif step.name in _COUNT and step.is_call:
            query.fetched, query.fetch = "count", step.place
        elif step.name == "sort" and step.is_call:
            _sort(query, argument(step, 0, "key_or_list"), argument(step, 1, "direction"), step.place)
        elif step.name == "limit" and step.is_call:
            _limit(query, argument(step, 0, "limit"), step.place)
        elif step.name not in _NEUTRAL:
            query.opaque = f"what {step.name} does is not known"
        if query.fetch is not None:
            query.cut = next((rest.place for rest in steps[at + 1 :] if rest.name == "[]" and rest.is_call), None)
            return
        last = step.place if step.is_call else last


def _limit(query: Query, value: Value | None, place: Place | None) -> None:
    """A limit of 0 is none."""
    if constants(value) != (0,):
        query.limit_to(value, "limit", place)


def _shape(query: Query, fetched: str) -> str:
    return "count" if query.fetched == "count" else fetched


def _sort(query: Query, listed: Value | None, direction: Value | None, place: Place | None) -> None:
    """`sort("created_at", -1)`, `sort([("priority", -1), ("created_at", 1)])`, `sort({"created_at": 1})`."""
    query.orders = []
    made = struct_of(listed)
    if made is None:
        query.orders.append(Ordering(text(listed), _is_descending(direction), place))
    elif made.kind == "dict":
        query.orders += [Ordering(str(key), _is_descending(slot.value), place) for key, slot in made.slots]
    else:
        for item in made.items:
            pair = struct_of(item)
            if pair is not None and pair.items:
                query.orders.append(Ordering(text(pair.items[0]), _is_descending(pair.items[-1]), place))
            else:
                query.orders.append(Ordering(text(item), place=place))


def _is_descending(value: Value | None) -> bool:
    atom = value.single if value is not None else None
    if isinstance(atom, Const):
        return bool(atom.value == -1)
    named = atom.dotted if isinstance(atom, Symbol) else atom.source if isinstance(atom, Unknown) else ""
    return named.endswith("DESCENDING")


def _project(query: Query, value: Value | None) -> None:
    made = struct_of(value)
    if value is None or (made is not None and not made.slots and not made.items):
        return
    if made is None:
        query.columns_known = isinstance(value.single, Const)
    elif made.kind == "dict":
        kept = [str(key) for key, slot in made.slots if constants(slot.value) not in {(0,), (False,)}]
        query.columns = tuple(kept) or None
    else:
        names = [text(item) for item in made.items]
        query.columns_known = None not in names and made.rest is None
        query.columns = tuple(name for name in names if name) or None


def _pipeline(query: Query, value: Value | None, place: Place | None) -> None:
    """The stages of an aggregation, as far as they are in sight."""
    made = struct_of(value)
    if made is None or made.kind not in {"list", "tuple"} or made.rest is not None:
        query.opaque = "a stage of the pipeline is not known"
        return
    for item in made.items:
        stage = struct_of(item)
        for key, slot in stage.slots if stage is not None else ():
            if key == "$match" and query.limited_by is None:
                _filter(query, slot.value, place)
            elif key == "$sort":
                _sort(query, slot.value, None, place)
            elif key in {"$limit", "$sample"}:
                query.limit_to(slot.value, "limit", place)
            elif key in {"$group", "$count", "$sortByCount", "$bucket", "$facet"}:
                query.fetched = "count"
            elif key in {"$out", "$merge"}:
                query.opaque = f"what {key} does with the rows is not known"
            elif key == "$project":
                query.columns_known = False
        if stage is None:
            query.opaque = "a stage of the pipeline is not known"


def _filter(query: Query, value: Value, place: Place | None) -> None:
    """The conditions of a filter document."""
    made = struct_of(value)
    if made is None or made.kind != "dict":
        if not (isinstance(value.single, Const) and value.single.value is None):
            query.opaque = "a condition is not known"
        return
    for key, slot in made.slots:
        if slot.presence != "yes" or not isinstance(key, str):
            query.opaque = "a condition is not known"
        elif key == "$and":
            inner = struct_of(slot.value)
            for item in inner.items if inner is not None else ():
                _filter(query, item, place)
        elif key.startswith("$"):
            query.opaque = f"what {key} asks for is not followed"
        else:
            query.conditions += _conditions(key, slot.value, slot.place or place)


def _conditions(column: str, value: Value, place: Place | None) -> Iterator[Condition]:
    made = struct_of(value)
    if made is None or made.kind != "dict" or not all(str(key).startswith("$") for key, _ in made.slots):
        values = constants(value)
        yield Condition(column, "is_null" if values == (None,) else "equals", values, place)
        return
    for key, slot in made.slots:
        operator, values = _OPERATORS.get(str(key), "other"), constants(slot.value)
        if operator == "is_null":
            operator, values = ("not_equals" if values == (True,) else "is_null"), (None,)
        elif operator == "equals" and values == (None,):
            operator = "is_null"
        yield Condition(column, operator, values, place)


def _written(step: Step) -> Written | None:
    """The fields that an update sets."""
    given = argument(step, 1, "update", "replacement")
    made: Struct | None = struct_of(given)
    if made is None:
        return None
    found: dict[str, tuple[Any, ...] | None] = {}
    for key, slot in made.slots:
        found |= (set_by(slot.value) or {}) if str(key).startswith("$") else {str(key): constants(slot.value)}
    return found
