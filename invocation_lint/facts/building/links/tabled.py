"""What the tables in code have: the values of dicts and lists that stand in a module, under keys that are not known.

A name that is looked up by what an event says is one of those that the table has. The analysis gives up where there are
many, and where a loop fills the table; what can be read of it is enough to tell which functions may be meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice

import libcst as cst

from invocation_lint.analysis.program.model import ClassInfo, FunctionInfo, ModuleInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.project import Program
from invocation_lint.source.names import ImportMap
from invocation_lint.source.parsing.walk import walk

MAX_DEPTH = 8
"""So many expressions behind each other are followed."""

MAX_STEPS = 400
"""So many names are followed for one table."""

MAX_VALUES = 40
"""Values of a table: of more, none is read."""

_ENVIRONMENT = ("os.environ", "environ")

Held = tuple[cst.BaseExpression, ModuleInfo, FunctionInfo | None]
"""An expression, with the module and the function in which it stands."""


class Tables:
    """Reads the tables that the modules of a project have."""

    def __init__(self, program: Program) -> None:
        self._modules = program.modules
        self._left = 0

    def values(self, node: cst.BaseExpression, module: ModuleInfo, function: FunctionInfo | None) -> list[Held]:
        """What an item of a table may be; nothing where the expression is no item of one, or it has very many."""
        self._left = MAX_STEPS
        found: list[Held] = []
        for item in self._items((node, module, function), 0):
            found += islice(self._behind(item, 0), MAX_VALUES)
            if len(found) > MAX_VALUES:
                return []
        return found

    def _items(self, held: Held, depth: int) -> Iterator[Held]:
        """The items that an expression means which looks one up."""
        node, module, function = held
        looked = _looked_up(node)
        if looked is None or depth > MAX_DEPTH:
            return
        table, key, default = looked
        is_table = False
        for one in self._behind((table, module, function), depth + 1):
            is_table = is_table or isinstance(one[0], cst.Dict)
            yield from self._held(one, key, depth + 1)
        if default is not None and is_table:
            yield default, module, function

    def _held(self, table: Held, key: str | None, depth: int) -> Iterator[Held]:
        """What a dict or a list has under a key; all that it has where that is not known."""
        node, module, function = table
        if isinstance(node, cst.Dict):
            for element in node.elements:
                if isinstance(element, cst.StarredDictElement):
                    for one in self._behind((element.value, module, function), depth + 1):
                        yield from self._held(one, key, depth + 1)
                elif isinstance(element, cst.DictElement) and (key is None or _text(element.key) == key):
                    yield element.value, module, function
        elif isinstance(node, (cst.List, cst.Tuple)):
            yield from ((one.value, module, function) for one in node.elements)
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "dict":
            for given in node.args:
                name = given.keyword.value if given.keyword is not None else None
                if name is not None and key in (None, name):
                    yield given.value, module, function

    def _behind(self, held: Held, depth: int) -> Iterator[Held]:
        """The expressions that a name stands for, or the expression itself."""
        node, module, function = held
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0:
            return
        if _looked_up(node) is not None:
            for one in self._items(held, depth + 1):
                yield from self._behind(one, depth + 1)
        elif isinstance(node, cst.Name):
            around = function
            while around is not None:
                found = list(self._given(node.value, around.node, module, around, depth))
                if found:
                    yield from found
                    return
                around = around.parent
            yield from self._of_module(node.value, module, depth)
        elif isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
            yield from self._of_attribute(node, module, function, depth)
        else:
            yield held

    def _of_module(self, name: str, module: ModuleInfo, depth: int) -> Iterator[Held]:
        found = list(self._given(name, module.source.module, module, None, depth))
        if found:
            yield from found
            return
        for other, inner in self._imported(name, module):
            if inner:
                yield from self._of_module(inner, other, depth + 1)

    def _of_attribute(
        self, node: cst.Attribute, module: ModuleInfo, function: FunctionInfo | None, depth: int
    ) -> Iterator[Held]:
        """`self.TABLE` and `Class.TABLE`, which a class sets, and `module.TABLE`."""
        of, name = node.value, node.attr.value
        if not isinstance(of, cst.Name):
            return
        is_own = of.value in ("self", "cls") and function is not None
        cls = function.cls if is_own and function is not None else _class_in(module, of.value)
        if cls is not None:
            yield from self._given(name, cls.node, module, None, depth)
            yield from self._given(f"self.{name}", cls.node, module, None, depth)
            return
        for other, inner in self._imported(of.value, module):
            if not inner:
                yield from self._of_module(name, other, depth + 1)
            elif (held := _class_in(other, inner)) is not None:
                yield from self._given(name, held.node, other, None, depth)

    def _imported(self, name: str, module: ModuleInfo) -> Iterator[tuple[ModuleInfo, str]]:
        """The module from which a name is imported, with its name there; empty for the module itself."""
        files = self._modules.files
        for meaning in ImportMap.of(module.source.module).names.get(name, ()):
            dotted = meaning.lstrip(".")
            level = len(meaning) - len(dotted)
            base, _, last = dotted.rpartition(".")
            for path, inner in ((dotted, ""), (base, last)):
                key = files.locate(module.name, path, level) if path or level else None
                key = key or (self._in_a_layer(path) if path and not level else None)
                found = self._modules.load(key) if key is not None else None
                if found is not None:
                    yield found, inner
                    break

    def _in_a_layer(self, dotted: str) -> str | None:
        """The only module of that name: what a layer holds is imported by its name alone."""
        ending = f"/{dotted.replace('.', '/')}.py"
        found = [key for key in self._by_file.get(ending.rpartition("/")[2], ()) if key.endswith(ending)]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _by_file(self) -> dict[str, list[str]]:
        """The modules of the project by the names of their files."""
        found: dict[str, list[str]] = {}
        for key in self._modules.files.walked:
            found.setdefault(key.rpartition("/")[2], []).append(key)
        return found

    def _given(
        self, name: str, body: cst.CSTNode, module: ModuleInfo, function: FunctionInfo | None, depth: int
    ) -> Iterator[Held]:
        """What a name is set to in a body, what is put into it there, and what it is in the rounds of a loop."""
        for one, targets, value in settings_in(body, name):
            given = value, module, function
            if isinstance(one, (cst.For, cst.CompFor)):
                yield from self._round(name, one, module, function, depth)
            elif any(dotted(target) == name for target in targets):
                yield from self._behind(given, depth + 1)
            elif any(isinstance(target, cst.Subscript) and dotted(target.value) == name for target in targets):
                yield from (
                    (_listed(put), in_module, around) for put, in_module, around in self._behind(given, depth + 1)
                )

    def _round(
        self, name: str, loop: cst.For | cst.CompFor, module: ModuleInfo, function: FunctionInfo | None, depth: int
    ) -> Iterator[Held]:
        """What the variable of a loop is: an item of a list, a value of a dict."""
        target, over = loop.target, loop.iter
        way = over.func.attr.value if isinstance(over, cst.Call) and isinstance(over.func, cst.Attribute) else ""
        is_value = way == "values" and dotted(target) == name
        if way == "items" and isinstance(target, cst.Tuple) and len(target.elements) == 2:
            is_value = dotted(target.elements[1].value) == name
        if is_value and isinstance(over, cst.Call) and isinstance(over.func, cst.Attribute):
            for table in self._behind((over.func.value, module, function), depth + 1):
                yield from self._held(table, None, depth + 1) if isinstance(table[0], cst.Dict) else ()
        elif dotted(target) == name and not way:
            for table in self._behind((over, module, function), depth + 1):
                yield from self._held(table, None, depth + 1) if not isinstance(table[0], cst.Dict) else ()


def settings_in(
    body: cst.CSTNode, name: str
) -> Iterator[tuple[cst.CSTNode, list[cst.BaseExpression], cst.BaseExpression]]:
    """What sets names in a body, with its targets and the value, or what a loop goes over. Functions inside the body
    are left out, unless the name is one of an object (`self.name`), which its methods set."""
    is_own = "." in name
    for one in walk(body, enter=lambda inner: inner is body or is_own or not isinstance(inner, _INNER)):
        if isinstance(one, cst.Assign):
            yield one, [target.target for target in one.targets], one.value
        elif isinstance(one, (cst.AnnAssign, cst.NamedExpr)) and one.value is not None:
            yield one, [one.target], one.value
        elif isinstance(one, (cst.For, cst.CompFor)):
            yield one, [one.target], one.iter


def _class_in(module: ModuleInfo, name: str) -> ClassInfo | None:
    return next((one for one in module.classes.values() if one.name == name), None)


_INNER = (cst.FunctionDef, cst.Lambda)


def _listed(value: cst.BaseExpression) -> cst.BaseExpression:
    """A value that is put into a table, as a list of it alone."""
    return cst.List([cst.Element(value)])


def _looked_up(node: cst.CSTNode) -> tuple[cst.BaseExpression, str | None, cst.BaseExpression | None] | None:
    """The table in which an expression looks something up, the key if it is known, and the value without it."""
    if isinstance(node, cst.Subscript) and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        if dotted(node.value) in _ENVIRONMENT:
            return None
        return node.value, _text(node.slice[0].slice.value), None
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in ("get", "pop"):
        given = [one.value for one in node.args if one.keyword is None and not one.star]
        if given and dotted(node.func.value) not in _ENVIRONMENT:
            return node.func.value, _text(given[0]), given[1] if len(given) > 1 else None
    return None


def _text(node: cst.BaseExpression | None) -> str | None:
    value = node.evaluated_value if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)) else None
    return value if isinstance(value, str) else None


__all__ = ["Held", "Tables", "settings_in"]
