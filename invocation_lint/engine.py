"""The way of the data, from paths to a report: the one function behind every face.

    discover -> scan -> parse -> facts -> rules -> findings -> suppressions -> Report

Files that the scan lets go import neither libcst nor the rules. What goes wrong in one file is a finding of the tool
(INV000, INV001) and leaves the others linted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from invocation_lint.configuration import Configuration, Recipe, shown
from invocation_lint.errors import UnreadableFile
from invocation_lint.findings import Confidence, Finding, Place, Report
from invocation_lint.outcome import Input, Outcome
from invocation_lint.project import Project
from invocation_lint.records import record
from invocation_lint.settings import Settings
from invocation_lint.source.decode import decode
from invocation_lint.source.record import digest
from invocation_lint.source.scan import may_matter, may_query_jobs, may_read_lists
from invocation_lint.source.suppressions import may_suppress
from invocation_lint.tool_findings import AMBIGUOUS_CONTRACT, INTERNAL_ERROR, NOT_ANALYSED, UNREADABLE_FILE

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from invocation_lint.analysis.interpreter import Walked
    from invocation_lint.cache.cache import Cache
    from invocation_lint.facts import FileFacts
    from invocation_lint.programs import News, Programs
    from invocation_lint.source.tree import SourceFile

MANY_FILES = 1000  # from here on processes pay for the scan alone
ENOUGH_BYTES = 60_000  # of files that must be analysed, from which on processes pay (tests/benchmarks/processes.py)
_DATA = (".yaml", ".yml", ".toml", ".json")  # files that hooks may name and that are no Python
_FAILING = {"error": 2, "warning": 1, "advice": 0, "never": 3}  # the least rank of a severity that fails a run


@record
class Inputs:
    """The files of a run; `whole_project` says that they are more than was given."""

    files: Sequence[Input]
    whole_project: bool = False


@record
class Work:
    """What a worker must know beside the files that it is given: how to make the `Project`, and what to note in it."""

    recipe: Recipe
    notes: tuple[tuple[str, Path, bytes | None], ...]  # files that are not named, or do not read, as one would think
    mends: bool
    keeps: bool  # whether to tell what was asked, for a cache


@dataclass(slots=True)
class Run:
    """A report, the exit status that it means, and the lines of the files it speaks of, as they were read."""

    report: Report = field(default_factory=Report)
    status: int = 0
    texts: dict[str, str] = field(default_factory=dict)
    costs: dict[str, tuple[float, tuple[Walked, ...]]] = field(default_factory=dict)  # of each file
    known: dict[str, tuple[Path, bool]] = field(default_factory=dict)  # files not linted anew, and whether analysed
    _lines: dict[str, tuple[str, Sequence[str]]] = field(default_factory=dict, repr=False)  # and their texts

    def lines_of(self, name: str) -> Sequence[str] | None:
        """The lines of a file, cut where Python cuts them: as they were linted, for a related file as they are now.

        None when there is no such file.
        """
        text = self.text_of(name)
        if text is None:
            return None
        if name not in self._lines or self._lines[name][0] is not text:
            self._lines[name] = (text, text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        return self._lines[name][1]

    def text_of(self, name: str) -> str | None:
        """The text of a file, likewise."""
        if name not in self.texts:
            path, analysed = self.known.get(name, (Path(name), False))
            try:
                data = path.read_bytes()
                self.texts[name] = decode(data, name)[0] if analysed else data.decode("utf-8", "replace")
            except (OSError, ValueError, UnreadableFile):
                return None
        return self.texts[name]


def inputs_of(paths: Sequence[str], project: Project, buffer: Input | None = None) -> Inputs:
    """The files to lint, each once, in the order of their names.

    `paths` are files and folders as given; `buffer` is a text that replaces the file of its name. A configuration, a
    contract, a rule or a template among them stands for the whole project, since it holds for all of it; other files
    that are no Python are passed over, since hooks name them. UsageError for a path that does not exist or holds no
    Python file.
    """
    from invocation_lint.source.discover import find_files

    data = [Path(path) for path in paths if path.endswith(_DATA) and Path(path).is_file()]
    roots = {project.settings(path).root for path in data if project.concerns_all(path)}
    paths = [*(path for path in paths if Path(path) not in data), *(shown(root) for root in sorted(roots))]
    found: dict[str, Input] = {}
    if buffer is not None and not project.leaves_out(buffer.path, given=True):
        found[str(buffer.path.resolve())] = buffer
    for file in find_files(paths, leaves_out=project.leaves_out):
        if not project.leaves_out(file.path, given=file.given):
            found.setdefault(file.real, Input(file.name, file.path))
    return Inputs(sorted(found.values(), key=lambda given: given.name), bool(roots))


def lint(
    inputs: Iterable[Input],
    project: Project,
    *,
    whole_project: bool = False,
    on_file: Callable[[str], None] | None = None,
    on_crash: Callable[[str, str], None] | None = None,
    executor: Executor | None = None,
    jobs: int = 1,
    cache: Cache | None = None,
) -> Run:
    """Lints files under the settings of each; `whole_project` says that they are more than was asked for.

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
    without: set[str] = set()
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
        summary.files_found += 1
        summary.files_analysed += outcome.analysed
        summary.files_not_analysed += any(finding.id in NOT_ANALYSED for finding in outcome.findings)
        summary.functions_too_large += tuple(f"{given.name}: {one}" for one in outcome.functions_too_large)
        run.costs[given.name] = (outcome.seconds, outcome.walks)
        without.update(outcome.without_contract)
    if cache is not None:
        cache.keep(found, [*news, *(project.programs.news() if project.programs is not None else ())])
    run.report.findings.sort(key=lambda finding: finding.sort_key)
    summary.functions_without_contract = tuple(sorted(without))
    return run


def pays(inputs: Sequence[Input]) -> bool:
    """Whether several processes are faster than one: with many files, or enough to analyse in fewer."""
    if len(inputs) < 2 or len(inputs) >= MANY_FILES:
        return len(inputs) >= MANY_FILES
    found = 0
    for given in inputs:
        try:
            data = _read(given)
        except UnreadableFile:
            continue
        found += len(data) if may_matter(data) else 0
        if found >= ENOUGH_BYTES:
            return True
    return False


def _outcomes(
    inputs: Sequence[Input], project: Project, executor: Executor | None, jobs: int, *, keeps: bool
) -> Iterator[Outcome]:
    """The outcome of each file, in order."""
    if executor is None:
        return (lint_file(given, project.settings(given.path), project) for given in inputs)
    from invocation_lint.processes import spread

    here = Path.cwd()
    notes = tuple(
        (given.name, given.path, given.data)
        for given in inputs
        if given.data is not None or Path(given.name).is_absolute() or here / given.name != given.path.absolute()
    )
    work = Work(project.configuration.recipe, notes, project.mends, keeps)
    return spread(executor, jobs, partial(lint_apart, work), inputs, _lost)


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
    message = "the analysis of this file ended its process"
    help = f'please report it; to leave the file out, add to the configuration: exclude = ["{given.name}"]'
    return Outcome([INTERNAL_ERROR.at(Place(given.name, 1, 1, 1, 1), message, help)], text=_text(given))


def lint_file(given: Input, settings: Settings, project: Project) -> Outcome:
    """One file, from its bytes to its findings; suppressed ones are among them and say so."""
    began = process_time()
    outcome = _lint_file(given, settings, project)
    outcome.seconds = process_time() - began
    return outcome


def _lint_file(given: Input, settings: Settings, project: Project) -> Outcome:
    told = kept = ""
    try:
        data = _read(given)
        kept = digest(data)
        source = _parsed(data, given, settings, project)
        if source is None:
            return Outcome(digest=kept)
        from invocation_lint.source.stack import on_large_stack

        outcome = on_large_stack(lambda: _analyse(source, given, settings, project))
        outcome.digest = kept
        return outcome
    except UnreadableFile as error:
        place = Place(given.name, error.line, error.column, error.line, error.column + 1)
        help = error.help or f'to leave the file out, add to the configuration: exclude = ["{given.name}"]'
        finding = UNREADABLE_FILE.at(place, error.message, help)
    except RecursionError:
        told = _traceback()
        help = f'to leave the file out, add to the configuration: exclude = ["{given.name}"]'
        place = Place(given.name, 1, 1, 1, 1)
        finding = UNREADABLE_FILE.at(place, "the code is nested too deeply to be analysed", help)
    except Exception as error:
        told = _traceback()
        place = Place(given.name, 1, 1, 1, 1)
        message = f"the analysis broke off: {type(error).__name__}: {error}"
        finding = INTERNAL_ERROR.at(place, message, "run with --debug for the traceback; please report it")
    return Outcome([finding], text=_text(given), traceback=told, digest="" if told else kept)


def _traceback() -> str:
    import traceback  # takes its time to load, and most runs need it not

    return traceback.format_exc()


def facts_in(given: Input, settings: Settings, project: Project) -> FileFacts | None:
    """The facts of one file, None when the scan finds that it has none. Raises UnreadableFile."""
    if project.programs is not None:
        project.programs.note([(given.name, given.path, given.data)])
    source = _parsed(_read(given), given, settings, project)
    if source is None:
        return None
    from invocation_lint.source.stack import on_large_stack

    return on_large_stack(lambda: _facts(source, given, settings, project))


def _parsed(data: bytes, given: Input, settings: Settings, project: Project) -> SourceFile | None:
    """The tree of a file that may matter, by itself or by what it calls in other modules."""
    found = may_matter(data) or may_query_jobs(data, project.job_tables(settings)) or may_read_lists(data)
    found = found or may_suppress(data)
    if not found and not _names_wrapper(data, settings, project):
        programs = _programs(given, project)
        if programs is None or not programs.leads_to_call_site(given.path):
            return None
    from invocation_lint.source.tree import parse

    return parse(data, given.name)


def _read(given: Input) -> bytes:
    if given.data is not None:
        return given.data
    try:
        return given.path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"cannot be read: {error.strerror or error}") from None


def _text(given: Input) -> str:
    """The text of a file that could not be analysed, as well as it goes."""
    try:
        return _read(given).decode("utf-8", "replace")
    except UnreadableFile:
        return ""


def _names_wrapper(data: bytes, settings: Settings, project: Project) -> bool:
    """Whether the file names a function that a contract of the configuration describes as invoking for its caller."""
    if not settings.contracts:
        return False
    wrappers = project.contracts(settings).wrappers
    return any(one.call.rpartition(".")[2].encode() in data for one in wrappers)


def _programs(given: Input, project: Project) -> Programs | None:
    """The programs to look into; None for a file looked at alone, or a text that is no file yet."""
    return project.programs if given.data is None or given.path.exists() else None


def _facts(source: SourceFile, given: Input, settings: Settings, project: Project) -> FileFacts:
    from invocation_lint.facts import facts_of

    programs = _programs(given, project)
    program = programs.program(given.path) if programs is not None else None
    options = project.analysis_options(settings, given.path)
    return facts_of(source, project.contracts(settings), options, program, given.path)


def _analyse(source: SourceFile, given: Input, settings: Settings, project: Project) -> Outcome:
    from invocation_lint.fixes import with_edits
    from invocation_lint.suppression import suppress

    rules = project.rules(settings)
    told = _facts(source, given, settings, project)

    def find(possible: bool) -> list[Finding]:
        return rules.findings.of(source.name, told.sites, possible)

    findings = find(settings.possible)
    if AMBIGUOUS_CONTRACT.id in rules.tool:
        findings += [AMBIGUOUS_CONTRACT.at(place, conflict.message) for place, conflict in told.conflicts]
    findings = suppress(findings, source, rules, lambda: find(True))
    return Outcome(
        with_edits(findings, source) if project.mends else findings,
        analysed=True,
        functions_too_large=told.functions_too_large,
        walks=told.walks,
        without_contract=told.without_contract,
        text=source.text,
    )


def status_of(findings: Iterable[Finding], settings: Settings) -> int:
    """2 when the file was not analysed, 1 when a certain finding reaches `fail-on`, else 0."""
    status = 0
    for finding in findings:
        if finding.id in NOT_ANALYSED:
            return 2
        certain = finding.confidence is Confidence.CERTAIN and finding.suppressed_by is None
        if certain and finding.severity.rank >= _FAILING[settings.fail_on]:
            status = 1
    return status


def status_of_run(run: Run, project: Project) -> int:
    """The exit status that a run's findings mean, after some were marked as known before."""
    return max(
        (status_of([finding], project.settings(Path(finding.place.path))) for finding in run.report.findings),
        default=0,
    )
