"""Views that an OpenAPI document names (Connexion: routing, `operationId` and `x-openapi-router-controller`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.facts.building.searching import contents_of
from invocation_lint.source.record import Pattern

if TYPE_CHECKING:
    from invocation_lint.source.files.project_files import ProjectFiles

_USED = Pattern(r"(?m)^\s*(?:import|from)\s+connexion\b", ("connexion",))
_OPERATION = re.compile(rb"""operationId["']?\s*:\s*["']?([\w.]+)""")
_CONTROLLER = re.compile(rb"""x-(?:openapi|swagger)-router-controller["']?\s*:\s*["']?([\w.]+)""")
_DOCUMENTS = (".yml", ".yaml", ".json")


def is_operation(files: ProjectFiles, module: ModuleInfo, function: FunctionInfo) -> bool:
    """Whether a document of a project that uses Connexion names a function as what serves an operation."""
    if function.cls is not None or function.parent is not None or not files.holding(module.name, _USED):
        return False
    own = module.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return any(
        name == function.name and (own == where or own.endswith(f".{where}"))
        for where, name in _operations(files, module.name)
    )


def _operations(files: ProjectFiles, asker: str) -> frozenset[tuple[str, str]]:
    """The modules and functions that documents name."""
    every = contents_of(files, asker)  # noted for each that asks
    if files not in _FOUND:
        found: set[tuple[str, str]] = set()
        for path, data in every or ():
            if path.endswith(_DOCUMENTS) and b"operationId" in data:
                controllers = {one.decode() for one in _CONTROLLER.findall(data)}
                for operation in _OPERATION.findall(data):
                    where, _, name = operation.decode().rpartition(".")
                    found |= {(where, name)} if where else {(one, name) for one in controllers}
        _FOUND[files] = frozenset(found)
    return _FOUND[files]


_FOUND: WeakKeyDictionary[ProjectFiles, frozenset[tuple[str, str]]] = WeakKeyDictionary()

__all__ = ["is_operation"]
