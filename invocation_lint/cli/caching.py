"""Where the cache is, and whether a run uses it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from invocation_lint.plain import plain
from invocation_lint.project import Project

if TYPE_CHECKING:
    from invocation_lint.cache.cache import Cache

Command = TypeVar("Command", bound=Callable[..., Any])

cache_dir_option = click.option(
    "--cache-dir",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="INVOCATION_LINT_CACHE_DIR",
    metavar="DIR",
    help="The folder of the cache.  [default: as configured, or the user's cache folder; env var:"
    " INVOCATION_LINT_CACHE_DIR]",
)
_NO_CACHE = click.option(
    "--no-cache",
    is_flag=True,
    envvar="INVOCATION_LINT_NO_CACHE",
    help="Check every file again, and cache nothing.  [env var: INVOCATION_LINT_NO_CACHE]",
)


def cache_options(command: Command) -> Command:
    """Adds --no-cache and --cache-dir."""
    return _NO_CACHE(cache_dir_option(command))


def folder_of(given: Path | None, project: Project) -> Path:
    """The folder of the cache: as given, else as the configuration of the working folder says, else the user's own."""
    from invocation_lint.cache.folder import default_folder

    return given or project.configuration.for_folder(Path.cwd()).cache_dir or default_folder()


def cache_of(given: Mapping[str, Any], project: Project) -> Cache | None:
    """The cache of a run; None where none is wanted."""
    if given["no_cache"] or given.get("profile_analysis"):
        return None
    from invocation_lint.cache.cache import Cache

    quiet = given["quiet"]
    return Cache(folder_of(given["cache_dir"], project), project, lambda why: None if quiet else _complain(why))


def _complain(why: str) -> None:
    if sys.stderr is not None:
        print(plain(why), file=sys.stderr)
