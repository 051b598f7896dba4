"""`invocation-lint reference`: the commands of the reference runtime, which brings them itself."""

from __future__ import annotations

from invocation_lint.reference.command import command

__all__ = ["command"]
