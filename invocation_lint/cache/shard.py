"""What is kept of one project: the outcomes of its files, and what has to be the same for each of them to hold.

The first part of its file is all that a run over an unchanged project reads: settings, marks and outcomes. The second
has what the files held and what was asked of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING, Any

from invocation_lint.cache.answers import Answers, Change, Contents, bytes_of, of_plain, plain
from invocation_lint.cache.marks import Mark, Marks, by_folder, existence, hold, mark_of
from invocation_lint.cache.outcomes import outcome_of
from invocation_lint.cache.outcomes import plain as plain_outcome
from invocation_lint.cache.stored import Stored
from invocation_lint.cache.taint import Taint, stands_in
from invocation_lint.cache.tree import Tree, tree_of
from invocation_lint.errors import UnreadableFile, UsageError
from invocation_lint.outcome import Outcome
from invocation_lint.programs import News
from invocation_lint.project import Project
from invocation_lint.records import record
from invocation_lint.settings.keys import Settings
from invocation_lint.source.definitions import Altered, Part, altered, parts_in, parts_of
from invocation_lint.source.files.folders import TOPS
from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.notebooks.cells import is_notebook
from invocation_lint.source.record import Question, digest

if TYPE_CHECKING:
    from invocation_lint.analysis.program.reach import Searched
    from invocation_lint.source.parsing.tree import SourceFile


@record
class Asked:
    """A file whose outcome is looked for: its name in findings, its absolute path, and its settings."""

    name: str
    key: str
    settings: Settings


class SettingsTexts:
    """Settings in words, with a digest of the contracts and rules that they name."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._texts: dict[int, tuple[Settings, str]] = {}
        self._given: dict[str, str] = {}

    def text(self, settings: Settings) -> str:
        """The settings alone."""
        if id(settings) not in self._texts:
            self._texts[id(settings)] = (settings, repr(settings))
        return self._texts[id(settings)][1]

    def given(self, settings: Settings) -> str:
        """A digest of what the files hold that the settings name; empty when they name none."""
        text = self.text(settings)
        if text not in self._given:
            files = [(str(path), digest(bytes_of(str(path)))) for path in self._project.given_files(settings)]
            self._given[text] = digest(repr(files).encode("utf-8", "surrogateescape")) if files else ""
        return self._given[text]

    def of_path(self, key: str) -> tuple[str, str] | None:
        """Both for the file with a path; None when its configuration is wrong."""
        try:
            settings = self._project.settings(Path(key))
        except UsageError:
            return None
        return self.text(settings), self.given(settings)

    def short(self, key: str) -> str:
        """A digest of both for a path."""
        return digest(repr(self.of_path(key)).encode("utf-8", "surrogateescape"))


class Shard:
    """The part of the cache that is about the project with a root; without one, about files that are looked at alone.

    `key_of` gives the absolute path of a file by its name.
    """

    def __init__(self, project: Project, root: str | None, texts: SettingsTexts, here: str) -> None:
        self.root = root
        self._project = project
        self._texts = texts
        self._here = here
        self._started = time_ns()
        self._tree: Tree | None = None
        self._contents = Contents()
        self._answers = Answers()
        self._entries: dict[str, tuple[tuple[str, str], Any]] = {}
        self._before: tuple[Any, Any] | None = None
        self._asked: dict[str, Asked] = {}
        self.is_as_stored = False
        self.vouched: set[str] = set()
        """Settings in words that were found to be right before, with all that they name."""

    # -- looking up --------------------------------------------------------------------------------------------------

    def look_up(self, stored: Stored | None, given: Sequence[Asked]) -> dict[str, Outcome]:
        """The outcomes that still hold, by the names of the files. Raises Unusable for what is damaged."""
        self._asked = {one.name: one for one in given}
        if stored is None:
            self._look(Contents(), {})
            return {}
        head = stored.part(0)
        numbers = {text: number for number, (text, _) in enumerate(head["settings"])}
        entries = head["entries"]
        if hold(head["marks"]) and all(
            one.name in entries and entries[one.name][0] == numbers.get(self._texts.text(one.settings)) for one in given
        ):
            self.is_as_stored = True
            self.vouched = set(numbers)
            return {one.name: outcome_of(entries[one.name][1]) for one in given}
        return self._compare(head, stored.part(1), given)

    def _compare(self, head: Any, rest: Any, given: Sequence[Asked]) -> dict[str, Outcome]:
        """The outcomes of which nothing has changed that they rest on."""
        before, answers = of_plain(rest)
        self._before = head, rest
        self._answers = answers
        self._look(before, head["marks"])
        programs = self._project.programs
        files = programs.files_below(Path(self.root)) if programs is not None and self.root is not None else None
        self._contents.code_read = before.code_read
        change = Change(before, self._contents, files, self._ask, self._texts.short, self._search_on)
        change.look(answers)
        dirty, edited = change.dirty(answers)
        altered = self._altered(edited, answers, files)
        tainted = self._taint(answers, files).spread(dirty | (edited - altered.keys()), altered)
        answers.without(dirty | (edited - altered.keys()))
        moved = self._moved(altered)
        settings = [(text, told) for text, told in head["settings"]]
        for name, (number, told) in head["entries"].items():
            key = self._key(name)
            own = self._contents.own(key)
            if (
                key not in tainted
                and own
                and own == before.own(key)
                and not any(stands_in(told, *one) for one in moved)
                and self._is_of_root(key)
                and self._texts.of_path(key) == settings[number]
            ):
                self._entries[name] = settings[number], told
        self.vouched = {text for (text, _), _ in self._entries.values()}
        return {one.name: outcome_of(self._entries[one.name][1]) for one in given if one.name in self._entries}

    def _altered(self, edited: set[str], answers: Answers, files: ProjectFiles | None) -> dict[str, Altered]:
        """What was altered in modules that hold something else, where that can be told; `answers` take what they hold
        now."""
        found: dict[str, Altered] = {}
        for key in edited if files is not None else ():
            source = self._source(key, files)
            before = answers.parts.get(key)
            if source is None or before is None or is_notebook(key):  # its places count lines of cells
                continue
            now = parts_of(source.syntax, source.text)
            what = altered(before, now)
            if what is not None:
                found[key] = what
                answers.parts[key] = now
                answers.note(key, ("bytes", key), self._contents.of_module(key))
        return found

    def _taint(self, answers: Answers, files: ProjectFiles | None) -> Taint:
        def parts(key: str) -> list[Part] | None:
            source = self._source(key, files)
            return parts_in(source.syntax, source.text) if source is not None else None

        return Taint(answers, files.read if files is not None else lambda _: None, parts)

    def _source(self, key: str, files: ProjectFiles | None) -> SourceFile | None:
        from invocation_lint.source.parsing.tree import parse

        data = files.read(key) if files is not None and (key.endswith(".py") or is_notebook(key)) else None
        try:
            return parse(data, key) if data is not None else None
        except UnreadableFile:
            return None

    def _moved(self, altered: Mapping[str, Altered]) -> list[tuple[str, int]]:
        """The names of files, each with the first line from which what was not altered stands elsewhere now."""
        programs = self._project.programs
        moved = [(key, one.moved_from) for key, one in altered.items() if one.moved_from]
        return [(programs.name_of(key), line) for key, line in moved] if programs is not None else []

    def _look(self, before: Contents, marks: Marks) -> None:
        """Look at the files as they are now, and read those that are not as they were marked."""
        now = self._contents
        if self.root is not None:
            tree = self._tree = tree_of(self.root, self._started)
            tree.look_beside(before.beside.keys())
            for path, mark in tree.files.items():
                self._take(path, mark, before, marks, walked=True)
            now.look_beside({**tree.beside, **before.beside})
        walked = now.files
        for path in {**before.others, **{one.key: None for one in self._asked.values()}}:
            if path not in walked:
                self._take(path, mark_of(path, self._started), before, marks, walked=False)

    def _take(self, path: str, mark: Mark, before: Contents, marks: Marks, *, walked: bool) -> None:
        folder, _, name = path.rpartition("/")
        known = (before.files if walked else before.others).get(path)
        if known is not None and isinstance(mark, list) and mark == marks.get(folder, {}).get(name):
            (self._contents.files if walked else self._contents.others)[path] = known
            if path in before.telling:
                self._contents.telling.add(path)
        else:
            self._contents.read(path, bytes_of(path), walked=walked)

    def _ask(self, question: Question) -> str:
        programs = self._project.programs
        if programs is None or self.root is None:
            return self._project.answer(Path(question[1]), question)
        return programs.answer_below(Path(self.root), question)

    def _search_on(self, found: Searched, edited: set[str]) -> bool:
        programs = self._project.programs
        return programs is not None and self.root is not None and programs.take_up(Path(self.root), found, edited)

    def _is_of_root(self, key: str) -> bool:
        programs = self._project.programs
        return self.root is None or (programs is not None and str(programs.root_of(Path(key))) == self.root)

    def _key(self, name: str) -> str:
        return name if name.startswith("/") else f"{self._here}/{name}"

    # -- keeping -----------------------------------------------------------------------------------------------------

    def parts(self, outcomes: Mapping[str, Outcome], news: Iterable[News]) -> tuple[Any, Any] | None:
        """What is to be stored, with the outcomes of files by their names, and what was asked meanwhile; None where it
        is what is stored, or where files changed while they were looked at."""
        tree = self._tree
        if self.is_as_stored or (tree is not None and (tree.is_too_large or not tree.is_unchanged())):
            return None
        for one in news:
            self._learn(one)
        for name, outcome in outcomes.items():
            asked = self._asked[name]
            if outcome.digest and outcome.digest == self._contents.own(asked.key):
                settings = self._texts.text(asked.settings), self._texts.given(asked.settings)
                self._entries[name] = settings, plain_outcome(outcome)
                if self.root is None and outcome.analysed:
                    question: Question = ("below", asked.key)
                    self._answers.note(asked.key, question, self._project.answer(Path(asked.key), question))
        programs = self._project.programs
        searched = programs.searched(Path(self.root)) if programs is not None and self.root is not None else None
        self._answers.searched = searched or self._answers.searched
        self._answers.keep_for(self._key(name) for name in self._entries)
        numbers: dict[tuple[str, str], int] = {}
        entries = {
            name: [numbers.setdefault(settings, len(numbers)), told]
            for name, (settings, told) in sorted(self._entries.items())
        }
        head = {"settings": [list(one) for one in numbers], "marks": self._marks(), "entries": entries}
        found = head, plain(self._contents, self._answers)
        return None if found == self._before else found

    def _learn(self, news: News) -> None:
        answers, contents = self._answers, self._contents
        for asker, question, answer in news.answers:
            if question[0] == "holding":
                answers.holding[question] = news.holding[question]
            answers.note(asker, question, self._texts.short(question[1]) if question[0] == "options" else answer)
        for asker, lead, how in news.leads:
            led = answers.leads.setdefault(asker, {})
            led[lead] = how.joined(led[lead]) if lead in led else how
        answers.parts.update(news.parts)
        answers.handlers.update(news.handlers)
        if news.code_read is not None:
            contents.code_read = (contents.code_read or set()) | news.code_read
        answers.links.update({key: links for key, links in news.links.items() if key in contents.files})
        for path in news.was_read - contents.files.keys() - contents.others.keys():
            contents.read(path, bytes_of(path), walked=False)
        tree = self._tree
        if tree is not None:
            tree.look_beside(news.looked_into)
            contents.look_beside({**contents.beside, **tree.beside})

    def _marks(self) -> Marks:
        marks: Marks = {}
        if self._tree is not None:
            self._tree.mark(marks)
        by_folder({path: mark_of(path, self._started) for path in self._contents.others}, marks)
        given = {path for asked in self._asked.values() for path in self._project.given_files(asked.settings)}
        folders = {folder for asked in self._asked.values() for folder in asked.settings.extra_rules}
        inner = {one for folder in folders for one in (folder, *folder.rglob("*")) if one.is_dir()}
        by_folder({str(path): mark_of(str(path), self._started) for path in given}, marks)
        by_folder({str(path): mark_of(str(path), self._started) for path in inner}, marks, folders=True)
        if self.root is None:
            above = {parent for asker in self._answers.questions for parent in Path(asker).parents}
            probed = [f"{folder.as_posix().rstrip('/')}/{name}" for folder in above for name in TOPS]
            by_folder({path: existence(path) for path in probed}, marks)
        return marks
