"""Rewrites of a program that change nothing of what it does.

Each takes a module and gives the rewritten one, with the one that it imports from now on where there is such, or None
where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import libcst as cst

from tests.metamorphic.rewrites.frames import move_try_to_caller, wrap_in_helper
from tests.metamorphic.rewrites.modules import MOVED, clients_to_module, helpers_to_module
from tests.metamorphic.rewrites.naming import alias_imports, rename
from tests.metamorphic.rewrites.payloads import build_in_steps, payload_to_variable

Rewrite = Callable[[cst.Module], cst.Module | tuple[cst.Module, cst.Module] | None]

REWRITES: Mapping[str, Rewrite] = {
    "rename": rename,
    "payload_to_variable": payload_to_variable,
    "build_in_steps": build_in_steps,
    "wrap_in_helper": wrap_in_helper,
    "alias_imports": alias_imports,
    "move_try_to_caller": move_try_to_caller,
    "helpers_to_module": helpers_to_module,
    "clients_to_module": clients_to_module,
}

APP = "app.py"
_parsed = cache(cst.parse_module)  # rewrites make new trees


def rewritten(name: str, text: str) -> dict[str, str] | None:
    """The files of the program after the rewrite of that name, `app.py` first; None where it does not apply."""
    found = REWRITES[name](_parsed(text))
    if found is None:
        return None
    if isinstance(found, cst.Module):
        return {APP: found.code}
    return {APP: found[0].code, f"{MOVED}.py": found[1].code}
