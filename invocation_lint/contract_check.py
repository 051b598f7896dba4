"""What the tool itself says of contracts in a file: two that match one function, one that its handler contradicts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from invocation_lint.data import tool_texts
from invocation_lint.tool_findings import AMBIGUOUS_CONTRACT, CONTRACT_DRIFT

if TYPE_CHECKING:
    from invocation_lint.facts import FileFacts
    from invocation_lint.findings import Finding


def of_contracts(told: FileFacts, reported: Collection[str]) -> Iterator[Finding]:
    """The findings about contracts of a file, of those kinds whose ids are reported."""
    if AMBIGUOUS_CONTRACT.id in reported:
        for place, conflict in told.conflicts:
            yield AMBIGUOUS_CONTRACT.at(place, conflict.message)
    if CONTRACT_DRIFT.id in reported:
        for one in told.drifts:
            path, line = one.contract.place or ("", 0)
            message, help = tool_texts.CONTRACT_DRIFT.filled(
                about=one.drift.about, what=one.drift.in_words, name=one.contract.name, path=path, line=line
            )
            yield replace(CONTRACT_DRIFT.at(one.place, message, help), labels=one.labels)
