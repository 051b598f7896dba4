"""supabase-py and postgrest-py: `client.table("jobs").select("*").eq("status", "queued").limit(10).execute()`.

Names and arguments are those of postgrest-py (supabase.com/docs/reference/python).
"""

from __future__ import annotations

from invocation_lint.analysis.domain.atoms import Chain, Step
from invocation_lint.facts.building.dialects.shape import (
    Condition,
    Entity,
    Line,
    Ordering,
    Query,
    argument,
    columns_in,
    constants,
    is_true,
    set_by,
    text,
)

_TABLES = frozenset({"table", "from_"})
_VERBS = {"select": "read", "update": "update", "upsert": "insert", "insert": "insert", "delete": "delete"}
_OPERATORS = {
    "eq": "equals",
    "neq": "not_equals",
    "gt": "more",
    "gte": "more",
    "lt": "less",
    "lte": "less",
    "like": "like",
    "ilike": "like",
    "is_": "equals",
    "in_": "in",
}
_ONE = frozenset({"single", "maybe_single"})
_READ_ON = frozenset({"csv", "explain", "returns", "select"})


def read(line: Line, chain: Chain) -> Query | None:
    """The query of a chain, or None when it is written otherwise."""
    query: Query | None = None
    for index, step in enumerate(line.steps):
        if query is None:
            if step.is_call and step.name in _TABLES and len(step.args) == 1:
                query = _begun(line.steps, index)
        elif query.fetch is None:
            if index == 0 or line.steps[index - 1].name in _TABLES:
                continue
            _go_on(query, step, line.steps[index - 1])
        else:
            _behind(query, step)
    return query


def _begun(steps: tuple[Step, ...], index: int) -> Query | None:
    if index + 1 >= len(steps) or steps[index + 1].name not in _VERBS:
        return None
    step, verb = steps[index], steps[index + 1]
    name = text(argument(step, 0))
    query = Query("supabase", _VERBS[verb.name], entity_place=step.place)
    if name is not None:
        query.entities.append(Entity(name))
    if query.verb == "read":
        _columns(query, verb)
    elif query.verb == "update":
        query.written = set_by(argument(verb, 0, "json"))
    return query


def _columns(query: Query, step: Step) -> None:
    listed = [text(value) for value in step.args]
    if is_true(argument(step, 9, "head")):
        query.fetched = "count"
    if None in listed:
        query.columns_known = False
    else:
        query.columns = columns_in(",".join(one for one in listed if one))


def _go_on(query: Query, step: Step, before: Step) -> None:
    if not step.is_call:
        if step.name != "not_":
            query.opaque = f"what {step.name} does is not known"
        return
    if step.name in _OPERATORS:
        column = text(argument(step, 0, "column"))
        operator = _OPERATORS[step.name]
        if before.name == "not_":
            operator = "not_equals" if operator == "equals" else "other"
        values = constants(argument(step, 1, "value", "values", "pattern"))
        if step.name == "is_" and values == ("null",):
            operator, values = ("is_null" if operator == "equals" else "not_equals"), (None,)
        if column is None:
            query.opaque = "a condition's column is not known"
        else:
            query.conditions.append(Condition(column, operator, values, step.place))
    elif step.name == "order":
        column = text(argument(step, 0, "column"))
        query.orders.append(Ordering(column, is_true(argument(step, 9, "desc")), step.place))
    elif step.name == "limit":
        query.limit_to(argument(step, 0, "size"), "limit", step.place)
    elif step.name == "range":
        query.limit_to(None, "range", step.place)
    elif step.name in _ONE:
        query.fetched = "one"
    elif step.name == "execute":
        query.fetch = step.place
        if query.fetched == "lazy":
            query.fetched = "rows"
    elif step.name not in _READ_ON:
        query.opaque = f"what {step.name}() does is not known"


def _behind(query: Query, step: Step) -> None:
    """What is done with the answer."""
    if step.name == "count":
        query.fetched = "count"
    elif step.name == "[]" and step.is_call:
        query.cut = step.place
