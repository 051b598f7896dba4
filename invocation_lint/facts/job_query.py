"""The fact `job_query`: a read of a table of jobs, and what the loops over its rows do.

A dialect (supabase-py, SQLAlchemy, SQL, ...) is only a way of writing; every one is told in this one shape.
"""

from __future__ import annotations

from invocation_lint.facts.base import Number, Text, Unknown, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class Table:
    name: str = fact_field("the table, or the ORM class if its table is not visible", default="")


@record
class Column:
    name: str = fact_field("the column", default="")


@record
class Condition:
    name: str = fact_field("the column that is compared", default="")
    operator: Text = fact_field(
        "how it is compared", words=("equals", "not_equals", "in", "less", "more", "like", "is_null", "other")
    )
    role: Text = fact_field(
        "what the column says of the job: its status, its key, the key of what it belongs to, when it is due, another"
        " time, or anything else",
        words=("status", "key", "parent", "due", "time", "other"),
    )
    waiting: Text = fact_field("whether the value names a job that waits to be done", words=YES_NO)


@record
class EachItem:
    invokes: Text = fact_field("whether a function is invoked for each row", words=YES_NO, default="no")
    sends: Text = fact_field("whether a message or event is sent for each row", words=YES_NO, default="no")
    writes_status: Text = fact_field("whether the status of each row is written", words=YES_NO, default="no")
    tests_status: Text = fact_field("whether the loop looks at the status of each row", words=YES_NO, default="no")
    removes: Text = fact_field("whether each row is deleted", words=YES_NO, default="no")
    waits: Text = fact_field("whether the response of each invocation is waited for", words=YES_NO, default="no")
    checks_time: Text = fact_field("whether the loop checks the remaining time", words=YES_NO, default="no")


@record
class Claim:
    how: Text = fact_field(
        "how a row is marked before its work is sent or done: rows locked by the query, an update under the"
        " condition of the old status, an update by key alone, or an attribute that the session writes",
        words=("lock", "conditional_update", "update_by_key", "attribute"),
    )
    marks: Text = fact_field(
        "what the mark says: that the job is in progress, or anything else; absent when rows are only locked",
        words=("running", "other"),
    )
    looked_at: Text = fact_field(
        "whether the rows changed by a conditional update, or their number, are checked; absent when there is "
        "none, and when it fails with an error instead",
        words=YES_NO,
    )


@record
class Owner:
    field: Text = fact_field("the field of the payload that names the owner, by the contract of the invoked function")
    sent: Text = fact_field(
        "where its value comes from: a column of the row, or elsewhere; or that it is missing",
        words=("row", "elsewhere", "missing"),
    )
    column: Text = fact_field("the column of the row whose value it holds; absent when it holds none")
    selected: Text = fact_field(
        "whether the fetched columns name an owner; absent when all columns are fetched", words=YES_NO
    )


@record
class Caller:
    kind: Text = fact_field(
        "what kind of code the query is in", words=("lambda_handler", "view", "script", "library", "test", "task")
    )
    event_source: Text = fact_field("what triggers the handler", words=("http", "queue", "stream", "s3", "sns",
                                    "eventbridge", "schedule", "direct", "custom_resource"))  # fmt: skip
    purpose: Text = fact_field(
        "what the name of the function says about its purpose", words=("lists", "cleans_up", "other")
    )
    serves: Text = fact_field(
        "whether it returns the rows: a view, a handler behind an API, a handler that returns them, or code that "
        "only those call",
        words=YES_NO,
        default="no",
    )


@record
class JobQuery:
    """One read of a table of jobs, as seen from one frame. Absent is None, not known is `Unknown`."""

    dialect: Text = fact_field(
        "how it is written",
        words=("supabase", "sqlalchemy", "sql", "django", "dynamodb", "pymongo", "peewee"),
    )
    tables: tuple[Table, ...] | Unknown = fact_field("the job tables that are read", default=())
    fetched: Text = fact_field(
        "what is fetched: rows, one row, a number, or nothing yet", words=("rows", "one", "count", "lazy")
    )
    limit: Number = fact_field("the maximum number of rows, if known")
    limited_by: Text = fact_field(
        "what limits the number of rows; absent when nothing does", words=("limit", "slice", "fetch_size", "range")
    )
    cut: Text = fact_field("what drops rows after all were fetched; absent when nothing does", words=("slice",))
    order: Text = fact_field(
        "the first column of the order: oldest or newest rows first, the sort key of a DynamoDB table or index"
        " (which may be an age), or another order",
        words=("oldest_first", "newest_first", "sort_key", "other", "unordered"),
    )
    conditions: tuple[Condition, ...] | Unknown = fact_field("what the rows must fulfil", default=())
    columns: tuple[Column, ...] | Unknown | None = fact_field("the columns that are fetched; absent when all are")
    created: Text = fact_field(
        "the column that says when a job was made, among those that are fetched or that the class in sight declares"
    )
    claim: Claim | Unknown | None = fact_field("how a row is marked as taken; absent when it is not")
    each_item: EachItem = fact_field("what the loops over the rows do, as far as visible", default=EachItem())
    owner: Owner | None = fact_field(
        "the owner of each row, if a function is invoked for it whose contract requires one; absent otherwise"
    )
    total_seconds: Number = fact_field(
        "how long a full batch takes, in seconds: the limit times the known duration of what is invoked for each "
        "row and waited for, one after another; absent when unknown"
    )
    caller: Caller = fact_field("the code that queries", default=Caller())
