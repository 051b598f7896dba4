"""Projects of many files that live on: each generation, most files are mutated, or begun anew from the corpus."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random

from tests.fuzz.corpus import corpus
from tests.fuzz.mutations import ELSEWHERE, is_python, mutated

Files = Mapping[str, str]
_ANEW = 0.6
"""The share of the changed files that begin anew; the others are changed once more."""
_PACKAGES = ("", "", "service/", "service/jobs/", "tests/")


class Evolving:
    """The files of a project, by name. `inputs` counts the texts that were made, `parsed` those that are Python."""

    def __init__(self, size: int, seed: str) -> None:
        self.chance = Random(seed)
        self.files: dict[str, str] = {}
        self.inputs = self.parsed = 0
        templates = max(1, size // 25)
        self._names = [f"{_PACKAGES[n % len(_PACKAGES)]}m{n}.py" for n in range(size - templates)]
        suffixes = [corpus().templates[self.chance.randrange(len(corpus().templates))] for _ in range(templates)]
        self._templates = [f"stack{n}/template{suffix}" for n, (suffix, _) in enumerate(suffixes)]
        for name in (*self._names, *self._templates):
            self._change(name, anew=True)

    def next(self) -> None:
        """Changes three of four files."""
        for name in (*self._names, *self._templates):
            if self.chance.random() < 0.75:
                self._change(name, anew=self.chance.random() < _ANEW)

    def _change(self, name: str, *, anew: bool) -> None:
        text = self._original(name) if anew else self.files[name]
        if name in self._templates:
            others = [text for suffix, text in corpus().templates if name.endswith(suffix)]
            self.files[name] = mutated(text, others, self.chance, ELSEWHERE)
        else:
            others = [self.chance.choice(corpus().programs) for _ in range(3)]
            written = [(other, self.files[other]) for other in self._names if other in self.files]
            if written:
                neighbour, theirs = self.chance.choice(written)
                others.append(f"#: {neighbour[:-3].replace('/', '.')}\n{theirs}")
            self.files[name] = mutated(text, others, self.chance)
            self.parsed += is_python(self.files[name])
        self.inputs += 1

    def _original(self, name: str) -> str:
        if name in self._templates:
            return self.chance.choice([text for suffix, text in corpus().templates if name.endswith(suffix)])
        return self.chance.choice(corpus().programs if self.chance.random() < 0.85 else corpus().modules)


def write(folder: Path, files: Files) -> None:
    """Writes the files that differ from what is there, and takes away those that are not among them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".git").mkdir(exist_ok=True)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, text in files.items():
        path, data = folder / name, text.encode("utf-8", "surrogatepass")
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
