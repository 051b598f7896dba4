"""Which names of a module are known before its body is walked: nothing in it binds them twice."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping

from invocation_lint.analysis.domain.imported import Imported
from invocation_lint.analysis.program.model import ClassInfo, FunctionInfo, ModuleInfo
from invocation_lint.analysis.program.naming import flat, parts_of_binding, root
from invocation_lint.analysis.program.own import Own
from invocation_lint.analysis.program.waiting import bound_by


def settled_names(module: ModuleInfo, own: Own, statements: Iterable[ast.stmt]) -> Mapping[str, Imported | str]:
    """What the module binds once, by one of the statements of its body: what an import names, or the key of a function
    without decorators and defaults, or of a class whose body can wait. `own` is what stands in its body itself."""
    if module.passes_everything:
        return {}
    times = Counter(own.imported)
    times.update(info.name for info in module.functions.values() if info.parent is None and info.cls is None)
    times.update(cls.name for cls in module.classes.values())
    again = {root(one) for node in own.binding for target, _ in parts_of_binding(node) for one in flat([target])}
    again.update(bound_by(own.changing), module.mutated_globals)
    again.update(name for info in module.functions.values() for name in info.globals)
    found: dict[str, Imported | str] = {}
    for node in statements:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update(_imports(module, node))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            info = module.by_start.get(module.source.syntax_span(node)[0])
            if info is not None and _is_plain(info):
                found[info.name] = info.key
    return {name: what for name, what in found.items() if times[name] == 1 and name not in again}


def _imports(module: ModuleInfo, node: ast.Import | ast.ImportFrom) -> Iterable[tuple[str, Imported]]:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            what = Imported(module.name, node.module or "", node.level, alias.name)
            yield alias.asname or alias.name, what
        else:
            full = alias.name if alias.asname is not None else alias.name.partition(".")[0]
            yield alias.asname or full, Imported(module.name, full, 0)


def _is_plain(info: FunctionInfo | ClassInfo) -> bool:
    return info.can_wait if isinstance(info, ClassInfo) else not (info.is_decorated or info.has_defaults)
