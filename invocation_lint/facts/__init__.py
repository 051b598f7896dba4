"""Facts: what rules can ask of a file. `facts_of` is the way from a parsed file to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from invocation_lint.facts.base import Fact
from invocation_lint.facts.options import AnalysisOptions
from invocation_lint.findings import Place
from invocation_lint.records import record

if TYPE_CHECKING:
    from invocation_lint.analysis.interpreter import Interpreter, Walked
    from invocation_lint.analysis.program.model import ModuleInfo
    from invocation_lint.analysis.project import Program
    from invocation_lint.contracts.match import Conflict
    from invocation_lint.contracts.model import ContractBook
    from invocation_lint.facts.building.invocations import Invocations
    from invocation_lint.facts.building.links.drifts import Drifting
    from invocation_lint.facts.building.reading.job_queries import JobQueries
    from invocation_lint.source.parsing.tree import SourceFile


LISTS_ELSEWHERE = "list_read.elsewhere"
"""Stands among the kinds of facts for reads of pages in code that neither runs on Lambda nor reads jobs."""

DRIFTS = "drifts"
"""Stands among the kinds of facts for the `drifts` of a file, which are no facts."""


@record
class FileFacts:
    """The facts of one file, those of each site together; `functions_too_large` names its functions over a budget,
    `without_contract` the invoked functions that no contract describes, `conflicts` the calls whose function two
    differing contracts describe, `drifts` where its handlers and their contracts contradict, `walks` the functions, of
    this or other files, that were walked for it, and `left_out` the templates of its project that are too many to be
    read."""

    sites: tuple[tuple[Fact, ...], ...]
    functions_too_large: tuple[str, ...]
    without_contract: tuple[str, ...]
    conflicts: tuple[tuple[Place, Conflict], ...] = ()
    drifts: tuple[Drifting, ...] = ()
    walks: tuple[Walked, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All facts."""
        return tuple(fact for site in self.sites for fact in site)


def facts_of(
    source: SourceFile,
    book: ContractBook,
    options: AnalysisOptions,
    program: Program | None = None,
    path: Path | None = None,
    kinds: Collection[str] | None = None,
) -> FileFacts:
    """All facts of a parsed file; with `kinds`, those of these kinds, and others where they cost nothing more. Fields
    that cost much are absent unless they are among the kinds (`message.sink`). Nothing of the file is imported or run.

    With a program, and the file's path in it, values and callers in other modules are followed; without, the file is
    looked at alone. Raises UnreadableFile where the parser does not take a part that matters.
    """
    from invocation_lint.analysis.domain.wrapper import Wrapper
    from invocation_lint.analysis.interpreter import Interpreter
    from invocation_lint.analysis.program.demand import Demand, joined
    from invocation_lint.analysis.program.indexing import index_module
    from invocation_lint.analysis.program.ways import reaches_sites
    from invocation_lint.facts.building.invocations import OfModule
    from invocation_lint.source.files.folders import below_project

    if program is not None and path is not None:
        interpreter, module = program.interpreter, program.module(path, source)
    else:
        interpreter, module = Interpreter(), index_module(source, source.name, options.job_tables)
        module.path = (below_project(path) if path is not None else None) or module.path
    walked_before = len(interpreter.walks)
    interpreter.wrappers = {
        one.call: Wrapper(one.call, one.function, one.payload, one.invocation_type, one.modes) for one in book.wrappers
    }
    module.foreign = joined([module.foreign, Demand(frozenset(one.call.rpartition(".")[2] for one in book.wrappers))])
    sites: list[tuple[Fact, ...]] = []
    told = OfModule()
    asked = _Asked(kinds)
    if reaches_sites(module) or module.speaks_of_queries:  # else nothing of it need be walked
        invocations, queries = _builders(interpreter, book, options, program)
        read = queries.of(module, options) if asked("job_query") else ()
        told = invocations.of(module, options) if asked("invocation") else told
        sites += (*told.sites, *read)
    if asked("list_read"):
        sites += _by_site(_list_reads(module, options, program, everywhere=asked(LISTS_ELSEWHERE)))
    if asked("event_loop"):
        sites += _by_site(_event_loops(module))
    sites += _by_site(_of_syntax(module, options, program, interpreter, asked))
    sites += _of_resources(module, program, path, asked)
    if source.failure is not None:
        raise source.failure
    prefix = f"{module.name}:"
    too_large = sorted(key.removeprefix(prefix) for key in interpreter.too_large if key.startswith(prefix))
    walks = tuple(interpreter.walks[walked_before:])
    drifts = _drifts(module, interpreter, book, options, program) if asked(DRIFTS) else ()
    left_out = program.modules.files.deployments.left_out if program is not None else ()
    found = tuple(_joined(sites))
    return FileFacts(found, tuple(too_large), told.without_contract, told.conflicts, drifts, walks, left_out)


def _builders(
    interpreter: Interpreter, book: ContractBook, options: AnalysisOptions, program: Program | None
) -> tuple[Invocations, JobQueries]:
    """Who builds facts; the same for all files of a program to which the same contracts and tables apply."""
    from invocation_lint.facts.building.invocations import Invocations
    from invocation_lint.facts.building.reading.job_queries import JobQueries

    built = program.built if program is not None else {}
    key = (id(book), options.job_tables)
    if key not in built:  # with the book, so that no other is taken for it
        queries = JobQueries(interpreter, options.job_tables, book, program)
        built[key] = book, Invocations(interpreter, book, program), queries
    return built[key][1], built[key][2]


def _drifts(
    module: ModuleInfo,
    interpreter: Interpreter,
    book: ContractBook,
    options: AnalysisOptions,
    program: Program | None,
) -> tuple[Drifting, ...]:
    """Where handlers of a module and the contracts that are declared for them contradict."""
    if program is None or not any(one.origin == "declared" for one in book.functions):
        return ()
    if program.modules.files.handlers_of(module.name) is None:
        return ()
    from invocation_lint.facts.building.links.drifts import contradictions_of

    links = _builders(interpreter, book, options, program)[0].links
    assert links is not None
    return tuple(contradictions_of(links, book, module.name))


def _by_site(facts: Iterable[Fact]) -> Iterator[tuple[Fact, ...]]:
    """The facts of each site, which stand next to each other."""
    return (tuple(group) for _, group in groupby(facts, lambda fact: fact.site))


def _joined(sites: Iterable[tuple[Fact, ...]]) -> Iterable[tuple[Fact, ...]]:
    """The facts of each site once, with those of other kinds."""
    found: dict[Place, tuple[Fact, ...]] = {}
    for facts in filter(None, sites):
        known = found.get(facts[0].site)
        found[facts[0].site] = facts if known is None else known + facts
    return found.values()


def _list_reads(
    module: ModuleInfo, options: AnalysisOptions, program: Program | None, *, everywhere: bool
) -> tuple[Fact, ...]:
    from invocation_lint.source.scan import may_read_lists

    if not may_read_lists(module.source.data):
        return ()
    from invocation_lint.facts.building.reading.list_reads import ListReadBuilder

    files = program.modules.files if program is not None else None
    builder = ListReadBuilder(module, options, files)
    return builder.build() if everywhere or builder.may_matter else ()


def _event_loops(module: ModuleInfo) -> tuple[Fact, ...]:
    from invocation_lint.source.scan import may_run_loops

    if module.is_test or not may_run_loops(module.source.data):
        return ()
    from invocation_lint.facts.building.around.event_loops import event_loops

    return event_loops(module)


@record
class _Asked:
    """Which kinds of facts are asked for; None stands for all."""

    kinds: Collection[str] | None

    def __call__(self, *kinds: str) -> bool:
        """Whether one of these is."""
        return self.kinds is None or any(kind in self.kinds for kind in kinds)


def _of_syntax(
    module: ModuleInfo,
    options: AnalysisOptions,
    program: Program | None,
    interpreter: Interpreter,
    asked: Callable[..., bool],
) -> tuple[Fact, ...]:
    from invocation_lint.facts.building.of_syntax import of_syntax

    return () if module.is_test else of_syntax(module, options, program, interpreter, asked)


def _of_resources(
    module: ModuleInfo, program: Program | None, path: Path | None, asked: Callable[..., bool]
) -> tuple[tuple[Fact, ...], ...]:
    """The facts of what a program of the CDK, or an application of Chalice, deploys, where it says so."""
    from invocation_lint.source.scan import may_deploy

    data = module.source.data
    if program is None or path is None or module.is_test or not may_deploy(data):
        return ()
    from invocation_lint.facts.building.templates.facts_at import facts_of_template
    from invocation_lint.facts.kinds import OF_TEMPLATES

    kinds = list(filter(asked, OF_TEMPLATES))
    return facts_of_template(path, module.source.name, data, program, kinds) if kinds else ()


__all__ = ["AnalysisOptions", "Fact", "FileFacts", "facts_of"]
