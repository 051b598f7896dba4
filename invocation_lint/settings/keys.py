"""What a run was told: the keys of the configuration, their types, and the resolved `Settings`.

Reading the files is `configuration.py`'s; which rules the words of `select` and `ignore` mean is known by the rulebook.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import field, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from invocation_lint.documents.nodes import Node, unknown_name
from invocation_lint.records import record

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

FailOn = Literal["error", "warning", "advice", "never"]
Profile = Literal["default", "strict"]


@record
class Key:
    """One key of the configuration: its name, the kind of its value, and what it does."""

    name: str
    kind: Literal["texts", "paths", "file", "yes_no", "word", "overrides", "rule_options", "functions"]
    doc: str
    words: tuple[str, ...] = ()


KEYS: tuple[Key, ...] = (
    Key("select", "texts", "rules to run instead of those of the profile: ids, names, families (INV3, INV3xx) or all"),
    Key("extend-select", "texts", "rules to run in addition to the selected ones"),
    Key("ignore", "texts", "rules not to run; the more specific of select and ignore applies"),
    Key("profile", "word", "which rules run by default; strict adds advice", ("default", "strict")),
    Key("possible", "yes_no", "whether findings that are not certain are also shown"),
    Key(
        "fail-on",
        "word",
        "the lowest severity that makes the exit status 1",
        ("error", "warning", "advice", "never"),
    ),
    Key(
        "exclude", "texts", "files and folders to skip: patterns as in .gitignore, relative to the folder of this file"
    ),
    Key("force-exclude", "yes_no", "whether exclude also applies to files named on the command line"),
    Key("contracts", "paths", "contract files, which say what your functions expect"),
    Key(
        "functions",
        "functions",
        "the functions behind variables and settings that are set elsewhere: a table of names and functions",
    ),
    Key("extra-rules", "paths", "folders with your own rules"),
    Key("rules", "rule_options", "rule options: a table for each rule, by id or name"),
    Key("boundary-paths", "texts", "code whose callers handle its errors: patterns as in .gitignore"),
    Key("boundary-frameworks", "texts", "frameworks that handle the errors of their views"),
    Key(
        "job-tables",
        "texts",
        "globs for tables and ORM classes (capitalized) that hold jobs; replaces the default names",
    ),
    Key("baseline", "file", "the baseline of `invocation-lint check`, if the current folder uses this configuration"),
    Key("cache-dir", "file", "the folder of the cache, if the current folder uses this configuration"),
    Key(
        "overrides",
        "overrides",
        "different values for some paths: a list of tables with `paths` and the keys to change",
    ),
)
BASELINE_NAME = ".invocation-lint-baseline.json"
OVERRIDE_KEYS = ("select", "extend-select", "ignore", "profile", "possible", "rules")
_BY_NAME = MappingProxyType({key.name: key for key in KEYS})


@record
class Origin:
    """Where a value comes from: a file with its line (0 when not known), the command line, or the default."""

    source: str = "default"
    line: int = 0

    def __str__(self) -> str:
        return f"{self.source}:{self.line}" if self.line else self.source


@record
class Override:
    """Other values, with their origins, for the files that match one of `paths`."""

    paths: tuple[str, ...]
    values: Mapping[str, tuple[Any, Origin]]


@record
class Settings:
    """Resolved settings of one file. `root` is the folder that patterns count from; `origins` is by key."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    profile: Profile = "default"
    possible: bool = False
    fail_on: FailOn = "warning"
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    contracts: tuple[Path, ...] = ()
    functions: tuple[tuple[str, str], ...] = ()
    extra_rules: tuple[Path, ...] = ()
    rules: Mapping[str, Mapping[str, Node]] = field(default_factory=dict)
    boundary_paths: tuple[str, ...] = ()
    boundary_frameworks: tuple[str, ...] = ()
    job_tables: tuple[str, ...] | None = None
    baseline: Path | None = None
    cache_dir: Path | None = None
    overrides: tuple[Override, ...] = ()
    root: Path = field(default_factory=Path)
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def origin(self, key: str) -> Origin:
        """Where the value of a key comes from."""
        return self.origins.get(key, Origin())

    def excludes(self, path: Path) -> bool:
        """Whether the `exclude` of these settings leaves a file out."""
        return matches(self.exclude, path.absolute(), self.root)

    def with_values(self, values: Mapping[str, tuple[Any, Origin]]) -> Settings:
        """These settings with other values, by key; options of rules are merged, everything else is replaced."""
        changed = {name.replace("-", "_"): value for name, (value, _) in values.items()}
        if "rules" in changed:
            changed["rules"] = {
                rule: {**self.rules.get(rule, {}), **changed["rules"].get(rule, {})}
                for rule in dict.fromkeys((*self.rules, *changed["rules"]))
            }
        origins = {name: origin for name, (_, origin) in values.items()}
        return replace(self, **changed, origins={**self.origins, **origins})

    def for_path(self, path: Path) -> Settings:
        """The settings of one file: the overrides that match it are applied in order."""
        settings = self
        for override in self.overrides:
            if matches(override.paths, path, self.root):
                settings = settings.with_values(override.values)
        return settings


def matches(patterns: tuple[str, ...], path: Path, root: Path) -> bool:
    """Whether a path is matched by patterns as in .gitignore, counted from `root`; a path outside of it is not."""
    if not patterns:
        return False
    try:
        relative = path.relative_to(root)
    except ValueError:
        return False
    return _spec(patterns).match_file(relative.as_posix())


@lru_cache(maxsize=64)
def _spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)


def read_key(name: str, node: Node, folder: Path, allowed: tuple[str, ...] = tuple(_BY_NAME)) -> Any:
    """The value of a key, checked and turned into what `Settings` holds. Paths count from `folder`.

    Raises UsageError, with the place, for an unknown key or a value of the wrong type.
    """
    if name not in allowed:
        raise node.error(unknown_name("key", name, allowed))
    return _READERS[_BY_NAME[name].kind](_BY_NAME[name], node, folder)


def read_keys(table: Node, folder: Path, allowed: tuple[str, ...] = tuple(_BY_NAME)) -> dict[str, tuple[Any, Origin]]:
    """The values of a table's keys with their origins; `_` is read as `-`."""
    read: dict[str, tuple[Any, Origin]] = {}
    for written, node in table.mapping().items():
        name = written.replace("_", "-")
        line, _ = table.keys.get(written, (0, 0))
        if name not in allowed:
            raise table.key_error(written, unknown_name("key", written, allowed))
        if name in read:
            raise table.key_error(written, f"the key {name!r} appears twice", "- and _ are the same in keys")
        read[name] = (read_key(name, node, folder, allowed), Origin(node.path, line))
    return read


def _texts(key: Key, node: Node, folder: Path) -> tuple[str, ...]:
    return node.texts()


def _paths(key: Key, node: Node, folder: Path) -> tuple[Path, ...]:
    found: list[Path] = []
    for item in node.items():
        text = item.text()
        is_glob = any(sign in text for sign in "*?[") and not Path(text).is_absolute()
        paths = sorted(folder.glob(text)) if is_glob else [folder / text]
        if not paths or not all(path.exists() for path in paths):
            raise item.error(f"{key.name}: {text!r} does not exist", f"paths are relative to {folder}")
        found += paths
    return tuple(dict.fromkeys(path.resolve() for path in found))


def _file(key: Key, node: Node, folder: Path) -> Path:
    """A file that may not be there yet."""
    return Path(os.path.normpath(folder.absolute() / node.text()))


def _yes_no(key: Key, node: Node, folder: Path) -> bool:
    return node.boolean()


def _word(key: Key, node: Node, folder: Path) -> str:
    return node.text(key.words, f"value of {key.name}")


def _rule_options(key: Key, node: Node, folder: Path) -> dict[str, dict[str, Node]]:
    """Options by rule, unread: what a rule's options are and their types is known by the rulebook."""
    return {rule: dict(options.mapping()) for rule, options in node.mapping().items()}


def _functions(key: Key, node: Node, folder: Path) -> tuple[tuple[str, str], ...]:
    """Names of settings, each with the function that it names."""
    found = []
    for name, function in node.mapping().items():
        if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", name):
            raise node.key_error(name, f"functions: {name!r} is neither a variable nor the dotted name of a setting")
        found.append((name, function.text()))
    return tuple(found)


def _overrides(key: Key, node: Node, folder: Path) -> tuple[Override, ...]:
    overrides = []
    for table in node.items():
        if "paths" not in table.mapping():
            raise table.error("overrides: `paths` is missing", "name the files that these values apply to")
        rest = Node({name: item for name, item in table.value.items() if name != "paths"}, table.path, table.line)
        rest.keys = table.keys
        values = read_keys(rest, folder, OVERRIDE_KEYS)
        overrides.append(Override(table.value["paths"].texts(), values))
    return tuple(overrides)


_READERS = MappingProxyType(
    {
        "texts": _texts,
        "paths": _paths,
        "file": _file,
        "yes_no": _yes_no,
        "word": _word,
        "overrides": _overrides,
        "rule_options": _rule_options,
        "functions": _functions,
    }
)
