"""Items that come from outside: fetched over HTTP, rows of a file, and what the environment of a function lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import Scope, called_name, text_of

_STEPS = 4
"""Names and calls behind each other that are followed."""

_HTTP = re.compile(
    r"(?:requests|httpx)\.(?:get|post|request)\Z|(?:urllib\.request\.)?urlopen\Z"
    r"|(?:\w+\.)*_?(?:http|pool|https?_?client|pool_?manager)\.(?:request|get)\Z"
    r"|(?:\w+\.)*_?(?:http_?|api_?)?session\.(?:get|post|request)\Z"
)
_ENVIRONMENT = frozenset({"os.environ", "environ"})
_ROWS = frozenset({"iterrows", "itertuples"})
_OF_TEXT = frozenset({"decode", "strip", "read", "getvalue", "replace"})
_CONTENT = frozenset({"text", "content", "data", "body"})


class Outside:
    """Tells what expressions of a function hold, by the words of the fact's `items`."""

    def __init__(self, code: Code, scope: Scope) -> None:
        self._code = code
        self._scope = scope

    def items(self, call: cst.Call) -> str | None:
        """The word for the items that a call gives: `response.json()`, `csv.reader(..)`, `NAMES.split(",")`."""
        name, path = called_name(call), self._code.meaning(call.func)
        owner = call.func.value if isinstance(call.func, cst.Attribute) else None
        if path in {"csv.reader", "csv.DictReader"} and call.args:
            return self._text(call.args[0].value) or "lines"
        if owner is None:
            return None
        if name in _ROWS:
            return "lines"
        if name == "json" and not call.args:
            return "fetched" if self._is_answer(owner) else None
        if name in {"split", "splitlines"}:
            return self._text(owner)
        if name in {"loads", "load"} and call.args:
            given = call.args[0].value
            return "fetched" if self._is_answer(given) else self._text(given)
        return None

    def constant(self, name: str) -> str | None:
        """The word for what a constant of the module lists that is read from its environment."""
        value = _constant(self._code, name)
        return self.items(value) if isinstance(value, cst.Call) else None

    def _text(self, node: cst.BaseExpression, steps: int = _STEPS) -> str | None:
        """The word for where a text comes from."""
        if not steps:
            return None
        if isinstance(node, cst.Name):
            values = [one.value for one in self._scope.assignments.get(node.value, ())]
            constant = _constant(self._code, node.value) if not values else None
            found = (self._text(one, steps - 1) for one in (*values, *filter(None, [constant])))
            return next((word for word in found if word is not None), None)
        if isinstance(node, cst.Subscript):
            if len(node.slice) == 1 and text_of(node.slice[0].slice) == "Body":
                return "lines"
            return "configured" if self._code.meaning(node.value) in _ENVIRONMENT else None
        if isinstance(node, cst.Attribute):
            return "fetched" if node.attr.value in _CONTENT and self._is_answer(node.value, steps) else None
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            return self._of_call(node, node.func, steps)
        if isinstance(node, cst.Call) and node.args and self._code.meaning(node.func) == "io.StringIO":
            return self._text(node.args[0].value, steps - 1)
        return None

    def _of_call(self, call: cst.Call, func: cst.Attribute, steps: int) -> str | None:
        path = self._code.meaning(func)
        if path == "os.getenv" or path.rpartition(".")[0] in _ENVIRONMENT:
            return "configured"
        if path in {"io.StringIO", "io.BytesIO", "codecs.getreader"} and call.args:
            return self._text(call.args[0].value, steps - 1)
        if func.attr.value == "read" and self._is_answer(func.value, steps):
            return "fetched"
        if func.attr.value in _OF_TEXT or func.attr.value in {"split", "splitlines"}:
            return self._text(func.value, steps - 1)
        return None

    def _is_answer(self, node: cst.BaseExpression, steps: int = _STEPS) -> bool:
        """Whether it is the answer of a request over HTTP."""
        if isinstance(node, cst.Await):
            node = node.expression
        if isinstance(node, cst.Call):
            return _HTTP.match(self._code.meaning(node.func)) is not None
        if not isinstance(node, cst.Name) or not steps:
            return False
        values = [one.value for one in self._scope.assignments.get(node.value, ())]
        return any(self._is_answer(one, steps - 1) for one in (*values, *self._opened(node.value)))

    def _opened(self, name: str) -> Iterator[cst.BaseExpression]:
        """What `with .. as name` opens."""
        for use in self._scope.names.get(name, ()):
            parent = self._scope.parents.get(use)
            item = self._scope.parents.get(parent) if isinstance(parent, cst.AsName) else None
            if isinstance(item, cst.WithItem):
                yield item.item


def _constant(code: Code, name: str) -> cst.BaseExpression | None:
    """What a module sets a name to, outside its functions."""
    for line in code.module.source.module.body:
        for statement in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(statement, cst.Assign) and any(
                isinstance(target.target, cst.Name) and target.target.value == name for target in statement.targets
            ):
                return statement.value
    return None
