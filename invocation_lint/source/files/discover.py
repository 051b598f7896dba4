"""Which files to read: those given, and the Python files below the folders given, as git would list them."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from invocation_lint.deployment.documents.candidates import LINTED
from invocation_lint.errors import UsageError
from invocation_lint.records import record
from invocation_lint.source.files.folders import Walk
from invocation_lint.source.files.ignores import with_separator

_ENDINGS = (".py", ".pyw", ".ipynb")
_GLOB = re.compile(r"[*?[]")
_NO_PYTHON = (
    "files in caches and virtual environments, installed packages, and files that git ignores are read only if named "
    "explicitly"
)


@record
class FoundFile:
    """A file to read and the name that findings show for it.

    The name is a posix path, from the working folder where the file lies below it. A folder that cannot be listed comes
    as a file too: reading it fails and is told. `real` is the path without links, equal for one file however it is
    reached; `given` says whether the path itself was named, `is_link` whether it is a link to a file.
    """

    path: Path
    name: str
    real: str
    given: bool = False
    is_link: bool = False


def find_files(
    paths: Sequence[str],
    *,
    leaves_out: Callable[[Path], bool] | None = None,
    on_stub: Callable[[str], None] | None = None,
    on_installed: Callable[[str], None] | None = None,
    on_document: Callable[[FoundFile], bool] | None = None,
) -> list[FoundFile]:
    """The files, each once, path by path and in each by name.

    A file that is named is taken whatever its name or git's ignores say; below a folder, modules, notebooks, and
    scripts that name Python in their first line. Type stubs (`.pyi`) hold no code that runs: `on_stub` is told of each.
    Packages that were installed below a folder are not the project's: `on_installed` is told of each.
    `on_document` is told of each document below a folder that may be a template, and says whether it is one.
    A path that does not exist is read as a glob. `leaves_out` is asked of each folder below one that is given: what it
    leaves out is not entered. A file that is reached by a link as well has its own name.

    Raises UsageError for a path that does not exist, a glob without a match, and a folder without Python files and
    templates. A folder of which all is left out is none of these.
    """
    found: dict[str, FoundFile] = {}
    for text in paths:
        for path in _expanded(text):
            for file in _files_at(path, text, leaves_out, on_stub, on_installed, on_document):
                first = found.setdefault(file.real, file)
                if first is not file:
                    kept = file if first.is_link and not file.is_link else first
                    found[file.real] = replace(kept, given=first.given or file.given)
    return list(found.values())


def holds_python(folder: str) -> bool:
    """Whether `find_files` finds something below a folder."""
    return any(True for _ in Walk(_ENDINGS, scripts=True).paths(os.path.abspath(folder)))


def shown_name(path: str) -> str:
    """A path as findings show it: posix, from the working folder where it lies below."""
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):  # no working folder; on Windows, another drive
        return Path(path).as_posix()
    outside = relative == os.pardir or relative.startswith(os.pardir + os.sep)
    return Path(path if outside else relative).as_posix()


def _expanded(text: str) -> list[str]:
    if os.path.lexists(text) or not _GLOB.search(text):
        return [text]
    from glob import glob

    matches = sorted(glob(text, recursive=True))
    if not matches:
        raise UsageError(f"{text}: no file matches")
    return matches


def _files_at(
    path: str,
    given: str,
    leaves_out: Callable[[Path], bool] | None,
    on_stub: Callable[[str], None] | None,
    on_installed: Callable[[str], None] | None,
    on_document: Callable[[FoundFile], bool] | None,
) -> Iterator[FoundFile]:
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        raise UsageError(f"{given}: {_why(path, error)}") from None
    if stat.S_ISREG(mode) and path.endswith(".pyi"):
        if on_stub is not None:
            on_stub(path)
        return
    if stat.S_ISREG(mode):
        yield given_file(path)
        return
    if not stat.S_ISDIR(mode):
        raise UsageError(f"{given}: is neither a file nor a folder")
    walk = Walk(_ENDINGS, scripts=True, leaves_out=leaves_out, documents=LINTED if on_document is not None else ())
    yield from _files_below(walk.paths(os.path.abspath(path)), path)
    templates = [one for one in _files_below(walk.documents, path) if on_document is not None and on_document(one)]
    if on_stub is not None:
        for stub in walk.stubs:
            on_stub(stub)
    if on_installed is not None:
        for package in walk.installed:
            on_installed(package)
    if not walk.met_any and not templates:
        raise UsageError(f"{given}: no Python files here", _NO_PYTHON)


def given_file(path: str) -> FoundFile:
    """A file that was named."""
    return FoundFile(Path(path), shown_name(path), os.path.realpath(path), given=True, is_link=os.path.islink(path))


def _why(path: str, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "a link that leads back to itself"
    if isinstance(error, FileNotFoundError) and os.path.islink(path):
        return f"a link to {os.readlink(path)}, which does not exist"
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "there is no such file or folder"
    return f"cannot be read: {error.strerror or error}"


def _files_below(paths: Iterable[tuple[str, bool]], top: str) -> Iterator[FoundFile]:
    """The files below `top`, in the order of their paths, each of which is given with whether it is a link."""
    absolute = os.path.abspath(top)
    found = sorted(paths)
    prefix, real = len(with_separator(absolute)), with_separator(os.path.realpath(top))
    name = shown_name(top)
    shown = "" if name == "." else with_separator(name)
    for path, is_link in found:
        below = path[prefix:]
        file_name = (shown + below).replace(os.sep, "/") if below else name
        target = os.path.realpath(path) if is_link else real + below
        yield FoundFile(Path(top, below), file_name, target, is_link=is_link)
