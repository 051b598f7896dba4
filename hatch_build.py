"""Puts the rules into the wheel: the folders as they are, and compiled to one file that is read at start-up."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulebookBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs for wheels. An editable install gets nothing: it reads the folders of the checkout."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compiles the rules and names what goes into the wheel."""
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from invocation_lint.rulebook.compiled import compile_rules
        finally:
            sys.path.remove(self.root)
        rules = Path(self.root, "rules")
        self._folder = Path(tempfile.mkdtemp())
        compiled = self._folder / "rulebook.json"
        compiled.write_text(compile_rules(rules), encoding="utf-8", newline="\n")
        build_data["force_include"][str(compiled)] = "invocation_lint/data/rulebook.json"
        build_data["force_include"][str(rules)] = "invocation_lint/rules"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes what was made for the wheel."""
        if hasattr(self, "_folder"):
            shutil.rmtree(self._folder)
