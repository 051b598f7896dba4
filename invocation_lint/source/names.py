"""What a name means: imports by scope, and the names that a scope binds.

Scopes follow the Python language reference, section 4.2 "Naming and binding": a function's imports are seen in that
function only, comprehension targets stay inside, a walrus binds in the enclosing function, and a class body's names are
unseen from its methods.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Literal

import libcst as cst

from invocation_lint.records import record
from invocation_lint.source.parsing.walk import children

Scope = cst.Module | cst.FunctionDef | cst.ClassDef | cst.Lambda
How = Literal[
    "parameter", "assigned", "augmented", "annotated", "for", "with", "except", "walrus", "match", "deleted", "import",
    "function", "class", "type_parameter", "type_alias", "global", "nonlocal",
]  # fmt: skip

STAR = "*"  # the key under which `imports_of` lists the modules of star imports

# Lazy imports (PEP 810) came to libcst after 1.8; before, they are syntax errors.
_IMPORT = (cst.Import, getattr(cst, "LazyImport", cst.Import))
_IMPORT_FROM = (cst.ImportFrom, getattr(cst, "LazyImportFrom", cst.ImportFrom))
_EXCEPT = (cst.ExceptHandler, cst.ExceptStarHandler)


@record
class ImportMap:
    """The imports of one scope.

    `names` maps a bound name to the dotted names that it may mean, in the order written: several when branches differ
    (`try: import orjson as json` / `except ImportError: import json`). A relative import keeps its dots: `from ..a
    import b` means `..a.b`. `stars` are the modules of `from m import *`: what they bind is not known.
    """

    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stars: tuple[str, ...] = ()

    def meanings(self, dotted: str) -> tuple[str, ...]:
        """The dotted names that a dotted expression may mean; none when its first name is not imported here."""
        first, dot, rest = dotted.partition(".")
        return tuple(meaning + dot + rest for meaning in self.names.get(first, ()))

    @classmethod
    def of(cls, scope: Scope) -> ImportMap:
        """The imports that stand in this very scope, not in functions or classes inside it."""
        names = imports_of(scope_body(scope))
        stars = names.pop(STAR, ())
        return cls(names, stars)


def imports_of(
    body: Sequence[cst.BaseStatement | cst.BaseSmallStatement],
) -> dict[str, tuple[str, ...]]:
    """Name -> dotted names that it may mean, from the import statements of a body and of the blocks in it.

    Functions and classes in the body are scopes of their own and are left out. The key `*` lists star-imported modules.
    """
    found: dict[str, tuple[str, ...]] = {}
    for statement in _statements(body):
        for name, dotted in _imported(statement):
            meanings = found.get(name, ())
            if dotted not in meanings:
                found[name] = (*meanings, dotted)
    return found


def collect_bindings(scope: Scope) -> dict[str, frozenset[How]]:
    """Name -> all the ways in which this scope binds or declares it, in order of appearance.

    A name with `global` or `nonlocal` among its ways belongs to another scope, whatever else is listed. `deleted` alone
    makes a name local too. Star imports are not listed (see `ImportMap.stars`). For a class, the names of its body.
    """
    found: dict[str, set[How]] = {}
    for name, how in _bindings(scope):
        found.setdefault(name, set()).add(how)
    return {name: frozenset(ways) for name, ways in found.items()}


def dotted_name(node: cst.BaseExpression) -> str | None:
    """`a.b.c` for a chain of attributes on a name, else None."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    parts.append(node.value)
    return ".".join(reversed(parts))


def absolute_name(dotted: str, package: str) -> str | None:
    """A relative dotted name (`..a.b`) made absolute in `package` (`x.y`); None when it climbs out of it."""
    rest = dotted.lstrip(".")
    level = len(dotted) - len(rest)
    if not level:
        return dotted
    parts = package.split(".") if package else []
    if level > len(parts):
        return None
    return ".".join([*parts[: len(parts) - level + 1], *([rest] if rest else [])])


def scope_body(scope: Scope) -> Sequence[cst.BaseStatement | cst.BaseSmallStatement]:
    """The statements of a scope; none for a lambda."""
    if isinstance(scope, cst.Module):
        return scope.body
    return () if isinstance(scope, cst.Lambda) else scope.body.body


def target_names(target: cst.BaseExpression) -> Iterator[str]:
    """The names that assigning to `target` binds, through tuples, lists and stars; attributes and items bind none."""
    stack: list[cst.BaseExpression] = [target]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Name):
            yield node.value
        elif isinstance(node, (cst.Tuple, cst.List)):
            stack.extend(element.value for element in reversed(node.elements))
        elif isinstance(node, cst.StarredElement):
            stack.append(node.value)


def parameters_of(function: cst.FunctionDef | cst.Lambda) -> Iterator[cst.Param]:
    """All parameters in the order written, `*args` and `**kwargs` included."""
    parameters = function.params
    yield from parameters.posonly_params
    yield from parameters.params
    if isinstance(parameters.star_arg, cst.Param):
        yield parameters.star_arg
    yield from parameters.kwonly_params
    if parameters.star_kwarg is not None:
        yield parameters.star_kwarg


def _statements(body: Iterable[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    """The simple statements of a body and of all blocks in it, in order; functions and classes are not entered."""
    stack: list[cst.CSTNode] = list(body)[::-1]
    while stack:
        node = stack.pop()
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            continue
        if isinstance(node, cst.BaseSmallStatement):
            yield node
        else:
            inner = [child for child in children(node) if not isinstance(child, cst.BaseExpression)]
            stack.extend(reversed(inner))


def _imported(node: cst.CSTNode) -> Iterator[tuple[str, str]]:
    """(bound name, dotted name) for each name that an import statement binds; other statements give none."""
    if isinstance(node, _IMPORT):
        for alias in node.names:
            dotted = alias.evaluated_name
            renamed = alias.evaluated_alias
            yield (renamed, dotted) if renamed else (dotted.partition(".")[0],) * 2
    elif isinstance(node, _IMPORT_FROM):
        origin = "." * len(node.relative) + (dotted_name(node.module) or "" if node.module else "")
        if isinstance(node.names, cst.ImportStar):
            yield STAR, origin
            return
        joint = "" if origin.endswith(".") else "."
        for alias in node.names:
            yield (
                alias.evaluated_alias or alias.evaluated_name,
                origin + joint + alias.evaluated_name,
            )


def _bindings(scope: Scope) -> Iterator[tuple[str, How]]:
    if not isinstance(scope, (cst.Module, cst.Lambda)):
        yield from _type_parameters(scope.type_parameters)
    if isinstance(scope, (cst.FunctionDef, cst.Lambda)):
        for parameter in parameters_of(scope):
            yield parameter.name.value, "parameter"
    inside: Sequence[cst.CSTNode] = (scope.body,) if isinstance(scope, cst.Lambda) else scope_body(scope)
    stack = list(inside)[::-1]
    while stack:
        node = stack.pop()
        yield from _bound_by(node)
        stack.extend(reversed(_evaluated_here(node)))


def _evaluated_here(node: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """The children of a node that run in the scope in which the node stands."""
    if isinstance(node, (cst.FunctionDef, cst.Lambda)):
        defaults = [parameter.default for parameter in parameters_of(node) if parameter.default is not None]
        return [*node.decorators, *defaults] if isinstance(node, cst.FunctionDef) else defaults
    if isinstance(node, cst.ClassDef):
        return [*node.decorators, *node.bases, *node.keywords]
    if isinstance(node, (cst.Name, cst.SimpleString, *_IMPORT, *_IMPORT_FROM)):
        return ()
    return children(node)


def _bound_by(node: cst.CSTNode) -> Iterator[tuple[str, How]]:
    """The names that this very node binds or declares."""
    if isinstance(node, cst.BaseSmallStatement):
        yield from _bound_by_statement(node)
    elif isinstance(node, cst.NamedExpr):
        yield from ((name, "walrus") for name in target_names(node.target))
    elif isinstance(node, (cst.FunctionDef, cst.ClassDef)):
        yield (
            node.name.value,
            "function" if isinstance(node, cst.FunctionDef) else "class",
        )
    elif isinstance(node, cst.For):
        yield from ((name, "for") for name in target_names(node.target))
    elif isinstance(node, cst.WithItem) and node.asname is not None:
        yield from ((name, "with") for name in target_names(node.asname.name))
    elif isinstance(node, _EXCEPT) and node.name is not None:
        yield from ((name, "except") for name in target_names(node.name.name))
    elif isinstance(node, (cst.MatchAs, cst.MatchStar)) and node.name is not None:
        yield node.name.value, "match"
    elif isinstance(node, cst.MatchMapping) and node.rest is not None:
        yield node.rest.value, "match"


def _bound_by_statement(node: cst.BaseSmallStatement) -> Iterator[tuple[str, How]]:
    if isinstance(node, cst.Assign):
        for target in node.targets:
            yield from ((name, "assigned") for name in target_names(target.target))
    elif isinstance(node, cst.AnnAssign):
        how: How = "annotated" if node.value is None else "assigned"
        yield from ((name, how) for name in target_names(node.target))
    elif isinstance(node, cst.AugAssign):
        yield from ((name, "augmented") for name in target_names(node.target))
    elif isinstance(node, cst.Del):
        yield from ((name, "deleted") for name in target_names(node.target))
    elif isinstance(node, (cst.Global, cst.Nonlocal)):
        declared: How = "global" if isinstance(node, cst.Global) else "nonlocal"
        yield from ((item.name.value, declared) for item in node.names)
    elif isinstance(node, cst.TypeAlias):
        yield node.name.value, "type_alias"
    else:
        yield from ((name, "import") for name, _ in _imported(node) if name != STAR)


def _type_parameters(
    parameters: cst.TypeParameters | None,
) -> Iterator[tuple[str, How]]:
    if parameters is not None:
        for parameter in parameters.params:
            yield parameter.param.name.value, "type_parameter"
