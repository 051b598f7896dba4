"""What was asked of one project, with the answers, and which modules are known otherwise since files changed.

Most questions need not be asked again. As long as the same files are there, and none that says what is deployed has
changed, an import means what it meant, and where those of the other files lead need not be found again. The digests of
modules are at hand. Only who reaches a call site is looked for anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invocation_lint.cache.tree import listing
from invocation_lint.deployment.documents.candidates import CODE, TYPESCRIPT
from invocation_lint.records import mutable
from invocation_lint.source.definitions import Parts
from invocation_lint.source.files.project_files import MAX_BYTES, ProjectFiles
from invocation_lint.source.import_lines import Links, imports_digest, imports_in
from invocation_lint.source.lambda_code import take_up
from invocation_lint.source.record import How, Pattern, Question, digest
from invocation_lint.source.scan import may_matter

if TYPE_CHECKING:
    from invocation_lint.analysis.program.reach import Searched

_OF_PLACES = frozenset({"locate", "child", "handlers", "django", "deployed", "names"})
"""Questions that are answered by which files there are, and by what templates say."""

_OF_WORDS = frozenset({"reach", "callers", "lambda"})
"""Questions that are answered by these, by what files import, and by the words of them."""

_NAMING_SETTINGS = ("manage.py", "wsgi.py", "asgi.py", "celery.py", "zappa_settings.py")
_LONGEST_ANSWER = 32
_TOO_LARGE = "!"


@mutable
class Contents:
    """What the files of a project hold: the digests of those that a walk meets, and of others that were read; those of
    them that are code and yet tell what is deployed, or which settings count; what is in folders beside; and what was
    read of applications that tell it, None where nobody asked."""

    files: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    telling: set[str] = field(default_factory=set)
    beside: dict[str, str] = field(default_factory=dict)
    code_read: set[str] | None = None

    def read(self, path: str, data: bytes | None, *, walked: bool) -> None:
        """Take the bytes of a file."""
        into = self.files if walked else self.others
        into[path] = (_TOO_LARGE if data is not None and len(data) > MAX_BYTES else "") + digest(data)
        if data is not None and _tells(path, data):
            self.telling.add(path)
        else:
            self.telling.discard(path)

    def own(self, path: str) -> str:
        """The digest of a file's bytes; empty for one that is not known."""
        return (self.files.get(path) or self.others.get(path, "")).removeprefix(_TOO_LARGE)

    def of_module(self, path: str) -> str:
        """What is answered to who reads a file as a module: nothing for one that is too large."""
        found = self.files.get(path) or self.others.get(path, "")
        return "" if found.startswith(_TOO_LARGE) else found

    def changed(self, before: Contents) -> set[str]:
        """The files that hold something else than before, or are new, or gone."""
        paths = self.files.keys() | before.files.keys()
        return {path for path in paths if self.files.get(path) != before.files.get(path)}

    def has_other_places(self, before: Contents, changed: set[str]) -> bool:
        """Whether an import may mean something else than before, or a template say it."""
        return (
            self.files.keys() != before.files.keys()
            or self.others != before.others
            or self.beside != before.beside
            or not changed.isdisjoint(self.telling | before.telling)
            or any(not path.endswith(CODE) for path in changed)
            or before.is_told_by(changed)
        )

    def is_told_by(self, changed: set[str]) -> bool:
        """Whether an application that says what is deployed has read one of these files."""
        return self.code_read is not None and not changed.isdisjoint(self.code_read)

    def look_beside(self, folders: Iterable[str]) -> None:
        """Take what is in folders that are not walked."""
        self.beside = {folder: listing(folder) for folder in folders}


def _tells(path: str, data: bytes) -> bool:
    from invocation_lint.deployment.reading import may_be_chalice, may_be_python

    # Applications of the CDK take constants from any file of TypeScript.
    if path.endswith((*_NAMING_SETTINGS, TYPESCRIPT)):
        return True
    return may_be_python(path, data) or may_be_chalice(path, data)


@mutable
class Answers:
    """Questions with their answers, by the module that asked, and the modules to which that led, each with what was
    looked for there. An answer is short: of a long one its digest is kept. `holding` are the files that hold a pattern;
    `links` is where imports lead; `parts` is what modules consist of, `handlers` which of them are a Lambda handler's,
    and `searched` what the search for who reaches call sites found."""

    questions: dict[str, dict[Question, str]] = field(default_factory=dict)
    leads: dict[str, dict[str, How]] = field(default_factory=dict)
    parts: dict[str, Parts] = field(default_factory=dict)
    handlers: dict[str, bool] = field(default_factory=dict)
    searched: Searched | None = None
    holding: dict[Question, tuple[str, ...]] = field(default_factory=dict)
    links: dict[str, Links] = field(default_factory=dict)

    def note(self, asker: str, question: Question, answer: str) -> None:
        """Take a question with its answer."""
        self.questions.setdefault(asker, {})[question] = short(answer)

    def without(self, askers: set[str]) -> None:
        """Forget what modules asked."""
        for asker in askers:
            self.questions.pop(asker, None)
            self.parts.pop(asker, None)
            self.leads.pop(asker, None)

    def keep_for(self, keys: Iterable[str]) -> None:
        """Forget what was not asked for one of these modules."""
        seen: set[str] = set()
        waiting = list(keys)
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting.extend(self.leads.get(current, ()))
        self.without((self.questions.keys() | self.leads.keys()) - seen)
        self.parts = {key: parts for key, parts in self.parts.items() if key in self.questions}
        asked = {question for questions in self.questions.values() for question in questions}
        self.holding = {question: found for question, found in self.holding.items() if question in asked}


def short(answer: str) -> str:
    """An answer as it is kept."""
    return answer if len(answer) <= _LONGEST_ANSWER else digest(answer.encode("utf-8", "surrogateescape"))


@mutable
class Change:
    """What became of a project since questions were asked. `ask` asks one again; `settings_of` says which settings a
    file has now, as it was noted for questions about options; `search_on` goes on from an earlier search where the
    changed modules lead to the same call sites, and says whether they do."""

    before: Contents
    now: Contents
    files: ProjectFiles | None
    ask: Callable[[Question], str]
    settings_of: Callable[[str], str]
    search_on: Callable[[Searched, set[str]], bool]
    changed: set[str] = field(default_factory=set)
    other_places: bool = False
    _asked: dict[Question, str] = field(default_factory=dict)
    _reached: frozenset[str] = frozenset()  # modules for which the search found what it would find now
    _runs_where_it_did: bool = False  # whether modules run on Lambda that did, and no others
    _imports_what_it_did: bool = False  # whether imports lead where they did

    def look(self, answers: Answers) -> None:
        """Find out what has to be asked again, and tell the project what need not be read again."""
        self.changed = self.now.changed(self.before)
        self.other_places = self.now.has_other_places(self.before, self.changed)
        handlers, searched = answers.handlers, answers.searched
        answers.handlers, answers.searched = {}, None
        if self.other_places or self.files is None:
            answers.links = {}
            return
        answers.links = dict(self._kept(answers.links, self.files))
        self.files.remember(answers.links)
        self._imports_what_it_did = self.changed <= answers.links.keys()
        if not self._imports_what_it_did:
            return
        if take_up(self.files, handlers, self.changed):
            self._runs_where_it_did = True
            answers.handlers = handlers
        if searched is not None and self.search_on(searched, self.changed):
            self._reached = frozenset(searched.known) - self.changed
            answers.searched = searched

    def _kept(self, links: Mapping[str, Links], files: ProjectFiles) -> Iterator[tuple[str, Links]]:
        """Where imports lead still: those of a module that was changed, too, as long as their statements are the
        same."""
        for key, known in links.items():
            if key not in self.changed:
                yield key, known
                continue
            data = files.read(key)
            if data is not None and imports_digest(imports_in(data)) == known.statements:
                yield key, known._replace(is_seeded=may_matter(data))

    def dirty(self, answers: Answers) -> tuple[set[str], set[str]]:
        """The modules that asked what is answered otherwise now; and those that only hold something else."""
        patterns = {question: self._holding(question, found) for question, found in answers.holding.items()}
        found, edited = set(), set()
        for asker, questions in answers.questions.items():
            own = ("bytes", asker)
            if any(self._differs(one, told, patterns) for one, told in questions.items() if one != own):
                found.add(asker)
            elif own in questions and self._differs(own, questions[own], patterns):
                edited.add(asker)
        answers.holding = {question: keys for question, (keys, _) in patterns.items()}
        return found, edited

    def _holding(self, question: Question, found: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
        """The modules that hold a pattern now, and whether others did before."""
        pattern = Pattern.of(question)
        kept = [key for key in found if key not in self.changed]
        new = [
            key
            for key in self.changed & self.now.files.keys()
            if key.endswith(".py") and self.files is not None and pattern.is_in(self.files.read(key) or b"")
        ]
        now = tuple(sorted({*kept, *new}))
        return now, set(now) != set(found)

    def _differs(
        self, question: Question, told: str, patterns: Mapping[Question, tuple[tuple[str, ...], bool]]
    ) -> bool:
        kind = question[0]
        if kind == "bytes":
            return told != self.now.of_module(question[1])
        if kind == "options":
            return told != self.settings_of(question[1])
        if kind == "holding":
            return question not in patterns or patterns[question][1]
        if kind == "holds" and question[1] not in self.changed:
            return False
        if kind == "importers" and self._imports_what_it_did:
            return False
        if kind in _OF_PLACES and not self.other_places:
            return False
        if kind in _OF_WORDS and not self.other_places and not self.changed:
            return False
        if (kind == "reach" and question[1] in self._reached) or (kind == "lambda" and self._runs_where_it_did):
            return False
        if question not in self._asked:
            self._asked[question] = short(self.ask(question))
        return told != self._asked[question]


class _Texts:
    """Texts by number: paths stand in many questions."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._known: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        if text not in self._known:
            self._known[text] = len(self.all)
            self.all.append(text)
        return self._known[text]


def plain(contents: Contents, answers: Answers) -> Any:
    """Both as lists, texts and numbers."""
    from invocation_lint.cache.searches import plain_search

    number = _Texts()
    files = [[number(path), told, path in contents.telling] for path, told in contents.files.items()]
    others = [[number(path), told, path in contents.telling] for path, told in contents.others.items()]
    questions = [
        [number(asker), [[*map(number, question), number(told)] for question, told in asked.items()]]
        for asker, asked in answers.questions.items()
    ]
    leads = [
        [number(asker), [[number(one), *_plain_how(how, number)] for one, how in led.items()]]
        for asker, led in answers.leads.items()
    ]
    holding = [[list(map(number, question)), list(map(number, found))] for question, found in answers.holding.items()]
    links = [[number(key), *told, list(map(number, found))] for key, (*told, found) in answers.links.items()]
    parts = [
        [number(key), [[number(name), *told] for name, told in of_key.items()]] for key, of_key in answers.parts.items()
    ]
    handlers = [[number(key), is_one] for key, is_one in answers.handlers.items()]
    found = [questions, leads, holding, links, parts, handlers, plain_search(answers.searched, number)]
    read = sorted(map(number, contents.code_read)) if contents.code_read is not None else None
    return [number.all, files, others, list(contents.beside.items()), read, *found]


def _plain_how(how: How, number: Callable[[str], int]) -> Iterator[Any]:
    yield from (how.by_name, how.wholly)
    if how.called is not None:
        yield sorted(map(number, how.called))


def of_plain(told: Any) -> tuple[Contents, Answers]:
    """Both, of what `plain` gave."""
    from invocation_lint.cache.searches import search_of

    texts, files, others, beside, read, questions, leads, holding, links, parts, handlers, searched = told

    def all_of(numbers: Iterable[int]) -> Iterator[str]:
        return (texts[number] for number in numbers)

    contents = Contents(
        {texts[path]: told for path, told, _ in files},
        {texts[path]: told for path, told, _ in others},
        {texts[path] for path, _, tells in (*files, *others) if tells},
        dict(beside),
        set(all_of(read)) if read is not None else None,
    )
    answers = Answers(
        {
            texts[asker]: {tuple(all_of(question)): texts[answer] for *question, answer in asked}
            for asker, asked in questions
        },
        {
            texts[asker]: {
                texts[one]: How(by_name, frozenset(all_of(called[0])) if called else None, wholly)
                for one, by_name, wholly, *called in led
            }
            for asker, led in leads
        },
        {texts[key]: {texts[name]: (text, line) for name, text, line in of_key} for key, of_key in parts},
        {texts[key]: is_one for key, is_one in handlers},
        search_of(searched, texts),
        {tuple(all_of(question)): tuple(all_of(found)) for question, found in holding},
        {
            texts[key]: Links(is_seeded, hands_on, told, tuple(all_of(found)))
            for key, is_seeded, hands_on, told, found in links
        },
    )
    return contents, answers


def bytes_of(path: str) -> bytes | None:
    """The bytes of a file; None when it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return None
