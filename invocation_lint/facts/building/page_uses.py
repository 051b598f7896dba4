"""What a function does with the entries of a page, as its syntax shows it.

The page is followed by name from the call on: through `await`, `or []`, `.get("Items", [])`, assignments, conditions.
Where it leaves what is followed, whoever gets it may ask for the next page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

import libcst as cst

from invocation_lint.analysis.program.acts import LOGGING
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.building.scopes import Scope, called_name, only_prints, targets_of, text_of
from invocation_lint.findings import Place
from invocation_lint.records import mutable
from invocation_lint.source.parsing.tree import SourceFile
from invocation_lint.source.parsing.walk import walk

STRENGTH = ("looped", "searched", "returned", "kept", "counted", "printed", "cut", "one", "tested", "tallied")

_SAME = (cst.Await, cst.Index, cst.SubscriptElement, cst.StarredElement, cst.IfExp, cst.Expr)
_SERIES = (cst.List, cst.Tuple, cst.Set)
_SHOWN_IN = (cst.DictElement, cst.Element, cst.Dict, cst.List, cst.Tuple, cst.FormattedStringExpression,
             cst.FormattedString, cst.ConcatenatedString)  # fmt: skip
_SHOWS = frozenset({"str", "int", "format", "dumps", "json"})
_WRAPPERS = frozenset({"list", "tuple", "set", "sorted", "reversed", "enumerate", "iter", "filter", "map", "zip",
                       "deepcopy", "copy", "cast", "tqdm", "DataFrame", "json_normalize"})  # fmt: skip
_OF_ALL = frozenset({"sum", "max", "min", "reverse", "all"})
_OF_ONE = frozenset({"next", "pop", "any", "index", "first"})
ACTS = ("delete", "remove", "send", "publish", "invoke", "put_", "update_", "terminate", "stop_", "start_", "copy_",
         "batch_write", "transact", "deregister", "detach", "disable", "revoke", "purge", "enqueue",
         "post_to_")  # fmt: skip


@mutable
class Uses:
    """The ways in which entries are used, each with its place; `escapes` where the whole answer goes elsewhere."""

    found: dict[str, Place] = field(default_factory=dict)
    escapes: Place | None = None
    acts: Place | None = None
    act: str = ""  # the name of what acts
    loops: list[cst.For | cst.CompFor] = field(default_factory=list)  # over the entries
    ordered: list[cst.Call] = field(default_factory=list)  # what sorts them, or takes the largest or smallest
    numbers: list[cst.CSTNode] = field(default_factory=list)  # what tells how many they are

    def note(self, use: str, place: Place) -> None:
        """Note one use; the first place of each stays."""
        self.found.setdefault(use, place)

    @property
    def strongest(self) -> str:
        """The strongest use."""
        return next((use for use in STRENGTH if use in self.found), "nothing")


class UseReader:
    """Follows the answer of one call through the code around it."""

    def __init__(self, source: SourceFile, scope: Scope, keys: frozenset[str]) -> None:
        self._source = source
        self._scope = scope
        self._parents = scope.parents
        self._keys = {key.partition(".")[0] for key in keys} | keys
        self._nested = {key.partition(".")[0]: key.partition(".")[2] for key in keys if "." in key}
        self._seen: set[tuple[cst.CSTNode, str]] = set()
        self.uses = Uses()

    def read(self, call: cst.Call) -> Uses:
        """All uses of what a call answers."""
        self._answer(call)
        return self.uses

    def read_all(self, name: str) -> Uses:
        """All uses of an answer that stands under a name."""
        for use in self._scope.names.get(name, ()):
            if self._is_read(use):
                self._answer(use)
        return self.uses

    def read_entries(self, node: cst.CSTNode) -> Uses:
        """All uses of the entries that an expression gives."""
        self._entries(node)
        return self.uses

    # -- the whole answer --------------------------------------------------------------------------------------------

    def _answer(self, node: cst.CSTNode) -> None:
        parent = self._parents.get(node)
        if parent is None or isinstance(parent, cst.Expr):
            return
        key = self._key_read(node, parent)
        if key is not None:
            name, holder = key
            if name in self._nested:
                self._nested_answer(holder, self._nested[name])
            elif name in {"Count", "ScannedCount"}:
                self._counted(holder)
            elif name in self._keys:
                self._entries(holder)
            return
        if isinstance(parent, _SAME) or (isinstance(parent, cst.BooleanOperation) and not self._is_test(parent)):
            self._answer(parent)
        elif isinstance(parent, (cst.Assign, cst.AnnAssign, cst.NamedExpr)):
            self._assigned(parent, node, "answer")
            if isinstance(parent, cst.NamedExpr):
                self._answer(parent)
        elif not self._is_look(node, parent) and not self._is_followed(parent):
            self.uses.escapes = self.uses.escapes or self._source.place(node)

    def _is_followed(self, parent: cst.CSTNode) -> bool:
        """Whether what the answer is handed to is looked at as well."""
        return False

    def _nested_answer(self, holder: cst.CSTNode, key: str) -> None:
        """`answer["DistributionList"]`, whose own key holds the entries."""
        parent = self._parents.get(holder)
        read = self._key_read(holder, parent) if parent is not None else None
        if read is not None and read[0] == key:
            self._entries(read[1])
        elif parent is not None and isinstance(parent, cst.Assign):
            self._keys.add(key)
            self._assigned(parent, holder, "answer")

    def _key_read(self, node: cst.CSTNode, parent: cst.CSTNode) -> tuple[str, cst.CSTNode] | None:
        """The key that is read of a node, and the expression that gives what is under it."""
        if isinstance(parent, cst.Subscript) and parent.value is node:
            return text_of(parent.slice[0].slice), parent
        if isinstance(parent, cst.Attribute) and parent.value is node:
            call = self._parents.get(parent)
            if isinstance(call, cst.Call) and call.func is parent and parent.attr.value in {"get", "pop"} and call.args:
                return text_of(call.args[0].value), call
        return None

    # -- the entries -------------------------------------------------------------------------------------------------

    def _entries(self, node: cst.CSTNode) -> None:
        parent = self._parents.get(node)
        if parent is None:
            return
        place = self._source.place(node)
        if isinstance(parent, cst.Subscript) and parent.value is node:
            self.uses.note("cut" if isinstance(parent.slice[0].slice, cst.Slice) else "one", place)
        elif isinstance(parent, (cst.For, cst.CompFor)) and parent.iter is node:
            self._loop(parent, place)
        elif isinstance(parent, (cst.Assign, cst.AnnAssign, cst.NamedExpr)):
            self._assigned(parent, node, "entries")
            if isinstance(parent, cst.NamedExpr):
                self._entries(parent)
        elif isinstance(parent, cst.AugAssign):
            self.uses.note("kept", place)
        elif isinstance(parent, cst.ComparisonTarget) and isinstance(parent.operator, (cst.In, cst.NotIn)):
            self.uses.note("searched", place)
        elif self._is_test(parent) or (isinstance(parent, cst.IfExp) and parent.test is node):
            self.uses.note("tested", place)
        elif isinstance(parent, (*_SAME, cst.BooleanOperation)):
            self._entries(parent)
        elif isinstance(parent, cst.Arg):
            self._argument(node, parent, place)
        elif isinstance(parent, cst.Attribute):
            name = parent.attr.value
            called = self._parents.get(parent)
            if name == "sort" and isinstance(called, cst.Call):
                self.uses.ordered.append(called)  # no use: what is taken after it tells
            else:
                self.uses.note("one" if name in _OF_ONE else "looped" if name in _OF_ALL else "kept", place)
        elif isinstance(parent, (cst.Return, cst.Yield, cst.From)):
            self.uses.note("returned", place)
        elif self._is_joined(node, parent):
            self._entries(parent)
        elif isinstance(parent, cst.Lambda):
            self.uses.note("returned", place)
        elif isinstance(parent, (cst.DictElement, cst.Element, cst.Tuple, cst.BaseComp)):
            self.uses.note("kept", place)

    def _is_joined(self, node: cst.CSTNode, parent: cst.CSTNode) -> bool:
        """Whether entries become a part of a longer list: `these + those`, `[*these, *those]`."""
        if isinstance(parent, cst.BinaryOperation):
            return isinstance(parent.operator, cst.Add)
        return isinstance(parent, _SERIES) and isinstance(node, cst.StarredElement)

    def _argument(self, node: cst.CSTNode, arg: cst.Arg, place: Place) -> None:
        call = self._parents.get(arg)
        if not isinstance(call, cst.Call):
            return
        name = called_name(call)
        if name in LOGGING:
            return
        if name in {"sorted", "max", "min"}:
            self.uses.ordered.append(call)
        if name == "len":
            self._counted(call)
        elif name == "bool":
            self.uses.note("tested", place)
        elif name in _OF_ONE:
            self.uses.note("one", place)
        elif name in _WRAPPERS:
            self._entries(call)
        else:
            self.uses.note("looped" if name in _OF_ALL else "kept", place)

    def _counted(self, number: cst.CSTNode) -> None:
        """Note what is done with the number of the entries."""
        place = self._source.place(number)
        self.uses.numbers.append(number)
        if self._is_any(number):
            self.uses.note("tested", place)
        else:
            is_shown = self._scope.is_logged(number) or self._is_shown(number)
            self.uses.note("tallied" if is_shown else "counted", place)

    def _is_shown(self, number: cst.CSTNode, levels: int = 2) -> bool:
        """Whether a number only becomes a part of what is returned, as of the body of a response."""
        node = number
        parent = self._parents.get(node)
        while isinstance(parent, _SHOWN_IN) or self._is_wrapped(node, parent):
            node, parent = parent or node, self._parents.get(parent) if parent is not None else None
        if isinstance(parent, cst.Return):
            return node is not number
        name = parent.targets[0].target if isinstance(parent, cst.Assign) and len(parent.targets) == 1 else None
        if not levels or not isinstance(name, cst.Name):
            return False
        uses = [one for one in self._scope.names.get(name.value, ()) if one is not name and self._is_read(one)]
        shown = [self._scope.is_logged(one) or self._is_shown(one, levels - 1) for one in uses]
        return bool(shown) and all(shown)

    def _is_wrapped(self, node: cst.CSTNode, parent: cst.CSTNode | None) -> bool:
        """Whether an expression is an argument of what only changes its form (`json.dumps(..)`), or such a call's."""
        if isinstance(parent, cst.Arg):
            call = self._parents.get(parent)
            return isinstance(call, cst.Call) and (called_name(call) in _SHOWS or "respon" in called_name(call).lower())
        return isinstance(node, cst.Arg) and isinstance(parent, cst.Call)

    def _loop(self, loop: cst.For | cst.CompFor, place: Place) -> None:
        self.uses.loops.append(loop)
        if isinstance(loop, cst.CompFor):
            made = self._parents.get(loop)
            holder = self._parents.get(made) if made is not None else None
            call = self._parents.get(holder) if isinstance(holder, cst.Arg) else None
            searches = isinstance(call, cst.Call) and dotted(call.func) in {"next", "any"}
            self.uses.note("searched" if searches else "looped", place)
            return
        if only_prints(loop):
            self.uses.note("printed", place)
            return
        inner = list(walk(loop.body))
        searches = any(isinstance(one, cst.Break) or (isinstance(one, cst.Return) and one.value) for one in inner)
        self.uses.note("searched" if searches else "looped", place)
        for one in inner:
            if isinstance(one, cst.Call) and called_name(one).startswith(ACTS) and self.uses.acts is None:
                self.uses.acts = self._source.place(one)
                self.uses.act = called_name(one)

    # -- names -------------------------------------------------------------------------------------------------------

    def _assigned(self, statement: cst.CSTNode, node: cst.CSTNode, what: str) -> None:
        for target in targets_of(statement):
            if isinstance(target, cst.Name):
                self._named(target, statement, what)
            elif what == "entries":
                self.uses.note("kept", self._source.place(node))
            else:
                self.uses.escapes = self.uses.escapes or self._source.place(node)

    def _named(self, target: cst.Name, statement: cst.CSTNode, what: str) -> None:
        if (target, what) in self._seen:
            return
        self._seen.add((target, what))
        for use in self._reads_of(target, statement):
            if what == "answer":
                self._answer(use)
            else:
                self._entries(use)

    def _reads_of(self, target: cst.Name, statement: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Where a name is read after its assignment and before another that surely replaces it."""
        start = self._source.place(statement)
        begin = (start.end_line, start.end_column)
        end = self._replaced(target, statement, begin)
        if isinstance(statement, cst.NamedExpr):
            begin = (start.end_line, start.end_column - 1)
        for node in self._scope.names.get(target.value, ()):
            place = self._source.place(node)
            if node is not target and begin <= (place.line, place.column) <= end and self._is_read(node):
                yield node

    def _replaced(self, target: cst.Name, statement: cst.CSTNode, begin: tuple[int, int]) -> tuple[int, int]:
        """The place of the next assignment to the name in the same block or one around it."""
        around = set(self._blocks_around(statement))
        ends = [(10**9, 0)]
        for given in self._scope.assignments.get(target.value, ()):
            node = given.node
            place = self._source.place(node)
            after = node is not statement and (place.line, place.column) >= begin
            if after and next(self._blocks_around(node), None) in around:
                ends.append((place.end_line, place.end_column))  # its right side may read the name
        return min(ends)

    def _blocks_around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        for parent in self._scope.around(node):
            if isinstance(parent, (cst.IndentedBlock, cst.SimpleStatementSuite, cst.Module)):
                yield parent

    def _is_read(self, node: cst.CSTNode) -> bool:
        parent = self._parents.get(node)
        if isinstance(parent, (cst.AssignTarget, cst.Param, cst.NameItem, cst.AsName)):
            return False
        if isinstance(parent, (cst.Attribute, cst.AnnAssign)):
            return parent.value is node
        return not (isinstance(parent, cst.Arg) and parent.keyword is node)

    # -- conditions --------------------------------------------------------------------------------------------------

    def _is_any(self, count: cst.CSTNode) -> bool:
        """Whether a condition compares a number of entries with a written one, which the first page mostly tells;
        any other number needs all pages."""
        parent = self._parents.get(count)
        if isinstance(parent, cst.ComparisonTarget):
            outer = self._parents.get(parent)
            return isinstance(outer, cst.Comparison) and isinstance(outer.left, cst.Integer)
        if isinstance(parent, cst.Comparison):
            return all(isinstance(one.comparator, cst.Integer) for one in parent.comparisons)
        return self._is_test(parent)

    def _is_test(self, node: cst.CSTNode | None) -> bool:
        """Whether an expression is a condition, or a part of one."""
        if isinstance(node, (cst.Comparison, cst.ComparisonTarget, cst.If, cst.While, cst.Assert)):
            return True
        if isinstance(node, cst.UnaryOperation):
            return isinstance(node.operator, cst.Not)
        if isinstance(node, cst.BooleanOperation):
            outer = self._parents.get(node)
            return self._is_test(outer) or (isinstance(outer, cst.IfExp) and outer.test is node)
        return False

    def _is_look(self, node: cst.CSTNode, parent: cst.CSTNode) -> bool:
        """Whether the whole answer is only looked at: by a condition, or by what logs it."""
        is_asked = self._is_test(parent) or (isinstance(parent, cst.IfExp) and parent.test is node)
        return is_asked or self._scope.is_logged(node)
