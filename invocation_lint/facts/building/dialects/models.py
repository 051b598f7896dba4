"""ORM classes: which table a class stands for, where the class is in sight."""

from __future__ import annotations

from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import Chain, ClassRef, Symbol, Unknown, Value
from invocation_lint.analysis.interpreter import Interpreter
from invocation_lint.analysis.program.model import ClassInfo
from invocation_lint.facts.building.dialects.shape import Entity, Query

_OTHER_MAPPERS = frozenset({"Document", "EmbeddedDocument", "DynamicDocument"})
"""Bases of mongoengine, which is written like Django and is not followed."""


class Models:
    """Looks classes up, each once."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._known: dict[str, Entity | None] = {}

    def entity(self, value: Value | None) -> tuple[Entity, str] | None:
        """The entity that a value names, with the column when it names one; None when it names none."""
        atom = value.single if value is not None else None
        return self.entity_of(atom) if atom is not None else None

    def entity_of(self, atom: Any) -> tuple[Entity, str] | None:
        """The same of one atom."""
        if isinstance(atom, ClassRef):
            found = self.of_class(atom.key)
            return (found, "") if found is not None else None
        if isinstance(atom, Symbol):
            return _of_dotted(atom.dotted)
        if isinstance(atom, Unknown):
            if atom.chain is not None:
                return self._of_chain(atom.chain)
            return _of_dotted(atom.source) if atom.source else None
        return None

    def _of_chain(self, chain: Chain) -> tuple[Entity, str] | None:
        """`Job.status`, with or without calls behind it, as an entity and a column."""
        begun = self.entity(chain.root)
        if begun is None or begun[1] or not chain.steps or chain.steps[0].is_call:
            return begun
        return begun[0], chain.steps[0].name

    def keep_distinct(self, query: Query, values: tuple[Value, ...]) -> None:
        """Note `distinct()`, or `distinct(Job.kind)`: one row for each kind."""
        query.distinct = True
        named = [self.entity(value) for value in values]
        if any(one is not None and one[1] for one in named):  # peewee has `distinct(True)`
            query.distinct_on = tuple(one[1] if one is not None else "" for one in named)

    def of_class(self, key: str) -> Entity | None:
        """The entity of a class of the project; None when another mapper than ours makes it."""
        if key not in self._known:
            info = self._interpreter.class_info(key)
            self._known[key] = _entity(info) if info is not None else None
        return self._known[key]


def _of_dotted(dotted: str) -> tuple[Entity, str] | None:
    names = dotted.split(".")
    for index in range(len(names) - 1, -1, -1):
        name = names[index]
        if name[:1].isupper() and not name.isupper():
            return Entity(cls=name), names[index + 1] if index + 1 < len(names) else ""
    return None


def _entity(info: ClassInfo) -> Entity | None:
    bases = {_last_name(arg.value) for arg in info.node.bases}
    if bases & _OTHER_MAPPERS:
        return None
    own = _assigned(info.node.body)
    meta = next(
        (node for node in info.node.body.body if isinstance(node, cst.ClassDef) and node.name.value == "Meta"), None
    )
    inner = _assigned(meta.body) if meta is not None else {}
    table = _text(own.get("__tablename__")) or _text(inner.get("db_table")) or _text(inner.get("table_name"))
    ordering = inner.get("ordering")
    listed = [_text(item.value) for item in ordering.elements] if isinstance(ordering, (cst.List, cst.Tuple)) else []
    columns = tuple(name for name in _declared(info.node.body) if not name.startswith("_"))
    return Entity(table, info.name, tuple(name for name in listed if name), is_seen=True, columns=columns)


def _last_name(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def _declared(body: cst.BaseSuite) -> list[str]:
    """The names that a class body gives a value or a type."""
    typed = (
        small.target.value
        for statement in body.body
        for small in (statement.body if isinstance(statement, cst.SimpleStatementLine) else ())
        if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name)
    )
    return [*_assigned(body), *typed]


def _assigned(body: cst.BaseSuite) -> dict[str, cst.BaseExpression]:
    """What the simple assignments of a class body bind."""
    found: dict[str, cst.BaseExpression] = {}
    for statement in body.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Assign) and isinstance(small.targets[0].target, cst.Name):
                found[small.targets[0].target.value] = small.value
            elif isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name) and small.value is not None:
                found[small.target.value] = small.value
    return found


def _text(node: cst.BaseExpression | None) -> str:
    return str(node.evaluated_value) if isinstance(node, cst.SimpleString) else ""
