"""What becomes of the entries behind a page, in words: not deleted, not found, left out of a total."""

from __future__ import annotations

import re

import libcst as cst

from invocation_lint.analysis.program.acts import LOGGING
from invocation_lint.data.list_operations import ListOperation
from invocation_lint.facts.building.page_uses import ACTS, Uses
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.source.parsing.walk import walk

_UNDONE = {
    "delete": "deleted", "remove": "removed", "batch_delete": "deleted", "terminate": "terminated", "stop": "stopped",
    "update": "updated", "copy": "copied", "deregister": "deregistered", "detach": "detached", "disable": "disabled",
    "revoke": "revoked", "purge": "purged",
}  # fmt: skip
_NOT_DONE = {"send": "sent", "publish": "published", "invoke": "invoked", "put": "written", "start": "started",
             "batch_write": "written", "transact": "written", "enqueue": "queued", "post_to": "sent"}  # fmt: skip
_COLLECTS = frozenset({"append", "add", "extend", "update", "insert", "setdefault"})
_READS = ("get", "list", "describe", "head", "query", "scan", "fetch", "read", "load")
_CREATES = ("put_item", "create", "register", "insert", "add_", "save")


def missed(
    operation: ListOperation, uses: Uses, scope: Scope, *, used: str, grows: object, is_filtered: bool, answers: bool
) -> str:
    """What is not done with the entries that a page leaves, in the words of `ListRead.missed`; `used` is the strongest
    use of those that are read, `grows` what `ListRead.grows` says, `answers` whether the function answers a request."""
    rest = f"the remaining {_nouns(operation)}"
    if grows == "newest":
        return f"the newest may be among {rest}"
    act = uses.act or _acts_later(uses, scope)
    if act and (told := _undone(act, rest)):
        return told
    if used in {"counted", "tallied"}:
        return f"the count leaves out {rest}"
    if used == "ranked":
        return f"the first in order may be among {rest}"
    if used == "searched" or (used in {"one", "tested"} and is_filtered):
        is_added = used != "searched" and any(called_name(call).startswith(_CREATES) for call in scope.calls)
        return f"what is among {rest} counts as missing" if is_added else f"a match among {rest} is not found"
    if any(_adds_up(loop, scope) for loop in uses.loops):
        return f"the total leaves out {rest}"
    if is_filtered:
        return f"matches among {rest} are left out"
    if any(_works_on(loop) for loop in uses.loops):
        return f"{rest} are not processed"
    if used in {"returned", "kept"} and (answers or used == "returned"):
        return f"the response lacks {rest}" if answers else f"callers do not get {rest}"
    return f"{rest} are left out"


_ACRONYMS = {"db": "DB", "vpc": "VPC", "id": "ID", "apis": "APIs", "mfa": "MFA", "saml": "SAML", "ssh": "SSH"}


def _nouns(operation: ListOperation) -> str:
    """What the entries are called: `users` of `list_users`."""
    if operation.service in {"dynamodb", "s3"} and operation.name != "list_tables":
        return "items" if operation.service == "dynamodb" else "objects"
    _, _, named = operation.name.partition("_")
    words = re.split(r"_(?:by|for|of|in|to|with)_", named)[0].split("_")
    if operation.is_of_one_job or not words[-1].endswith("s") or words[-1].endswith("ss"):
        return "entries"
    return " ".join(_ACRONYMS.get(word, word) for word in words)


def _undone(act: str, rest: str) -> str:
    """What a call of that name does not do to the remaining entries, or for them."""
    for begin, done in _UNDONE.items():
        if act.startswith(begin):
            return f"{rest} are not {done}"
    return next((f"nothing is {done} for {rest}" for begin, done in _NOT_DONE.items() if act.startswith(begin)), "")


def _acts_later(uses: Uses, scope: Scope) -> str:
    """What is called for each of the entries that a comprehension picked."""
    for loop in uses.loops:
        made = scope.parents.get(loop) if isinstance(loop, cst.CompFor) else None
        held = scope.parents.get(made) if isinstance(made, cst.ListComp) else None
        name = held.targets[0].target if isinstance(held, cst.Assign) else None
        for use in scope.names.get(name.value, ()) if isinstance(name, cst.Name) else ():
            later = scope.parents.get(use)
            for one in walk(later.body) if isinstance(later, cst.For) and later.iter is use else ():
                if isinstance(one, cst.Call) and called_name(one).startswith(ACTS):
                    return called_name(one)
    return ""


def _works_on(loop: cst.For | cst.CompFor) -> bool:
    """Whether a loop hands each entry, or a part of it, to a function for what that does: `enable_backups(table)`."""
    if not isinstance(loop, cst.For) or not isinstance(loop.target, cst.Name):
        return False
    known = {loop.target.value}
    for one in walk(loop.body):
        if isinstance(one, cst.Assign) and isinstance(one.targets[0].target, cst.Name) and _speaks(one.value, known):
            known.add(one.targets[0].target.value)
        call = one.value if isinstance(one, (cst.Expr, cst.Assign)) else None
        if isinstance(call, cst.Call) and (isinstance(one, cst.Expr) or all(arg.keyword for arg in call.args)):
            is_work = called_name(call) not in _COLLECTS | LOGGING and not called_name(call).startswith(_READS)
            if is_work and any(_speaks(arg.value, known) for arg in call.args):
                return True
    return False


def _speaks(node: cst.CSTNode, names: set[str]) -> bool:
    return any(isinstance(part, cst.Name) and part.value in names for part in walk(node))


def _adds_up(loop: cst.For | cst.CompFor, scope: Scope) -> bool:
    """Whether a loop adds up a part of each entry: `total += item["amount"]`, `sum(item["amount"] for item in ..)`."""
    entry = loop.target.value if isinstance(loop.target, cst.Name) else ""
    if isinstance(loop, cst.CompFor):
        made = scope.parents.get(loop)
        holder = scope.parents.get(made) if isinstance(made, (cst.GeneratorExp, cst.ListComp)) else None
        call = scope.parents.get(holder) if isinstance(holder, cst.Arg) else None
        return isinstance(call, cst.Call) and called_name(call) == "sum"
    return any(
        isinstance(node, cst.AugAssign)
        and isinstance(node.operator, cst.AddAssign)
        and not isinstance(node.value, (cst.List, cst.ListComp, cst.SimpleString, cst.FormattedString))
        and any(isinstance(part, cst.Name) and part.value == entry for part in walk(node.value))
        for node in walk(loop.body)
    )


__all__ = ["missed"]
