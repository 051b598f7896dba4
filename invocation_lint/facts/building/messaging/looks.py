"""What a function does about the failures that the answer of a batch operation tells.

The answer is followed by name, into helpers of its module, and to the callers in it where it is given back. Where it
leaves what is followed, whoever gets it may look.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from invocation_lint.data.batch_operations import BatchOperation
from invocation_lint.facts.building.messaging.calls import Code, parameter_of
from invocation_lint.facts.building.page_uses import UseReader
from invocation_lint.facts.building.scopes import Scope, called_name, targets_of, text_of
from invocation_lint.findings import Place

STRENGTH = ("tested", "returned", "handed_over", "logged")
"""What is done, the strongest first. Beside these, `answered` is what is put into a literal that is returned."""

_GIVEN = frozenset({"EventId", "SequenceNumber"})
"""What EventBridge and Kinesis give to the entries that they accept (API references, PutEvents and PutRecords)."""

MAX_HELPERS = 3
"""Helpers and callers behind each other that an answer is followed through."""

_SAME_CALLS = frozenset({"len", "int", "sum", "sorted", "list", "tuple", "dict", "set", "deepcopy", "copy", "cast"})
_TRUTHS = frozenset({"bool", "any", "all"})
_TEXTS = frozenset({"str", "repr", "dumps", "format", "pformat"})


class FailureReader(UseReader):
    """Follows one answer through the code around it."""

    def __init__(self, code: Code, scope: Scope, operation: BatchOperation, depth: int = 0) -> None:
        super().__init__(code.module.source, scope, operation.failures)
        self._code = code
        self._operation = operation
        self._depth = depth
        self.status: Place | None = None

    def follow(self, node: cst.CSTNode) -> dict[str, Place]:
        """What is done about the failures in what an expression gives, with the first place of each."""
        self._answer(node)
        return self.uses.found

    def follow_parameter(self, name: str) -> dict[str, Place]:
        """The same for a parameter of the function."""
        return self.read_all(name).found

    # -- the whole answer --------------------------------------------------------------------------------------------

    def _answer(self, node: cst.CSTNode) -> None:
        parent = self._parents.get(node)
        if parent is None or isinstance(parent, cst.Expr):
            return
        key = self._key_read(node, parent)
        if key is not None:
            self._read_key(*key)
        elif isinstance(parent, (cst.Return, cst.Yield, cst.Lambda)):
            self.uses.note("returned", self._source.place(node))
        elif isinstance(parent, (cst.Assign, cst.AnnAssign, cst.NamedExpr)):
            self._assigned(parent, node, "answer")
            if isinstance(parent, cst.NamedExpr):
                self._answer(parent)
        elif isinstance(parent, cst.Arg):
            self._handed(node, parent, "answer")
        elif isinstance(parent, cst.ComparisonTarget) and isinstance(parent.operator, (cst.In, cst.NotIn)):
            comparison = self._parents.get(parent)
            left = text_of(comparison.left) if isinstance(comparison, cst.Comparison) else ""
            if left in self._operation.lists:
                self.uses.note("tested", self._source.place(node))
        elif isinstance(parent, (cst.Await, cst.StarredElement, cst.IfExp, cst.BooleanOperation, cst.Index)):
            self._answer(parent)
        elif not self._is_look(node, parent):
            self._gone(node)

    def _read_key(self, name: str, holder: cst.CSTNode) -> None:
        if name in self._operation.failures:
            self._entries(holder)
        elif name in self._operation.each:
            if self._looks_at_codes():
                self.uses.note("tested", self._source.place(holder))
            else:
                self._each(holder)
        elif name == "ResponseMetadata":
            self.status = self.status or self._source.place(holder)
        elif not name:  # a key that is not written here
            self._gone(holder)

    def _looks_at_codes(self) -> bool:
        texts = self._scope.texts
        return bool({"ErrorCode", "ErrorMessage"} & texts) or (not _GIVEN.isdisjoint(texts) and self._misses_ids())

    def _misses_ids(self) -> bool:
        """`"EventId" not in entry`: only an entry that went well has an id."""
        return any(
            isinstance(node, cst.Comparison)
            and text_of(node.left) in _GIVEN
            and any(isinstance(one.operator, (cst.In, cst.NotIn)) for one in node.comparisons)
            for node in self._scope.parents
        )

    def _each(self, node: cst.CSTNode) -> None:
        """The results of the entries, where the function never asks for an error code."""
        parent = self._parents.get(node)
        if isinstance(parent, (cst.Return, cst.Arg)) and not self._scope.is_logged(node):
            self._gone(node)

    # -- the failures ------------------------------------------------------------------------------------------------

    def _entries(self, node: cst.CSTNode) -> None:
        parent = self._parents.get(node)
        if parent is None or isinstance(parent, cst.Expr):
            return
        place = self._source.place(node)
        if (
            (isinstance(parent, (cst.For, cst.CompFor)) and parent.iter is node)
            or self._is_test(parent)
            or (isinstance(parent, cst.IfExp) and parent.test is node)
        ):
            self.uses.note("tested", place)
        elif isinstance(parent, (cst.Assign, cst.AnnAssign, cst.NamedExpr)):
            self._assigned(parent, node, "entries")
            if isinstance(parent, cst.NamedExpr):
                self._entries(parent)
        elif isinstance(parent, (cst.Return, cst.Yield, cst.Lambda)):
            self.uses.note("returned", place)
        elif isinstance(parent, cst.Arg):
            self._handed(node, parent, "entries")
        elif isinstance(parent, (cst.Subscript, cst.Attribute)):
            outer = self._parents.get(parent)
            held = outer if isinstance(outer, cst.Call) and outer.func is parent else parent
            self._entries(held)
        elif isinstance(parent, (cst.Await, cst.IfExp, cst.BooleanOperation, cst.BinaryOperation, cst.UnaryOperation)):
            self._entries(parent)
        elif self._scope.is_logged(node):
            self.uses.note("logged", place)
        else:
            self._gone(node)

    # -- where it goes -----------------------------------------------------------------------------------------------

    def _handed(self, node: cst.CSTNode, arg: cst.Arg, what: str) -> None:
        call = self._parents.get(arg)
        if not isinstance(call, cst.Call):
            return
        name = called_name(call)
        place = self._source.place(node)
        if self._scope.is_logged(node):
            if what != "answer":  # who logs an answer as a whole does not look at what failed
                self.uses.note("logged", place)
        elif name in _TRUTHS and what == "entries":
            self.uses.note("tested", place)
        elif name in _SAME_CALLS or name in _TEXTS:
            (self._answer if what == "answer" else self._entries)(call)
        elif what == "answer" and self._follow_helper(call, arg, name):
            pass
        else:
            self.uses.note("handed_over", place)

    def _follow_helper(self, call: cst.Call, arg: cst.Arg, name: str) -> bool:
        """Whether what a helper of the module does with the answer is seen, and noted."""
        helpers = self._code.named(name)
        if len(helpers) != 1 or self._depth >= MAX_HELPERS:
            return False
        parameter = parameter_of(helpers[0], call, arg)
        if parameter is None:
            return False
        inner = FailureReader(self._code, self._code.scope_of(helpers[0]), self._operation, self._depth + 1)
        for use, place in inner.follow_parameter(parameter).items():
            if use == "returned":
                self._answer(call)
            else:
                self.uses.note("handed_over" if use == "answered" else use, place)
        return True

    def _gone(self, node: cst.CSTNode) -> None:
        if not self._scope.is_logged(node):
            self.uses.note("answered" if self._is_answered(node) else "handed_over", self._source.place(node))

    def _is_answered(self, node: cst.CSTNode) -> bool:
        """Whether an expression is part of a literal that is returned, under a name or not, and of nothing else."""
        for outer in self._scope.around(node):
            if isinstance(outer, cst.Return):
                return True
            if isinstance(outer, cst.Assign):
                names = [to.target.value for to in outer.targets if isinstance(to.target, cst.Name)]
                uses = [use for name in names for use in self._scope.names.get(name, ()) if self._is_read(use)]
                return len(names) == len(outer.targets) and all(
                    isinstance(self._parents.get(use), cst.Return) or self._scope.is_logged(use) for use in uses
                )
            if not isinstance(outer, (cst.DictElement, cst.Dict, cst.Element, cst.List, cst.Tuple)):
                return False
        return False

    def _assigned(self, statement: cst.CSTNode, node: cst.CSTNode, what: str) -> None:
        if not all(isinstance(target, cst.Name) for target in targets_of(statement)):
            self._gone(node)
        super()._assigned(statement, node, "answer" if what == "answer" else "failures")

    def _named(self, target: cst.Name, statement: cst.CSTNode, what: str) -> None:
        if target.value in _outer_names(self._scope.root):
            self._gone(target)
        super()._named(target, statement, what)

    def _reads_of(self, target: cst.Name, statement: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Where a name is read afterwards; in a loop, its next round comes afterwards, too."""
        later = list(super()._reads_of(target, statement))
        yield from later
        for loop in self._scope.around(statement):
            if isinstance(loop, (cst.FunctionDef, cst.Lambda)):
                return
            if isinstance(loop, (cst.While, cst.For)):
                around = self._source.place(loop)
                for node in self._scope.names.get(target.value, ()):
                    inside = self._source.place(node).is_within(around)
                    if inside and node is not target and node not in later and self._is_read(node):
                        yield node


def _outer_names(root: cst.CSTNode) -> frozenset[str]:
    """The names that a function declares as those of its module or of a function around it."""
    body = getattr(getattr(root, "body", None), "body", ())
    found = (
        item.name.value
        for line in body
        if isinstance(line, cst.SimpleStatementLine)
        for small in line.body
        if isinstance(small, (cst.Global, cst.Nonlocal))
        for item in small.names
    )
    return frozenset(found)


__all__ = ["MAX_HELPERS", "STRENGTH", "FailureReader"]
