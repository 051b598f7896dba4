"""The functions that a name may mean by its words: those that templates deploy, and handlers that no template names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from invocation_lint.analysis.project import Program
from invocation_lint.deployment.model import Function
from invocation_lint.deployment.values import Key, pieces_of
from invocation_lint.facts.building.handlers import is_handler
from invocation_lint.facts.building.links.code import HANDLER, Code, Entry
from invocation_lint.facts.building.links.words import best, has_run, nearness, parts_of, words_of
from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.source.files.test_paths import is_of_tests
from invocation_lint.source.lambda_code import is_handler_code

MAX_SUPPOSED = 8
"""Functions that may be meant: of more, nothing is said."""

MAX_HANDLERS = 400
"""Handlers of a project by their looks: of more, none is supposed."""

_TAKES_CONTEXT = re.compile(rb"^(?:async )?def +handler\(\s*\w+\b[^,()]*,\s*_*(?:context|ctx)\b", re.MULTILINE)
"""A handler by its name, whatever it calls its event."""

_IS_MADE = re.compile(rb"^(handler|lambda_handler)[ \t]*(?::[^=\n]+)?=[ \t]*[\w.]+\(", re.MULTILINE)
"""A handler that a call makes of an application or of another function."""

_PLAIN = frozenset({"handler", "lambda_handler"})
_BY_HAND = frozenset({"main", "run"})
"""What handlers are called, and what it is in the same module that a handler calls, or a person."""

Names = tuple[tuple[str, ...], ...]


@record
class Candidate:
    """A function that may be meant, with its names in words, and as they are written."""

    function: Function
    names: Names
    written: tuple[str, ...]


@record
class HandlerAt:
    """A handler by its looks: the key of its module, its name in it, and its place."""

    module: str
    name: str
    place: Place


class Candidates:
    """The functions of a project, by their names."""

    def __init__(self, code: Code, program: Program) -> None:
        self._code = code
        self._files = program.modules.files
        self._modules = program.modules

    def alike(self, name: str, own: set[Key], least: int = 1, *, literally: bool = False) -> list[Function]:
        """The functions, others than those that run the code, whose names are most like a name; none where they are too
        many. A name that stands `literally` in the code may be that of the function itself."""
        wanted = words_of(name)
        others = [one for one in self._every if one.function.key not in own]
        scored = [(best(wanted, one.names), one) for one in others]
        most = max((score for score, _ in scored), default=(0, 0))
        found = [one for score, one in scored if score == most] if most[0] >= least else []
        if not found:  # `lambda2` tells a folder from `lambda1` by its number alone
            found = [one for one in others if any(_is_numbered(told, name) for told in one.written)]
        itself = [one for one in self._every if one.function.key in own and nearness(name, one.written) == 2]
        if literally and itself and not any(nearness(name, one.written) == 2 for one in found):
            found = itself
        return [one.function for one in _nearest(name, found)]

    def functions_in(self, module: str) -> list[Function]:
        """The functions whose handlers are in a module."""
        held = list(self._code.handled_by(module))
        return held or [one.function for one in self._undeployed if one.function.key.template == module]

    @cached_property
    def handlers(self) -> list[HandlerAt]:
        """The handlers of the project by their looks: functions, and what a call makes of something else."""
        found: list[HandlerAt] = []
        for path in self._files.walked:
            if not path.endswith(".py") or is_of_tests(self.below(path)):
                continue
            data = self._files.read(path) or b""
            may_be = is_handler_code(data) or _TAKES_CONTEXT.search(data) or _IS_MADE.search(data)
            held = self._modules.load(path) if may_be else None
            every = held.functions.values() if held is not None else ()
            own = [one for one in every if one.parent is None and one.cls is None and is_handler(one)]
            is_plain = any(one.name in _PLAIN for one in own)
            found += (HandlerAt(path, one.name, one.place) for one in own if not (is_plain and one.name in _BY_HAND))
            made = _IS_MADE.search(data) if held is not None and not own else None
            if made is not None and held is not None:
                name, line = made[1].decode("ascii"), data.count(b"\n", 0, made.start()) + 1
                found.append(HandlerAt(path, name, Place(held.path, line, 1, line, len(name) + 1)))
            if len(found) > MAX_HANDLERS:
                return []
        return found

    def below(self, path: str) -> str:
        """A path below the root of the project."""
        return self._files.path_below_root(path)

    @cached_property
    def _every(self) -> list[Candidate]:
        """All functions that are deployed, and handlers that no template names."""
        found = []
        for one in self._code.deployed.all(Function):
            entry = self._code.entry_of(one)
            at = (self.below(entry.module), entry.name) if entry is not None else None
            places, written = (names_of_place(*at), written_of_place(*at)) if at is not None else ((), ())
            found.append(Candidate(one, (*names_of(one), *places), (*_written(one), *written)))
        return [*found, *self._undeployed]

    @cached_property
    def _undeployed(self) -> list[Candidate]:
        found: list[Candidate] = []
        for one in self.handlers:
            if not self._code.handled_by(one.module):
                at = self.below(one.module), one.name
                function = Function(Key(one.module, ":".join(at)), HANDLER, one.place)
                self._code.note(function, Entry(one.module, one.name))
                found.append(Candidate(function, names_of_place(*at), written_of_place(*at)))
        return found


def _nearest(name: str, found: list[Candidate]) -> list[Candidate]:
    """Those whose names are written most like a name, of several that have its words: `pdf-to-docx` is not the one that
    is called `docx_to_pdf`."""
    near = [nearness(name, one.written) for one in found] if len(found) > 1 else []
    kept = [one for one, rank in zip(found, near, strict=True) if rank == max(near)] if near else found
    return kept if len(kept) <= MAX_SUPPOSED else []


def nearest_to(function: Function, paths: list[str]) -> list[int]:
    """Of several handlers at these paths, which are written most like the names of a function."""
    near = [
        max((nearness(name, written_of_place(path, "")) for name in _written(function)), default=0) for path in paths
    ]
    return [at for at, rank in enumerate(near) if rank == max(near)]


def _is_numbered(told: str, name: str) -> bool:
    """Whether a name has in it one that is told from others by its number alone."""
    own = parts_of(told)
    return not words_of(told) and any(one.isdigit() for one in own) and has_run(parts_of(name), own)


def names_of(function: Function) -> Names:
    """The names of a function in words: of its archive, its own in the template, and the physical ones."""
    return tuple(dict.fromkeys(words for one in _written(function) if (words := words_of(one))))


def _written(function: Function) -> tuple[str, ...]:
    id = function.key.id.rpartition("/")[2].rpartition(".")[2].partition("#")[0]
    return tuple(filter(None, (function.code.archive, id, function.called, *_physical(function))))


def _physical(function: Function) -> Iterator[str]:
    for content in function.name.contents if function.name is not None else ():
        yield " ".join(piece for piece in pieces_of(content) or () if isinstance(piece, str))


def names_of_place(path: str, name: str) -> Names:
    """The names of a handler in words: of the nearest folder that has one of its own, of its file, both together, and
    of its function."""
    folders = path.split("/")
    stem = words_of(folders.pop().removesuffix(".py"))
    folder = next(filter(None, map(words_of, reversed(folders))), ())
    return tuple(dict.fromkeys(filter(None, (folder, stem, (*folder, *stem), words_of(name)))))


def written_of_place(path: str, name: str) -> tuple[str, ...]:
    """The names of a handler as they are written: of its folder, its file, both together, and its function."""
    folder, _, file = path.rpartition("/")
    stem, last = file.removesuffix(".py"), folder.rpartition("/")[2]
    return tuple(filter(None, (last, stem, f"{last}-{stem}", name)))


__all__ = ["MAX_SUPPOSED", "Candidates", "HandlerAt", "Names", "names_of", "names_of_place", "nearest_to"]
