"""Django querysets: `Job.objects.filter(status="queued")`, which fetch nothing until they are iterated or asked.

Names are those of Django's documentation (docs.djangoproject.com, QuerySet API reference).
"""

from __future__ import annotations

from invocation_lint.analysis.domain.atoms import Chain, Step, Value
from invocation_lint.analysis.tracing.queries import ELEMENT
from invocation_lint.facts.building.dialects.models import Models
from invocation_lint.facts.building.dialects.shape import (
    Condition,
    Entity,
    Line,
    Ordering,
    Query,
    chain_in,
    constants,
    is_true,
    line_of,
    set_by_names,
    text,
)
from invocation_lint.findings import Place

_MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
_ROWS = frozenset({"list", "tuple", "set", "sorted", ELEMENT, "iterator", "aiterator"})
_ONE = frozenset({"first", "last", "get", "latest", "earliest", "afirst", "aget", "next", "get_or_create", "in_bulk"})
_COUNT = frozenset({"count", "exists", "aggregate", "len", "bool", "any", "acount", "aexists", "contains"})
_WRITES = {"update": "update", "aupdate": "update", "delete": "delete", "create": "insert", "bulk_create": "insert",
           "bulk_update": "update", "update_or_create": "insert"}  # fmt: skip
_NEUTRAL = frozenset(
    {"all", "select_related", "prefetch_related", "annotate", "using", "defer", "only", "distinct", "values",
     "values_list", "extra", "reverse", "alias", "none", "dates"}
)  # fmt: skip
_AGGREGATES = frozenset({"Count", "Sum", "Max", "Min", "Avg"})
_LOOKUPS = {
    "in": "in",
    "lt": "less",
    "lte": "less",
    "gt": "more",
    "gte": "more",
    "isnull": "is_null",
    "exact": "equals",
    "iexact": "equals",
    "contains": "like",
    "icontains": "like",
    "startswith": "like",
    "range": "other",
}


def read(line: Line, chain: Chain, models: Models) -> Query | None:
    """The query of a chain, or None when it is written otherwise."""
    start = next((at for at, step in enumerate(line.steps) if step.name in _MANAGERS and not step.is_call), None)
    if start is None:
        return None
    entity = _entity(line, chain, start, models)
    if entity is None:
        return None
    query = Query("django", entities=[entity])
    query.orders = [Ordering(name.lstrip("-"), name.startswith("-")) for name in entity.ordering]
    if not entity.ordering and not entity.is_seen:
        query.orders = [Ordering(None)]
    last: Place | None = None
    for at in range(start + 1, len(line.steps)):
        step = line.steps[at]
        query.entity_place = query.entity_place or step.place
        if _fetches(query, step, last):
            for rest in line.steps[at + 1 :]:
                if rest.name == "[]" and rest.is_call:
                    query.cut = rest.place
            return query
        _go_on(query, step)
        last = step.place if step.is_call else last
    return query


def _entity(line: Line, chain: Chain, start: int, models: Models) -> Entity | None:
    if start:
        name = line.steps[start - 1].name
        return Entity(cls=name) if name[:1].isupper() and not line.steps[start - 1].is_call else None
    found = models.entity(chain.root)
    return found[0] if found is not None and not found[1] else None


def _fetches(query: Query, step: Step, last: Place | None) -> bool:
    """Whether a step goes to the database."""
    if step.name == ELEMENT or (step.is_call and step.name in _ROWS):
        query.fetched = "rows"
        query.fetch = last if step.name in {ELEMENT, "list", "tuple", "set", "sorted"} else step.place
    elif step.is_call and step.name in _COUNT:
        query.fetched, query.fetch = "count", step.place
    elif (step.is_call and step.name in _ONE) or step.name == "[key]":
        query.fetched, query.fetch = "one", step.place or last
    elif step.is_call and step.name in _WRITES:
        query.verb, query.fetch = _WRITES[step.name], step.place
        query.written = set_by_names(step.kwargs)
    return query.fetch is not None


def _go_on(query: Query, step: Step) -> None:
    if not step.is_call:
        query.opaque = f"what {step.name} does is not known"
        return
    if step.name == "filter":
        for name, value in step.kwargs:
            _condition(query, name, value, step.place)
        for value in step.args:
            _q(query, value, step.place)
    elif step.name == "exclude":
        for name, value in step.kwargs:
            _condition(query, name, value, step.place, negated=True)
        if step.args:
            query.opaque = "a condition is not known"
    elif step.name == "order_by":
        query.orders = []
        for value in step.args:
            listed = text(value)
            query.orders.append(Ordering(listed.lstrip("-") if listed else None, (listed or "")[:1] == "-", step.place))
    elif step.name == "[]":
        upper = step.args[1] if len(step.args) > 1 else Value(())
        if upper.atoms:
            query.limit_to(upper, "slice", step.place)
    elif step.name == "select_for_update":
        query.lock = step.place
    elif step.name not in _NEUTRAL:
        query.opaque = f"what {step.name}() does is not known"
    if step.name in {"values", "values_list", "only"}:
        columns = [text(value) for value in step.args]
        query.columns = tuple(one for one in columns if one) or None
        query.columns_known = None not in columns
        if step.name == "values" and is_true(dict(step.kwargs).get("flat")):
            query.columns_known = False
    elif step.name == "distinct":
        query.distinct = True
        if step.args:
            query.distinct_on = tuple(text(value) or "" for value in step.args)
    elif step.name == "annotate" and query.columns and any(_is_aggregate(value) for _, value in step.kwargs):
        query.distinct = True  # of rows that `values` has put in groups
    if step.open:
        query.opaque = "more may be asked for than is in sight"


def _condition(query: Query, name: str, value: Value | None, place: Place | None, *, negated: bool = False) -> None:
    *path, last = name.split("__")
    operator = _LOOKUPS.get(last)
    if operator is None or not path:
        path, operator = [*path, last], "equals"
    column = "pk" if path[-1:] == ["pk"] else path[-1]
    values = constants(value)
    if operator == "is_null":
        operator, values = ("is_null", (None,)) if values == (True,) else ("not_equals", (None,))
    elif operator == "equals" and values == (None,):
        operator = "is_null"
    if negated:
        operator = "not_equals" if operator in {"equals", "in", "is_null"} else "other"
    if len(path) > 1 and operator == "equals":
        column, values = f"{path[0]}_id", None  # a condition on what it belongs to
    query.conditions.append(Condition(column, operator, values, place))


def _is_aggregate(value: Value) -> bool:
    chain = chain_in(value)
    steps = line_of(chain).steps if chain is not None else ()
    return bool(steps) and steps[-1].is_call and steps[-1].name in _AGGREGATES


def _q(query: Query, value: Value, place: Place | None) -> None:
    """`Q(status="queued")`, or several joined by &."""
    chain = chain_in(value)
    last = line_of(chain).steps[-1] if chain is not None and line_of(chain).steps else None
    if last is None or last.name != "Q" or not last.is_call:
        query.opaque = "a condition is not known"
        return
    for name, inner in last.kwargs:
        _condition(query, name, inner, place)
    for inner in last.args:
        _q(query, inner, place)
