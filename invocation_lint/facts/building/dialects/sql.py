"""SQL in strings: DB-API cursors, SQLAlchemy's `text()`, asyncpg, psycopg, databases. Parsed by sqlglot.

sqlglot is imported only for a string that names a table of jobs. What an f-string leaves open is a hole: as a value it
is not known, as a table or a piece of the statement it makes the statement unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from invocation_lint.analysis.domain.atoms import Const, Step, Struct, Text, Value
from invocation_lint.analysis.tracing.queries import ELEMENT
from invocation_lint.facts.building.dialects.shape import (
    Condition,
    Entity,
    Line,
    Ordering,
    Query,
    chain_in,
    constants,
    line_of,
)
from invocation_lint.facts.building.reading.job_words import is_job_table
from invocation_lint.facts.options import JOB_TABLES
from invocation_lint.findings import Place

_FETCHING = {"fetch": "rows", "fetch_all": "rows", "execute_fetchall": "rows", "fetchrow": "one", "fetchval": "one",
             "fetch_one": "one", "fetch_val": "one"}  # fmt: skip
EXECUTORS = frozenset({"execute", "execute_sql", "exec_driver_sql", "scalars", "stream", *_FETCHING})
ROWS = frozenset({"fetchall", "all", "list", "tuple", "set", "sorted", ELEMENT})
ONE = frozenset({"fetchone", "first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none", "fetchval",
                 "next"})  # fmt: skip
_PLACEHOLDER = re.compile(r"%\((\w+)\)s|\$(\d+)|(?<!:):(\w+)|(%s|\?)|('(?:[^']|'')*')")
HOLE = "a_piece_that_is_not_known"


def read(line: Line, patterns: Sequence[str] | None) -> Query | None:
    """The query of a chain that executes a string, or None when it does not."""
    for index, step in line.calls():
        if step.name in EXECUTORS and step.args:
            written = _statement(step.args[0])
            query = parsed(written, tuple(patterns) if patterns is not None else JOB_TABLES) if written else None
            if query is None:
                return None
            return _fetched(query, line, index)
    return None


def _statement(value: Value) -> str | None:
    """The text of a statement, with marks for its holes."""
    chain = chain_in(value)
    if chain is not None and chain.steps:
        last = line_of(chain).steps[-1]
        return _statement(last.args[0]) if last.name in {"text", "SQL"} and last.args else None
    atom = value.single
    if isinstance(atom, Const) and isinstance(atom.value, str):
        return atom.value
    if isinstance(atom, Text):
        return "".join(piece if isinstance(piece, str) else f" {HOLE} " for piece in atom.pieces)
    return None


def _fetched(made: Query, line: Line, index: int) -> Query:
    step = line.steps[index]
    query = Query(
        "sql",
        made.verb,
        list(made.entities),
        step.place,
        [_bound(one, step) for one in made.conditions],
        [Ordering(one.column, one.newest_first, step.place) for one in made.orders],
        columns=made.columns,
        distinct=made.distinct,
        distinct_on=made.distinct_on,
        columns_known=made.columns_known,
        written={name: _given(values, step) for name, values in (made.written or {}).items()},
        claim=made.claim,
        opaque=made.opaque,
        fetched=made.fetched,
        limit=made.limit,
        limited_by=made.limited_by,
    )
    query.fetch = step.place
    query.limit_place = step.place if made.limited_by else None
    query.lock = step.place if made.lock else None
    if query.fetched == "lazy":
        query.fetched = _FETCHING.get(step.name, "lazy")
    for one in line.steps[index + 1 :]:
        if one.name in ONE and one.is_call and query.fetched == "lazy":
            query.fetched = "one"
        elif one.name == "fetchmany" and query.fetched == "lazy":
            query.fetched, query.limited_by, query.limit_place = "rows", "fetch_size", one.place
        elif one.name in ROWS and query.fetched == "lazy":
            query.fetched = "rows"
        elif one.name == "[]" and one.is_call and query.fetched == "rows":
            query.cut = one.place
    return query


def _bound(condition: Condition, step: Step) -> Condition:
    """The condition with the parameter that it is compared with."""
    return Condition(condition.column, condition.operator, _given(condition.values, step), step.place)


def _given(values: tuple[Any, ...] | None, step: Step) -> tuple[Any, ...] | None:
    """The values, with the parameter that the statement is given."""
    if values is not None and len(values) == 1 and isinstance(values[0], _Parameter):
        return constants(_parameter(values[0].name, step))
    return None if values is not None and any(isinstance(value, _Parameter) for value in values) else values


def _parameter(name: str, step: Step) -> Value | None:
    if len(step.args) < 2:
        return dict(step.kwargs).get(name)
    given = step.args[1].single
    if not name.isdigit():
        if isinstance(given, Struct) and given.kind == "dict":
            return next((slot.value for key, slot in given.slots if key == name), None)
        return None
    if isinstance(given, Struct) and given.kind in {"tuple", "list"}:
        return given.items[int(name)] if int(name) < len(given.items) else None
    return step.args[1 + int(name)] if 1 + int(name) < len(step.args) else None


class _Parameter:
    """A placeholder of a statement, by its name or number."""

    def __init__(self, name: str) -> None:
        self.name = name


def _names_jobs(statement: str, patterns: Sequence[str]) -> bool:
    return any(is_job_table(word, patterns) for word in set(re.findall(r"\w+", statement)))


@lru_cache(maxsize=256)
def parsed(statement: str, patterns: tuple[str, ...]) -> Query | None:
    """What a statement asks for; None when it names no table of jobs or cannot be read."""
    if not _names_jobs(statement, patterns):
        return None
    import logging

    import sqlglot
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    numbered = _with_names(statement)
    dialects = ["tsql"] if re.search(r"\bTOP\s*\(?\s*\d", statement, re.IGNORECASE) else []
    for dialect in [*dialects, "mysql" if "`" in statement else "postgres", ""]:
        try:
            trees = sqlglot.parse(numbered, read=dialect)
        except (SqlglotError, RecursionError):
            continue
        return _query(trees[0]) if len(trees) == 1 and trees[0] is not None else None
    return None


def _with_names(statement: str) -> str:
    """The statement with every kind of placeholder written as :name."""
    count = -1

    def name(match: re.Match[str]) -> str:
        nonlocal count
        if match[5]:
            return match[0]
        if match[4]:
            count += 1
            return f":p{count}"
        return f":p{int(match[2]) - 1}" if match[2] else f":n_{match[1] or match[3]}"

    return _PLACEHOLDER.sub(name, statement).replace("%%", "%")


def _query(tree: Any) -> Query | None:
    from sqlglot import exp

    if isinstance(tree, exp.Update):
        query = Query("sql", "update")
        query.written = {
            one.this.name: _known(_value(one.expression)) for one in tree.expressions if isinstance(one, exp.EQ)
        }
        _table(query, tree.this)
        inner = _taken_by(tree)
        if inner is not None:
            return _claiming(query, inner)
    elif isinstance(tree, exp.Delete):
        query = Query("sql", "delete")
        _table(query, tree.this)
    elif isinstance(tree, exp.Select):
        query = Query("sql")
        _select(query, tree)
    else:
        return None
    where = tree.args.get("where")
    if where is not None:
        _conditions(query, where.this)
    if any(HOLE in one.name and not _is_value(one) for one in tree.find_all(exp.Identifier)):
        query.opaque = "a piece of the statement is not known"
    return query if query.entities else None


def _taken_by(update: Any) -> Any:
    """The query inside an update whose rows alone are written: `WHERE id IN (SELECT id .. LIMIT 1)`."""
    from sqlglot import exp

    where = update.args.get("where")
    outer = where.this if where is not None else None
    if isinstance(outer, exp.In) and outer.args.get("query") is not None:
        inner = outer.args["query"]
    elif isinstance(outer, exp.EQ) and isinstance(outer.right, exp.Subquery):
        inner = outer.right
    else:
        return None
    select = inner.this if isinstance(inner, exp.Subquery) else inner
    return select if isinstance(select, exp.Select) else None


def _claiming(update: Query, select: Any) -> Query | None:
    """The update as a query that reads the rows and claims them, by their key alone or with a lock on them."""
    query = Query("sql", written=update.written, fetched="rows", claim="update_by_key")
    _select(query, select)
    where = select.args.get("where")
    if where is not None:
        _conditions(query, where.this)
    if query.lock is not None:
        query.claim = ""
    return query if {one.table for one in query.entities} == {one.table for one in update.entities} else update


def _is_value(hole: Any) -> bool:
    """Whether a hole stands where a value does: behind a sign of comparison, in a list, as a limit."""
    from sqlglot import exp

    column = hole.parent
    place = column.parent if isinstance(column, exp.Column) else None
    if isinstance(place, (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Like, exp.ILike)):
        return place.right is column and isinstance(place.left, exp.Column) and HOLE not in place.left.name
    if isinstance(place, exp.In):
        return place.this is not column and isinstance(place.this, exp.Column)
    return isinstance(place, (exp.Limit, exp.Offset, exp.Fetch))


def _table(query: Query, node: Any) -> None:
    from sqlglot import exp

    if isinstance(node, exp.Table) and node.name:
        query.entities.append(Entity(node.name))


def _select(query: Query, tree: Any) -> None:
    from sqlglot import exp

    source = tree.args.get("from_") or tree.args.get("from")
    if source is not None:
        _table(query, source.this)
        if isinstance(source.this, exp.Subquery):
            return
    columns = []
    for one in tree.expressions:
        inner = one.unalias()
        if isinstance(inner, exp.AggFunc):
            query.fetched = "count"
        columns.append(inner.name if isinstance(inner, exp.Column) and not isinstance(inner.this, exp.Star) else "")
    query.columns = tuple(columns) if all(columns) else None
    distinct = tree.args.get("distinct")
    if distinct is not None:
        query.distinct = True
        on = distinct.args.get("on")
        if on is not None:
            keys = on.expressions if isinstance(on, exp.Tuple) else [on]
            query.distinct_on = tuple(one.name if isinstance(one, exp.Column) else "" for one in keys)
    if tree.args.get("group"):
        query.fetched = "count"
    limit = tree.args.get("limit")
    if limit is not None:
        query.limited_by = "limit"
        number = limit.expression if isinstance(limit, exp.Limit) else limit.args.get("count")
        query.limit = int(number.name) if isinstance(number, exp.Literal) and number.name.isdigit() else None
        if isinstance(number, exp.Null):
            query.limited_by = None
    if tree.args.get("locks"):
        query.lock = _NOWHERE
    order = tree.args.get("order")
    for one in order.expressions if order is not None else ():
        named = one.this.name if isinstance(one.this, exp.Column) else None
        query.orders.append(Ordering(named or "", bool(one.args.get("desc"))))


_NOWHERE = Place("", 0, 0, 0, 0)


def _conditions(query: Query, node: Any) -> None:
    """The conditions that are joined by AND."""
    from sqlglot import exp

    operators: Mapping[type, str] = {
        exp.EQ: "equals", exp.NEQ: "not_equals", exp.LT: "less", exp.LTE: "less", exp.GT: "more", exp.GTE: "more",
        exp.Is: "equals", exp.Like: "like", exp.ILike: "like",
    }  # fmt: skip
    if isinstance(node, exp.And):
        _conditions(query, node.left)
        _conditions(query, node.right)
    elif isinstance(node, exp.Paren):
        _conditions(query, node.this)
    elif isinstance(node, exp.In) and isinstance(node.this, exp.Column):
        values = [_value(one) for one in node.expressions] or [None]
        known = None if any(value is _UNKNOWN for value in values) or not node.expressions else tuple(values)
        query.conditions.append(Condition(node.this.name, "in", known))
    elif type(node) in operators and isinstance(node.left, exp.Column):
        value = _value(node.right)
        operator = "is_null" if value is None and isinstance(node, exp.Is) else operators[type(node)]
        query.conditions.append(Condition(node.left.name, operator, None if value is _UNKNOWN else (value,)))
    elif isinstance(node, exp.Column):
        query.conditions.append(Condition(node.name, "equals", (True,)))
    elif isinstance(node, exp.Not) and isinstance(node.this, exp.Column):
        query.conditions.append(Condition(node.this.name, "equals", (False,)))
    else:
        query.opaque = "a condition of the statement is not known"


_UNKNOWN = object()


def _known(value: Any) -> tuple[Any, ...] | None:
    return None if value is _UNKNOWN else (value,)


def _value(node: Any) -> Any:
    from sqlglot import exp

    if isinstance(node, exp.Cast):
        return _value(node.this)
    if HOLE in node.name:
        return _UNKNOWN
    if isinstance(node, exp.Literal):
        return node.name if node.is_string else int(node.name) if node.name.isdigit() else _UNKNOWN
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Placeholder) and node.name:
        return _Parameter(node.name[1:] if node.name.startswith("p") else node.name[2:])
    return _UNKNOWN
