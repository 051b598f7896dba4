"""What each worker would load for itself, loaded once before processes are forked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from invocation_lint.outcome import Input
from invocation_lint.project import Project
from invocation_lint.worth_parsing import bytes_to_analyse

_LOOKED_AT = 250  # files; a tree without any that matters pays for a scan of these twice


def preload(inputs: Sequence[Input], project: Project) -> None:
    """Load the analysis and the rules where one of the first files will be analysed."""
    first = next((given for given in islice(inputs, _LOOKED_AT) if bytes_to_analyse(given)), None)
    if first is None:
        return
    from invocation_lint.source.parsing.libcst_import import import_libcst

    import_libcst()
    import invocation_lint.analysis.interpreter
    import invocation_lint.contract_check
    import invocation_lint.facts.building.invocations
    import invocation_lint.facts.building.reading.job_queries
    import invocation_lint.facts.building.reading.list_reads
    import invocation_lint.fixes
    import invocation_lint.suppression  # noqa: F401

    settings = project.settings(first.path)
    project.rules(settings).asked  # noqa: B018 - the rules are read where they are first asked for
    project.contracts(settings)
