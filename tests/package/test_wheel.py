"""What the wheel holds, and that it works where only the wheel is."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.command import ROOT, clean_environment
from tests.samples import BAD


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=clean_environment(),
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_the_package_with_its_rules_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"invocation_lint"}
    rooms = [path.relative_to(ROOT).as_posix() for path in (ROOT / "rules").rglob("*") if path.is_file()]
    expected = {f"invocation_lint/{name}" for name in rooms if "__pycache__" not in name}
    assert expected <= set(names)
    assert {"invocation_lint/py.typed", "invocation_lint/data/rulebook.json"} <= set(names)
    assert "invocation_lint/data/tool_findings/INV001.md" in names
    assert not [name for name in names if name.endswith(".pyc") or "test" in name.split("/")[0]]


def test_the_wheel_names_the_command_and_both_flake8_entries(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (entry_points,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
    text = archive.read(entry_points).decode()
    assert "invocation-lint = invocation_lint.cli:main" in text
    assert "\nINV = invocation_lint.flake8_plugin:" in text and "\nINX = invocation_lint.flake8_plugin:" in text
    assert any("licenses/LICENSE" in name for name in archive.namelist())


HEAVY = ("yaml", "rich", "pygments", "sqlglot", "jsonschema", "pathspec", "click")


def test_the_installed_package_finds_its_rules_without_reading_yaml(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "bad.py").write_text(BAD)
    environment = clean_environment(PYTHONPATH=os.fspath(tmp_path / "site"))
    code = (
        "import sys\nfrom invocation_lint import lint_paths\n"
        "print([finding.id for finding in lint_paths(['bad.py'], isolated=True).active])\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=tmp_path / "work", capture_output=True, text=True, env=environment, check=False)
    assert ran.stdout == "['INV107']\n[]\n", ran.stderr
