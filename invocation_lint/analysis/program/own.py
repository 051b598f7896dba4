"""What stands in the code of one function, class body or module, as its index is made."""

from __future__ import annotations

import ast
from dataclasses import field
from typing import Any

from invocation_lint.analysis.program.naming import NAMES, all_targets, flat, parts_of_binding, quoted, root, texts_of
from invocation_lint.records import mutable


@mutable
class Own:
    """What stands in the code of one function, class body or module itself: not in the functions and classes in it."""

    holds_site: bool = False
    mentions: set[str] = field(default_factory=set)
    quoted: set[str] = field(default_factory=set)  # names in the texts of annotations
    declared: set[str] = field(default_factory=set)
    rebound: set[str] = field(default_factory=set)
    is_generator: bool = False
    texts: list[str] = field(default_factory=list)
    changing: list[ast.stmt] = field(default_factory=list)  # assignments, and `del`
    binding: list[ast.AST] = field(default_factory=list)  # what binds names in other ways
    calls: list[ast.Call] = field(default_factory=list)
    imported: list[str] = field(default_factory=list)  # names that imports bind

    def bound_by_clauses(self) -> set[str]:
        """The names that loops, `with`, `except`, patterns and `:=` bind."""
        parts = (target for node in self.binding for target, _ in parts_of_binding(node))
        return {*map(root, flat(parts)), *(name for node in self.binding for name in texts_of(node))}

    def bound(self) -> set[str]:
        """The names that are bound, but for those of functions and classes."""
        return {*self.imported, *map(root, all_targets(self.changing)), *self.bound_by_clauses()}


def _read_change(own: Own, node: ast.stmt) -> None:
    own.changing.append(node)
    if isinstance(node, ast.AnnAssign):
        own.quoted.update(quoted(node.annotation))


def _read_binding(own: Own, node: ast.AST) -> None:
    own.binding.append(node)


def _read_yield(own: Own, node: ast.AST) -> None:
    own.is_generator = True


def _read_global(own: Own, node: ast.Global) -> None:
    own.declared.update(node.names)
    own.mentions.update(node.names)


def _read_nonlocal(own: Own, node: ast.Nonlocal) -> None:
    own.rebound.update(node.names)
    own.mentions.update(node.names)


def _read_named(own: Own, node: Any) -> None:
    own.mentions.update(texts_of(node))
    if isinstance(node, ast.arg):
        own.quoted.update(quoted(node.annotation))


def _read_clause(own: Own, node: Any) -> None:
    own.mentions.update(texts_of(node))
    own.binding.append(node)


READERS: dict[type[ast.AST], Any] = {
    **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete), _read_change),
    **dict.fromkeys((ast.NamedExpr, ast.For, ast.AsyncFor, ast.withitem), _read_binding),
    **dict.fromkeys((ast.Yield, ast.YieldFrom), _read_yield),
    ast.Global: _read_global,
    ast.Nonlocal: _read_nonlocal,
    **dict.fromkeys(NAMES - {ast.alias, ast.ImportFrom, ast.Global, ast.Nonlocal}, _read_named),
    **dict.fromkeys((ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping), _read_clause),
}
"""What is noted of a node before the nodes below it are read."""
