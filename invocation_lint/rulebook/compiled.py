"""Compiles the folders of `rules/` to the one JSON file that a wheel holds, so that start-up reads no YAML.

Only the form of the YAML is checked here: this runs while a wheel is built, where the analysis cannot be imported.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from invocation_lint.data.shipped import read_folders
from invocation_lint.documents.nodes import read_yaml
from invocation_lint.errors import UsageError


def compile_rules(folder: Path) -> str:
    """The rules, their READMEs and the contracts below `rules/` as JSON text, the same for the same folders.

    Raises UsageError for YAML that cannot be read, and for a folder without rules.
    """
    shipped = read_folders(folder)
    if not shipped.rules:
        raise UsageError(f"{folder}: no rules here")
    document: dict[str, list[dict[str, Any]]] = {
        "rules": [
            {"path": rule.path, "data": read_yaml(rule.path, rule.text).plain(), "readme": rule.readme}
            for rule in shipped.rules
        ],
        "contracts": [
            {"path": contract.path, "data": read_yaml(contract.path, contract.text).plain()}
            for contract in shipped.contracts
        ],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
