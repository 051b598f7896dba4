"""The import of libcst, in half the time."""

from __future__ import annotations

import sys

from invocation_lint.records import late_dataclasses


def import_libcst() -> None:
    """Import libcst without compiling functions of its 170 kinds of nodes that may never be called; does nothing where
    it is imported already."""
    if "libcst" not in sys.modules:
        with late_dataclasses():
            import libcst  # noqa: F401
