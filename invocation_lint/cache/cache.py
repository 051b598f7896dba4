"""The cache that a run asks: which outcomes still hold, and keeping those that were found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from invocation_lint.cache.fingerprint import fingerprint
from invocation_lint.cache.folder import Folder, Unusable
from invocation_lint.cache.shard import Asked, SettingsTexts, Shard
from invocation_lint.cache.stored import Stored, packed
from invocation_lint.outcome import Input, Outcome
from invocation_lint.programs import News
from invocation_lint.project import Project
from invocation_lint.settings.keys import Settings
from invocation_lint.source.record import digest


class Cache:
    """The cache in a folder, for one run. `complain` is told, once, why it cannot be used."""

    def __init__(self, folder: Path, project: Project, complain: Callable[[str], None]) -> None:
        self._folder = Folder(folder)
        self._project = project
        self._complain = complain
        self._has_complained = False
        self._texts = SettingsTexts(project)
        self._shards: dict[str, Shard] = {}
        self._shard_of: dict[str, str] = {}
        self._of_all = ""
        self.known: dict[str, Outcome] = {}
        """The outcomes that were looked up and still hold, by the names of files."""

    def look_up(self, inputs: Sequence[Input]) -> None:
        """Find the outcomes that still hold. Raises UsageError when the configuration of a file is wrong.

        A run with a text that is no file's, or with names that only it gives to files, has nothing to do with others.
        """
        here = Path.cwd().as_posix().rstrip("/")
        given: dict[str, list[Asked]] = {}
        for one in inputs:
            key = _key(one, here)
            if key is None:
                return
            root = str(self._project.programs.root_of(one.path)) if self._project.programs is not None else ""
            given.setdefault(root, []).append(Asked(one.name, key, self._project.settings(one.path)))
        self._of_all = repr((fingerprint(), here, self._project.configuration.recipe, self._project.mends))
        for root, asked in given.items():
            self._look_into(root, asked, here)

    def _look_into(self, root: str, asked: Sequence[Asked], here: str) -> None:
        name = digest(f"{self._of_all} {root}".encode("utf-8", "surrogateescape"))
        shard = self._shards[name] = Shard(self._project, root or None, self._texts, here)
        self._shard_of.update({one.name: name for one in asked})
        try:
            data = self._folder.read(f"{name}.cache")
            self.known |= shard.look_up(Stored(data, name) if data is not None else None, asked)
        except Unusable as why:
            self._tell(why)
        except (
            KeyError,
            TypeError,
            ValueError,
            IndexError,
            AttributeError,
        ):  # whole, and yet of another form
            self._tell(Unusable(f"{self._folder.path}: one of its files has a different format"))
        else:
            return
        shard = self._shards[name] = Shard(self._project, root or None, self._texts, here)
        shard.look_up(None, asked)

    def vouches(self, settings: Settings) -> bool:
        """Whether settings were found to be right before, and what they name has not changed since."""
        return any(self._texts.text(settings) in shard.vouched for shard in self._shards.values())

    def keep(self, outcomes: Mapping[str, Outcome], news: Sequence[News]) -> None:
        """Keep the outcomes of files that were linted, by their names; `news` is what was asked of projects."""
        for name, shard in self._shards.items():
            own = {one: outcome for one, outcome in outcomes.items() if self._shard_of[one] == name}
            parts = shard.parts(own, [one for one in news if one.root == (shard.root or "")])
            if parts is not None:
                try:
                    self._folder.write(f"{name}.cache", packed(name, parts))
                except Unusable as why:
                    self._tell(why)

    def _tell(self, why: Unusable) -> None:
        if not self._has_complained:
            self._has_complained = True
            self._complain(f"warning: the cache is not used: {why}")


def _key(given: Input, here: str) -> str | None:
    """The absolute path of a file, if any run from this folder gives it the same name; None for a text."""
    if given.data is not None:
        return None
    path = given.path.as_posix()
    key = path if path.startswith("/") else f"{here}/{path}"
    return key if given.name == key.removeprefix(f"{here}/") else None
