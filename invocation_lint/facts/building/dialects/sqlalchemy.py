"""SQLAlchemy: `select()` handed to a session or connection, and `session.query()`; Core and ORM, 1.4 and 2.0.

Names are those of SQLAlchemy's documentation (docs.sqlalchemy.org), of Flask-SQLAlchemy and of SQLModel.
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
    argument,
    chain_in,
    constants,
    line_of,
    set_by,
    text,
)
from invocation_lint.findings import Place

EXECUTORS = frozenset({"execute", "scalars", "exec", "stream", "stream_scalars", "scalar"})
_STATEMENTS = {"select": "read", "update": "update", "delete": "delete", "insert": "insert"}
_OPERATORS = {
    "==": "equals", "is": "equals", "is_": "equals", "!=": "not_equals", "isnot": "not_equals", "is_not": "not_equals",
    "notin_": "not_equals", "not_in": "not_equals", "<": "less", "<=": "less", ">": "more", ">=": "more", "in_": "in",
    "like": "like", "ilike": "like", "startswith": "like", "contains": "like", "between": "other", "is_null": "is_null",
    "<<": "in", ">>": "is_null",
}  # fmt: skip
_ROWS = frozenset({"all", "fetchall", "list", "tuple", "set", "sorted", ELEMENT, "partitions"})
_ONE = frozenset(
    {"first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none", "fetchone", "get", "next"}
)
_COUNT = frozenset({"count", "exists", "len", "bool", "any"})
_NEUTRAL = frozenset(
    {"join", "outerjoin", "options", "execution_options", "select_from", "add_columns", "with_entities",
     "populate_existing", "yield_per", "unique", "scalars", "mappings", "tuples", "columns", "enable_eagerloads",
     "with_hint", "prefix_with", "autoflush", "params", "offset", "correlate", "returning", "with_only_columns",
     "enable_assertions", "", "reset_joinpoint", "having"}
)  # fmt: skip


def read(line: Line, chain: Chain, models: Models) -> Query | None:
    """The query of a chain, or None when it is written otherwise."""
    for index, step in line.calls():
        if step.name in EXECUTORS and step.args:
            return _executed(line, index, models)
        if step.name == "query" and step.args:
            return _legacy(line, index, models)
        if step.name == "get" and len(step.args) > 1:
            return _by_identity(step, models)
    for index, step in enumerate(line.steps[:-1]):
        if step.name == "query" and not step.is_call and line.steps[index + 1].is_call:
            return _of_model(line, chain, index, models)
    return None


def _by_identity(step: Step, models: Models) -> Query | None:
    """`session.get(Job, key)`: the row with a primary key."""
    found = models.entity(step.args[0])
    if found is None or found[1] or not found[0].cls:
        return None
    query = Query("sqlalchemy", entities=[found[0]], entity_place=step.place, fetched="one", fetch=step.place)
    query.conditions.append(Condition("id", "equals", constants(step.args[1]), step.place))
    return query


def _executed(line: Line, index: int, models: Models) -> Query | None:
    step = line.steps[index]
    statement = chain_in(step.args[0])
    if statement is None or not statement.steps:
        return None
    written = line_of(statement)
    start = next(
        (at for at, one in written.calls() if one.name in _STATEMENTS and (one.args or at)),
        None,
    )
    if start is None:
        return None
    begin = written.steps[start]
    query = Query("sqlalchemy", _STATEMENTS[begin.name])
    if begin.args:
        _entities(query, begin.args, begin.place, models)
    else:
        _table(query, Chain(statement.root, statement.steps[:start]), begin.place)
    for one in written.steps[start + 1 :]:
        _go_on(query, one, models)
    query.fetch = step.place
    if step.name == "scalar" and query.fetched == "lazy":
        query.fetched = "one"
    _consume(query, line.steps[index + 1 :])
    return query


def _legacy(line: Line, index: int, models: Models) -> Query | None:
    step = line.steps[index]
    query = Query("sqlalchemy")
    _entities(query, step.args, step.place, models)
    return _walk(query, line.steps[index + 1 :], step.place, models) if query.entities else None


def _of_model(line: Line, chain: Chain, index: int, models: Models) -> Query | None:
    """Flask-SQLAlchemy's `Job.query`."""
    cut = Chain(chain.root, ()) if not chain.steps or chain.steps[0].name == "query" else None
    found = models.entity(cut.root) if cut is not None else None
    if found is None and index:
        name = line.steps[index - 1].name
        found = (Entity(cls=name), "") if name[:1].isupper() and not name.isupper() else None
    if found is None or found[1] not in {"", "query"}:
        return None
    query = Query("sqlalchemy", entities=[found[0]], entity_place=line.steps[index + 1].place)
    return _walk(query, line.steps[index + 1 :], None, models)


def _walk(query: Query, steps: tuple[Step, ...], begun: Place | None, models: Models) -> Query:
    """The steps behind `session.query(..)`, until one fetches."""
    last = begun
    for at, step in enumerate(steps):
        rest = steps[at + 1 :]
        if step.name == "[]" and step.is_call:
            query.limit_to(step.args[1] if len(step.args) > 1 and step.args[1].atoms else None, "slice", step.place)
            query.fetched, query.fetch = "rows", step.place
            return query
        if step.name in _ROWS | _ONE | _COUNT and (step.is_call or step.name == ELEMENT):
            query.fetch = (
                last if step.name == ELEMENT or step.name in {"list", "tuple", "set", "sorted"} else step.place
            )
            _consume(query, (step, *rest))
            return query
        if step.name in {"update", "delete"} and step.is_call:
            query.verb, query.fetch = step.name, step.place
            query.written = set_by(argument(step, 0, "values"))
            return query
        _go_on(query, step, models)
        last = step.place if step.is_call else last
    return query


def _consume(query: Query, steps: tuple[Step, ...]) -> None:
    """What is done with a result."""
    for step in steps:
        if step.name in _COUNT and step.is_call and query.fetched == "lazy":
            query.fetched = "count"
        elif step.name in _ONE and step.is_call and query.fetched == "lazy":
            query.fetched = "one"
        elif step.name == "fetchmany" and query.fetched == "lazy":
            query.fetched = "rows"
            query.limit_to(argument(step, 0, "size"), "fetch_size", step.place)
            query.limited_by = "fetch_size"
        elif step.name in _ROWS and query.fetched == "lazy":
            query.fetched = "rows"
        elif step.name == "[]" and step.is_call and query.fetched == "rows":
            query.cut = step.place


def _entities(query: Query, values: tuple[Value, ...], place: Place | None, models: Models) -> None:
    columns: list[str] = []
    query.entity_place = place
    whole = False
    for value in values:
        if _is_aggregate(value):
            query.fetched = "count"
            inner = chain_in(value)
            counted = inner.steps[-1].args if inner is not None else ()
            found = models.entity(counted[0]) if counted else None
            if found is not None:
                query.entities.append(found[0])
            continue
        found = models.entity(_undoubled(query, value))
        if found is None:
            inner = chain_in(value)
            if inner is not None and inner.steps:
                _table(query, inner, place)
            whole = True
            continue
        if found[0] not in query.entities:
            query.entities.append(found[0])
        if found[1]:
            columns.append(found[1])
        else:
            whole = True
    query.columns = tuple(columns) if columns and not whole else None


def _undoubled(query: Query, value: Value) -> Value:
    """The column in `distinct(Job.kind)` and `Job.kind.distinct()`; any other value as it is."""
    chain = chain_in(value)
    last = chain.steps[-1] if chain is not None and chain.steps else None
    if chain is None or last is None or not last.is_call or line_of(chain).steps[-1].name != "distinct":
        return value
    query.distinct = True
    return last.args[0] if len(last.args) == 1 else value


def _is_aggregate(value: Value) -> bool:
    chain = chain_in(value)
    if chain is None:
        return False
    names = [step.name for step in line_of(chain).steps]
    return "func" in names and any(name in {"count", "sum", "max", "min", "avg"} for name in names)


def _table(query: Query, chain: Chain, place: Place | None) -> None:
    """`Table("jobs", metadata)`, by its own text."""
    for _, step in line_of(chain).calls():
        name = text(argument(step, 0, "name"))
        if step.name in {"Table", "table"} and name:
            query.entities.append(Entity(name))
            query.entity_place = place


def _go_on(query: Query, step: Step, models: Models) -> None:
    if not step.is_call:
        return
    if step.name in {"where", "filter"}:
        for value in step.args:
            add_condition(query, value, step.place)
    elif step.name == "filter_by":
        for name, value in step.kwargs:
            _compare(query, name, "equals", value, step.place)
    elif step.name == "order_by":
        for value in step.args:
            add_order(query, value, step.place)
    elif step.name in {"limit", "fetch"}:
        query.limit_to(argument(step, 0, "limit", "count"), "limit", step.place)
    elif step.name in {"slice", "paginate"}:
        query.limit_to(None, "range", step.place)
    elif step.name == "distinct":
        models.keep_distinct(query, step.args)
    elif step.name == "with_for_update":
        query.lock = step.place
    elif step.name == "values":
        query.written = set_by(argument(step, 0), step.kwargs) or {}
    else:
        query.take_rest(step, _NEUTRAL)
    if step.open:
        query.opaque = "more may be asked for than is in sight"


def add_condition(query: Query, value: Value, place: Place | None) -> None:
    """One argument of `where`: a comparison, or several joined by and."""
    chain = chain_in(value)
    last = chain.steps[-1] if chain is not None and chain.steps else None
    if chain is None or last is None:
        query.opaque = "a condition is not known"
    elif last.name == "&":
        from invocation_lint.analysis.domain.atoms import Unknown

        add_condition(query, Value((Unknown(chain=Chain(chain.root, chain.steps[:-1])),)), place)
        add_condition(query, last.args[0], place)
    elif line_of(chain).steps[-1].name == "and_":
        for inner in last.args:
            add_condition(query, inner, place)
    else:
        steps = line_of(chain).steps
        operator = _OPERATORS.get(steps[-1].name)
        if operator is None or len(steps) < 2:
            query.opaque = "a condition is not known"
        else:
            _compare(query, steps[-2].name, operator, argument(steps[-1], 0), place)


def _compare(query: Query, column: str, operator: str, value: Value | None, place: Place | None) -> None:
    values = constants(value)
    if operator == "equals" and values == (None,):
        operator = "is_null"
    query.conditions.append(Condition(column, operator, values, place))


def add_order(query: Query, value: Value, place: Place | None) -> None:
    """One argument of `order_by`: a column, rising or falling, or its name."""
    listed = text(value)
    if listed is not None:
        column, _, direction = listed.strip().lstrip("-").partition(" ")
        query.orders.append(Ordering(column, listed.startswith("-") or direction.lower() == "desc", place))
        return
    chain = chain_in(value)
    if chain is None:
        query.orders.append(Ordering(None, place=place))
        return
    steps = [step for step in line_of(chain).steps if step.name not in {"nulls_last", "nullslast", "nulls_first"}]
    newest = any(step.name in {"desc", "-"} and step.is_call for step in steps)
    if steps and steps[-1].name in {"desc", "asc"} and steps[-1].is_call and steps[-1].args:
        inner = chain_in(steps[-1].args[0])
        steps = list(line_of(inner).steps) if inner is not None else []
    names = [step.name for step in steps if not step.is_call]
    query.orders.append(Ordering(names[-1] if names else None, newest, place))
