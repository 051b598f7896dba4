"""Parts of texts that are known only when the code runs."""

from __future__ import annotations

from invocation_lint.records import record


@record
class Cut:
    """The beginning or the end of a variable of the environment, by its name; where it is cut is not known."""

    name: str
    is_end: bool
    type: str = "str"
