"""The function that a name of a module stands for, where the module imports it from another one of the project."""

from __future__ import annotations

from invocation_lint.analysis.domain.atoms import FunctionRef
from invocation_lint.analysis.domain.imported import ModuleRef
from invocation_lint.analysis.domain.state import State
from invocation_lint.analysis.interpreter import Interpreter
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.analysis.python.frames.frame import Frame


def handler_in(module: ModuleInfo, name: str, interpreter: Interpreter) -> FunctionInfo | None:
    """The function that Lambda calls for `module.name`: the module defines it, binds the name to it, or imports it.
    None where it is something else, or is not in sight."""
    names = {name, *module.aliases.get(name, ())}
    found = [info for info in module.functions.values() if info.name in names and _is_at_top(info)]
    return found[0] if found else _imported(module, name, interpreter)


def _imported(module: ModuleInfo, name: str, interpreter: Interpreter) -> FunctionInfo | None:
    if not (module.passes_everything or name in module.words):
        return None
    frame = Frame(interpreter, module, None, State())
    bound = interpreter.modules.attribute(frame, ModuleRef(module.name, module.name), name).single
    info = interpreter.function_info(bound.key) if isinstance(bound, FunctionRef) else None
    return info if info is not None and _is_at_top(info) else None


def _is_at_top(info: FunctionInfo) -> bool:
    return info.parent is None and info.cls is None
