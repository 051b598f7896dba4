"""What a run knows beside the files it lints: settings by folder, the rules and the contracts, each read once.

A process makes one `Project`. Everything in it is loaded at first use, so that a run over files without invocations
reads neither rules nor contracts unless the configuration names some.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from invocation_lint.documents.nodes import read_text, unknown_name
from invocation_lint.errors import UsageError
from invocation_lint.findings import Finding, Severity
from invocation_lint.programs import Programs
from invocation_lint.report import RuleText
from invocation_lint.settings.files import Configuration, is_top, shown
from invocation_lint.settings.keys import Settings, matches
from invocation_lint.settings.selection import Selectable, check_words, is_named, is_selected, no_rule
from invocation_lint.tool_findings import AMBIGUOUS_CONTRACT, CONTRACT_DRIFT, TOOL_FINDINGS, ToolFinding

if TYPE_CHECKING:
    from invocation_lint.contracts.model import ContractBook
    from invocation_lint.facts.options import AnalysisOptions
    from invocation_lint.rulebook.book import Rulebook
    from invocation_lint.rulebook.findings import FindingsOfFiles
    from invocation_lint.rulebook.model import Rule
    from invocation_lint.source.record import Question


@dataclass(frozen=True)
class RuleSet:
    """The rules that run on a file, the options they were given, and every rule there is.

    What a rule reports at the level advice is shown in profile `strict`, or where the rule is selected by its name.
    """

    rules: tuple[Rule, ...]
    tool: frozenset[str]  # ids of the tool's own findings that are reported
    options: Mapping[str, Mapping[str, Any]]
    known: tuple[Selectable, ...]
    advising: frozenset[str] = frozenset()  # ids of the rules whose advice is shown

    def shows(self, finding: Finding) -> bool:
        """Whether a finding is no advice, or advice that was asked for."""
        return finding.severity is not Severity.ADVICE or finding.id in self.advising

    @cached_property
    def asked(self) -> frozenset[str]:
        """The kinds of facts that the rules ask about, each also with its fields (`message.sink`), and those that the
        tool's own findings ask about."""
        from invocation_lint.facts import DRIFTS, LISTS_ELSEWHERE

        own = {AMBIGUOUS_CONTRACT.id: "invocation", CONTRACT_DRIFT.id: DRIFTS}
        forms = [form for rule in self.rules for form in rule.forms]
        fields = {f"{form.fact}.{name}" for form in forms for name in form.fields}
        elsewhere = (LISTS_ELSEWHERE,) if self.may_show("list_read", jobs="no", runs_on="elsewhere") else ()
        named = (own[one] for one in self.tool & own.keys())
        return frozenset((*(form.fact for form in forms), *fields, *named, *elsewhere))

    def may_show(self, kind: str, **known: str) -> bool:
        """Whether a finding that is made of a fact of a kind may be shown; of its fields only these are known."""
        from invocation_lint.facts.kinds import KINDS
        from invocation_lint.rulebook.evaluate import Prepared, known_in_part

        data = known_in_part(KINDS[kind], known)
        return any(
            form.id in self.advising or Prepared(form, self.options.get(form.id)).severities(data) != {Severity.ADVICE}
            for rule in self.rules
            for form in rule.forms
            if form.fact == kind
        )

    @cached_property
    def findings(self) -> FindingsOfFiles:
        """The rules with their options, to be asked for the findings of files."""
        from invocation_lint.rulebook.evaluate import PreparedRules
        from invocation_lint.rulebook.findings import FindingsOfFiles

        return FindingsOfFiles(PreparedRules(self.rules, self.options))


class Row(NamedTuple):
    """One line of the table of rules; `severity` is the worst that it reports."""

    id: str
    name: str
    severity: str
    profile: str
    runs: bool
    summary: str


class Text(NamedTuple):
    """One text that findings are made of, with the paths that it fills in: a message, a label or a line of help."""

    id: str
    kind: str
    text: str


class Project:
    """Settings, rules and contracts of one run. UsageError where what was given is wrong."""

    def __init__(self, configuration: Configuration | None = None, *, mends: bool = True) -> None:
        """`mends` says that fixes are asked for; without it no finding has edits."""
        self.configuration = configuration or Configuration()
        self.mends = mends
        self._rulebooks: dict[tuple[Path, ...], Rulebook] = {}
        self._contracts: dict[tuple[Path, ...], ContractBook] = {}
        self._chosen: dict[int, tuple[Settings, RuleSet]] = {}
        self._left_out: dict[Path, bool] = {}
        self.programs: Programs | None = None
        if not self.configuration.isolated:
            self.programs = Programs(self._options_of, self.configuration.project)

    def _options_of(self, path: Path) -> AnalysisOptions:
        return self.analysis_options(self.settings(path), path)

    def settings(self, path: Path) -> Settings:
        """The settings of one file."""
        return self.configuration.for_file(path)

    def is_unknown(self, path: Path) -> bool:
        """Whether nothing tells where the project of a file begins, so that callers in other folders are not known."""
        return self.programs is not None and self.programs.is_guess(path)

    def leaves_out(self, path: Path, *, given: bool = False) -> bool:
        """Whether a file is excluded: by its configuration, or by `--exclude`, which counts from the working folder.

        A file that was given by name is linted all the same, unless `force-exclude` is set.
        """
        path = path.absolute()
        if given and not self.settings(path).force_exclude:
            return False
        return self._is_excluded(path) or self._is_left_out_folder(path.parent)

    def concerns_all(self, path: Path) -> bool:
        """Whether a file is a configuration, a contract, a rule or a template: what it says holds for other files."""
        from invocation_lint.deployment.reading import is_document

        settings, real = self.settings(path), path.resolve()
        is_rule = any(folder == real or folder in real.parents for folder in settings.extra_rules)
        is_contract = any(real == one.resolve() for one in self._contract_files(settings))
        is_ours = is_rule or is_contract or self.configuration.is_configuration(path)
        return is_ours or (self.programs is not None and is_document(path))

    def whole_of(self, path: Path) -> Path:
        """The folder of the project to which a file belongs; where nothing tells that, the folder of the file."""
        return self.programs.root_of(path) if self.programs is not None else self.settings(path).root

    def _is_left_out_folder(self, folder: Path) -> bool:
        """Whether a folder or one above it is excluded, so that a walk would not enter it."""
        if folder not in self._left_out:
            self._left_out[folder] = not is_top(folder) and (
                self._is_excluded(folder) or self._is_left_out_folder(folder.parent)
            )
        return self._left_out[folder]

    def _is_excluded(self, path: Path) -> bool:
        given = self.configuration.exclude_given
        return self.settings(path).excludes(path) or matches(given, path, Path.cwd())

    def analysis_options(self, settings: Settings, path: Path) -> AnalysisOptions:
        """What the analysis of a file is told beside its text. Patterns of paths are decided here: they count from the
        folder of the configuration, which the analysis does not know."""
        from invocation_lint.facts.options import AnalysisOptions

        handled = matches(settings.boundary_paths, path.absolute(), settings.root)
        return AnalysisOptions(
            ("*",) if handled else (), settings.boundary_frameworks, self.job_tables(settings), settings.functions
        )

    def job_tables(self, settings: Settings) -> tuple[str, ...] | None:
        """Globs of the tables and ORM classes that hold jobs: those of the settings and of their contracts. None for
        the usual ones."""
        named = self.contracts(settings).job_tables if settings.contracts else ()
        if not named:
            return settings.job_tables
        from invocation_lint.facts.options import JOB_TABLES

        return (JOB_TABLES if settings.job_tables is None else settings.job_tables) + named

    def check(self, settings: Iterable[Settings]) -> None:
        """Raises UsageError for rules, options and contracts that the settings name and that are wrong or not there."""
        for one in {id(one): one for one in settings}.values():
            if any((one.select, one.extend_select, one.ignore, one.rules, one.extra_rules, one.overrides)):
                self.rules(one)
            if one.contracts:
                self.contracts(one)

    def rulebook(self, settings: Settings) -> Rulebook:
        """The shipped rules and those of the folders that the settings name."""
        if settings.extra_rules not in self._rulebooks:
            from invocation_lint.rulebook.loader import load_shipped, load_user_rules

            book = load_shipped()
            if settings.extra_rules:
                book = book.joined(load_user_rules(settings.extra_rules))
            self._rulebooks[settings.extra_rules] = book
        return self._rulebooks[settings.extra_rules]

    def rules(self, settings: Settings) -> RuleSet:
        """The rules that run under these settings. UsageError when the settings name one that is not there."""
        if id(settings) not in self._chosen:
            self._chosen[id(settings)] = (settings, _choose(self.rulebook(settings), settings))
        return self._chosen[id(settings)][1]

    def contracts(self, settings: Settings) -> ContractBook:
        """The shipped contracts and those of the files that the settings name."""
        if settings.contracts not in self._contracts:
            from invocation_lint.contracts.loader import load_contracts, load_shipped_contracts

            book = load_shipped_contracts()
            if settings.contracts:
                documents = [(shown(path), read_text(path)) for path in settings.contracts]
                declared = load_contracts(documents)
                book = declared.joined(book)
            self._contracts[settings.contracts] = book
        return self._contracts[settings.contracts]

    def asked(self, path: Path) -> dict[Question, str]:
        """What was asked to lint a file, with the answers: what was found of it stays true as long as they do."""
        given = [("given", str(one)) for one in self.given_files(self.settings(path))]
        own: list[Question] = [("settings", str(path)), *given]
        if self.programs is None:
            own.append(("below", str(path)))
        found = {question: self.answer(path, question) for question in own}
        return found if self.programs is None else {**found, **self.programs.asked(path)}

    def answer(self, path: Path, question: Question) -> str:
        """What is answered now to a question that was asked for a file, as `asked` tells it."""
        from invocation_lint.source.files.folders import below_project
        from invocation_lint.source.record import digest

        if question[0] == "settings":
            return repr(self.settings(path))
        if question[0] == "below":
            return repr(below_project(Path(question[1])))
        if question[0] == "given":
            one = Path(question[1])
            return digest(one.read_bytes() if one.is_file() else None)
        assert self.programs is not None
        return self.programs.answer(path, question)

    def given_files(self, settings: Settings) -> list[Path]:
        """The contracts and rules of one's own that settings name."""
        folders = [one for folder in settings.extra_rules for one in sorted(folder.rglob("*")) if one.is_file()]
        return [*self._contract_files(settings), *folders]

    def _contract_files(self, settings: Settings) -> list[Path]:
        """The files that settings name for contracts, and the JSON Schemas that those name."""
        names_one = any(one.is_file() and b"schema" in one.read_bytes() for one in settings.contracts)
        schemas = self.contracts(settings).schemas if names_one else ()
        return [*settings.contracts, *(Path(one).absolute() for one in schemas)]

    def known(self, settings: Settings) -> tuple[Selectable, ...]:
        """Every rule there is under these settings, the tool's own findings among them."""
        return self.rules(settings).known

    def text_of(self, rule: Selectable, settings: Settings) -> str:
        """The documentation of one of the `known` rules, Markdown."""
        if isinstance(rule, ToolFinding):
            return rule.text()
        book = self.rulebook(settings)
        if rule.id in book.texts:
            return book.texts[rule.id]
        found = book.get(rule.id)
        assert found is not None, f"{rule.id} is not among the known rules"
        return "\n\n".join(filter(None, (f"# {found.id} {found.name}", found.summary, found.why)))

    def rule_texts(self, settings: Settings) -> list[RuleText]:
        """What reports tell of each of the `known` rules."""
        own = [RuleText(one.id, one.name, one.severity, one.summary, one.text(), proven=True) for one in TOOL_FINDINGS]
        return own + [
            RuleText(
                rule.id,
                rule.name,
                rule.severity.worst,
                rule.summary,
                self.text_of(rule, settings),
                proven=rule.proof is not None and not rule.proof.none_because,
            )
            for rule in self.rulebook(settings).rules
        ]

    def messages(self, settings: Settings) -> list[Text]:
        """Every text of the tool's own findings and of every rule, in the order of ids: what findings can say."""
        from invocation_lint.data.tool_texts import all_texts
        from invocation_lint.rulebook.template import as_written

        found = []
        for own in all_texts():
            found.append(Text(own.id, "message", own.message))
            found += [Text(own.id, "help", own.help)] if own.help else []
        for rule in self.rulebook(settings).rules:
            for form in rule.forms:
                found.append(Text(rule.id, "message", as_written(form.message)))
                found += [Text(rule.id, "label", as_written(text)) for _, text in form.labels]
                if form is rule or form.help != rule.help:
                    found += [Text(rule.id, "help", as_written(text)) for text in form.help]
        return found

    def table(self, settings: Settings) -> list[Row]:
        """Every rule there is, in the order of ids."""
        chosen = self.rules(settings)
        running = {*chosen.tool, *(rule.id for rule in chosen.rules)}
        own = [
            Row(one.id, one.name, one.severity.value, "default", one.id in running, one.summary)
            for one in TOOL_FINDINGS
        ]
        return own + [
            Row(rule.id, rule.name, rule.severity.worst.value, rule.profile, rule.id in running, rule.summary)
            for rule in self.rulebook(settings).rules
        ]


def _choose(book: Rulebook, settings: Settings) -> RuleSet:
    known: tuple[Selectable, ...] = (*TOOL_FINDINGS, *book.rules)
    check_words(settings, known)
    strict = settings.profile == "strict"
    rules = tuple(
        rule for rule in book.rules if is_selected(rule, settings, on_by_default=strict or rule.profile == "default")
    )
    tool = frozenset(
        finding.id
        for finding in TOOL_FINDINGS
        if not finding.selectable or is_selected(finding, settings, on_by_default=True)
    )
    for override in settings.overrides:  # a mistake in one is told even when no file matches it
        _options(book, settings.with_values(override.values))
    advising = frozenset(rule.id for rule in rules if strict or is_named(rule, settings))
    return RuleSet(rules, tool, _options(book, settings), known, advising)


def _options(book: Rulebook, settings: Settings) -> dict[str, dict[str, Any]]:
    """The values of rule options by rule id, checked against what the rules declare."""
    from invocation_lint.rulebook.loader import option_value

    options: dict[str, dict[str, Any]] = {}
    for word, given in settings.rules.items():
        rule = book.get(word)
        if rule is None:
            raise UsageError(f"{settings.origin('rules')}: rules: {no_rule(word, book.rules)}")
        declared = {option.name: option for option in rule.options}
        for name, node in given.items():
            if name not in declared:
                raise node.error(f"{rule.name}: {unknown_name('option', name, tuple(declared))}")
            options.setdefault(rule.id, {})[name] = option_value(node, declared[name].type)
    return options
