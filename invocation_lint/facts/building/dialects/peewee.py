"""peewee: `Job.select().where(Job.status == "queued").order_by(Job.created_at).limit(10)`.

Names are those of peewee's documentation (docs.peewee-orm.com, querying); peewee-async executes the same queries.
"""

from __future__ import annotations

from invocation_lint.analysis.domain.atoms import Chain, FunctionRef, Step
from invocation_lint.analysis.tracing.queries import ELEMENT
from invocation_lint.facts.building.dialects.models import Models
from invocation_lint.facts.building.dialects.shape import (
    Entity,
    Line,
    Query,
    argument,
    chain_in,
    line_of,
    set_by,
)
from invocation_lint.facts.building.dialects.sqlalchemy import add_condition, add_order
from invocation_lint.findings import Place

_VERBS = {"select": "read", "update": "update", "delete": "delete", "insert": "insert"}
_ROWS = frozenset({"list", "tuple", "set", "sorted", ELEMENT, "iterator", "aio_execute"})
_ONE = frozenset(
    {"get", "get_or_none", "first", "scalar", "next", "peek", "aio_get", "aio_first", "aio_get_or_none", "get_by_id"}
)
_COUNT = frozenset({"count", "exists", "len", "bool", "any", "aio_count", "aio_exists"})
_NEUTRAL = frozenset(
    {"join", "join_from", "switch", "dicts", "tuples", "namedtuples", "objects", "offset", "alias",
     "with_cte", "having", "prefetch", "returning", "select_extend", "on_conflict"}
)  # fmt: skip


def read(line: Line, chain: Chain, models: Models) -> Query | None:
    """The query of a chain, or None when it is written otherwise."""
    for at, step in line.calls():
        if step.name in {"execute", "aio_execute"} and step.args:  # manager.execute(query)
            inner = chain_in(step.args[0])
            begun = read(line_of(inner), inner, models) if inner is not None else None
            if begun is not None and begun.fetch is None:
                begun.fetched, begun.fetch = ("rows" if begun.fetched == "lazy" else begun.fetched), step.place
            return begun
        if step.name in _VERBS or step.name in _ONE:
            return _of_class(line, chain, at, models)
    return None


def _of_class(line: Line, chain: Chain, at: int, models: Models) -> Query | None:
    """`Job.select(..)`: the step stands behind a class."""
    step = line.steps[at]
    if at:
        name = line.steps[at - 1].name
        is_class = name[:1].isupper() and not name.isupper() and not line.steps[at - 1].is_call
        entity = Entity(cls=name) if is_class else None
    else:
        found = models.entity(chain.root)
        entity = found[0] if found is not None and not found[1] else None
    if entity is None or not entity.cls or not _is_peewee(step):
        return None
    query = Query("peewee", _VERBS.get(step.name, "read"), [entity], step.place)
    if step.name in _ONE:
        query.fetched, query.fetch = "one", step.place
        return query
    if step.name == "select":
        _columns(query, step, models)
    elif step.name == "update":
        query.written = set_by(argument(step, 0), step.kwargs) or {}
    _walk(query, line.steps[at + 1 :], step.place, models)
    return query


def _is_peewee(step: Step) -> bool:
    """Whether a step is written as peewee has it: Pony's `select(lambda ..)` and SQLObject's `select(Job.q.x == 1)` are
    not, and `get` and `first` of a class may be anything."""
    if step.name in _ONE:
        return step.name in {"get_or_none", "get_by_id"}
    chains = [chain_in(value) for value in step.args]
    compared = any(one is not None and one.steps and one.steps[-1].name in {"==", "!=", "&"} for one in chains)
    return not compared and not any(isinstance(value.single, FunctionRef) for value in step.args)


def _columns(query: Query, step: Step, models: Models) -> None:
    named = [models.entity(value) for value in step.args]
    columns = [one[1] for one in named if one is not None and one[1]]
    calls = [line_of(one).steps for one in map(chain_in, step.args) if one is not None]
    if len(calls) == 1 and calls[0] and [part.name for part in calls[0]][-2:] == ["fn", "DISTINCT"]:
        models.keep_distinct(query, calls[0][-1].args)
    elif any("fn" in [part.name for part in one] for one in calls):
        query.columns_known = False
    elif columns and len(columns) == len(named):
        query.columns = tuple(columns)


def _walk(query: Query, steps: tuple[Step, ...], begun: Place | None, models: Models) -> None:
    """The steps behind `select(..)`, until one fetches."""
    last = begun
    for at, step in enumerate(steps):
        _take(query, step, last, models)
        if query.fetch is not None:
            if query.fetched == "rows":
                query.cut = next((rest.place for rest in steps[at + 1 :] if rest.name == "[]" and rest.is_call), None)
            return
        last = step.place if step.is_call else last


def _take(query: Query, step: Step, last: Place | None, models: Models) -> None:
    if query.verb != "read" and step.name in {"execute", "aio_execute"}:
        query.fetch = step.place
    elif step.name in _ROWS and (step.is_call or step.name == ELEMENT):
        _fetch(query, "rows", last if step.name in {ELEMENT, "list", "tuple", "set", "sorted"} else step.place)
    elif step.name == "execute" and step.is_call:
        _fetch(query, "rows", step.place)
    elif step.name == "[key]" or (step.name in _ONE and step.is_call):
        _fetch(query, "one", step.place or last)
    elif step.name in _COUNT and step.is_call:
        _fetch(query, "count", step.place)
    elif not step.is_call:
        query.opaque = f"what {step.name} does is not known"
    elif step.name == "where":
        for value in step.args:
            add_condition(query, value, step.place)
    elif step.name in {"order_by", "order_by_extend"}:
        query.orders = query.orders if step.name == "order_by_extend" else []
        for value in step.args:
            add_order(query, value, step.place)
    elif step.name == "limit":
        query.limit_to(argument(step, 0, "value"), "limit", step.place)
    elif step.name == "paginate":
        query.limit_to(argument(step, 1, "paginate_by"), "range", step.place)
    elif step.name == "[]":
        query.limit_to(argument(step, 1), "slice", step.place)
    elif step.name == "distinct":
        models.keep_distinct(query, step.args)
    elif step.name == "for_update":
        query.lock = step.place
    else:
        query.take_rest(step, _NEUTRAL)
    if step.open:
        query.opaque = "more may be asked for than is in sight"


def _fetch(query: Query, fetched: str, place: Place | None) -> None:
    query.fetched = "count" if query.fetched == "count" else fetched
    query.fetch = place
