"""Executors whose number of threads is known."""

from __future__ import annotations

from invocation_lint.analysis.domain.atoms import Unknown
from invocation_lint.records import record


@record
class Threads(Unknown):
    """An executor of threads. All else about it is as with what is not known: it is told by its methods."""

    count: int = 0
