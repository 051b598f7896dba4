"""Which functions a definition of a state machine invokes (Amazon States Language, states-language.net/spec.html)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LITERAL_ARN = re.compile(r"\bfunction:([\w-]{1,200})")
_NAME = re.compile(r'"?FunctionName(?:\.\$)?"?\s*:\s*["\']?([\w-]{1,200})["\'\s,}]')
_PLACEHOLDER = re.compile(r"\$\{([\w.]{1,200})\}|(?<!\w)__(\w{1,200}?)__(?!\w)")
_ENDS = re.compile(r"(?:arn|name|function|lambda|fn|_)+$")

_STATES = re.compile(r"""["']?\bStates["']?\s*:""")
_START = re.compile(r"""["']?\bStartAt["']?\s*:""")
_TASK = re.compile(r"""["']?\bResource["']?\s*:""")


def is_definition(data: str) -> bool:
    """Whether a text is laid out as a definition with tasks."""
    return all(pattern.search(data) for pattern in (_STATES, _START, _TASK))


def tasks_in(data: str) -> tuple[str, ...]:
    """The names by which a definition invokes functions: of the functions, or of the placeholders for their ARNs."""
    found = [*_LITERAL_ARN.findall(data), *_NAME.findall(data)]
    found.extend(one or other for one, other in _PLACEHOLDER.findall(data))
    return tuple(dict.fromkeys(name for name in found if name != "arn"))


def bare(name: str) -> str:
    """A name without the words that tell an ARN or a function: `CheckStockFunctionArn` is `checkstock`."""
    folded = re.sub(r"[^a-z0-9]", "", _ENDS.sub("", name.lower()))
    return folded or name.lower()


def is_named(names: Iterable[str], function: str) -> bool:
    """Whether one of the names by which tasks are called means a function."""
    return bare(function) in {bare(name) for name in names}
