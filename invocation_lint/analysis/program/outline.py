"""What demand must know of a module, read with the standard `ast`: its functions, and who names whom.

It takes a tenth of the time of a tree with positions, so who may reach a call site is known before a file is parsed.
"""

from __future__ import annotations

import ast
import re
from dataclasses import field
from typing import Any

from invocation_lint.analysis.program.demand import NOTHING, Demand, Scope
from invocation_lint.analysis.program.held import Body, held_by
from invocation_lint.analysis.program.naming import (
    NAMES,
    flat,
    last_name,
    may_name,
    names_in,
    parts_of_binding,
    quoted,
    root,
    stored_by,
    targets,
    texts_of,
)
from invocation_lint.analysis.program.sites import (
    Entrances,
    clients_in,
    entrances_in,
    may_hand_on,
    may_invoke,
    takes_by_name,
)
from invocation_lint.analysis.program.ways import users_of
from invocation_lint.errors import UnreadableFile
from invocation_lint.records import mutable
from invocation_lint.source.files.decode import decode
from invocation_lint.source.parsing.guard import check_depth, check_size
from invocation_lint.source.scan import SITE_ATTRIBUTES, speaks_of_lambda


@mutable(eq=False)
class OutlinedClass:
    """A class of a module; `top` is what it is, or is defined in, at the top of the module."""

    name: str
    top: str
    mentions: frozenset[str] = frozenset()
    quoted: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()


@mutable(eq=False)
class OutlinedFunction:
    """A function, method, nested function or lambda of a module."""

    name: str
    top: str
    cls: OutlinedClass | None = None
    parent: OutlinedFunction | None = None
    holds_site: bool = False
    mentions: frozenset[str] = frozenset()
    quoted: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    globals: frozenset[str] = frozenset()


@mutable(eq=False)
class Outline:
    """One module. Fields have the meaning that they have in `ModuleInfo`; `runs` are the names in its own body and in
    those of its classes, without what they only import."""

    name: str
    functions: dict[int, OutlinedFunction] = field(default_factory=dict)
    aliases: dict[str, frozenset[str]] = field(default_factory=dict)
    bindings: dict[str, frozenset[str]] = field(default_factory=dict)
    made_of: dict[str, list[str]] = field(default_factory=dict)
    named_by: dict[str, list[OutlinedFunction]] = field(default_factory=dict)
    aliased: dict[str, list[str]] = field(default_factory=dict)
    mentions: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    passes_everything: bool = False
    holds_site: bool = False
    held: frozenset[tuple[str, str]] = frozenset()
    runs: frozenset[str] = frozenset()
    foreign: Demand = NOTHING


def outline(data: bytes, key: str) -> Scope[Any] | None:
    """The outline of a module; None where it cannot be read, or is nested too deeply."""
    try:
        check_size(data, key)
        text, _ = decode(data, key)
        check_depth(text, key)
        tree = ast.parse(text)
    except SyntaxError:
        return _of_newer_python(data, key)
    except (UnreadableFile, ValueError, RecursionError, MemoryError):
        return None
    clients = None
    if speaks_of_lambda(data):
        clients = clients_in(text)
    return _Reader(key, clients, entrances_in(data)).read(tree, text)


def _of_newer_python(data: bytes, key: str) -> Scope[Any] | None:
    """The same of a module in words that the Python that runs does not know."""
    from invocation_lint.analysis.program.indexing import index_module
    from invocation_lint.source.parsing.tree import parse

    try:
        return index_module(parse(data, key), key)
    except UnreadableFile:
        return None


@mutable
class _Own:
    """What the code of a function, class or module holds outside the functions and classes in it."""

    holds_site: bool = False
    mentions: set[str] = field(default_factory=set)
    quoted: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    nodes: list[ast.AST] = field(default_factory=list)  # assignments, of the module's own body all that binds or calls


class _Reader:
    def __init__(self, key: str, clients: frozenset[str] | None, doors: Entrances) -> None:
        """`clients` are the names of the clients of Lambda that the module makes; None where it speaks of none. `doors`
        are the names by which libraries invoke for it."""
        self._found = Outline(key)
        self._clients = clients
        self._doors = doors
        self._classes: list[tuple[OutlinedClass, ast.ClassDef]] = []
        self._renamed: list[tuple[int, int, str, str]] = []  # where, `b` and `a` of `import a as b`
        self._lambdas: dict[ast.AST, OutlinedFunction] = {}
        self._bodies: list[Body] = []  # those that hold a call site

    def read(self, tree: ast.Module, text: str) -> Outline:
        """All of it."""
        found = self._found
        found.words = frozenset(re.findall(r"\w+", text))
        own = self._own(list(reversed(tree.body)), "", None, None)
        bodies = (*(cls.mentions for cls, _ in self._classes), *(cls.bases for cls, _ in self._classes))
        found.runs = frozenset(own.mentions).union(*bodies)
        found.holds_site = own.holds_site
        found.held = held_by([*self._bodies, *([Body(own.nodes)] if own.holds_site else [])], self._clients)
        found.mentions = frozenset(own.mentions | own.imported)
        for _, _, alias, name in sorted(self._renamed):
            found.aliases[alias] = frozenset({name})
        for body in (tree.body, *(node.body for _, node in self._classes)):
            for statement in body:
                self._note_aliases(statement)
        self._note_bindings(own)
        users = users_of(
            found.functions.values(), (cls.name for cls, _ in self._classes), found.aliases, found.bindings
        )
        found.named_by, found.aliased, found.made_of = users
        return found

    def _own(
        self, waiting: list[ast.AST], top: str, cls: OutlinedClass | None, parent: OutlinedFunction | None
    ) -> _Own:
        own = _Own()
        mentions = own.mentions
        is_module = not top
        called: set[ast.AST] = set()
        while waiting:
            node = waiting.pop()
            kind = type(node)
            if kind is ast.Name:
                mentions.add(node.id)  # type: ignore[attr-defined]
                continue
            if isinstance(node, ast.Attribute):
                mentions.add(node.attr)
                if node.attr in SITE_ATTRIBUTES and node not in called:
                    own.holds_site = own.holds_site or may_hand_on(last_name(node.value), self._clients)
                waiting.append(node.value)
                continue
            if kind is ast.Constant or kind is ast.Load or kind is ast.Store:
                continue
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._add_function(node, top, cls, parent)
                waiting += [*node.decorator_list, node.args]
                continue
            if isinstance(node, ast.ClassDef):
                self._add_class(node, top, parent)
                waiting += node.decorator_list
                continue
            if isinstance(node, ast.Lambda):
                inner = self._add_lambda(node, top, cls, parent)
                own.holds_site = own.holds_site or inner.holds_site
                mentions |= inner.mentions
                continue
            if isinstance(node, ast.Call):
                own.holds_site = own.holds_site or last_name(node.func) in self._doors.calls
                if isinstance(node.func, ast.Attribute) and node.func.attr in SITE_ATTRIBUTES:
                    called.add(node.func)
                    own.holds_site = own.holds_site or self._may_invoke(node.func.value, node)
                else:
                    own.holds_site = own.holds_site or takes_by_name(node, self._clients)
            elif kind in NAMES:
                self._note_names(node, own)
            if isinstance(node, (ast.arg, ast.AnnAssign)):
                own.quoted.update(quoted(node.annotation))
            if kind in _ASSIGNING or (is_module and kind in _BINDING):
                own.nodes.append(node)
            for value in vars(node).values():
                if isinstance(value, list):
                    waiting += [one for one in reversed(value) if isinstance(one, ast.AST)]
                elif isinstance(value, ast.AST):
                    waiting.append(value)
        return own

    def _may_invoke(self, receiver: ast.expr, call: ast.Call) -> bool:
        return may_invoke(last_name(receiver), [keyword.arg for keyword in call.keywords], self._clients)

    def _note_names(self, node: ast.AST, own: _Own) -> None:
        """Note the names that a node holds as texts."""
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            own.mentions.update(node.names)
            own.globals.update(node.names if isinstance(node, ast.Global) else ())
        elif isinstance(node, ast.alias):
            own.imported.update(node.name.split("."))
            own.imported.discard("*")
            self._found.passes_everything = self._found.passes_everything or node.name == "*"
            if node.asname is not None:
                own.imported.add(node.asname)
                self._renamed.append((node.lineno, node.col_offset, node.asname, node.name.rpartition(".")[2]))
        elif isinstance(node, ast.ImportFrom):
            own.imported.update((node.module or "").split("."))
            own.imported.discard("")
        else:
            own.mentions.update(texts_of(node))

    def _add_function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef,
        top: str,
        cls: OutlinedClass | None,
        parent: OutlinedFunction | None,
    ) -> None:
        info = OutlinedFunction(node.name, top or node.name, cls, parent)
        self._found.functions[len(self._found.functions)] = info
        own = self._own(_parts(node), info.top, None, info)
        info.mentions = frozenset({node.name, *own.mentions, *own.imported})
        info.quoted = frozenset(own.quoted.union(quoted(node.returns)))
        info.stores = frozenset(stored_by(own.nodes))
        is_task = any(last_name(one) in self._doors.decorators for one in node.decorator_list)
        info.holds_site, info.globals = own.holds_site or is_task, frozenset(own.globals)
        if own.holds_site:
            first = [*node.args.posonlyargs, *node.args.args][:1]
            receiver = first[0].arg if first else ""
            self._bodies.append(Body(own.nodes, cls.name if cls is not None else "", receiver, info.globals))

    def _add_lambda(
        self, node: ast.Lambda, top: str, cls: OutlinedClass | None, parent: OutlinedFunction | None
    ) -> OutlinedFunction:
        info = OutlinedFunction("<lambda>", top or "<lambda>", cls, parent)
        self._found.functions[len(self._found.functions)] = info
        self._lambdas[node] = info
        own = self._own(_parts(node), info.top, None, info)
        info.holds_site, info.mentions = own.holds_site, frozenset(own.mentions)
        return info

    def _add_class(self, node: ast.ClassDef, top: str, parent: OutlinedFunction | None) -> None:
        info = OutlinedClass(node.name, top or node.name)
        info.bases = frozenset().union(*map(names_in, node.bases))
        self._classes.append((info, node))
        own = self._own(list(reversed(node.body)), info.top, info, parent)
        info.mentions, info.quoted = frozenset(own.mentions | own.imported), frozenset(own.quoted)
        if own.holds_site:
            self._bodies.append(Body(own.nodes, info.name))

    def _note_aliases(self, statement: ast.stmt) -> None:
        """Note what a name of a module or class may stand for by its value."""
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or not may_name(statement.value):
            return
        assert statement.value is not None
        names = names_in(statement.value)
        inner = self._lambdas.get(statement.value)
        for target in flat(targets(statement)):
            if isinstance(target, ast.Name) and inner is not None:
                inner.name = target.id
            elif isinstance(target, ast.Name):
                known = self._found.aliases.get(target.id, frozenset())
                self._found.aliases[target.id] = known | (names - {target.id})

    def _note_bindings(self, own: _Own) -> None:
        """Note the names of the module, and all that is named by the code that makes each or may put something in."""
        found: dict[str, set[str]] = {alias: set(named) for alias, named in self._found.aliases.items()}
        for info in self._found.functions.values():
            for name in (info.top, *info.globals):
                found.setdefault(name, set()).update(info.mentions)
        for cls, _ in self._classes:
            made = found.setdefault(cls.top, set())
            made.update(cls.mentions, cls.bases)
        for binding in own.nodes:
            for target, value in parts_of_binding(binding):
                named = names_in(value)
                for one in flat([target]):
                    found.setdefault(root(one), set()).update(named)
        for call in own.nodes:  # registry.add(Sender())
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                name = root(call.func)
                if name in found:
                    found[name].update(
                        *(names_in(one) for one in call.args), *(names_in(k.value) for k in call.keywords)
                    )
        self._found.bindings = {name: frozenset(named) for name, named in found.items() if name}


_BINDING = frozenset(
    {ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.withitem, ast.Call}
)


_ASSIGNING = frozenset({ast.Assign, ast.AnnAssign})


def _parts(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.AST]:
    """What stands in a function, its first part last."""
    found: list[ast.AST] = []
    for value in vars(node).values():
        if isinstance(value, list):
            found += value
        elif isinstance(value, ast.AST):
            found.append(value)
    return found[::-1]
