"""`invocation-lint cache`: where what earlier runs found is kept, and removing it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from invocation_lint.cli.caching import cache_dir_option, folder_of
from invocation_lint.cli.options import configuration_of, configuration_options
from invocation_lint.errors import UsageError
from invocation_lint.plain import plain
from invocation_lint.project import Project


@click.group("cache")
def command() -> None:
    """Show where the cache is, or remove its contents."""


@command.command("dir")
@cache_dir_option
@configuration_options
def show(cache_dir: Path | None, **given: Any) -> int:
    """Print the folder of the cache."""
    click.echo(folder_of(cache_dir, Project(configuration_of(given))))
    return 0


@command.command("clean")
@cache_dir_option
@configuration_options
def clean(cache_dir: Path | None, **given: Any) -> int:
    """Remove the contents of the cache. Nothing else in its folder is touched."""
    from invocation_lint.cache.folder import Folder

    folder = Folder(folder_of(cache_dir, Project(configuration_of(given))))
    try:
        files, size = folder.clean()
    except OSError as error:
        raise UsageError(f"{folder.path}: cannot be removed: {error.strerror or error}") from None
    click.echo(plain(f"{folder.path}: {files} {'file' if files == 1 else 'files'} removed, {size / 1_000_000:.1f} MB"))
    return 0
