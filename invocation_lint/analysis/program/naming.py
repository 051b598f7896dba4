"""Which names stand in a tree of Python's `ast`, what is bound there to what, and what is changed."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from types import NoneType

NAMES = frozenset(
    {ast.arg, ast.keyword, ast.alias, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.ExceptHandler, ast.MatchAs,
     ast.MatchStar, ast.MatchMapping, ast.MatchClass,
     *(getattr(ast, name) for name in ("TypeVar", "ParamSpec", "TypeVarTuple") if hasattr(ast, name))}
)  # fmt: skip
"""Nodes that hold names as texts."""

BUILTINS = frozenset(dir(builtins))
"""The names that are known where nothing binds them."""

_NAME = re.compile(r"[^\W\d]\w*")
_NAMING = (ast.Call, ast.Name, ast.Attribute, ast.Dict, ast.List, ast.Tuple, ast.Lambda)
_CHOSEN = (*_NAMING, ast.BoolOp, ast.IfExp)
_MUTATORS = frozenset(
    {"update", "append", "extend", "insert", "pop", "popitem", "clear", "setdefault", "add", "remove", "discard",
     "sort", "reverse", "__setitem__", "__delitem__"}
)  # fmt: skip
_LAYOUT = frozenset({"ctx", "op", "ops", "type_comment", "type_ignores", "kind", "simple", "level", "conversion"})
_fields: dict[type[ast.AST], tuple[str, ...]] = {}


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below a node, in order; no contexts or operators."""
    kind = type(node)
    names = _fields.get(kind)
    if names is None:
        names = _fields[kind] = tuple(name for name in kind._fields if name not in _LAYOUT)
    found: list[ast.AST] = []
    for name in names:
        value = getattr(node, name, None)
        if type(value) is list:
            found.extend(one for one in value if isinstance(one, ast.AST))
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def texts_of(node: ast.AST) -> Iterator[str]:
    """The names that a node holds as texts: of a parameter, a keyword, a pattern, a clause."""
    for name in ("arg", "name", "rest"):
        text = getattr(node, name, None)
        if isinstance(text, str):
            yield text
    yield from getattr(node, "kwd_attrs", ())


def names_in(node: ast.AST) -> set[str]:
    """All names in a node, however deep."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Name):
            found.add(one.id)
            continue
        if isinstance(one, ast.Attribute):
            found.add(one.attr)
        elif type(one) in NAMES:
            found.update(texts_of(one))
        waiting += children(one)
    return found


def quoted(annotation: ast.expr | None) -> Iterator[str]:
    """The names in the texts of an annotation: `"Sender | None"`."""
    if annotation is not None and not isinstance(annotation, (ast.Name, ast.Attribute)):
        for node in ast.walk(annotation):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from _NAME.findall(node.value)


def may_name(value: ast.expr | None) -> bool:
    """Whether a name may stand for a function by this value: what makes one, holds some, is one, or will be; one of
    them, where it is a choice."""
    if isinstance(value, ast.BoolOp):
        return any(isinstance(one, _CHOSEN) and may_name(one) for one in value.values)
    if isinstance(value, ast.IfExp):
        return any(isinstance(one, _CHOSEN) and may_name(one) for one in (value.body, value.orelse))
    return isinstance(value, _NAMING) or (isinstance(value, ast.Constant) and isinstance(value.value, (bool, NoneType)))


def root(node: ast.AST) -> str:
    """The name at the beginning of `name.attribute[key]`; empty when there is none."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def dotted_name(node: ast.expr) -> str:
    """The text of `name.attribute`, and empty for anything else."""
    if isinstance(node, ast.Attribute):
        before = dotted_name(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


def last_name(receiver: ast.expr) -> str:
    """The last name of what a method is called on; empty where it has none."""
    while isinstance(receiver, (ast.Call, ast.Subscript, ast.Await)):
        receiver = receiver.func if isinstance(receiver, ast.Call) else receiver.value
    if isinstance(receiver, ast.Attribute):
        return receiver.attr
    return receiver.id if isinstance(receiver, ast.Name) else ""


def parts_of_binding(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What a node binds, with what it is bound to."""
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and node.value is not None:
        for target in targets(node):
            yield target, node.value
    elif isinstance(node, ast.NamedExpr):
        yield node.target, node.value
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        yield node.target, node.iter
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield node.optional_vars, node.context_expr


def targets(node: ast.AST) -> Sequence[ast.expr]:
    """What a statement assigns to or deletes."""
    if isinstance(node, (ast.Assign, ast.Delete)):
        return node.targets
    return [node.target] if isinstance(node, (ast.AnnAssign, ast.AugAssign)) else []


def flat(targets: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """Targets one by one, those in tuples and lists, too."""
    for target in targets:
        if isinstance(target, (ast.Tuple, ast.List)):
            yield from flat([one.value if isinstance(one, ast.Starred) else one for one in target.elts])
        else:
            yield target


def all_targets(statements: Iterable[ast.stmt]) -> Iterator[ast.expr]:
    """All that these statements assign to or delete."""
    for node in statements:
        yield from flat(targets(node))


def is_attribute_of(node: ast.expr, name: str) -> bool:
    """Whether it is `name.attribute`."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name


def changed_by(calls: Iterable[ast.Call]) -> Iterator[ast.expr]:
    """What the calls of methods that change their object change."""
    for call in calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in _MUTATORS:
            yield call.func.value


def sets_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it is decorated with `@name.setter`, or with what deletes the property."""
    return any(isinstance(item, ast.Attribute) and item.attr in {"setter", "deleter"} for item in node.decorator_list)


def unique(key: str, taken: Container[str], line: int) -> str:
    """A key, with its line where it is taken."""
    return f"{key}:{line}" if key in taken else key


def top_name(module: str, key: str) -> str:
    """The name at the top of a module under which something is defined."""
    return key[len(module) + 1 :].partition(".")[0].partition(":")[0]


def as_bytes(said: Iterable[str]) -> bytes:
    """Texts as lines of one, for what looks at the bytes of files."""
    return "\n".join(said).encode("utf-8", "replace")


def stored_by(statements: Iterable[ast.AST]) -> Iterator[str]:
    """The attributes that assignments give a value, or an item."""
    for node in statements:
        for target in flat(targets(node)) if isinstance(node, (ast.Assign, ast.AnnAssign)) else ():
            holder = target
            while isinstance(holder, ast.Subscript):
                holder = holder.value
            if isinstance(holder, ast.Attribute):
                yield holder.attr
