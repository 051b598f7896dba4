"""What a block of statements does, by the strongest of its acts: reraises > records > returns > logs > drops."""

from __future__ import annotations

from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.program.model import own_nodes

_ACTS = ("drops", "logs", "returns", "records", "reraises")

LOGGING = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log", "print_exc", "print",
     "capture_exception", "capture_message", "echo", "secho", "pprint", "format_exc", "trace", "notice", "msg"}
)  # fmt: skip

LOG_METHODS = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log", "print", "echo", "secho",
     "notice", "trace", "append_keys", "add_annotation", "put_annotation", "put_metadata", "msg", "bind", "pprint"}
)  # fmt: skip
"""Names of methods by which code logs."""

HARMLESS = frozenset({"str", "repr", "format", "len", "isinstance", "type", "get", "join", "dict", "dumps", "getattr"})


@lru_cache(maxsize=1024)
def strongest_act(body: cst.CSTNode) -> str:
    """What a clause does with the error: reraises > records > returns > logs > drops."""
    best = 0
    for node in own_nodes(body):
        best = max(best, _ACTS.index(_act(node)))
    return _ACTS[best]


def leaves_it_to_others(body: cst.CSTNode) -> bool:
    """Whether a clause does nothing about the error but log, sleep, or return something."""
    acts = (_act(node) for node in own_nodes(body) if not _sleeps(node))
    return not {"records", "reraises"} & set(acts)


def records(body: cst.CSTNode) -> bool:
    """Whether a clause does more than log before it raises again: it notes the failure somewhere, or tells somebody."""
    raising = {part for node in own_nodes(body) if isinstance(node, cst.Raise) for part in own_nodes(node)}
    acts = {_act(node) for node in own_nodes(body) if node not in raising and not isinstance(node, cst.Raise)}
    return bool(acts & {"records", "reraises"})


def is_log_line(node: cst.Call) -> bool:
    """Whether a call only logs."""
    return _act(node) == "logs"


def _sleeps(node: cst.CSTNode) -> bool:
    func = node.func if isinstance(node, cst.Call) else None
    name = func.attr if isinstance(func, cst.Attribute) else func
    return isinstance(name, cst.Name) and name.value == "sleep"


def _act(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Raise):
        return "reraises"
    if isinstance(node, cst.Return):
        return "returns"
    if isinstance(node, cst.Call):
        func = node.func
        name = func.attr.value if isinstance(func, cst.Attribute) else func.value if isinstance(func, cst.Name) else ""
        if name in {"exit", "_exit", "abort", "fail", "skip"}:
            return "reraises"
        if name in LOGGING or name.startswith("log"):
            return "logs"
        return "drops" if name in HARMLESS else "records"
    if isinstance(node, (cst.Assign, cst.AugAssign, cst.AnnAssign, cst.Yield, cst.Del)):
        return "records"
    return "drops"


def exits_process(node: cst.CSTNode) -> bool:
    """Whether a statement is `sys.exit(..)`, `exit(..)` or `os._exit(..)`."""
    if isinstance(node, cst.Expr) and isinstance(node.value, cst.Call):
        func = node.value.func
        name = func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")
        return name in {"exit", "_exit", "quit"}
    return False


def block_end(node: cst.CSTNode) -> str:
    """How a branch ends: raise, return, leaves (break, continue), logs, or falls through."""
    if isinstance(node, cst.If):
        ends = {block_end(node.body), block_end(node.orelse) if node.orelse else "falls"}
        return ends.pop() if len(ends) == 1 else "falls"
    body = getattr(node, "body", node)
    statements = getattr(body, "body", [])
    if not statements:
        return "falls"
    last = statements[-1]
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    if isinstance(last, cst.Raise):
        return "raise"
    if isinstance(last, cst.Return):
        return "return"
    if isinstance(last, (cst.Break, cst.Continue)):
        return "leaves"
    return "exit" if exits_process(last) else "falls"
