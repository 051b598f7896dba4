"""One fact for each read of an object's key of an event of S3.

A read is followed by name, in its function and into helpers of its module: where it is decoded, and where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

import libcst as cst

from invocation_lint.analysis.program.acts import LOGGING
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts import object_key as facts
from invocation_lint.facts.base import Fact
from invocation_lint.facts.building import callers
from invocation_lint.facts.building.handling.returned_keys import Returned, slot_of
from invocation_lint.facts.building.messaging.calls import Code, parameter_of
from invocation_lint.facts.building.scopes import Scope, called_name, targets_of, text_of
from invocation_lint.facts.options import AnalysisOptions
from invocation_lint.findings import Place
from invocation_lint.records import mutable
from invocation_lint.source.parsing.walk import walk
from invocation_lint.source.scan import may_read_keys

MAX_HELPERS = 2

_PARENTS = frozenset({"object", "get_object"})
"""What stands around the key in an event."""

_DECODES = frozenset({"unquote_plus", "url_decode", "urldecode", "decode_key"})
_DECODES_PERCENT = frozenset(
    f"{module}.{name}"
    for module in ("urllib", "urllib.parse", "six.moves.urllib.parse", "requests.compat", "requests.utils",
                   "botocore.compat")
    for name in ("unquote", "unquote_to_bytes")
)  # fmt: skip
"""What leaves `+` as it is (Python: urllib.parse)."""

_CONTAINERS = (cst.Dict, cst.List, cst.Tuple, cst.Set, cst.BaseComp)

_CUTS = frozenset(
    {"split", "rsplit", "partition", "rpartition", "strip", "lstrip", "rstrip", "lower", "upper", "replace", "basename",
     "dirname", "splitext", "removeprefix", "removesuffix", "join", "format", "str", "Path", "PurePath",
     "PurePosixPath", "encode", "list"}
)  # fmt: skip
"""Calls that make another text of a key."""

_FILLS = frozenset({"append", "appendleft", "add", "extend", "insert", "put", "put_nowait"})
"""Methods that keep a key in a collection."""

_ASKS = frozenset(
    {"startswith", "endswith", "match", "search", "fullmatch", "find", "count", "len", "isinstance", "index"}
)


def object_keys(code: Code, options: AnalysisOptions) -> Iterator[Fact]:
    """The facts of a module, in no order."""
    for info in code.functions():
        if "key" in info.words and not _PARENTS.isdisjoint(info.words) and may_read_keys(code.text_of(info).encode()):
            scope = code.scope_of(info)
            for node, event in _reads(scope):
                yield _fact(code, options, scope, info, node, event)


def _fact(
    code: Code, options: AnalysisOptions, scope: Scope, info: FunctionInfo, node: cst.CSTNode, event: str
) -> Fact:
    source = code.module.source
    site = source.place(node)
    seen = _Follower(code, scope)
    seen.value(node)
    is_used_here = "used" in seen.found
    seen.in_callers(info)
    used = next((word for word in ("used", "handed_over", "looked_at") if word in seen.found), "logged")
    places = dict.fromkeys(("event", "caller"), site)
    by_caller = None if is_used_here else seen.found.get("used")  # where a fix would have to look at others, too
    places["decoded"] = seen.decoded or by_caller or site
    places["used"] = seen.found.get(used, site)
    if seen.decoded is None and seen.by_percent is not None:
        decoder, decoded_at = seen.by_percent
        places["decoded"] = places["decoder"] = places["form"] = decoded_at
        decoded, form = "percent", f"decoded by `{decoder}`, which leaves `+`"
    else:
        decoder, decoded, form = None, "yes" if seen.decoded is not None else "no", "used encoded"
    data = facts.ObjectKey(
        event=event,
        decoded=decoded,
        decoder=decoder,
        form=form if decoded != "yes" else None,
        used=used,
        caller=facts.Caller(callers.ending_of(code.module, info, site, options).kind),
    )
    return Fact("object_key", data, site, places, (), info.title)


# -- reads -----------------------------------------------------------------------------------------------------------


def _reads(scope: Scope) -> Iterator[tuple[cst.CSTNode, str]]:
    """The expressions that give the key of an event, each with the kind of event."""
    for node in scope.parents:
        if not isinstance(node, (cst.Subscript, cst.Attribute, cst.Call)):
            continue
        if isinstance(scope.parents[node], (cst.AssignTarget, cst.Del)):
            continue
        path = _path(node, scope, 0)
        if path[-4:-3] == ("detail",):  # a record that somebody has put into an event of a bus
            continue
        if path[-3:] == ("s3", "object", "key") or path[-3:] == ("s3", "get_object", "key"):
            yield node, "notification"
        elif path[-3:] == ("detail", "object", "key"):
            yield node, "eventbridge"


def _path(node: cst.CSTNode, scope: Scope, depth: int) -> tuple[str, ...]:
    """The keys and attributes that lead to an expression, the outermost first; names that are assigned once are
    replaced by what they stand for."""
    if isinstance(node, cst.Subscript) and len(node.slice) == 1:
        key = text_of(node.slice[0].slice)
        return (*_path(node.value, scope, depth), key) if key else (*_path(node.value, scope, depth), "[]")
    if isinstance(node, cst.Attribute):
        return (*_path(node.value, scope, depth), node.attr.value)
    if (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value == "get"
        and node.args
    ):
        key = text_of(node.args[0].value)
        return (*_path(node.func.value, scope, depth), key) if key else ()
    if isinstance(node, cst.Name) and depth < 4:
        made = scope.assignments.get(node.value, ())
        if len(made) == 1 and made[0].value is not node:
            return _path(made[0].value, scope, depth + 1)
    return ()


# -- uses ------------------------------------------------------------------------------------------------------------


@mutable
class _Follower:
    """Follows one value."""

    code: Code
    scope: Scope
    depth: int = 0
    decoded: Place | None = None
    by_percent: tuple[str, Place] | None = None
    has_spaces: bool = False
    is_returned: bool = False
    returned: list[Returned] = field(default_factory=list)
    found: dict[str, Place] = field(default_factory=dict)
    seen: set[cst.CSTNode] = field(default_factory=set)

    def value(self, node: cst.CSTNode) -> None:
        """An expression whose value is the key, or holds it."""
        if node in self.seen:
            return
        self.seen.add(node)
        parent = self.scope.parents.get(node)
        if isinstance(parent, (cst.Subscript, cst.Attribute)) and parent.value is node:
            self._member(parent)
        elif isinstance(parent, cst.Arg):
            self._argument(node, parent)
        elif isinstance(parent, (cst.Assign, cst.AnnAssign, cst.NamedExpr)):
            self._assigned(parent, node)
            if isinstance(parent, cst.NamedExpr):
                self.value(parent)
        elif isinstance(parent, (cst.For, cst.CompFor)):
            self._gone_over(parent)
        elif (slot := slot_of(node, self.scope)) is not None:
            self.returned.append(slot)
            self.is_returned = self.is_returned or (slot.is_whole and not slot.is_yielded)
            self._note("handed_over", node)
        elif self._is_asked(parent, node):
            self._note("looked_at", node)
        elif parent is not None and not isinstance(parent, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            if self._is_told(node):
                return
            self.value(parent)
        elif isinstance(parent, cst.Return):
            self._note("handed_over", node)
        elif isinstance(parent, cst.AugAssign):
            self._note("looked_at", node)

    def in_callers(self, info: FunctionInfo) -> None:
        """What the functions of the module that call this one do with a key that it returns."""
        is_one = len(self.code.named(info.name)) == 1 and not info.decorators
        for slot in self.returned if is_one else ():
            for caller in self.code.functions():
                if caller is info or info.name not in caller.mentions:
                    continue
                inner = _Follower(self.code, self.code.scope_of(caller), 1)
                for call in inner.scope.calls:
                    if called_name(call) == info.name:
                        for use in slot.uses_at(call, inner.scope):
                            inner.value(use)
                self.decoded = self.decoded or inner.decoded
                self.by_percent = self.by_percent or inner.by_percent
                for word, place in inner.found.items():
                    self.found.setdefault(word, place)

    def _gone_over(self, loop: cst.For | cst.CompFor) -> None:
        """A loop over a collection that holds the key."""
        if not isinstance(loop.target, cst.Name):
            self._note("handed_over", loop)
            return
        within = loop if isinstance(loop, cst.For) else self.scope.parents[loop]
        for use in self.scope.names.get(loop.target.value, ()):
            is_given = use is loop.target or isinstance(self.scope.parents.get(use), cst.AssignTarget)
            if not is_given and within in self.scope.around(use):
                self.value(use)

    @staticmethod
    def _is_asked(parent: cst.CSTNode | None, node: cst.CSTNode) -> bool:
        """Whether a condition looks at it."""
        questions = (cst.Comparison, cst.ComparisonTarget, cst.If, cst.While, cst.UnaryOperation)
        return isinstance(parent, questions) or (isinstance(parent, cst.IfExp) and parent.test is node)

    def _note(self, use: str, node: cst.CSTNode) -> None:
        self.found.setdefault(use, self.code.module.source.place(node))

    def _member(self, parent: cst.Subscript | cst.Attribute) -> None:
        call = self.scope.parents.get(parent)
        if isinstance(parent, cst.Attribute) and isinstance(call, cst.Call) and call.func is parent:
            if parent.attr.value in _ASKS:
                self._note("looked_at", parent)
            elif parent.attr.value == "replace" and call.args and text_of(call.args[0].value) == "+":
                self._spaces(call)
                self.value(call)
            else:
                self.value(call)
        else:
            self.value(parent)

    def _spaces(self, call: cst.Call | None) -> None:
        """Both halves together decode the key: `+` is replaced, by a call, and `unquote` is called."""
        self.has_spaces = self.has_spaces or call is not None
        if self.has_spaces and self.by_percent is not None:
            self.decoded = self.decoded or self.by_percent[1]

    def _argument(self, node: cst.CSTNode, arg: cst.Arg) -> None:
        call = self.scope.parents.get(arg)
        if not isinstance(call, cst.Call):
            return
        name = called_name(call)
        if name in _DECODES:
            self.decoded = self.decoded or self.code.module.source.place(call)
        elif name.startswith("unquote") and self.code.meaning(call.func) in _DECODES_PERCENT:
            self.by_percent = self.by_percent or (name, self.code.module.source.place(call))
            self._spaces(None)
            self.value(call)
        elif name in LOGGING or self._is_told(node):
            return
        elif name in _ASKS:
            self._note("looked_at", node)
        elif name.startswith("unquote") and not self.code.named(name):
            self.decoded = self.decoded or self.code.module.source.place(call)
        elif name in _CUTS:
            self.value(call)
        elif name in _FILLS and isinstance(call.func, cst.Attribute):
            self._kept(call.func.value)
        elif _is_class(name) and self._decodes(name):
            self._note("handed_over", node)
        elif not self._helper(call, arg, name):
            is_own = isinstance(call.func, cst.Name) or _is_self(call.func)
            self._note("handed_over" if is_own and not _is_class(name) else "used", node)

    def _kept(self, holder: cst.BaseExpression) -> None:
        """`keys.append(key)`: what becomes of the collection."""
        if not isinstance(holder, cst.Name):
            self._note("handed_over", holder)
            return
        for use in self.scope.names.get(holder.value, ()):
            if use is not holder and not isinstance(self.scope.parents.get(use), (cst.AssignTarget, cst.Param)):
                self.value(use)

    def _decodes(self, name: str) -> bool:
        """Whether a class of the module decodes something that it is given."""
        for one in self.code.module.source.module.body:
            if isinstance(one, cst.ClassDef) and one.name.value == name:
                return any(
                    called_name(node).startswith("unquote") or called_name(node) in _DECODES
                    for node in walk(one)
                    if isinstance(node, cst.Call)
                )
        return False

    def _helper(self, call: cst.Call, arg: cst.Arg, name: str) -> bool:
        """Whether what a helper of the module does with the key is seen, and noted."""
        helpers = self.code.named(name)
        if len(helpers) != 1 or self.depth >= MAX_HELPERS:
            return False
        parameter = parameter_of(helpers[0], call, arg)
        if parameter is None:
            return False
        inner = _Follower(self.code, self.code.scope_of(helpers[0]), self.depth + 1, has_spaces=self.has_spaces)
        for use in inner.scope.names.get(parameter, ()):
            if not isinstance(inner.scope.parents.get(use), (cst.Param, cst.AssignTarget)):
                inner.value(use)
        self.decoded = self.decoded or inner.decoded
        self.by_percent = self.by_percent or inner.by_percent
        self.has_spaces = self.has_spaces or inner.has_spaces
        self._spaces(None)
        for word, place in inner.found.items():
            if not (word == "handed_over" and inner.is_returned):
                self.found.setdefault(word, place)
        if inner.is_returned:
            self.value(call)
        return True

    def _assigned(self, statement: cst.CSTNode, node: cst.CSTNode) -> None:
        for target in targets_of(statement):
            if not isinstance(target, cst.Name):
                self._note("used", node)
                continue
            for use in self.scope.names.get(target.value, ()):
                is_read = not isinstance(self.scope.parents.get(use), (cst.AssignTarget, cst.Param))
                if use is not target and is_read and not self._is_given_later(target.value, statement, use):
                    self.value(use)

    def _is_given_later(self, name: str, statement: cst.CSTNode, use: cst.Name) -> bool:
        """Whether the name is given something else by the last assignment that stands before a use of it."""
        place_of = self.code.module.source.place
        at = place_of(use)
        before = [
            (place_of(one).end_line, place_of(one).end_column, one is statement)
            for one in (given.node for given in self.scope.assignments.get(name, ()))
            if (place_of(one).end_line, place_of(one).end_column) <= (at.line, at.column)
        ]
        return bool(before) and not max(before)[2]

    def _is_told(self, node: cst.CSTNode) -> bool:
        """Whether it only stands in a log line, or in the text of an error."""
        statement = next((one for one in self.scope.around(node) if isinstance(one, cst.BaseSmallStatement)), None)
        return isinstance(statement, cst.Raise) or self.scope.is_logged(node)


def _is_self(func: cst.BaseExpression) -> bool:
    return isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name) and func.value.value in {"self", "cls"}


def _is_class(name: str) -> bool:
    return name[:1].isupper()


__all__ = ["object_keys"]
