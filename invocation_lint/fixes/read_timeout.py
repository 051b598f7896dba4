"""`raise-read-timeout`: the client waits as long as the function takes."""

from __future__ import annotations

import math

import libcst as cst

from invocation_lint.fixes.arguments import end_of, keyword, spreads
from invocation_lint.fixes.case import Case, Change, Proposal
from invocation_lint.fixes.code import Code, DoesNotApply
from invocation_lint.source.names import ImportMap, collect_bindings

_MARGIN = 30  # seconds for what comes before the function's first line
_LONGEST = 900  # seconds that a function may run (AWS: Lambda quotas)
_CONFIGS = ("botocore.config.Config", "botocore.client.Config", "aiobotocore.config.AioConfig")


def propose(case: Case) -> Proposal:
    """`Config(read_timeout=N)`, with N longer than the function takes: the number replaced, the argument added, or the
    configuration added to a client that has none."""
    code = case.code
    seconds = _seconds(case)
    client = code.at(case.place, cst.Call)
    if spreads(client) or not client.args:
        raise DoesNotApply("the client's arguments are not written here")
    given = keyword(client, "config")
    title = f"wait {seconds} s"
    if given is None:
        end = end_of(code, client.args[-1])
        name = _imported(code)
        return Proposal(title, ((end, end, f", config={name}(read_timeout={seconds})"),), is_safe=False)
    return Proposal(title, (_in_config(code, given.value, seconds),), is_safe=False)


def _seconds(case: Case) -> int:
    longest = float(case.told.get("target.duration_seconds", "inf"))
    if not math.isfinite(longest) or longest > _LONGEST:
        raise DoesNotApply("it is not known how long the function takes")
    return min(math.ceil(longest) + _MARGIN, max(_LONGEST, math.ceil(longest) + 1))


def _in_config(code: Code, config: cst.BaseExpression, seconds: int) -> Change:
    if not isinstance(config, cst.Call) or spreads(config):
        raise DoesNotApply("the configuration is made elsewhere")
    if not set(_meanings(code, code.text[slice(*code.span(config.func))])) & set(_CONFIGS):
        raise DoesNotApply("it is another class")
    given = keyword(config, "read_timeout")
    if given is not None:
        if not isinstance(given.value, (cst.Integer, cst.Float)):
            raise DoesNotApply("the number is not written here")
        return (*code.span(given.value), str(seconds))
    if not config.args:
        end = code.span(config)[1] - 1
        return end, end, f"read_timeout={seconds}"
    end = end_of(code, config.args[-1])
    return end, end, f", read_timeout={seconds}"


def _meanings(code: Code, name: str) -> tuple[str, ...]:
    return ImportMap.of(code.source.module).meanings(name)


def _imported(code: Code) -> str:
    """The name under which the module imports the class."""
    module = code.source.module
    for name, ways in collect_bindings(module).items():
        if ways == {"import"} and set(_meanings(code, name)) & set(_CONFIGS):
            return name
    raise DoesNotApply("Config is not imported")
