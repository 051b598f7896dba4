"""The files of another git revision, written to a folder for the time of a run.

They are read from git's objects: no working tree is touched, no hook or filter runs, nothing is left behind.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from invocation_lint.errors import UsageError
from invocation_lint.plain import plain
from invocation_lint.records import record

_LARGEST = 2_000_000  # bytes; what is larger is no source that is linted
_LINK = "120000"


@record
class Revision:
    """A revision: its short id, the root of the repository, the folder that holds its files, and what was renamed
    since (the path now: the path then)."""

    id: str
    root: Path
    folder: Path
    renamed: Mapping[str, str]


@contextmanager
def files_at(name: str, here: Path) -> Iterator[Revision]:
    """The files at the merge base of a revision and HEAD, which is the revision itself when it lies before HEAD.

    UsageError when `here` is in no repository, git is not there, or the revision is not known.
    """
    root = Path(_git(here, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n"))
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").decode().strip()
    base = subprocess.run(["git", "merge-base", commit, "HEAD"], cwd=root, capture_output=True, check=False)
    commit = base.stdout.decode().strip() or commit
    folder = Path(tempfile.mkdtemp(prefix="invocation-lint-"))
    try:
        _write(root, commit, folder)
        _mark_as_repository(root, folder)
        yield Revision(commit[:10], root, folder, _renamed(root, commit))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    except OSError as error:
        raise UsageError(f"--diff-base: git cannot be run: {error.strerror or error}") from None
    if done.returncode != 0:
        why = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ").partition("\n")[0]
        if not why:
            why = f"git knows no revision {arguments[-1].removesuffix('^{commit}')!r}"
            raise UsageError(f"--diff-base: {why}", "it may be missing in a shallow clone: fetch it first")
        raise UsageError(f"--diff-base: {why}")
    return done.stdout


def _write(root: Path, commit: str, folder: Path) -> None:
    """Writes the files of a commit, those of its submodules among them; very large files are left out."""
    blobs: list[tuple[str, str, str]] = []
    submodules: list[tuple[str, str]] = []
    for entry in _git(root, "ls-tree", "-r", "-z", "-l", commit).split(b"\0"):
        about, _, name = entry.partition(b"\t")
        if name:
            mode, kind, identity, size = about.decode().split()
            path = name.decode("utf-8", "surrogateescape")
            if kind == "blob" and int(size) <= _LARGEST:
                blobs.append((mode, identity, path))
            elif kind == "commit" and (root / path / ".git").exists():  # else its files are not there now either
                submodules.append((path, identity))
    with subprocess.Popen(
        ["git", "cat-file", "--batch"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        for mode, identity, path in blobs:
            process.stdin.write(f"{identity}\n".encode())
            process.stdin.flush()
            _write_file(folder / path, _blob(process.stdout), is_link=mode == _LINK)
    for path, identity in submodules:
        _write_submodule(root / path, identity, folder / path)


def _write_submodule(root: Path, commit: str, folder: Path) -> None:
    """Writes the files of a submodule; without its commit, what is found in it counts as new, and a line says so."""
    try:
        _write(root, commit, folder)
        folder.mkdir(parents=True, exist_ok=True)
        _mark_as_repository(root, folder)
    except UsageError:
        why = f"the submodule lacks its commit {commit[:10]}, so everything found in it counts as new"
        print(plain(f"{root.name}: {why} (git submodule update fetches it)"), file=sys.stderr)


def _blob(answers: IO[bytes]) -> bytes:
    size = int(answers.readline().split()[2])
    data = answers.read(size)
    answers.read(1)
    return data


def _write_file(path: Path, data: bytes, *, is_link: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if is_link:
        path.symlink_to(os.fsdecode(data))
    else:
        path.write_bytes(data)


def _mark_as_repository(root: Path, folder: Path) -> None:
    """Makes the folder the end of every search for a configuration or a project, with the repository's own ignores."""
    (folder / ".git" / "info").mkdir(parents=True)
    exclude = Path(root, os.fsdecode(_git(root, "rev-parse", "--git-path", "info/exclude").rstrip(b"\n")))
    if exclude.is_file():
        shutil.copyfile(exclude, folder / ".git" / "info" / "exclude")


def _renamed(root: Path, commit: str) -> dict[str, str]:
    """The paths that were renamed between a commit and the working tree."""
    told = _git(
        root, "diff", "--no-ext-diff", "--ignore-submodules=all", "--name-status", "-z", "-M", "--diff-filter=R", commit
    )
    parts: Sequence[str] = [part.decode("utf-8", "surrogateescape") for part in told.split(b"\0")]
    return {parts[at + 2]: parts[at + 1] for at in range(0, len(parts) - 2, 3)}
