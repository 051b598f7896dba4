"""Facts: what rules can ask of a file. `facts_of` is the way from a parsed file to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from invocation_lint.facts.base import Fact
from invocation_lint.facts.options import AnalysisOptions
from invocation_lint.findings import Place

if TYPE_CHECKING:
    from invocation_lint.contracts.match import Conflict
    from invocation_lint.contracts.model import ContractBook
    from invocation_lint.source.tree import SourceFile


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The facts of one file; `without_contract` names the invoked functions that no contract describes, and
    `conflicts` the calls whose function two differing contracts describe."""

    facts: tuple[Fact, ...]
    functions_too_large: int
    without_contract: tuple[str, ...]
    conflicts: tuple[tuple[Place, Conflict], ...] = ()


def facts_of(source: SourceFile, book: ContractBook, options: AnalysisOptions) -> FileFacts:
    """All facts of a parsed file. Nothing of the file is imported or run."""
    from invocation_lint.facts.building.invocations import Builder
    from invocation_lint.values.interpreter import Interpreter
    from invocation_lint.values.program import index_module

    interpreter = Interpreter()
    builder = Builder(interpreter, index_module(source, source.name), book, options)
    facts = builder.build()
    return FileFacts(
        facts, len(interpreter.too_large), tuple(builder.without_contract), tuple(sorted(builder.conflicts.items()))
    )


__all__ = ["AnalysisOptions", "Fact", "FileFacts", "facts_of"]
