"""Which files are parsed: those that may hold a fact, and those that lead to a call site in another one; and what is
loaded for that before workers are forked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from invocation_lint.errors import UnreadableFile
from invocation_lint.outcome import Input
from invocation_lint.project import Project
from invocation_lint.settings.keys import Settings
from invocation_lint.source.comments.suppressions import may_suppress
from invocation_lint.source.files.reading import check_worth, scanned
from invocation_lint.source.lambda_code import is_handler_code
from invocation_lint.source.scan import may_hold_facts, may_matter, may_query_jobs, may_read_lists
from invocation_lint.template_check import is_document

if TYPE_CHECKING:
    from invocation_lint.programs import Programs


_LOOKED_AT = 250  # files; a tree without any that matters pays for a scan of these twice


def bytes_to_analyse(given: Input) -> int:
    """How many bytes a file has that may invoke a function; 0 for others, templates, and what cannot be read."""
    try:
        data = given.read() if not is_document(given) else b""
    except UnreadableFile:
        return 0
    return len(data) if may_matter(data) else 0


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


def is_worth_parsing(data: bytes, given: Input, settings: Settings, project: Project, *, shown: bool = True) -> bool:
    """Whether the bytes of a file may matter, by themselves or by what they call in other modules: to the rules that
    are shown, or without `shown` to any.

    Raises UnreadableFile or TooLarge for a file that may matter and that is too large.
    """
    seen = scanned(data)
    check_worth(seen)
    return (
        may_matter(seen)
        or may_query_jobs(seen, project.job_tables(settings))
        or may_hold_facts(seen)
        or may_suppress(seen)
        or _names_wrapper(data, settings, project)
        or _leads_on(given, settings, project)
        or (may_read_lists(seen) and (not shown or _lists_matter(seen, given, settings, project)))
    )


def _names_wrapper(data: bytes, settings: Settings, project: Project) -> bool:
    """Whether the file names a function that a contract of the configuration describes as invoking for its caller."""
    if not settings.contracts:
        return False
    wrappers = project.contracts(settings).wrappers
    return any(one.call.rpartition(".")[2].encode("utf-8", "surrogatepass") in data for one in wrappers)


def _leads_on(given: Input, settings: Settings, project: Project) -> bool:
    """Whether the file holds a handler that a contract describes, or leads to a call site in another module."""
    programs = programs_of(given, project)
    if programs is None:
        return False
    is_described = bool(settings.contracts) and programs.holds_handler(given.path)
    return is_described or programs.leads_to_call_site(given.path)


def _lists_matter(data: bytes, given: Input, settings: Settings, project: Project) -> bool:
    """Whether a rule that is shown asks about pages of AWS's answers where the file reads them."""
    from invocation_lint.facts import LISTS_ELSEWHERE

    if is_handler_code(data) or LISTS_ELSEWHERE in project.rules(settings).asked:
        return True
    programs = programs_of(given, project)
    return programs is not None and programs.runs_on_lambda(given.path)


def programs_of(given: Input, project: Project) -> Programs | None:
    """The programs to look into; None for a file looked at alone, or a text that is no file yet."""
    return project.programs if given.data is None or given.path.exists() else None
