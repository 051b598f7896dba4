"""`limit-job-query` and `order-job-query`: a worker takes a batch of jobs, the oldest first.

supabase-py, SQLAlchemy, Django, PyMongo and peewee, where the very call that fetches shows how; SQL in strings and
DynamoDB, whose limit bounds what is read and not what is found, are left to people.
"""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.arguments import keyword, removed
from invocation_lint.fixes.editing.case import Case, Change, Proposal
from invocation_lint.fixes.editing.chains import behind, in_front, links, method
from invocation_lint.fixes.editing.code import Code, DoesNotApply
from invocation_lint.fixes.editing.contents import text_of
from invocation_lint.source.names import dotted_name

_FETCHING = frozenset({("supabase", "execute"), ("sqlalchemy", "all"), ("pymongo", "to_list")})
_EXECUTE = frozenset({"execute", "scalars", "exec", "stream", "stream_scalars"})
_READ_WHOLE = frozenset({"list", "tuple"})
_OTHER_BUILDERS = frozenset({"csv", "explain", "iterator", "aiterator", "yield_per", "partitions"})


def propose(case: Case) -> Proposal:
    """`.limit(n)` in front of what fetches, with the order where there is none; or the order alone."""
    case.check_direct()
    if case.name == "limit-job-query":
        return _limited(case)
    told = case.told.get("order")
    if told == "newest_first":
        return Proposal("take the oldest first", (_turned(case),), is_safe=False)
    if told != "unordered":
        raise DoesNotApply("it is ordered by something else")
    return Proposal("take the oldest first", (_ordered(case),), is_safe=False)


def _limited(case: Case) -> Proposal:
    code, told = case.code, case.told
    size = told.get("option.batch_size", "10")
    if "cut" in told or not size.isdigit() or int(size) == 0:
        raise DoesNotApply("how many rows are wanted is not known")
    call = case.call
    if _OTHER_BUILDERS & {method(link) for link in links(call)}:
        raise DoesNotApply("the rows are fetched in another way")
    dialect, order = told.get("dialect"), _order(case, call)
    bound = [*order, f"[:{size}]" if dialect == "django" else f".limit({size})"]
    title = f"take {size} rows at a time" + (", the oldest first" if order else "")
    if (dialect, method(call)) in _FETCHING:
        change = in_front(code, call, bound)
    elif dialect == "sqlalchemy" and method(call) in _EXECUTE and len(call.args) >= 1:
        change = behind(code, _statement(call), bound)
    elif dialect in ("sqlalchemy", "django", "pymongo", "peewee") and _is_iterated(code, call):
        change = behind(code, call, bound)
    else:
        raise DoesNotApply("it is not seen where the rows are fetched")
    return Proposal(title, (change,), is_safe=False)


def _order(case: Case, call: cst.BaseExpression) -> list[str]:
    """The link that orders; none where there is an order, or the column is not in sight."""
    column = case.told.get("created")
    if case.told.get("order") != "unordered" or not column:
        return []
    mark = case.code.quote(call)
    if case.told.get("dialect") == "supabase":
        return [f".order({mark}{column}{mark})"]
    if case.told.get("dialect") == "django":
        return [f".order_by({mark}{column}{mark})"]
    if case.told.get("dialect") == "pymongo":
        return [f".sort({mark}{column}{mark})"]
    model = _model(case.code, call)
    return [f".order_by({model}.{column})"] if model else []


def _ordered(case: Case) -> Change:
    """The order in front of the limit."""
    bound = case.code.expression_at(case.place)
    case.check_local(bound)
    if isinstance(bound, cst.Subscript):
        order = _order(case, bound.value)
        change = behind(case.code, bound.value, order)
    elif isinstance(bound, cst.Call) and method(bound) == "limit":
        order = _order(case, bound)
        change = in_front(case.code, bound, order)
    else:
        raise DoesNotApply("the limit is written in another way")
    if not order:
        raise DoesNotApply("the column is not in sight")
    return change


def _turned(case: Case) -> Change:
    """The one column of the order, without what turns it round."""
    code, order = case.code, case.code.at(case.place, cst.Call)
    case.check_alone(order)
    if case.told.get("dialect") == "supabase":
        turned = keyword(order, "desc")
        if turned is None:
            raise DoesNotApply("it is turned in another way")
        return removed(code, order, turned)
    if len(order.args) != 1 or order.args[0].star:
        raise DoesNotApply("it is ordered by several columns")
    value = order.args[0].value
    if isinstance(value, cst.Call) and method(value) == "desc":
        if isinstance(value.func, cst.Attribute) and not value.args:
            return code.outer_span(value.func.value)[1], code.span(value)[1], ""
        if len(value.args) == 1:
            return (*code.outer_span(value), code.written(value.args[0].value))
    given = text_of(value)
    if isinstance(value, cst.SimpleString) and given and given.startswith("-") and case.told.get("dialect") == "django":
        start = code.span(value)[0] + len(value.prefix) + len(value.quote)
        return start, start + 1, ""
    raise DoesNotApply("it is turned in another way")


def _statement(call: cst.Call) -> cst.BaseExpression:
    argument = call.args[0]
    if argument.star or argument.keyword is not None:
        raise DoesNotApply("the statement is not the first argument")
    return argument.value


def _model(code: Code, call: cst.BaseExpression) -> str | None:
    """The class that is asked for, as `select(..)` or `query(..)` of the chain names it."""
    chains = [call]
    if isinstance(call, cst.Call) and method(call) in _EXECUTE:
        chains += [argument.value for argument in call.args[:1]]
    for value in chains:
        for link in links(code.bound(value) if isinstance(value, cst.Name) else value):
            if method(link) in ("select", "query"):
                name = dotted_name(_asked_for(link)) or ""
                first, _, last = name.rpartition(".")
                return name if last[:1].isupper() else first if first.rpartition(".")[2][:1].isupper() else None
    return None


def _asked_for(link: cst.Call) -> cst.BaseExpression:
    """`Job` of `select(Job)`, `session.query(Job)` and `Job.select()`."""
    if link.args and not link.args[0].star:
        return link.args[0].value
    return link.func.value if isinstance(link.func, cst.Attribute) else link.func


def _is_iterated(code: Code, call: cst.Call) -> bool:
    """Whether a loop, or `list()`, takes the rows right from the call."""
    around = code.parent(call)
    if isinstance(around, (cst.For, cst.CompFor)):
        return around.iter is call
    holder = code.parent(around) if isinstance(around, cst.Arg) else None
    return isinstance(holder, cst.Call) and method(holder) in _READ_WHOLE and isinstance(holder.func, cst.Name)
