"""Other names for the same things: local names, helpers of the module, imported modules."""

from __future__ import annotations

import builtins
import re

import libcst as cst

from invocation_lint.source.parsing.walk import children
from tests.metamorphic.rewrites.common import Rewriter, names_bound, parameters_of, walk

ENTRY = re.compile(r"(?:.*_)?handler\Z|main\Z|test_.*|__.*__\Z")
"""Functions that something outside the module finds by name."""

EVIDENCE = re.compile(r"library|user|creator|event|context|self|cls|logger|log\Z", re.IGNORECASE)
"""Names that say something by themselves: whose id a value is, what a handler is given, what a log is."""


class _Renamer(Rewriter):
    def __init__(self, module: cst.Module, names: dict[str, str]) -> None:
        super().__init__(module, lambda node: type(node) is cst.Name and node.value in names)
        self.names = names

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        return False

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.Attribute:
        return updated_node.with_changes(value=original_node.value.visit(self))

    def visit_Arg_keyword(self, node: cst.Arg) -> None:
        self._keyword = node.keyword

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        return updated_node.with_changes(value=self.names.get(updated_node.value, updated_node.value))

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Import(self, node: cst.Import) -> bool:
        return False


def rename(module: cst.Module) -> cst.Module | None:
    """Gives other names to local variables, constants and helpers of the module; None when there are none."""
    functions = [node for node in walk(module) if isinstance(node, cst.FunctionDef)]
    classes = [node for node in walk(module) if isinstance(node, cst.ClassDef)]
    lambdas = [node for node in walk(module) if isinstance(node, cst.Lambda)]
    found = names_bound(module.body)
    for function in functions:
        found |= names_bound(children(function.body))
        if not function.decorators:
            found |= parameters_of(function)
    helpers = {function.name.value for function in functions if not function.decorators}
    found |= {name for name in helpers if not ENTRY.match(name)}
    taken = {keyword.keyword.value for keyword in walk(module) if isinstance(keyword, cst.Arg) and keyword.keyword}
    for class_ in classes:
        taken |= {class_.name.value} | names_bound(children(class_.body))
        taken |= {node.name.value for node in class_.body.body if isinstance(node, cst.FunctionDef)}
    for scope in [*lambdas, *(function for function in functions if function.decorators)]:
        taken |= parameters_of(scope)
    taken |= _imported(module) | set(dir(builtins))
    renamed = {name: f"{name}_renamed" for name in sorted(found - taken) if not EVIDENCE.search(name)}
    return module.visit(_Renamer(module, renamed)) if renamed else None


def _imported(module: cst.Module) -> set[str]:
    names = set()
    for node in walk(module):
        if isinstance(node, cst.ImportAlias):
            names.add(node.evaluated_alias or node.evaluated_name.split(".")[0])
    return names


def alias_imports(module: cst.Module) -> cst.Module | None:
    """Imports everything under another name: `import json as json_lib`; None when there is nothing to import."""
    aliases: dict[str, str] = {}

    class Importer(Rewriter):
        def leave_ImportAlias(self, original_node: cst.ImportAlias, updated_node: cst.ImportAlias) -> cst.ImportAlias:
            name = updated_node.evaluated_name
            if updated_node.asname or "." in name or name == "annotations":
                return updated_node
            aliases[name] = f"{name}_lib" if name.islower() else f"Imported{name}"
            return updated_node.with_changes(asname=cst.AsName(cst.Name(aliases[name])))

    imported = module.visit(Importer(module, lambda node: type(node) is cst.ImportAlias))
    return imported.visit(_Renamer(imported, aliases)) if aliases else None
