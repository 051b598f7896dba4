"""Whether a file can matter at all: a test on its bytes, before it is decoded or parsed."""

from __future__ import annotations

import re

_CALL = re.compile(rb"\.\s*invoke")
_SIGN = re.compile(rb"functionname|[\"']lambda[\"']|\*\*|partial", re.IGNORECASE)


def may_matter(data: bytes) -> bool:
    """Whether the bytes may hold an invocation. False is certain; True costs a parse."""
    return _CALL.search(data) is not None and _SIGN.search(data) is not None
