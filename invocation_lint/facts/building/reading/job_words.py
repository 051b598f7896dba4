"""What names say: which tables hold jobs, what a column means, which status waits, what a function is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from invocation_lint.facts.base import Unknown
from invocation_lint.facts.building.dialects.shape import Condition, Entity, Named, Query
from invocation_lint.facts.building.states import snake_case
from invocation_lint.facts.options import JOB_TABLES

_WAITING = frozenset(
    {"queued", "pending", "waiting", "new", "scheduled", "enqueued", "todo", "unprocessed", "submitted", "unstarted",
     "notstarted", "requested", "retry", "retrying", "requeued", "backlog", "open", "created", "available", "idle"}
)  # fmt: skip
_DONE_FLAGS = re.compile(
    r"^(is_|was_|has_been_)?(processed|done|completed?|finished|started|handled|sent|claimed|taken)$"
)
_WAITING_FLAGS = re.compile(r"^(is_)?(pending|queued|waiting|new)$")
_DECORATIONS = re.compile(r"^(ddb|dynamodb|dynamo)_|_?(table|ddb|dynamodb)(_name|_arn)?$|_(dev|test|staging|prod)$")
_STATUS = re.compile(r"^(.*_)?(status|state|phase)(_code|_name)?$|^(locked|claimed|taken)_by$")
_DONE_TIMES = re.compile(
    r"^(started|completed|finished|processed|claimed|locked|taken|sent|picked_up|done)_(at|on|time)$"
)
_RUNNING = frozenset(
    {"inprogress", "progress", "started", "claimed", "locked", "taken", "reserved", "busy", "active", "assigned",
     "picked", "pickedup", "leased", "acquired", "dispatched", "inflight", "ongoing", "checkedout"}
)  # fmt: skip
_ENDING = frozenset({"pending", "waiting", "queuing", "queueing", "cancelling", "canceling", "missing", "failing"})
"""Words that end like those of work that is being done, and do not mean it."""

_TAKEN_BY = re.compile(
    r"^(locked|claimed|taken|picked|reserved|leased|started|assigned)(_up)?_(by|at|on)$|^worker(_id|_name)?$"
)
_TAKEN_FLAGS = re.compile(r"^(is_)?(claimed|taken|locked|running|in_progress|processing|reserved|picked(_up)?)$")
_DUE = re.compile(
    r"(^|_)(runs?|due|scheduled?|available|next|eta|visible|execute|start|retry|not_before|after)(_|$)|^eta$"
)
_TIME = re.compile(r"(_at|_on|_time|_date|_ts|_since|_until|_before)$|time|date|heartbeat|lease|expire|expiry|ttl|_at_")
_CREATED = re.compile(
    r"^(created|inserted|enqueued|queued|submitted)_(at|on|time|date)$|^(created|inserted|enqueued)At$"
)
_AGE = re.compile(
    r"(^|_)(created|added|inserted|submitted|queued|enqueued|received|posted|started|modified|updated|timestamp|ts|seq"
    r"|sequence|position|age)(_|$)"
)
_KEY = re.compile(r"^(_id|id|pk|uuid|guid|key|rowid|job_?id|job_?uuid|job_?key|message_id|task_id)$", re.IGNORECASE)
_PARENT = re.compile(r"(_id|_uuid|_guid|_pk|_ids|_key)$|^(parent|owner|user|account|tenant|project|customer)$")
_LISTS = re.compile(
    r"^_*(?:(?:handle|handler|api|cmd|route|view|endpoint|admin)_)*"
    r"(list(?!en)|dump|export|count|stats?|report|show|display|print|describe|search|monitor|summar)"
)
_CLEANS = re.compile(r"clean|reap|purge|expire|stale|stuck|prune|delete|remove|archive|cancel|migrat|backfill|recover"
                     r"|reset|orphan|requeue|watchdog|sweep|fail_")  # fmt: skip


def job_entities(entities: Iterable[Entity], patterns: Sequence[str] | None) -> list[Entity]:
    """Those of the entities that hold jobs."""
    wanted = JOB_TABLES if patterns is None else tuple(patterns)
    return [one for one in entities if is_job_table(one.table, wanted) or is_job_class(one.cls, wanted)]


def is_job_table(name: str, patterns: Sequence[str]) -> bool:
    """Whether a table holds jobs, by its name without a schema."""
    plain = name.rpartition(".")[2].strip('"`[] ')
    names = {plain.lower(), snake_case(plain), _DECORATIONS.sub("", snake_case(plain))} - {""}
    return any(fnmatchcase(one, glob) for glob in patterns if glob == glob.lower() for one in names)


def is_job_class(name: str, patterns: Sequence[str]) -> bool:
    """Whether an ORM class holds jobs, by its name."""
    return bool(name) and any(fnmatchcase(name, glob) for glob in patterns if glob != glob.lower())


def are_groups(query: Query) -> bool:
    """Whether a query asks for the values that some columns have, and not for jobs: which kinds, users, files there
    are. The key of a job, or a time, is another one for each."""
    columns = query.distinct_on if query.distinct_on is not None else query.columns if query.columns_known else None
    if not query.distinct or not columns:
        return False
    plain = [snake_case(column.rpartition(".")[2]) for column in columns]
    return all(one and not _KEY.search(one) and not _TIME.search(one) for one in plain)


def role_of(condition: Condition) -> Any:
    """What the column of a condition says of the job."""
    column, operator = snake_case(condition.column.rpartition(".")[2]), condition.operator
    null = operator == "is_null" or condition.values == (None,)
    if _STATUS.search(column) or _DONE_FLAGS.search(column) or _WAITING_FLAGS.search(column):
        return "status"
    if _DONE_TIMES.search(column) and null:
        return "status"
    if _KEY.search(column):
        return "key"
    if _PARENT.search(column):
        return "parent"
    if operator in {"less", "more", "is_null"} and _DUE.search(column):
        return "due"
    if _TIME.search(column):
        return "time"
    if operator == "in" and condition.values is None:
        return "key"
    if operator == "equals" and condition.values is None:
        return Unknown(f"whether {column} narrows it to a few is not known")
    return "other"


def waiting_of(condition: Condition) -> Any:
    """Whether a condition on the status names jobs that wait: yes, no, or not known."""
    column, values = snake_case(condition.column.rpartition(".")[2]), condition.values
    if _DONE_TIMES.search(column) or column.endswith("_by"):
        null = condition.operator == "is_null" or (condition.operator == "equals" and values == (None,))
        return "yes" if null else "no"
    if not values:
        return Unknown("the status is not known")
    if condition.operator not in {"equals", "in"}:
        return Unknown("which status is left is not known")
    if any(isinstance(value, (bool, int)) for value in values):
        flags = (_DONE_FLAGS, False), (_WAITING_FLAGS, True)
        told = [all(bool(value) is wanted for value in values) for flag, wanted in flags if flag.search(column)]
        return ("yes" if told[0] else "no") if told else Unknown("what the number means is not known")
    told = [_waits(value) for value in values]
    if any(str(getattr(value, "name", value)).lower() == "ready" for value in values):
        return Unknown("what is ready may wait to be done, or be done")
    return "yes" if all(told) else "no" if not any(told) else Unknown("it is one status of several")


def _waits(value: Any) -> bool:
    if isinstance(value, Named):
        return bool(_WAITING & set(value.name.lower().split("_")))
    return isinstance(value, str) and re.sub(r"[-_ ]", "", value.lower()) in _WAITING


def says_running(column: str, values: tuple[Any, ...] | None) -> Any:
    """Whether a write of these values into a column says that somebody does the job now; None where the column says
    nothing of that."""
    name = snake_case(column)
    if _TAKEN_BY.search(name):
        return "no" if values == (None,) else "yes"
    if _TAKEN_FLAGS.search(name) and values is not None and all(isinstance(value, (bool, int)) for value in values):
        return "yes" if all(values) else "no"
    if not _STATUS.search(name):
        return None
    if not values:
        return Unknown("which status is written is not known")
    told = [_runs(value) for value in values]
    return "yes" if all(told) else "no" if not any(told) else Unknown("it is one status of several")


def _runs(value: Any) -> bool:
    words = [str(getattr(value, "name", value)).lower()] if isinstance(value, (str, Named)) else []
    words += [word for whole in words for word in re.split(r"[-_ ]", whole)]
    plain = {re.sub(r"[-_ ]", "", word) for word in words}
    if plain & _WAITING or not plain.isdisjoint(_ENDING):
        return False
    return not plain.isdisjoint(_RUNNING) or any(word.endswith("ing") and len(word) > 4 for word in words)


def is_age(column: str) -> bool:
    """Whether rows in the order of a column stand in the order in which they came."""
    plain = snake_case(column.rpartition(".")[2])
    return any(words.search(plain) for words in (_AGE, _KEY, _TIME, _DUE))


def is_creation(column: str) -> bool:
    """Whether a column says when a row was made."""
    return _CREATED.search(column) is not None


def is_key(column: str) -> bool:
    """Whether a column is the row's own key."""
    return _KEY.search(snake_case(column)) is not None


def is_priority(column: str) -> bool:
    """Whether an order by this column is one by what matters more, or by chance: age may follow from it, or not."""
    return re.search(r"prio|weight|rank|urgen|random|^func$|^\?$", column.lower()) is not None


def purpose_of(function: str) -> str:
    """What the name of a function says that it does."""
    if _LISTS.search(snake_case(function)):
        return "lists"
    return "cleans_up" if _CLEANS.search(function) else "other"


SENDING = frozenset(
    {"send_message", "send_message_batch", "send_messages", "publish", "publish_batch", "put_events", "put_record",
     "put_records", "start_execution", "delay", "apply_async", "send_task", "enqueue"}
)  # fmt: skip
"""Calls by which work is handed on: SQS, SNS, EventBridge, Kinesis, Step Functions, Celery, RQ."""

CLOCKS = frozenset({"get_remaining_time_in_millis", "monotonic", "perf_counter"})
"""Calls by which a loop sees that its time is over."""


def tell_status(columns: Iterable[str]) -> bool:
    """Whether one of these columns says how far a job is."""
    names = map(snake_case, columns)
    return any(_STATUS.search(name) or _DONE_FLAGS.search(name) or _DONE_TIMES.search(name) for name in names)
