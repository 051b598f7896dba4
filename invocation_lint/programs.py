"""The programs of a run: for each project, its files and, once a call site is in reach, its modules.

A program is made at most once a process for each root. Where no call site is in reach, only import lines are read.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invocation_lint.records import record
from invocation_lint.source import asking
from invocation_lint.source.definitions import Parts
from invocation_lint.source.files.folders import absolute, has_top, project_root
from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.import_lines import Links
from invocation_lint.source.lambda_code import new_handlers, runs_on_lambda
from invocation_lint.source.record import Lead, Question
from invocation_lint.source.seeds import Seeds

if TYPE_CHECKING:
    from invocation_lint.analysis.program.reach import Reach, Searched
    from invocation_lint.analysis.project import Program
    from invocation_lint.source.parsing.tree import SourceFile


@record
class News:
    """What was asked of the project with a root since this was asked last: askers with questions and answers, askers
    with the modules they were led to, folders in which modules were looked for, files that were read, where imports
    lead, which files hold patterns, what modules consist of, which of them are a Lambda handler's, and what was read of
    applications that say what is deployed, None where nobody asked."""

    root: str
    answers: list[tuple[str, Question, str]]
    leads: list[Lead]
    looked_into: set[str]
    was_read: set[str]
    links: dict[str, Links]
    holding: dict[Question, tuple[str, ...]]
    parts: dict[str, Parts]
    handlers: dict[str, bool]
    code_read: frozenset[str] | None


class Programs:
    """Finds the program of a file. `options_of` gives the analysis options of a path; `root` is given by the user."""

    def __init__(self, options_of: Callable[[Path], Any], root: Path | None = None) -> None:
        self._options_of = options_of
        self._root = root
        self._names: dict[str, str] = {}
        self._overlay: dict[Path, bytes] = {}
        self._files: dict[Path, ProjectFiles] = {}
        self._seeds: dict[Path, Seeds] = {}
        self._reaches: dict[Path, Reach] = {}
        self._programs: dict[Path, Program] = {}
        self._roots: dict[tuple[str, str], Path] = {}  # by folder, and the end of the file's name
        self._tops: dict[str, bool] = {}
        self._given: tuple[Path, ...] = ()

    def take_for_projects(self, folders: Iterable[Path]) -> None:
        """Take folders that were given for projects, where nothing tells where these begin."""
        self._given = tuple(folder for folder in folders if not has_top(folder / "_", self._tops))
        self._roots.clear()

    def note(self, files: Iterable[tuple[str, Path, bytes | None]]) -> None:
        """Tell the name of each file that is linted, its path, and the text that stands for it if it is not the file's.

        A text that replaces a file makes everything anew that was known of its project.
        """
        for name, path, data in files:
            self._names[absolute(path)] = name
            before = self._overlay.get(path.absolute()) if data is not None else None
            if data is not None and before != data:
                self._overlay[path.absolute()] = data
                self._forget(path, was_on_disk=before is None)

    def _forget(self, path: Path, *, was_on_disk: bool) -> None:
        root = self.root_of(path)
        if root in self._files and was_on_disk and self._is_as_on_disk(path):
            return
        self._files.pop(root, None)
        self._seeds.pop(root, None)
        self._reaches.pop(root, None)
        self._programs.pop(root, None)

    def _is_as_on_disk(self, path: Path) -> bool:
        try:
            return path.read_bytes() == self._overlay[path.absolute()]
        except OSError:
            return False

    def root_of(self, path: Path) -> Path:
        """The folder up to which the project of a path is known."""
        if self._root is not None:
            return self._root.absolute()
        folder = os.path.dirname(absolute(path))  # noqa: PTH120
        if (folder, path.suffix) not in self._roots:
            given = (one for one in self._given if one == Path(folder) or one in Path(folder).parents)
            found = next(given, None) if self._given and not has_top(path, self._tops) else None
            self._roots[folder, path.suffix] = found or project_root(path, self._tops)
        return self._roots[folder, path.suffix]

    def is_guess(self, path: Path) -> bool:
        """Whether the root of a path is the folder of its package, since nothing tells where its project begins."""
        return self._root is None and not has_top(path, self._tops)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The templates of all projects that are too many to be read."""
        return tuple(one for files in self._files.values() for one in files.deployments.left_out)

    def files(self, path: Path) -> ProjectFiles:
        """The files of the project that holds a path."""
        return self.files_below(self.root_of(path))

    def files_below(self, root: Path) -> ProjectFiles:
        """The files of the project with a root."""
        if root not in self._files:
            self._files[root] = ProjectFiles(root, self._overlay)
        return self._files[root]

    def _reach(self, root: Path) -> Reach:
        """Who may reach a call site in the project with a root."""
        from invocation_lint.analysis.program.reach import Reach

        if root not in self._reaches:
            self._reaches[root] = Reach(self.files_below(root))
        return self._reaches[root]

    def program(self, path: Path) -> Program:
        """The modules of the project that holds a path."""
        from invocation_lint.analysis.project import Program

        root = self.root_of(path)
        if root not in self._programs:
            self._programs[root] = Program(self._reach(root), self.name_of, partial(self._noted_options, root))
        return self._programs[root]

    def loaded(self, path: Path, name: str, data: bytes) -> SourceFile | None:
        """The tree of a file that was read for another one before; None where it was not, or is of other bytes."""
        program = self._programs.get(self.root_of(path))
        return program.modules.loaded(absolute(path), name, data) if program is not None else None

    def _noted_options(self, root: Path, key: str) -> Any:
        options = self._options_of(Path(key))
        self._files[root].record.note(key, ("options", key), repr(options))
        return options

    def news(self) -> tuple[News, ...]:
        """What was asked of each project since this was asked last."""
        found = [_news(str(root), files) for root, files in self._files.items()]
        return tuple(one for one in found if one.answers or one.leads or one.links)

    def searched(self, root: Path) -> Searched | None:
        """What the search for who reaches call sites found in the project with a root; None where none was made."""
        return self._reaches[root].searched() if root in self._reaches else None

    def take_up(self, root: Path, found: Searched, edited: Collection[str]) -> bool:
        """Go on from what an earlier search found in a project; False where edits of modules may change it."""
        from invocation_lint.analysis.program.reach import Reach

        reach = Reach.of(self.files_below(root), found, edited)
        if reach is not None:
            self._reaches[root] = reach
        return reach is not None

    def asked(self, path: Path) -> dict[Question, str]:
        """What was asked to know what is known of a file that was linted, with the answers."""
        key = absolute(path)
        return {("root", key): str(self.root_of(path)), **asking.asked(self.files(path), key)}

    def answer(self, path: Path, question: Question) -> str:
        """What is answered now to a question that was asked for a file, as `asked` tells it."""
        if question[0] == "root":
            return str(self.root_of(path))
        return self.answer_below(self.root_of(path), question)

    def answer_below(self, root: Path, question: Question) -> str:
        """What is answered now to a question that was asked of the project with a root."""
        if question[0] == "options":
            return repr(self._options_of(Path(question[1])))
        if question[0] == "reach":
            if self._is_out_of_reach(root, question[1]):
                return ""
            from invocation_lint.analysis.program.reach import told

            return told(self._reach(root).foreign(question[1]))
        if question[0] == "callers":
            return repr(self._reach(root).callers(question[1]))
        return asking.answer(self.files_below(root), question)

    def name_of(self, key: str) -> str:
        """The name that findings show for a file: as it was given, else relative to the working folder below it."""
        if key not in self._names:
            path = Path(key)
            try:
                self._names[key] = path.relative_to(Path.cwd()).as_posix()
            except ValueError:
                self._names[key] = path.as_posix()
        return self._names[key]

    def holds_handler(self, path: Path) -> bool:
        """Whether templates of its project name a handler in a file."""
        return self.files(path).handlers_of(absolute(path)) is not None

    def runs_on_lambda(self, path: Path) -> bool:
        """Whether a file is a Lambda handler's, or is imported by one."""
        return runs_on_lambda(self.files(path), absolute(path))

    def leads_to_call_site(self, path: Path) -> bool:
        """Whether a file without a call site names a function of another module that reaches one."""
        root, key = self.root_of(path), absolute(path)
        if self._is_out_of_reach(root, key):
            self.files_below(root).record.note(key, ("reach", key), "")
            return False
        return self._reach(root).leads(key)

    def together(self, paths: Sequence[Path]) -> list[list[int]]:
        """Files that lead to the same call sites, two and more, by their indexes: what is found out for one of them
        serves the others."""
        leaders: dict[str, str] = {}

        def leader_of(key: str) -> str:
            while leaders.setdefault(key, key) != key:
                key = leaders[key]
            return key

        keys = [absolute(path) for path in paths]
        for path, key in zip(paths, keys, strict=True):
            root = self.root_of(path)
            for way in () if self._is_out_of_reach(root, key) else self._reach(root).ways(key):
                leaders[leader_of(way)] = leader_of(key)
        found: dict[str, list[int]] = defaultdict(list)
        for index, key in enumerate(keys):
            found[leader_of(key)].append(index)
        return [group for group in found.values() if len(group) > 1]

    def _is_out_of_reach(self, root: Path, key: str) -> bool:
        """Whether nothing that a module imports may hold a call site: then nothing of the analysis need be loaded."""
        if root in self._reaches:
            return False
        if root not in self._seeds:
            self._seeds[root] = Seeds(self.files_below(root))
        return not self._seeds[root].may_be_reached(key)


def _news(root: str, files: ProjectFiles) -> News:
    read = files.deployments.code_read
    return News(root, *files.news(), new_handlers(files), frozenset(read) if read is not None else None)
