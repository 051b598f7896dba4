"""Rewrites of a program that change nothing of what it does.

Each takes a module and gives the rewritten one, or None where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import libcst as cst

from tests.metamorphic.rewrites.frames import move_try_to_caller, wrap_in_helper
from tests.metamorphic.rewrites.naming import alias_imports, rename
from tests.metamorphic.rewrites.payloads import build_in_steps, payload_to_variable

Rewrite = Callable[[cst.Module], cst.Module | None]

REWRITES: Mapping[str, Rewrite] = {
    "rename": rename,
    "payload_to_variable": payload_to_variable,
    "build_in_steps": build_in_steps,
    "wrap_in_helper": wrap_in_helper,
    "alias_imports": alias_imports,
    "move_try_to_caller": move_try_to_caller,
}


def rewritten(name: str, text: str) -> str | None:
    """The text after the rewrite of that name; None where it does not apply."""
    module = REWRITES[name](cst.parse_module(text))
    return None if module is None else module.code
