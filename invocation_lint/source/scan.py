"""Whether a file can matter at all: a test on its bytes, before it is decoded or parsed and before libcst is imported.

What a file must hold for a kind of fact is data: a new kind adds a `Seed`. On real trees one or two files in a hundred
hold the seed of invocations.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from invocation_lint.records import record

Patterns = tuple[re.Pattern[bytes], ...]


@record
class Seed:
    """What the bytes of a file hold if it can give a fact of a kind: every pattern, in one of several ways.

    The `word` stands in each of them; looking for it first takes a quarter of the time.
    """

    kind: str
    ways: tuple[Patterns, ...]
    word: bytes = b""

    def is_in(self, data: bytes) -> bool:
        """Whether the bytes hold it."""
        return self.word in data and any(all(pattern.search(data) for pattern in patterns) for patterns in self.ways)


SITE_ATTRIBUTES = frozenset({"invoke", "invoke_async", "invoke_with_response_stream"})
"""The methods of a client that invoke."""

# A method of the client, called or handed over (`submit(client.invoke, FunctionName=name)`); the dot and the name may
# stand on two lines.
_METHOD = re.compile(rb"\.(?:\s|\\\r?\n)*invoke(?:_async|_with_response_stream)?\b")
# The same taken by its name: `getattr(client, "invoke")`, `methodcaller("invoke", FunctionName=name)`.
_NAMED = re.compile(rb"[\"'.]invoke(?:_async|_with_response_stream)?[\"']")
_TAKING = re.compile(rb"\b(?:getattr|methodcaller|attrgetter)\b")
# What stands beside an invocation: its required keyword, the client's making, or the client's type.
_SIGN = re.compile(rb"functionname|[\"']lambda[\"']|lambdaclient", re.IGNORECASE)
# Keywords that come from elsewhere, or a method that is not called where it is named; then the client or something near
# it speaks of Lambda in its name.
_HANDED_ON = re.compile(rb"\*\*|\.invoke(?:_async|_with_response_stream)?\b(?!\s*\()")
_NAME = re.compile(rb"[Ll]ambda_|_lambda|lambda[A-Z]|Lambda[A-Z]?|LAMBDA")

_JOB_WORDS = (b"job", b"Job", b"JOB", b"jOB")  # looked for first: that takes a tenth of the time
_JOBS = re.compile(rb"(?i:_jobs?\b|\bjobs?\b|job_?queue\b|jobs?_?table|jobs?_coll)|Jobs?\b")
# What makes a query, or takes its rows. Not `super().execute(..)`, a text that is searched (`line.find(",")`,
# `path.find(mark) != -1`), a part of an address (`url.query,`), and pages of another operation than `query` and `scan`.
# All begin with a dot, or are looked for where their word is: one pattern for everything takes four times as long.
_QUERY = re.compile(
    rb"""\.\s*(?:select|scan|get_item|objects|find_one|aggregate|table|from_|fetch|fetchall|scalars)\b
    | \.(?<!super\(\).)\s*execute\b
    | \.\s*find\b(?!\s*\(\s*[bru]{0,2}["'])(?!\([^()\n]*\)\s*(?:[!=<>]=|[<>+-])\s*-?\d)
    | \.\s*query\b(?!\s*[,)\]:]|\s*=[^=])
    | \.(?<!\).)(?<![Pp]aginator.)\s*paginate\b""",
    re.VERBOSE,
)
_QUERIES_BY_WORD = {
    b"elect": re.compile(rb"\bselect\b", re.IGNORECASE),
    b"ELECT": re.compile(rb"\bselect\b", re.IGNORECASE),
    b".query": re.compile(rb"\b[A-Z]\w*\.query\b"),
    b"get_paginator": re.compile(rb"\bget_paginator\(\s*(?:[\"'](?:query|scan)|[^\"'\s])"),
    b"session": re.compile(rb"\bsession\s*\.\s*get\b"),
}

# A key of an answer of AWS as most services write them, in a module that gets its clients from another one.
_AWS_KEY = re.compile(rb"[\"'][A-Z][a-z]+(?:[A-Z][a-z]+)*[\"']")

INVOCATION = Seed("invocation", ((_METHOD, _SIGN), (_METHOD, _HANDED_ON, _NAME), (_NAMED, _TAKING, _SIGN)), b"invoke")

# Libraries that invoke for their caller (`data/doors.json`); the word of each is that of its package.
DOORS = (
    Seed("invocation", ((re.compile(rb"LambdaInvokeFunctionOperator|LambdaHook"),),), b"airflow"),
    Seed("invocation", ((re.compile(rb"zappa\.async|from\s+zappa\s+import"),),), b"zappa"),
    Seed("invocation", ((re.compile(rb"chalice\.test|chalice\s+import\s+test|TypedAWSClient"),),), b"chalice"),
)

SEEDS = (INVOCATION, *DOORS)  # those for which a file is parsed


def may_matter(data: bytes) -> bool:
    """Whether the bytes may hold what a file is parsed for. True costs a parse; False is certain but for invocations by
    a client without a telling name whose keywords all come from elsewhere."""
    return any(seed.is_in(data) for seed in SEEDS)


def speaks_of_lambda(data: bytes) -> bool:
    """Whether the bytes name a client of Lambda or the keyword FunctionName: any `.invoke` may be an invocation."""
    return _SIGN.search(data) is not None


def may_query(data: bytes) -> bool:
    """Whether the bytes may hold a query of anything."""
    return _QUERY.search(data) is not None or any(
        word in data and pattern.search(data) is not None for word, pattern in _QUERIES_BY_WORD.items()
    )


def spelled(names: Collection[str]) -> Iterator[str]:
    """The names that a function mentions, as the scan looks for them: each as an attribute, and a session's `get`."""
    yield from (f".{name}" for name in names)
    if "get" in names and "session" in names:
        yield "session.get"


def may_query_jobs(data: bytes, tables: tuple[str, ...] | None = None) -> bool:
    """Whether the bytes may hold a query of a table of jobs; `tables` are globs of their names, None the usual ones."""
    if tables is None and not any(word in data for word in _JOB_WORDS):
        return False
    names = _JOBS if tables is None else _names(tables)
    return names is not None and names.search(data) is not None and may_query(data)


def may_read_lists(data: bytes) -> bool:
    """Whether the bytes may hold a call of an operation of AWS that answers in pages, and look into its answer."""
    if b"boto" not in data and _AWS_KEY.search(data) is None:
        return False
    from invocation_lint.source.list_calls import list_calls, reads_entries

    return any(reads_entries(data, call.name, 0, len(data)) for call in list_calls(data))


_RUNS_LOOP = re.compile(rb"\brun\(|\brun_until_complete\(|from\s+asyncio\s+import\b[^\n]*\brun\b")
_LOOP_CLIENT = re.compile(
    rb"\b(?:ClientSession|AsyncClient|Async(?:Azure)?OpenAI|AsyncAnthropic|AsyncIOMotorClient|AsyncMongoClient|"
    rb"AsyncElasticsearch|create_pool|create_async_engine)\(|\.__aenter__\("
)
_LOOP_CLIENT_WORDS = (
    b"ClientSession(", b"AsyncClient(", b"OpenAI(", b"AsyncAnthropic(", b"AsyncIOMotorClient(", b"AsyncMongoClient(",
    b"AsyncElasticsearch(", b"create_pool(", b"create_async_engine(", b"__aenter__(",
)  # fmt: skip


def may_run_loops(data: bytes) -> bool:
    """Whether the bytes may hold a handler that runs coroutines, and an asynchronous client."""
    return (
        b"async" in data
        and any(word in data for word in _LOOP_CLIENT_WORDS)
        and _RUNS_LOOP.search(data) is not None
        and _LOOP_CLIENT.search(data) is not None
        and b"handler" in data.lower()
    )


_IS_GIVEN = rb")(?:\s|\\\r?\n|#[^\n]*\n)*=(?!=)"


def _keywords(*names: str) -> re.Pattern[bytes]:
    """What stands where one of these parameters is given by its name."""
    return re.compile(rb"\b(?:" + "|".join(names).encode() + _IS_GIVEN)


_BATCH = re.compile(
    rb"\.(?:\s|\\\r?\n)*(?:put_events|put_targets|remove_targets|send_message_batch|send_messages|delete_message_batch"
    rb"|delete_messages|change_message_visibility_batch|publish_batch|batch_write_item|batch_get_item|put_records"
    rb"|put_record_batch|delete_objects)\b"
)
_BATCH_WORDS = (b"_batch", b"put_events", b"_targets", b"_messages", b"batch_", b"put_records", b"delete_objects")
_ENTRIES = _keywords("Entries", "PublishBatchRequestEntries", "Targets", "Ids", "RequestItems", "Records", "Delete")


def may_send(data: bytes) -> bool:
    """Whether the bytes may hold a call of a batch operation (`data/batch_operations.json`), its entries given."""
    if not any(word in data for word in _BATCH_WORDS) or _BATCH.search(data) is None:
        return False
    return _ENTRIES.search(data) is not None


_MESSAGE = re.compile(
    rb"\.(?:\s|\\\r?\n)*(?:send_message|send_message_batch|send_messages|publish|publish_batch|put_events)\s*\("
)
_MESSAGE_WORDS = (b"MessageBody", b"TopicArn", b"TargetArn", b"DetailType", b"Message=")
_OF_MESSAGES = _keywords(
    "QueueUrl", "TopicArn", "TargetArn", "PhoneNumber", "Entries", "PublishBatchRequestEntries", "Message",
    "MessageBody", "MessageGroupId"
)  # fmt: skip


def may_write_messages(data: bytes) -> bool:
    """Whether the bytes may hold a message to a queue, a topic or a bus, as a call of boto3 is written."""
    if not any(word in data for word in _MESSAGE_WORDS) or _MESSAGE.search(data) is None:
        return False
    return _OF_MESSAGES.search(data) is not None


_EXECUTION = re.compile(rb"\.(?:\s|\\\r?\n)*(?:start_execution|start_sync_execution|describe_execution)\b")


_OF_MACHINES = _keywords("stateMachineArn", "executionArn")


def may_run_machines(data: bytes) -> bool:
    """Whether the bytes may start an execution of a state machine, or ask for one."""
    return b"_execution" in data and _EXECUTION.search(data) is not None and _OF_MACHINES.search(data) is not None


_OBJECT_KEYS = (
    re.compile(rb"s3(?<=[\"']s3)[\"']\s*[\],)]"),
    re.compile(rb"\.s3(?:\.get_object\b|\[|\.get\()"),
    re.compile(rb"detail(?<=[\"']detail)[\"']"),
    re.compile(rb"\.detail(?:\.object\b|\[|\.get\()"),
)
"""Each begins with what stands for itself: together, or with the quote in front, they take ten times as long."""

_OF_OBJECTS = re.compile(rb"object(?<=[\"']object)[\"']\s*[\],)]|\.(?:get_)?object\b")
_KEY = re.compile(rb"key(?<=[\"']key)[\"']\s*[\],)]|\.key\b")


def may_read_keys(data: bytes) -> bool:
    """Whether the bytes may read the key of an object of an event of S3."""
    if not (b"object" in data and b"key" in data and any(pattern.search(data) for pattern in _OBJECT_KEYS)):
        return False
    return _OF_OBJECTS.search(data) is not None and _KEY.search(data) is not None


_FIRST = rb"\s*\(\s*(?!self\b|cls\b)"
_MORE = rb"(?:[^()]|\([^()]*\))*?,\s*[\w/*]"
_HANDLER = re.compile(
    rb"def\s+(?:\w*handler\w*|(?:\w*_)?(?:main|run|entry\w*)(?:_\w*)?)"
    + _FIRST
    + rb"\w+"
    + _MORE
    + rb"|def\s+\w+\s*\(\s*(?:(?:self|cls)\s*,\s*)?_*(?:event|evt)\b[^()]*,\s*_*(?:context|ctx)\b"
)
"""A function that takes two parameters, and is named as handlers are; or one that takes an event and a context."""

_EVENT = (b"event", b"evt")


def may_handle(data: bytes) -> bool:
    """Whether the bytes may define a function that Lambda invokes."""
    return b"Chalice(" in data or (any(word in data for word in _EVENT) and _HANDLER.search(data) is not None)


_WHILE = re.compile(rb"^([ \t]+)while\b[^\n]*:[^\n]*\n((?:\1[ \t][^\n]*\n?|[ \t]*\r?\n)*)", re.MULTILINE)
_LEAVES = re.compile(rb"^[ \t]+return\b", re.MULTILINE)
_WAITS = (b"sleep", b"receive_message", b"wait(")


def may_work_off(data: bytes) -> bool:
    """Whether the bytes may hold a worker: a function that reads items to work on, and goes on without an end."""
    if b"while " not in data or not any(word in data for word in _WAITS):
        return False
    if not (b"MaxNumberOfMessages" in data and b"receive_message" in data) and not may_query_jobs(data):
        return False
    return any(_goes_on(found[2]) for found in _WHILE.finditer(data))


def _goes_on(rounds: bytes) -> bool:
    """Whether a loop waits in its rounds, and no statement leaves it."""
    waits = any(word in rounds for word in _WAITS)
    has_inner = b"for " in rounds or b"while " in rounds
    return waits and _LEAVES.search(rounds) is None and (has_inner or b"break" not in rounds)


def may_wrap(data: bytes) -> bool:
    """Whether the bytes may make a handler of a web application by an adapter."""
    return b"Mangum(" in data or b"make_lambda_handler(" in data


def may_deploy(data: bytes) -> bool:
    """Whether the bytes may define resources with the AWS CDK, or an application of Chalice."""
    return b"aws_cdk" in data or b"Chalice(" in data


_OF_SYNTAX = (
    may_send, may_write_messages, may_run_machines, may_read_keys, may_handle, may_wrap, may_deploy, may_work_off
)  # fmt: skip


def may_hold_facts(data: bytes) -> bool:
    """Whether the bytes may hold what facts are made of without a walk, wherever the code runs: event loops, batches,
    messages, executions, keys, handlers, resources."""
    return may_run_loops(data) or any(test(data) for test in _OF_SYNTAX)


@lru_cache(maxsize=16)
def _names(globs: tuple[str, ...]) -> re.Pattern[bytes] | None:
    """A pattern for the words that match one of the globs."""
    words = [re.escape(glob).replace(r"\*", r"\w*").replace(r"\?", r"\w") for glob in globs]
    return re.compile(rb"(?i)\b(?:" + "|".join(words).encode() + rb")\b") if words else None
