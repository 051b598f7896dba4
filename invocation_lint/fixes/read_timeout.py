"""`raise-read-timeout`: the client waits as long as the function takes, and asks once."""

from __future__ import annotations

import math

import libcst as cst

from invocation_lint.fixes.editing.arguments import appended, keyword, spreads
from invocation_lint.fixes.editing.case import Case, Change, Proposal
from invocation_lint.fixes.editing.code import Code, DoesNotApply
from invocation_lint.fixes.editing.imported import config_name, is_config

_MARGIN = 30  # seconds for what comes before the function's first line
_LONGEST = 900  # seconds that a function may run (AWS: Lambda quotas)


def propose(case: Case) -> Proposal:
    """`Config(read_timeout=N, retries=..)`, with N longer than the function takes: the number replaced, the arguments
    added, or the configuration added to a client that has none. Retries that are given stay as they are."""
    code = case.code
    seconds = _seconds(case)
    client = code.at(case.place, cst.Call)
    if spreads(client) or not client.args:
        raise DoesNotApply("the client's arguments are not written here")
    given = keyword(client, "config")
    if given is not None:
        changes = _in_config(code, _config(code, given.value), seconds)
    else:
        name, imports = config_name(code, client, is_async=case.told.get("client.sdk", "").startswith("aio"))
        arguments = f"read_timeout={seconds}, {_once(code, client)}"
        changes = (*imports, appended(code, client, f"config={name}({arguments})"))
    return Proposal(f"wait {seconds} s and ask once", changes, is_safe=False)


def _seconds(case: Case) -> int:
    told = (case.told.get(f"target.{name}_seconds", "inf") for name in ("duration", "timeout"))
    longest = min(float(one) for one in told)
    if not math.isfinite(longest) or longest > _LONGEST:
        raise DoesNotApply("it is not known how long the function takes")
    return min(math.ceil(longest) + _MARGIN, max(_LONGEST, math.ceil(longest) + 1))


def _once(code: Code, at: cst.CSTNode) -> str:
    mark = code.quote(at)
    return f"retries={{{mark}total_max_attempts{mark}: 1}}"


def _config(code: Code, given: cst.BaseExpression) -> cst.Call:
    """The call that makes the configuration: written here, or bound to a name that serves this client alone."""
    if isinstance(given, cst.Name):
        given = code.bound(given)
    if not isinstance(given, cst.Call) or spreads(given):
        raise DoesNotApply("the configuration is made elsewhere")
    if not is_config(code, code.text[slice(*code.span(given.func))]):
        raise DoesNotApply("it is another class")
    return given


def _in_config(code: Code, config: cst.Call, seconds: int) -> tuple[Change, ...]:
    given = keyword(config, "read_timeout")
    if given is not None and not isinstance(given.value, (cst.Integer, cst.Float)):
        raise DoesNotApply("the number is not written here")
    missing = [] if given is not None else [f"read_timeout={seconds}"]
    if keyword(config, "retries") is None:
        missing.append(_once(code, config))
    added = appended(code, config, *missing) if missing else None
    if given is None:
        return (added,) if added is not None else ()
    start, end = code.span(given.value)
    if added is not None and added[0] == end:  # one edit where they touch
        return ((start, end, f"{seconds}{added[2]}"),)
    return ((start, end, str(seconds)), *((added,) if added is not None else ()))
