"""What is done for each item that may fail, and whether anything takes an error of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field

import libcst as cst

from invocation_lint.analysis.program.acts import caught_types
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.building.handling.records.processors import last_name
from invocation_lint.facts.building.items.naming import Functions
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.records import mutable
from invocation_lint.source.parsing.walk import walk, walk_own
from invocation_lint.source.scan import SITE_ATTRIBUTES

MAX_DEPTH = 3
"""Functions that call each other for an item, and are looked into."""

_AWS_KEYWORD = re.compile(r"[A-Z][A-Za-z0-9]+\Z")
_CHANGES = re.compile(
    r"(?:start|stop|terminate|create|delete|put|update|modify|run|submit|send|publish|post|copy|restore|enable|disable"
    r"|admin|attach|detach|tag|untag|associate|disassociate|register|deregister|transact|batch_write|invoke)_\w+\Z"
    r"|publish\Z"
)
"""Methods of clients that do more than read; one whose parameters are named as AWS names them is a call of AWS."""

_NAMED_BY_OTHERS = {
    "start_execution": "starts", "start_sync_execution": "starts", "submit_job": "starts", "run_task": "starts",
    "invoke_model": "requests", "converse": "requests", "invoke_agent": "requests",
    "upload_file": "stores", "upload_fileobj": "stores", "download_file": "requests",
}  # fmt: skip
"""Operations whose parameters may have other names."""

_OF_TABLES = frozenset({"put_item", "update_item", "delete_item", "transact_write_items", "batch_write_item"})
_OF_READING = frozenset({"get_item", "query", "scan", "get_object", "head_object", "fetchone", "fetchall", "urlopen"})

_HTTP = re.compile(
    r"(?:requests|httpx)\.(?:get|post|put|patch|delete|request)\Z|(?:urllib\.request\.)?urlopen\Z"
    r"|(?:\w+\.)*(?:http|pool|https?_?client|pool_?manager)\.request\Z"
    r"|(?:\w+\.)*_?(?:http_?|api_?)?session\.(?:post|put|patch)\Z"
)
_WRITES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|MERGE|REPLACE)\b", re.IGNORECASE)
_OF_DOCUMENTS = frozenset({"insert_one", "update_one", "replace_one", "delete_one", "find_one_and_update"})
_OF_BUILDERS = frozenset({"insert", "update", "upsert", "delete"})

_HARMLESS_WITHS = frozenset(
    {"open", "TemporaryDirectory", "NamedTemporaryFile", "TemporaryFile", "ZipFile", "urlopen", "cursor", "connect",
     "Session", "session", "client", "resource", "BytesIO", "closing", "in_subsegment", "capture", "provider",
     "smtplib.SMTP", "SMTP", "SMTP_SSL", "Client", "AsyncClient", "ClientSession"}
)  # fmt: skip
"""What stands in a `with` that lets errors pass."""

_ANSWERS = re.compile(
    r"ConditionalCheckFailed|NotFound|DoesNotExist|NoSuch|AlreadyExists|Duplicate|IntegrityError"
    r"|\A(?:KeyError|ValueError|TypeError|IndexError|AttributeError|JSONDecodeError)\Z"
)
"""Names of errors that say how things are, and not that something failed."""

_PASSING = frozenset(
    {"staticmethod", "classmethod", "capture_method", "capture", "trace", "wraps", "lru_cache", "cache", "timer"}
)
"""Decorators that let errors pass."""

_STARTING = frozenset({"create_task", "ensure_future", "submit", "map", "apply_async", "delay", "run_in_executor"})


@mutable
class Work:
    """What was seen of the work on an item: each call that may fail and whose error nothing takes, by its kind; how
    many calls read something on the way; and whether some errors are taken."""

    kinds: dict[str, cst.Call] = field(default_factory=dict)
    count: int = 0
    reads: int = 0
    is_guarded: bool = False
    is_marked: bool = False  # a table is written to before anything else may fail
    invokes: bool = False

    @property
    def marks_first(self) -> bool:
        """Whether an item is marked before the work that may fail, so that the next run may leave it aside."""
        return self.is_marked and bool(self.kinds.keys() - {"writes"})

    @property
    def kind(self) -> str | None:
        """The word for it; None where nothing may fail."""
        if not self.count:
            return None
        if self.kinds.keys() <= {"writes"}:
            return "steps" if self.count > 1 and self.reads else "writes"
        return next(word for word in ("sends", "starts", "requests", "stores", "steps") if word in self.kinds)


class Worker:
    """Looks at what is done for an item, and into the functions that get it."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._known: dict[tuple[str, int], Work] = {}
        self._active: set[str] = set()

    def of_round(self, body: cst.BaseSuite, names: frozenset[str], code: Code, info: FunctionInfo) -> Work:
        """The work in the body of a loop, of the calls that get one of these names."""
        found = Work()
        self._add(found, body, names, code, code.scope_of(info), 0)
        return found

    def _add(
        self, found: Work, body: cst.CSTNode, names: frozenset[str] | None, code: Code, scope: Scope, depth: int
    ) -> None:
        if any(_takes(node) for node in walk_own(body)):
            found.is_guarded = True
        for call in _calls(body):
            if names is not None and not _gets(call, names):
                continue
            if called_name(call) in SITE_ATTRIBUTES and isinstance(call.func, cst.Attribute):
                found.invokes = True
            kind = _kind_of(call, code, scope)
            helper = self._functions.of(call, code) if kind is None else None
            if kind is None and helper is None:
                found.reads += called_name(call) in _OF_READING
                continue
            inner = self._of_helper(*helper, depth) if helper is not None else None
            if not found.kinds and (kind == "writes" or (inner is not None and inner.is_marked)):
                found.is_marked = True
            if inner is not None:
                found.is_guarded = found.is_guarded or inner.is_guarded
                found.invokes = found.invokes or inner.invokes
                found.reads += inner.reads
            if inner is not None and not inner.count:
                continue
            if (guard := _guard(call, body, scope)) or _is_started(call, scope):
                found.is_guarded = found.is_guarded or guard != "expects"
                continue
            found.count += inner.count if inner is not None else 1
            for word in inner.kinds if inner is not None else filter(None, [kind]):
                found.kinds.setdefault(word, call)

    def _of_helper(self, info: FunctionInfo, code: Code, depth: int) -> Work:
        """The work of a function that gets the item; nothing known of one that another one wraps."""
        key = info.key, depth  # further down less is looked into
        if key in self._known or depth >= MAX_DEPTH or info.key in self._active:
            return self._known.get(key, Work())  # one that calls itself adds nothing
        found = self._known[key] = Work()
        if any(_last(one) not in _PASSING for one in info.decorators) or info.is_generator:
            found.is_guarded = True
            return found
        self._active.add(info.key)
        self._add(found, info.node.body, None, code, code.scope_of(info), depth + 1)
        self._active.discard(info.key)
        return found


def _last(decorator: cst.BaseExpression) -> str:
    return dotted(decorator.func if isinstance(decorator, cst.Call) else decorator).rpartition(".")[2]


def _calls(body: cst.CSTNode) -> Iterator[cst.Call]:
    for node in walk_own(body):
        if isinstance(node, cst.Call):
            yield node


def _gets(call: cst.Call, names: frozenset[str]) -> bool:
    """Whether a call is given one of these names, or is one of their methods."""
    return any(isinstance(one, cst.Name) and one.value in names for one in walk(call))


def _kind_of(call: cst.Call, code: Code, scope: Scope) -> str | None:
    """The word for what a call does that may fail; None for all else."""
    name, path = called_name(call), code.meaning(call.func)
    if _HTTP.match(path):
        return "requests"
    if not isinstance(call.func, cst.Attribute):
        return None
    if name in _NAMED_BY_OTHERS and call.args:
        return _NAMED_BY_OTHERS[name]
    if name in {"execute", "executemany"}:
        return "writes" if _writes(call, scope) else None
    if name in _OF_DOCUMENTS or (name == "save" and not path.startswith("self.") and _is_model(call)):
        return "writes"
    if not _CHANGES.match(name) or not any(_names_parameter(arg) for arg in call.args):
        return None
    if name in _OF_TABLES:
        return None if _is_of_batch(call.func.value, scope) else "writes"
    if name.startswith(("send_", "publish", "post_", "put_record", "put_events")):
        return "sends"
    if name.startswith(("put_object", "copy_object", "copy_")):
        return "stores"
    return "starts" if name.startswith(("start_", "run_", "submit_")) else "steps"


def _names_parameter(arg: cst.Arg) -> bool:
    return arg.keyword is not None and _AWS_KEYWORD.match(arg.keyword.value) is not None


def _is_model(call: cst.Call) -> bool:
    """`job.save()`: of Django, peewee, PynamoDB; an image or a plot is saved under a name."""
    return all(arg.keyword is not None for arg in call.args)


def _writes(call: cst.Call, scope: Scope) -> bool:
    if not call.args:
        chain = {one.attr.value for one in walk(call.func) if isinstance(one, cst.Attribute)}
        return bool(chain & _OF_BUILDERS)
    first = call.args[0].value
    values = [one.value for one in scope.assignments.get(first.value, ())] if isinstance(first, cst.Name) else [first]
    for value in values:
        for one in walk(value):
            text = one.value if isinstance(one, cst.FormattedStringText) else text_of(one)
            if text and _WRITES.match(text):
                return True
    return False


def _is_of_batch(owner: cst.BaseExpression, scope: Scope) -> bool:
    """Whether an item is put into a batch that is written later: `with table.batch_writer() as batch`."""
    if not isinstance(owner, cst.Name):
        return False
    uses = scope.names.get(owner.value, ())
    return "batch" in owner.value or any(isinstance(scope.parents.get(use), cst.AsName) for use in uses)


def _guard(node: cst.CSTNode, root: cst.CSTNode, scope: Scope) -> str:
    """What stands around a node in a block and may take its errors: it `takes` some of them, or only `expects` one that
    tells how things are; empty where nothing does."""
    inner, found = node, ""
    for outer in scope.around(node):
        if isinstance(outer, (cst.Try, cst.TryStar)) and inner is outer.body and outer.handlers:
            found = "expects"
            if _takes(outer):
                return "takes"
        if isinstance(outer, cst.With) and inner is outer.body and not all(map(_lets_pass, outer.items)):
            return "takes"
        if outer is root:
            break
        inner = outer
    return found


def _takes(node: cst.CSTNode) -> bool:
    """Whether it is a statement that takes errors."""
    if not isinstance(node, (cst.Try, cst.TryStar)) or not node.handlers:
        return False
    return not all(map(_expects, node.handlers))


def _expects(clause: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    """Whether a clause takes nothing but errors that are an answer: a condition does not hold, something is not there,
    a text is no number."""
    types = caught_types(clause) if isinstance(clause, cst.ExceptHandler) else []
    return bool(types) and all(_ANSWERS.search(last_name(one)) for one in types)


def _lets_pass(item: cst.WithItem) -> bool:
    node = item.item.expression if isinstance(item.item, cst.Await) else item.item
    return isinstance(node, cst.Call) and called_name(node) in _HARMLESS_WITHS


def _is_started(call: cst.Call, scope: Scope) -> bool:
    """Whether a coroutine is only made, or handed to what runs it beside the loop: its error comes elsewhere."""
    for outer in scope.around(call):
        if isinstance(outer, cst.Call) and called_name(outer) in _STARTING:
            return True
        if isinstance(outer, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            return False
    return False


__all__ = ["Work", "Worker"]
