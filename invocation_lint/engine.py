"""The way of the data, from paths to a report: the one function behind every face.

    discover -> scan -> parse -> facts -> rules -> findings -> suppressions -> Report

Files that the scan lets go import neither libcst nor the rules. What goes wrong in one file is a finding of the tool
(INV000, INV001) and leaves the others linted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from invocation_lint.cells import in_cells
from invocation_lint.data import tool_texts
from invocation_lint.errors import UnreadableFile
from invocation_lint.exit_status import status_of
from invocation_lint.findings import NOTHING_SKIPPED, Finding, Place, Skipped
from invocation_lint.outcome import Input, Outcome
from invocation_lint.project import Project
from invocation_lint.records import record
from invocation_lint.run import Run
from invocation_lint.settings.files import Configuration, Recipe, shown
from invocation_lint.settings.keys import Settings
from invocation_lint.source.comments.suppressions import may_suppress
from invocation_lint.source.files.reading import TooLarge, code_in
from invocation_lint.source.parsing.libcst_import import import_libcst
from invocation_lint.source.record import digest
from invocation_lint.template_check import facts_of_document, is_document, lint_template
from invocation_lint.tool_findings import INTERNAL_ERROR, NOT_ANALYSED, UNREADABLE_FILE
from invocation_lint.worth_parsing import bytes_to_analyse, is_worth_parsing, preload, programs_of

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from invocation_lint.cache.cache import Cache
    from invocation_lint.facts import FileFacts
    from invocation_lint.programs import News
    from invocation_lint.source.notebooks.cells import Notebook
    from invocation_lint.source.parsing.tree import SourceFile

MANY_FILES = 1000  # from here on processes pay for the scan alone
ENOUGH_BYTES = 60_000  # of files that must be analysed, from which on processes pay (tests/benchmarks/processes.py)
_DATA = (".yaml", ".yml", ".toml", ".json", ".template", ".tf", ".ts")
"""Files that hooks may name and that are no Python."""


@record
class Inputs:
    """The files of a run; `whole_project` says that they are more than was given, `skipped` what was passed over."""

    files: Sequence[Input]
    whole_project: bool = False
    skipped: Skipped = NOTHING_SKIPPED


@record
class Work:
    """What a worker must know beside the files that it is given: how to make the `Project`, and what to note in it."""

    recipe: Recipe
    notes: tuple[tuple[str, Path, bytes | None], ...]  # files that are not named, or do not read, as one would think
    mends: bool
    keeps: bool  # whether to tell what was asked, for a cache


def inputs_of(paths: Sequence[str], project: Project, buffer: Input | None = None) -> Inputs:
    """The files to lint, each once, in the order of their names: Python, and what deploys it.

    `paths` are files and folders as given; `buffer` is a text that replaces the file of its name. A configuration, a
    contract, a rule or a template among them stands for the whole project, since it holds for all of it; other files
    that are neither Python nor templates are passed over, since hooks name them. UsageError for a path that does not
    exist or holds no Python file.
    """
    from invocation_lint.deployment.documents.marks import is_template
    from invocation_lint.source.files.discover import FoundFile, find_files, given_file

    data = [Path(path) for path in paths if path.endswith(_DATA) and Path(path).is_file()]
    roots = {project.whole_of(path) for path in data if project.concerns_all(path)}
    paths = [*(path for path in paths if Path(path) not in data), *(shown(root) for root in sorted(roots))]
    found: dict[str, Input] = {}
    if buffer is not None and not project.leaves_out(buffer.path, given=True):
        found[str(buffer.path.resolve())] = buffer
    stubs: set[Path] = set()
    packages: set[str] = set()
    folders: dict[str, bool] = {}
    documents = [one for one in (given_file(str(path)) for path in data) if is_template(one.real, folders)]

    def is_one(document: FoundFile) -> bool:
        documents.extend([document] if is_template(document.real, folders) else [])
        return bool(documents) and documents[-1] is document

    files = find_files(
        paths,
        leaves_out=project.leaves_out,
        on_stub=lambda path: stubs.add(Path(path).absolute()),
        on_installed=lambda path: packages.add(Path(path).name.removesuffix(".py")),
        on_document=is_one,
    )
    for file in (*files, *documents):
        if not project.leaves_out(file.path, given=file.given):
            found.setdefault(file.real, Input(file.name, file.path))
    return Inputs(
        sorted(found.values(), key=lambda given: given.name), bool(roots), Skipped(len(stubs), tuple(sorted(packages)))
    )


def lint(
    inputs: Iterable[Input],
    project: Project,
    *,
    whole_project: bool = False,
    skipped: Skipped = NOTHING_SKIPPED,
    on_file: Callable[[str], None] | None = None,
    on_crash: Callable[[str, str], None] | None = None,
    executor: Executor | None = None,
    jobs: int = 1,
    cache: Cache | None = None,
) -> Run:
    """Lints files under the settings of each; `whole_project` says that they are more than was asked for, and
    `skipped` what was passed over.

    The report is the same with any `executor`, which has `jobs` workers, and with any `cache`, in which the files were
    looked up.

    `on_file` is told each name when its turn comes; `on_crash` the name and traceback of an analysis that broke off.
    Raises UsageError, before any file is read, when the configuration of one of them is wrong.
    """
    chosen = [(given, project.settings(given.path)) for given in inputs]
    known = cache.known if cache is not None else {}
    project.check(settings for _, settings in chosen if cache is None or not cache.vouches(settings))
    if project.programs is not None and len(known) < len(chosen):
        project.programs.note((given.name, given.path, given.data) for given, _ in chosen)
    run = Run()
    summary = run.report.summary
    summary.whole_project = whole_project
    summary.skipped = skipped
    without: set[str] = set()
    left_out: set[str] = set()
    found: dict[str, Outcome] = {}
    news: list[News] = []
    missing = [given for given, _ in chosen if given.name not in known]
    outcomes = _outcomes(missing, project, executor, jobs, keeps=cache is not None)
    for given, settings in chosen:
        if on_file:
            on_file(given.name)
        if given.name in known:
            outcome = known[given.name]
            run.known[given.name] = given.path, outcome.analysed
        else:
            outcome = found[given.name] = next(outcomes)
            news += outcome.news
            if outcome.findings:
                run.texts[given.name] = outcome.text
        if on_crash and outcome.traceback:
            on_crash(given.name, outcome.traceback)
        run.report.findings += outcome.findings
        run.status = max(run.status, status_of(outcome.findings, settings))
        summary.files_found += not is_document(given)
        summary.templates_found += is_document(given)
        summary.templates_filled_in += (given.name,) * outcome.filled_in
        summary.files_analysed += outcome.analysed
        summary.functions_inline += outcome.inline
        summary.project_unknown |= outcome.analysed and project.is_unknown(given.path)
        summary.files_not_analysed += any(finding.id in NOT_ANALYSED for finding in outcome.findings)
        summary.files_too_large += (given.name,) * outcome.too_large
        summary.functions_too_large += tuple(f"{given.name}: {one}" for one in outcome.functions_too_large)
        run.costs[given.name] = (outcome.seconds, outcome.walks)
        without.update(outcome.without_contract)
        left_out.update(outcome.left_out)
    if cache is not None:
        cache.keep(found, [*news, *(project.programs.news() if project.programs is not None else ())])
    run.report.findings.sort(key=lambda finding: finding.sort_key)
    summary.functions_without_contract = tuple(sorted(without))
    summary.templates_left_out = tuple(sorted(left_out))
    return run


def pays(inputs: Sequence[Input]) -> bool:
    """Whether several processes are faster than one: with many files, or enough to analyse in fewer."""
    if len(inputs) < 2 or len(inputs) >= MANY_FILES:
        return len(inputs) >= MANY_FILES
    found = 0
    for given in inputs:
        found += bytes_to_analyse(given)
        if found >= ENOUGH_BYTES:
            return True
    return False


def _outcomes(
    inputs: Sequence[Input], project: Project, executor: Executor | None, jobs: int, *, keeps: bool
) -> Iterator[Outcome]:
    """The outcome of each file, in order."""
    global _working  # noqa: PLW0603 - processes that are forked find in it what is known already
    if executor is None:
        yield from (lint_file(given, project.settings(given.path), project) for given in inputs)
        return
    from invocation_lint.processes import FORKS, spread

    here = Path.cwd()
    notes = tuple(
        (given.name, given.path, given.data)
        for given in inputs
        if given.data is not None or Path(given.name).is_absolute() or here / given.name != given.path.absolute()
    )
    work = Work(project.configuration.recipe, notes, project.mends, keeps)
    together = project.programs.together([given.path for given in inputs]) if project.programs is not None else ()
    _working = work, project
    if FORKS:
        preload(inputs, project)
    try:
        yield from spread(executor, jobs, partial(lint_apart, work), inputs, _lost, together)
    finally:
        _working = None  # the project may be large, and its files may change before the next run


_working: tuple[Work, Project] | None = None


def lint_apart(work: Work, given: Input) -> Outcome:
    """One file, in a process (or thread) that may know nothing yet."""
    global _working  # noqa: PLW0603 - a worker lives as long as its process, and there is no other place
    if _working is None or _working[0] != work:
        project = Project(Configuration.of(work.recipe), mends=work.mends)
        if project.programs is not None:
            project.programs.note(work.notes)
        _working = (work, project)
    made = _working[1]
    outcome = lint_file(given, made.settings(given.path), made)
    if work.keeps and made.programs is not None:
        outcome.news = made.programs.news()
    return outcome


def _lost(given: Input) -> Outcome:
    """What is left of a file whose analysis ended its process."""
    message, help = tool_texts.ENDED_PROCESS.filled(name=given.name)
    return Outcome([INTERNAL_ERROR.at(Place(given.name, 1, 1, 1, 1), message, help)], text=_text(given))


def lint_file(given: Input, settings: Settings, project: Project) -> Outcome:
    """One file, from its bytes to its findings; suppressed ones are among them and say so."""
    began = process_time()
    outcome = _lint_file(given, settings, project)
    outcome.seconds = process_time() - began
    return outcome


def _lint_file(given: Input, settings: Settings, project: Project) -> Outcome:
    told = kept = ""
    notebook: Notebook | None = None
    try:
        data = given.read()
        kept = digest(data)
        if is_document(given):
            outcome = lint_template(given, data, settings, project)
            outcome.digest = kept
            return outcome
        code, notebook = code_in(data, given.name)
        source = _parsed(code, given, settings, project)
        if source is None:
            return Outcome(digest=kept)
        from invocation_lint.source.parsing.stack import on_large_stack

        outcome = on_large_stack(lambda: _analyse(source, given, settings, project, mends=notebook is None))
        if notebook is not None:
            outcome.text = data.decode("utf-8-sig")
        outcome.findings = in_cells(outcome.findings, given.name, notebook)
        outcome.digest = kept
        return outcome
    except TooLarge:
        return Outcome(digest=kept, too_large=True)
    except UnreadableFile as error:
        place = Place(given.name, error.line, error.column, error.line, error.column + 1)
        place = notebook.place(place) if notebook is not None else place
        finding = UNREADABLE_FILE.at(place, error.message, error.help)
    except RecursionError:
        told = _traceback()
        place = Place(given.name, 1, 1, 1, 1)
        finding = UNREADABLE_FILE.at(place, *tool_texts.TOO_DEEP.filled(name=given.name))
    except Exception as error:
        told = _traceback()
        place = Place(given.name, 1, 1, 1, 1)
        message, help = tool_texts.BROKE_OFF.filled(kind=type(error).__name__, error=error)
        finding = INTERNAL_ERROR.at(place, message, help)
    return Outcome([finding], text=_text(given), traceback=told, digest="" if told else kept)


def _traceback() -> str:
    import traceback  # takes its time to load, and most runs need it not

    return traceback.format_exc()


def facts_in(given: Input, settings: Settings, project: Project) -> FileFacts | None:
    """The facts of one file, None when the scan finds that it has none. Raises UnreadableFile.

    Places in a notebook count the lines of its module: `cells.place_in_cell` gives those in cells.
    """
    if project.programs is not None:
        project.programs.note([(given.name, given.path, given.data)])
    if is_document(given):
        return facts_of_document(given, given.read(), project)
    try:
        source = _parsed(code_in(given.read(), given.name)[0], given, settings, project, shown=False)
    except TooLarge:
        return None
    if source is None:
        return None
    from invocation_lint.source.parsing.stack import on_large_stack

    return on_large_stack(lambda: _facts(source, given, settings, project))


def _parsed(
    data: bytes, given: Input, settings: Settings, project: Project, *, shown: bool = True
) -> SourceFile | None:
    """The tree of a file that is worth it."""
    if not is_worth_parsing(data, given, settings, project, shown=shown):
        return None
    import_libcst()
    from invocation_lint.source.parsing.tree import parse

    programs = programs_of(given, project)
    loaded = programs.loaded(given.path, given.name, data) if programs is not None else None
    return loaded or parse(data, given.name)


def _text(given: Input) -> str:
    """The text of a file that could not be analysed, as well as it goes."""
    try:
        return given.read().decode("utf-8", "replace")
    except UnreadableFile:
        return ""


def _facts(
    source: SourceFile, given: Input, settings: Settings, project: Project, kinds: Collection[str] | None = None
) -> FileFacts:
    from invocation_lint.facts import facts_of

    programs = programs_of(given, project)
    program = programs.program(given.path) if programs is not None else None
    options = project.analysis_options(settings, given.path)
    return facts_of(source, project.contracts(settings), options, program, given.path, kinds)


def _analyse(source: SourceFile, given: Input, settings: Settings, project: Project, *, mends: bool) -> Outcome:
    from invocation_lint.contract_check import of_contracts
    from invocation_lint.facts import LISTS_ELSEWHERE
    from invocation_lint.fixes import with_edits
    from invocation_lint.suppression import suppress

    rules = project.rules(settings)
    # A comment that suppresses what is not shown is not unused, so that all is looked at where there may be one.
    kinds = {*rules.asked, LISTS_ELSEWHERE} if may_suppress(source.data) else rules.asked
    told = _facts(source, given, settings, project, kinds)

    def find(possible: bool) -> list[Finding]:
        return rules.findings.of(source.name, told.sites, possible)

    findings = list(filter(rules.shows, find(settings.possible)))
    findings += of_contracts(told, rules.tool)
    findings = suppress(findings, source, rules, lambda: find(True))
    return Outcome(
        with_edits(findings, source) if mends and project.mends else findings,
        analysed=True,
        functions_too_large=told.functions_too_large,
        walks=told.walks,
        without_contract=told.without_contract,
        left_out=told.left_out,
        text=source.text,
    )
