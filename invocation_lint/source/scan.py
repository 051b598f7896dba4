"""Whether a file can matter at all: a test on its bytes, before it is decoded or parsed and before libcst is imported.

What a file must hold for a kind of fact is data: a new kind adds a `Seed`. On real trees one or two files in a hundred
hold the seed of invocations.
"""

from __future__ import annotations

import re
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
# What stands beside an invocation: its required keyword, the client's making, or the client's type.
_SIGN = re.compile(rb"functionname|[\"']lambda[\"']|lambdaclient", re.IGNORECASE)
# Keywords that come from elsewhere; then the client or something near it speaks of Lambda in its name.
_HANDED_ON = re.compile(rb"\*\*|partial|submit|to_thread|run_in_executor")
_NAME = re.compile(rb"[Ll]ambda_|_lambda|lambda[A-Z]|Lambda[A-Z]?|LAMBDA")

_JOB_WORDS = (b"job", b"Job", b"JOB", b"jOB")  # looked for first: that takes a tenth of the time
_JOBS = re.compile(rb"(?i:_jobs?\b|\bjobs?\b|job_?queue\b|jobs?_?table|jobs?_coll)|Jobs?\b")
_QUERY = re.compile(
    rb"(?i:\bselect\b)|\.\s*(?:select|query|scan|objects|find|find_one|aggregate|table|from_|execute|fetch|fetchall|scalars|paginate)\b"
)

_ITEMS = re.compile(rb"[\"']Items[\"']")

INVOCATION = Seed("invocation", ((_METHOD, _SIGN), (_METHOD, _HANDED_ON, _NAME)), b"invoke")
JOB_QUERY = Seed("job_query", ((_QUERY, _JOBS),))

SEEDS = (INVOCATION,)  # those for which a file is parsed


def may_matter(data: bytes) -> bool:
    """Whether the bytes may hold what a file is parsed for. True costs a parse; False is certain but for invocations by
    a client without a telling name whose keywords all come from elsewhere."""
    return any(seed.is_in(data) for seed in SEEDS)


def speaks_of_lambda(data: bytes) -> bool:
    """Whether the bytes name a client of Lambda or the keyword FunctionName: any `.invoke` may be an invocation."""
    return _SIGN.search(data) is not None


def may_query(data: bytes) -> bool:
    """Whether the bytes may hold a query of anything."""
    return _QUERY.search(data) is not None


def may_query_jobs(data: bytes, tables: tuple[str, ...] | None = None) -> bool:
    """Whether the bytes may hold a query of a table of jobs; `tables` are globs of their names, None the usual ones."""
    if tables is None and not any(word in data for word in _JOB_WORDS):
        return False
    names = _JOBS if tables is None else _names(tables)
    return names is not None and _QUERY.search(data) is not None and names.search(data) is not None


def may_read_lists(data: bytes) -> bool:
    """Whether the bytes may hold a call of an operation of AWS that answers in pages, and look into its answer."""
    if b"boto" not in data and (b"Items" not in data or _ITEMS.search(data) is None):
        return False
    from invocation_lint.source.list_calls import list_calls, reads_entries

    return any(reads_entries(data, call.name, call.start, len(data)) for call in list_calls(data))


@lru_cache(maxsize=16)
def _names(globs: tuple[str, ...]) -> re.Pattern[bytes] | None:
    """A pattern for the words that match one of the globs."""
    words = [re.escape(glob).replace(r"\*", r"\w*").replace(r"\?", r"\w") for glob in globs]
    return re.compile(rb"(?i)\b(?:" + "|".join(words).encode() + rb")\b") if words else None
