"""Imports and annotations: what names from outside stand for."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import Value
from invocation_lint.analysis.domain.imported import Imported
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python.frames.frame import Frame


def bind_import(frame: Frame, node: cst.Import) -> None:
    """`import a.b`, `import a.b as c`."""
    for alias in node.names:
        full = dotted(alias.name)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            _bind(frame, alias.asname.name.value, Imported(frame.module.name, full, 0))
        else:
            top = full.partition(".")[0]
            _bind(frame, top, Imported(frame.module.name, top, 0))


def bind_import_from(frame: Frame, node: cst.ImportFrom) -> None:
    """`from a import b as c`; a star import binds what a module of the project defines."""
    level = len(node.relative)
    base = dotted(node.module) if node.module is not None else ""
    if isinstance(node.names, cst.ImportStar):
        for name in frame.interpreter.modules.exported(Imported(frame.module.name, base, level)):
            _bind(frame, name, Imported(frame.module.name, base, level, name))
        return
    for alias in node.names:
        name = dotted(alias.name)
        local = alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else name
        _bind(frame, local, Imported(frame.module.name, base, level, name))


def _bind(frame: Frame, name: str, atom: Imported) -> None:
    frame.live.env[name] = Value((atom,))
