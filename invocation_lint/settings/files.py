"""Where settings come from: the nearest `[tool.invocation-lint]` or `.invocation-lint.yaml`, and the command line.

One `Configuration` serves a run. The nearest file wins whole: files are not merged. What the command line says
wins over every file and every override.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from invocation_lint.documents.nodes import Node, node_of, read_text, read_toml, read_yaml
from invocation_lint.errors import UsageError
from invocation_lint.records import record
from invocation_lint.settings.keys import Origin, Settings, read_key, read_keys

PYPROJECT = "pyproject.toml"
YAML_NAME = ".invocation-lint.yaml"
TABLE = "invocation-lint"
_NEAR_NAMES = (".invocation-lint.yml", ".invocation-lint.toml", ".invocation_lint.yaml")
_NEAR_TABLE = re.compile(
    r"""^[ \t]*(?P<name>\[\[?[ \t]*(?:tool[ \t]*\.[ \t]*["']?invocation_?lint|["']?invocation[-_]lint)\b[^\]\n]*\]+)""",
    re.MULTILINE | re.IGNORECASE,
)
"""A table of TOML that is meant for this tool and has another name."""

COMMAND_LINE = "the command line"
_ADDING = frozenset({"extend-select", "ignore"})  # on the command line these add to what the file says


@record
class Recipe:
    """What a `Configuration` is made of, to make it again in another process."""

    config: Path | None
    isolated: bool
    values: tuple[tuple[str, Any], ...]
    project: Path | None


class Configuration:
    """The settings of any file of a run, each configuration read once.

    `config` is the file to use for all, else the nearest of each is looked for; `isolated` looks for none, and at each
    file alone; `project` is the folder whose modules are known, else each file's own. `values` are keys as given on the
    command line, unchecked. Raises UsageError for what is wrong in either.
    """

    def __init__(
        self,
        *,
        config: Path | None = None,
        isolated: bool = False,
        values: Mapping[str, Any] | None = None,
        project: Path | None = None,
    ) -> None:
        texts = {name: tuple(value) if isinstance(value, list) else value for name, value in (values or {}).items()}
        self.recipe = Recipe(config, isolated, tuple(texts.items()), project)
        self.isolated = isolated
        self.given = config
        self.project = project
        self._by_folder: dict[Path, Settings] = {}
        self._by_file: dict[Path, Settings] = {}
        here = Path.cwd()
        self._given = {
            name: (read_key(name, node_of(value, COMMAND_LINE), here), Origin(COMMAND_LINE))
            for name, value in (values or {}).items()
        }
        self._fixed: Settings | None = None
        if config is not None:
            self._fixed = self._under_command_line(_read_given(config))
        elif isolated:
            self._fixed = self._under_command_line(Settings(root=here))

    @classmethod
    def of(cls, recipe: Recipe) -> Configuration:
        """The configuration of a recipe."""
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in recipe.values}
        return cls(config=recipe.config, isolated=recipe.isolated, values=values, project=recipe.project)

    def for_folder(self, folder: Path) -> Settings:
        """The settings that hold in a folder, before overrides."""
        if self._fixed is not None:
            return self._fixed
        folder = folder.absolute()
        if folder not in self._by_folder:
            file = _file_in(folder)
            parent = folder.parent
            if file is not None:
                settings = self._under_command_line(file)
            elif is_top(folder):
                settings = self._under_command_line(Settings(root=folder))
            else:
                settings = self.for_folder(parent)
            self._by_folder[folder] = settings
        return self._by_folder[folder]

    def for_file(self, path: Path) -> Settings:
        """The settings of one file: of its folder, with the overrides for its path, under the command line."""
        path = path.absolute()
        if path not in self._by_file:
            settings = self.for_folder(path.parent)
            self._by_file[path] = self._under_command_line(settings.for_path(path)) if settings.overrides else settings
        return self._by_file[path]

    def is_configuration(self, path: Path) -> bool:
        """Whether a file is one that settings are read from."""
        if self.given is not None:
            return path.absolute() == self.given.absolute()
        is_ours = path.name == YAML_NAME or (path.name == PYPROJECT and _table_of(path) is not None)
        return is_ours and not self.isolated

    def _under_command_line(self, settings: Settings) -> Settings:
        """Command-line values over these settings; `--select` also lifts what the file ignores and adds."""
        values = {name: item for name, item in self._given.items() if name != "exclude"}
        if "select" in values:
            nothing = ((), Origin(COMMAND_LINE))
            values = {"extend-select": nothing, "ignore": nothing, **values}
        else:
            for name in _ADDING & values.keys():
                added, origin = values[name]
                before = getattr(settings, name.replace("-", "_"))
                values[name] = (tuple(dict.fromkeys((*before, *added))), origin)
        return settings.with_values(values) if values else settings

    @property
    def exclude_given(self) -> tuple[str, ...]:
        """The patterns of `--exclude`; they count from the working folder."""
        return self._given["exclude"][0] if "exclude" in self._given else ()


def is_top(folder: Path) -> bool:
    """Whether the search for settings ends at a folder: the top of a repository, or of everything."""
    try:
        return folder.parent == folder or (folder / ".git").exists()
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    """Whether there is such a file; False in a folder that may not be entered."""
    try:
        return path.is_file()
    except OSError:
        return False


def _file_in(folder: Path) -> Settings | None:
    """The settings that a folder's own configuration file holds, or None when it has none."""
    pyproject, yaml_file = folder / PYPROJECT, folder / YAML_NAME
    for name in _NEAR_NAMES:
        if _is_file(folder / name):
            where = f"{YAML_NAME}, or [tool.{TABLE}] in {PYPROJECT}"
            message = f"{shown(folder / name)} is not read: the configuration is {where}"
            raise UsageError(message, f"rename it to {YAML_NAME}")
    table = _table_of(pyproject) if _is_file(pyproject) else None
    if _is_file(yaml_file):
        if table is not None:
            raise UsageError(
                f"{folder} contains two configurations: {YAML_NAME} and [tool.{TABLE}] in {PYPROJECT}",
                "keep one of them",
            )
        return _read_yaml(yaml_file)
    return None if table is None else _settings_of(table, pyproject)


def _read_given(path: Path) -> Settings:
    """The settings of the file given with `--config`."""
    if not path.is_file():
        raise UsageError(f"{path}: there is no such configuration file")
    if path.suffix in (".yaml", ".yml"):
        return _read_yaml(path)
    if path.suffix != ".toml":
        raise UsageError(f"{path}: the name of a configuration file must end in .toml or .yaml")
    table = _table_of(path)
    if table is None:
        raise UsageError(f"{path} has no table [tool.{TABLE}]", f"put the keys under [tool.{TABLE}]")
    return _settings_of(table, path)


def _table_of(path: Path) -> Node | None:
    """`[tool.invocation-lint]` of a TOML file, or None; a file that does not hold the name is not parsed."""
    text = read_text(path)
    near = _NEAR_TABLE.search(text)
    if near is not None and _holds_near_table(read_toml(shown(path), text)):  # not in a text over several lines
        line = text.count("\n", 0, near.start("name")) + 1
        raise UsageError(f"{shown(path)}:{line}: {near['name']} is not read: the table is [tool.{TABLE}]", "rename it")
    if TABLE not in text:
        return None
    node: Node | None = read_toml(shown(path), text)
    for name in ("tool", TABLE):
        node = node.mapping().get(name) if node is not None else None
    return node


def _holds_near_table(document: Node) -> bool:
    tool = document.mapping().get("tool")
    names = [*document.mapping(), *(tool.mapping() if tool is not None and isinstance(tool.value, dict) else ())]
    own = tool is not None and isinstance(tool.value, dict) and TABLE in tool.value
    return any(name.lower().replace("_", "-").replace("invocationlint", TABLE) == TABLE for name in names) and not own


def _read_yaml(path: Path) -> Settings:
    node = read_yaml(shown(path), read_text(path))
    return Settings(root=path.absolute().parent) if node.value is None else _settings_of(node, path)


def _settings_of(table: Node, path: Path) -> Settings:
    settings = Settings(root=path.absolute().parent)
    return settings.with_values(read_keys(table, settings.root))


def shown(path: Path) -> str:
    """A path as a user would write it: from the working folder where it lies below."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
