"""Options that several commands have: which configuration, and what is said over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from invocation_lint.errors import UsageError
from invocation_lint.settings.files import Configuration

Command = TypeVar("Command", bound=Callable[..., Any])
_LISTS = ("select", "extend_select", "ignore", "exclude")
_KEYS = (*_LISTS, "fail_on", "profile", "possible", "force_exclude")

_CONFIGURATION = (
    click.option("--config", type=click.Path(path_type=Path), help="Use this configuration file for all files."),
    click.option("--isolated", is_flag=True, help="Ignore configuration files, and check each file on its own."),
    click.option(
        "--project",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        metavar="DIR",
        help="Follow values and callers through the modules in this folder.  [default: each file's repository]",
    ),
)
_RULES = (
    click.option("--select", multiple=True, metavar="RULES", help="Run only these rules: ids, names, families, all."),
    click.option("--extend-select", multiple=True, metavar="RULES", help="Run these rules in addition."),
    click.option("--ignore", multiple=True, metavar="RULES", help="Do not run these rules."),
    click.option("--profile", type=click.Choice(["default", "strict"]), help="The rules to run; strict adds advice."),
    click.option("--possible/--no-possible", default=None, help="Also show findings that are not certain."),
)
_FAIL_ON = click.option(
    "--fail-on", type=click.Choice(["error", "warning", "advice", "never"]), help="Exit 1 at this severity or above."
)
_FILES = (
    click.option("--exclude", multiple=True, metavar="PATTERN", help="Skip files and folders, as in .gitignore."),
    click.option(
        "--force-exclude/--no-force-exclude", default=None, help="Skip excluded files even if they are given."
    ),
)


def configuration_options(command: Command) -> Command:
    """Adds --config, --isolated and --project."""
    return _add(command, _CONFIGURATION)


def run_options(command: Command) -> Command:
    """Adds what a configuration says too, and which configuration to use."""
    return _add(command, (*_RULES, _FAIL_ON, *_FILES, *_CONFIGURATION))


def _add(command: Command, options: tuple[Callable[[Command], Command], ...]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def configuration_of(given: Mapping[str, Any]) -> Configuration:
    """The configuration that the options of a command ask for. UsageError for two that exclude each other."""
    if given.get("isolated") and given.get("project"):
        raise UsageError("--isolated checks each file on its own, so --project has no effect: use one of them")
    values: dict[str, Any] = {}
    for name in _KEYS:
        value = given.get(name)
        if name in _LISTS:
            # --select INV1,INV2 and --select INV1 --select INV2 are the same; a pattern may hold a comma
            items = list(value or ()) if name == "exclude" else _split(value or ())
            if items:
                values[name.replace("_", "-")] = items
        elif value is not None:
            values[name.replace("_", "-")] = value
    return Configuration(
        config=given.get("config"),
        isolated=bool(given.get("isolated")),
        values=values,
        project=given.get("project"),
    )


def _split(texts: tuple[str, ...]) -> list[str]:
    return [word.strip() for text in texts for word in text.split(",") if word.strip()]
