"""Functions of other modules of the project that a handler's module imports and calls."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.source.asking import holds

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program


class Imported:
    """Finds the functions that are imported from modules in which a pattern stands; the others are not read."""

    def __init__(self, program: Program | None, holding: str) -> None:
        self._program = program
        self._holding = holding
        self._known: dict[str, dict[str, list[Code]]] = {}

    def function(self, call: cst.Call, code: Code) -> tuple[FunctionInfo, Code] | None:
        """The function that a call of a module means by a name which is imported; None where none or several may be."""
        module, _, name = code.meaning(call.func).rpartition(".")
        stem = module.lstrip(".").rpartition(".")[2]
        if self._program is None or not name or not (stem or module):
            return None
        found = [
            (info, other)
            for other in self._modules(code).get(stem, ())
            for info in other.named(name)
            if info.cls is None
        ]
        return found[0] if len(found) == 1 else None

    def _modules(self, code: Code) -> dict[str, list[Code]]:
        """The modules that a module imports, by the last part of their names."""
        key, program = code.module.name, self._program
        if key not in self._known:
            found: dict[str, list[Code]] = {}
            files = program.modules.files if program is not None else None
            for other in files.imports(key) if files is not None and program is not None else ():
                if files is None or program is None or not holds(files, key, other, self._holding):
                    continue
                module = program.modules.load(other)
                if module is not None and not module.is_test:
                    path = PurePosixPath(module.path)
                    stem = path.parent.name if path.stem == "__init__" else path.stem
                    found.setdefault(stem, []).append(Code(module))
            self._known[key] = found
        return self._known[key]


__all__ = ["Imported"]
