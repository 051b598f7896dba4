"""Which service's operation a call is, and what names the table that it reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.program.names import dotted
from invocation_lint.data.list_operations import ListOperation, list_operations, services
from invocation_lint.facts.building.reading.list_requests import last_name
from invocation_lint.facts.building.reading.table_names import opened_in, service_made
from invocation_lint.facts.building.scopes import Scope, called_name, targets_of
from invocation_lint.source.parsing.tree import SourceFile
from invocation_lint.source.parsing.walk import walk


class Clients:
    """The clients and tables of a module, by their names."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._made: dict[str, set[str]] = {}
        self._tables: dict[str, cst.BaseExpression] = {}  # names of tables to what names these where they are opened

    def note(self, node: cst.CSTNode) -> None:
        """`name = boto3.client("iam")`, in any of its forms: the service of a name."""
        targets: Sequence[cst.CSTNode] = ()
        value: cst.CSTNode | None = None
        if isinstance(node, (cst.Assign, cst.AnnAssign)):
            targets, value = targets_of(node), node.value
        elif isinstance(node, cst.WithItem) and node.asname is not None:
            targets, value = [node.asname.name], node.item
        if value is None:
            return
        for inner in walk(value):
            if isinstance(inner, cst.Call) and (service := service_made(inner)):
                for target in targets:
                    self._made.setdefault(last_name(target), set()).add(service)
                    if called_name(inner) == "Table" and inner.args:
                        self._tables[last_name(target)] = inner.args[0].value

    def candidates(self, call: cst.Call) -> list[ListOperation]:
        """The operations that a call may be of."""
        assert isinstance(call.func, cst.Attribute)
        every = list_operations(call.func.attr.value)
        receiver = call.func.value
        inline = service_made(receiver) if isinstance(receiver, cst.Call) else ""
        known = {inline} if inline else self._made.get(last_name(receiver), set())
        if not known and isinstance(receiver, (cst.Name, cst.Attribute)):
            words = set(re.split(r"[_\W]+", dotted(receiver).lower()))
            meant = _of_services(every, words & _service_words())
            return meant or list(every)  # `logs_table.scan()` is not of the service `logs`
        return _of_services(every, known) if known else list(every)

    def named_by(
        self, call: cst.Call, scope: Scope, once: Mapping[str, cst.BaseExpression]
    ) -> list[cst.BaseExpression]:
        """What names the table of a call: its argument, its receiver, and what opens this; `once` are the names that
        the module sets once."""
        assert isinstance(call.func, cst.Attribute)
        given = [arg.value for arg in call.args if arg.keyword is not None and arg.keyword.value == "TableName"]
        opened = self._opened_by(call, call.func.value, scope) or _got_from(call.func.value, once)
        return [*given, call.func.value, *([opened] if opened is not None else [])]

    def _opened_by(self, call: cst.Call, receiver: cst.BaseExpression, scope: Scope) -> cst.BaseExpression | None:
        """What the table of a call was opened by, in its function or anywhere; a client, which is made for a region,
        names none."""
        line = self._source.place(call).line
        own = scope.assignments.get(last_name(receiver), ()) if isinstance(receiver, cst.Name) else ()
        before = [one.value for one in own if self._source.place(one.node).line < line]
        if not before:
            return self._tables.get(last_name(receiver))
        opened = opened_in(before[-1])
        is_client = opened is before[-1] and any(
            isinstance(one, cst.Call) and service_made(one) for one in walk(opened)
        )
        return None if is_client else opened


def _got_from(receiver: cst.BaseExpression, once: Mapping[str, cst.BaseExpression]) -> cst.BaseExpression | None:
    """The function by whose name a module gets its table: `table = get_orders_table()`."""
    value = once.get(receiver.value) if isinstance(receiver, cst.Name) else None
    if not isinstance(value, cst.Call) or value.args:
        return None
    return None if any(isinstance(one, cst.Call) and service_made(one) for one in walk(value)) else value


def _of_services(every: Sequence[ListOperation], known: set[str]) -> list[ListOperation]:
    return [one for one in every if one.service in known or one.service.replace("-", "") in known]


@lru_cache(maxsize=1)
def _service_words() -> frozenset[str]:
    return frozenset({*services(), *(name.replace("-", "") for name in services())}) - {"client", "config", "events"}


__all__ = ["Clients"]
