"""How a function outside the program invokes for its caller, as a contract describes it."""

from __future__ import annotations

from invocation_lint.records import record


@record
class Wrapper:
    """Which parameter of a function is what; `modes` says what yes and no mean for `invocation_type`."""

    call: str
    function: str = ""
    payload: str = ""
    invocation_type: str = ""
    modes: tuple[tuple[str, str], ...] = ()
