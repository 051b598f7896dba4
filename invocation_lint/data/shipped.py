"""Where the shipped rules and contracts are: one compiled file inside the package, or the folders beside it.

A wheel holds `data/rulebook.json`; a source checkout and an editable install have `rules/` next to the package.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from invocation_lint.records import record

COMPILED = Path(__file__).with_name("rulebook.json")
FOLDERS = Path(__file__).parents[2] / "rules"


@record
class ShippedRule:
    """One rule: its YAML as plain data when compiled, else as text; `path` is relative to the folder above `rules/`."""

    path: str
    data: Any
    text: str
    readme: str


@record
class ShippedContract:
    """One contract document, likewise."""

    path: str
    data: Any
    text: str


@record
class Shipped:
    """Everything that the package knows before it reads a user's files."""

    rules: tuple[ShippedRule, ...]
    contracts: tuple[ShippedContract, ...]


@functools.cache
def read_shipped() -> Shipped:
    """The compiled rules and contracts where there are, else the folders'."""
    return read_compiled(COMPILED) if COMPILED.is_file() else read_folders(FOLDERS)


def read_compiled(path: Path) -> Shipped:
    """What `rulebook.compiled.compile_rules` has written."""
    document = json.loads(path.read_bytes())
    return Shipped(
        tuple(ShippedRule(entry["path"], entry["data"], "", entry["readme"]) for entry in document["rules"]),
        tuple(ShippedContract(entry["path"], entry["data"], "") for entry in document["contracts"]),
    )


def read_folders(folder: Path) -> Shipped:
    """The rooms `rules/*/rule.yaml` with their README.md, and `rules/contracts/*.yaml`, in the order of their names."""
    rules = []
    for file in sorted(folder.glob("*/rule.yaml")):
        readme = file.with_name("README.md")
        text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
        rules.append(ShippedRule(_name(file, folder), None, file.read_text(encoding="utf-8"), text))
    contracts = [
        ShippedContract(_name(file, folder), None, file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("contracts/*.yaml"))
    ]
    return Shipped(tuple(rules), tuple(contracts))


def _name(file: Path, folder: Path) -> str:
    return file.relative_to(folder.parent).as_posix()
