"""Real flake8 with the real plugin: the entry points of pyproject.toml, as an installation writes them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import ROOT, Ran, clean_environment

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture(scope="session")
def plugin_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH that makes this checkout look installed."""
    entries = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    folder = tmp_path_factory.mktemp("installed")
    metadata = folder / "invocation_lint-0.0.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: invocation-lint\nVersion: 0.0.0\n")
    sections = (
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in points.items())
        for group, points in entries.items()
    )
    (metadata / "entry_points.txt").write_text("\n".join(sections))
    return folder


@pytest.fixture
def flake8(plugin_path: Path) -> Callable[..., Ran]:
    """Runs `flake8 ARGUMENTS` in a folder."""

    def run(*arguments: str, cwd: Path, stdin: str | None = None) -> Ran:
        environment = clean_environment()
        environment["PYTHONPATH"] = f"{plugin_path}:{environment['PYTHONPATH']}"
        del environment["PYTHONWARNINGS"]  # of flake8 and its other plugins
        return subprocess.run(
            [sys.executable, "-m", "flake8", *arguments],
            cwd=cwd,
            input=stdin,
            capture_output=True,
            text=True,
            env=environment,
            timeout=600,
            check=False,
        )

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty project."""
    (tmp_path / ".git").mkdir()
    return tmp_path
