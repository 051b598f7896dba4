"""What each worker would load for itself, loaded once before processes are forked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from invocation_lint.errors import UnreadableFile
from invocation_lint.outcome import Input
from invocation_lint.project import Project
from invocation_lint.source.files.reading import read_bytes
from invocation_lint.source.scan import may_matter
from invocation_lint.template_check import is_document

_LOOKED_AT = 250  # files; a tree without any that matters pays for a scan of these twice


def preload(inputs: Sequence[Input], project: Project) -> None:
    """Load the analysis and the rules where one of the first files will be analysed."""
    first = next((given for given in islice(inputs, _LOOKED_AT) if _matters(given)), None)
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


def _matters(given: Input) -> bool:
    if is_document(given):
        return False
    try:
        return may_matter(given.data if given.data is not None else read_bytes(given.path, given.name))
    except UnreadableFile:
        return False
