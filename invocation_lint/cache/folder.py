"""The folder that holds the files of the cache: one for each project, command line and version of the program.

Only what the user alone may write is believed: whoever else could would decide what is found. Files are written whole
and put in place at once, so that runs at the same time see one or the other; the last one stays. Where there is too
much, the files that were used longest ago go first.
"""

from __future__ import annotations

import os
import re
import stat
import time
from contextlib import suppress
from pathlib import Path

APPLICATION = "invocation-lint"

MAX_BYTES = 200_000_000
"""What all files of the cache may hold together."""

MAX_FILE_BYTES = 60_000_000
"""What one file may hold: more takes longer to read than it saves."""

_TAG = "CACHEDIR.TAG"
_TAG_TEXT = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This folder is the cache of invocation-lint (https://bford.info/cachedir). It may be deleted at any time.\n"
)
_READING = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_WRITING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_OURS = re.compile(r"[0-9a-f]{32}\.cache(?:\.[0-9a-z_]+\.new)?")
_LEFT_OVER_SECONDS = 3600
"""The age from which on a file that was never put in place belongs to a run that was killed."""
_USED_SECONDS = 3600
"""How exactly the time of the last use is known."""


class Unusable(Exception):
    """Why a cache is not used, in words."""


def default_folder() -> Path:
    """Where the system keeps what programs of this user can make again."""
    from platformdirs import user_cache_dir

    return Path(user_cache_dir(APPLICATION, appauthor=False))


class Folder:
    """A folder for the cache at a path, which need not exist."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str) -> bytes | None:
        """The bytes of a file of the cache; None when there is none. Raises Unusable."""
        try:
            self._check(os.stat(self.path), "folder")  # noqa: PTH116
            descriptor = os.open(self.path / name, _READING)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unusable(f"{self.path}: cannot be read: {error.strerror or error}") from None
        try:
            status = os.fstat(descriptor)  # what was opened is what is checked
            self._check(status, "file")
            if status.st_size > MAX_FILE_BYTES:
                raise Unusable(f"{self.path / name}: is larger than any file that the cache writes")
            data = _all_of(descriptor)
        except OSError as error:
            raise Unusable(f"{self.path / name}: cannot be read: {error.strerror or error}") from None
        finally:
            os.close(descriptor)
        if time.time() - status.st_mtime > _USED_SECONDS:
            with suppress(OSError):
                os.utime(self.path / name)
        return data

    def _check(self, status: os.stat_result, kind: str) -> None:
        if kind == "file" and not stat.S_ISREG(status.st_mode):
            raise Unusable(f"{self.path}: contains something that is not a file")
        if os.name != "posix":
            return
        if status.st_uid != os.geteuid():
            raise Unusable(f"{self.path}: the {kind} belongs to another user")
        if status.st_mode & stat.S_IWOTH:
            raise Unusable(f"{self.path}: the {kind} is writable by every user")

    def write(self, name: str, data: bytes) -> None:
        """Puts a file into the cache, and takes out what was used longest ago if there is too much. Raises Unusable."""
        if len(data) > MAX_FILE_BYTES:
            raise Unusable(f"{self.path}: the results of this project are too large to keep")
        try:
            self._make()
            self._check(os.stat(self.path), "folder")  # noqa: PTH116
            made = self.path / f"{name}.{os.getpid():x}_{time.time_ns():x}.new"
            descriptor = os.open(made, _WRITING, 0o600)
            try:
                with open(descriptor, "wb") as file:  # noqa: PTH123
                    file.write(data)
                os.replace(made, self.path / name)  # noqa: PTH105
            except BaseException:
                with suppress(OSError):
                    os.unlink(made)  # noqa: PTH108
                raise
        except OSError as error:
            raise Unusable(f"{self.path}: cannot be written: {error.strerror or error}") from None
        self._bound(keep=name)

    def _make(self) -> None:
        if self.path.is_dir():
            return
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in ((_TAG, _TAG_TEXT), (".gitignore", "*\n")):
            (self.path / name).write_text(text, encoding="ascii")

    def _files(self) -> list[tuple[float, int, Path]]:
        """When each file of the cache was last used, how many bytes it has, and its path."""
        found = []
        with suppress(OSError), os.scandir(self.path) as listing:
            for entry in listing:
                if _OURS.fullmatch(entry.name):
                    with suppress(OSError):
                        status = entry.stat(follow_symlinks=False)
                        found.append((status.st_mtime, status.st_size, Path(entry.path)))
        return found

    def _bound(self, keep: str) -> None:
        files = self._files()
        total = sum(size for _, size, _ in files)
        now = time.time()
        for used, size, path in sorted(files):
            is_left_over = path.suffix == ".new" and now - used > _LEFT_OVER_SECONDS
            if is_left_over or (total > MAX_BYTES and path.name != keep):
                with suppress(OSError):
                    path.unlink()
                    total -= size

    def clean(self) -> tuple[int, int]:
        """Removes the files of the cache, and the folder when nothing else is in it: how many, and how many bytes.

        Raises OSError for one that cannot be removed.
        """
        files = self._files()
        for _, _, path in files:
            path.unlink(missing_ok=True)
        tag = self.path / _TAG
        if tag.is_file() and {one.name for one in self.path.iterdir()} <= {_TAG, ".gitignore"}:
            tag.unlink()
            (self.path / ".gitignore").unlink(missing_ok=True)
            self.path.rmdir()
        return len(files), sum(size for _, size, _ in files)


def _all_of(descriptor: int) -> bytes:
    found = []
    while piece := os.read(descriptor, 1 << 24):
        found.append(piece)
    return b"".join(found)
