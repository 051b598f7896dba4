"""Whether a file can matter at all: a test on its bytes, before it is decoded or parsed."""

from __future__ import annotations

import re

_CALL = re.compile(rb"\.\s*invoke(?:_async|_with_response_stream)?\b")
# What stands beside an invocation: its required keyword, the client's making, or the client's type.
_SIGN = re.compile(rb"functionname|[\"']lambda[\"']|lambdaclient", re.IGNORECASE)
# Keywords that come from elsewhere; then the client or something near it speaks of Lambda in its name.
_HANDED_ON = re.compile(rb"\*\*|partial|submit|to_thread|run_in_executor")
_NAME = re.compile(rb"[Ll]ambda_|_lambda|lambda[A-Z]|Lambda[A-Z]?|LAMBDA")


def speaks_of_lambda(data: bytes) -> bool:
    """Whether the bytes name a client of Lambda or the keyword FunctionName: any `.invoke` may be an invocation."""
    return _SIGN.search(data) is not None


def may_matter(data: bytes) -> bool:
    """Whether the bytes may hold an invocation. False is certain but for clients without a telling name whose keywords
    all come from elsewhere; True costs a parse."""
    if _CALL.search(data) is None:
        return False
    if _SIGN.search(data) is not None:
        return True
    return _HANDED_ON.search(data) is not None and _NAME.search(data) is not None


_JOBS = re.compile(rb"(?i:\w*_jobs?\b|\bjobs?\b|\w*job_?queue\b)|\b\w*Job\b")
_QUERY = re.compile(
    rb"(?i:\bselect\b)|\.\s*(?:select|query|scan|objects|find|find_one|table|from_|execute|fetch|fetchall)\b"
)


def may_query_jobs(data: bytes) -> bool:
    """Whether the bytes may hold a query of a table of jobs."""
    return _QUERY.search(data) is not None and _JOBS.search(data) is not None
