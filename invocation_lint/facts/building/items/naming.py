"""The functions of a project that calls mean: of the same module, or of one that it imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import called_name
from invocation_lint.source.asking import holds, imported_under

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program

_WORKS = (
    r"\b(?:scan|query|paginate|fetchall|receive_messages?|objects|select|execute|find|list_objects|urlopen)\b"
    r"|\b(?:send|put|start|update|delete|create|post|publish|upload|submit|run|save|commit|copy)\w*\("
    r"|\b(?:requests|httpx|http)\."
)
"""What stands in a module whose functions read items, or work on one."""


class Functions:
    """Finds functions by their calls. Of other modules only those are read that a call names."""

    def __init__(self, program: Program | None) -> None:
        self._program = program
        self._codes: dict[str, Code] = {}

    def of(self, call: cst.Call, code: Code) -> tuple[FunctionInfo, Code] | None:
        """The function that a call means, with its code; None where none or several may be."""
        name = called_name(call)
        own = code.named(name)
        if own:
            return (own[0], code) if len(own) == 1 and _is_of_module(call, own[0]) else None
        module, _, last = code.meaning(call.func).rpartition(".")
        stem = module.lstrip(".").rpartition(".")[2]
        if self._program is None or not stem or not last.isidentifier():
            return None
        found = [
            (info, other)
            for other in self._modules(code, stem)
            for info in other.named(last)
            if info.cls is None and info.parent is None
        ]
        return found[0] if len(found) == 1 else None

    def _modules(self, code: Code, stem: str) -> list[Code]:
        """The modules of that name which a module imports."""
        program, key = self._program, code.module.name
        if program is None:
            return []
        files = program.modules.files
        found = []
        for other in imported_under(files, key, stem):
            if other not in self._codes:
                module = program.modules.load(other) if holds(files, key, other, _WORKS) else None
                if module is None or module.is_test:
                    continue
                self._codes[other] = Code(module)
            found.append(self._codes[other])
        return found


def _is_of_module(call: cst.Call, info: FunctionInfo) -> bool:
    """Whether a call names a function of its module, or a method of its own object or of a class by its name."""
    if isinstance(call.func, cst.Name):
        return info.cls is None
    owner = call.func.value if isinstance(call.func, cst.Attribute) else None
    return info.cls is not None and isinstance(owner, cst.Name) and owner.value in {"self", "cls", info.cls.name}


__all__ = ["Functions"]
