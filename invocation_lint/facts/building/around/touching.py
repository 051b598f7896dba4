"""Which calls may change a record: all but those that surely do something else.

Functions of the same module are looked into. What is only imported may do anything, unless its name says that it logs,
answers, counts or sends a message.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator

import libcst as cst

from invocation_lint.analysis.program.acts import HARMLESS, LOGGING
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo, own_nodes
from invocation_lint.analysis.program.names import dotted

_ANSWERS = re.compile(
    r"(response|answer|reply|json|jsonify|[a-z]Error|[a-z]Exception)$|^(Response|HTTPException|flash|redirect|render\w*)$"
    r"|(^|_)(response|answer|reply|http|server|internal)_(error|json|[45]\d\d)|^(error|bad_request|not_found)$"
)
_SENDS = frozenset(
    {"publish", "send_message", "send_email", "send_raw_email", "send_templated_email", "put_events", "notify", "alert",
     "put_metric_data", "put_metric", "add_metric", "add_dimension", "flush_metrics", "increment", "incr", "gauge",
     "timing", "histogram", "set_tag", "set_context", "set_user", "add_breadcrumb", "record_exception", "sleep", "wait",
     "invoke", "post_message", "chat_postMessage"}
)  # fmt: skip
"""Methods that send, count or wait."""

_ELSEWHERE = frozenset(
    {"time", "json", "math", "random", "datetime", "traceback", "sys", "os", "re", "uuid", "logging", "warnings",
     "sentry_sdk", "statsd", "metrics", "tracer", "textwrap", "base64", "hashlib", "inspect", "string"}
)  # fmt: skip
"""Modules and helpers none of whose functions writes a record, by their usual names."""

_OF_VALUES = frozenset(
    {"append", "extend", "items", "keys", "values", "strip", "split", "lower", "upper", "replace", "startswith",
     "endswith", "isoformat", "utcnow", "now", "strftime", "read", "decode", "encode", "copy", "group", "match",
     "search", "total_seconds", "title", "splitlines", "index", "count"}
)  # fmt: skip
"""Methods of texts, times, lists and mappings."""

_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))
MAX_DEPTH = 4


def may_write(module: ModuleInfo, function: FunctionInfo | None, nodes: Iterable[cst.CSTNode]) -> bool:
    """Whether one of these nodes of a function may change a record; what is only raised changes none."""
    return _may_write(module, function, list(nodes), ())


def _may_write(
    module: ModuleInfo, function: FunctionInfo | None, nodes: list[cst.CSTNode], below: tuple[FunctionInfo, ...]
) -> bool:
    raised = {inner for node in nodes if isinstance(node, cst.Raise) for inner in own_nodes(node)}
    return any(
        isinstance(node, cst.Call) and node not in raised and _is_write(module, function, node, below) for node in nodes
    )


def _is_write(
    module: ModuleInfo, function: FunctionInfo | None, call: cst.Call, below: tuple[FunctionInfo, ...]
) -> bool:
    name = call.func.attr.value if isinstance(call.func, cst.Attribute) else dotted(call.func)
    if name in LOGGING or name in HARMLESS or name in _SENDS or name in _OF_VALUES or _ANSWERS.search(name):
        return False
    if isinstance(call.func, cst.Attribute) and dotted(call.func).partition(".")[0] in _ELSEWHERE:
        return False
    if isinstance(call.func, cst.Name) and name in _BUILTINS:
        return False
    inside = list(_of_module(module, function, call.func, name))
    if not inside or len(below) == MAX_DEPTH:
        return True
    return any(  # what calls itself does nothing more by that
        one not in below and _may_write(module, one, list(own_nodes(one.node)), (*below, one)) for one in inside
    )


def _of_module(
    module: ModuleInfo, function: FunctionInfo | None, func: cst.BaseExpression, name: str
) -> Iterator[FunctionInfo]:
    """The functions of a module that a call may mean: by name, or as a method of the function's own class."""
    is_own = isinstance(func, cst.Attribute) and dotted(func.value) in {"self", "cls"}
    for info in module.functions.values():
        if info.name != name or info.is_lambda:
            continue
        of_class = is_own and function is not None and info.cls is not None and info.cls is function.cls
        if of_class or (isinstance(func, cst.Name) and info.cls is None):
            yield info


__all__ = ["may_write"]
