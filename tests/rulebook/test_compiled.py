"""The compiled rules say what the folders say, and are read without YAML."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from invocation_lint.contracts.loader import load_shipped_contracts
from invocation_lint.data.shipped import FOLDERS, read_compiled, read_folders
from invocation_lint.errors import UsageError
from invocation_lint.rulebook.compiled import compile_rules
from invocation_lint.rulebook.loader import load_shipped

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("compiled") / "rulebook.json"
    path.write_text(compile_rules(FOLDERS), encoding="utf-8")
    return path


def test_the_compiled_rules_are_those_of_the_folders(compiled: Path) -> None:
    ours, theirs = load_shipped(read_compiled(compiled)), load_shipped(read_folders(FOLDERS))
    assert len(theirs.rules) > 20
    assert ours == theirs


def test_the_compiled_contracts_are_those_of_the_folders(compiled: Path) -> None:
    ours = load_shipped_contracts(read_compiled(compiled))
    assert ours.functions
    assert ours == load_shipped_contracts(read_folders(FOLDERS))


def test_the_same_folders_compile_to_the_same_text(compiled: Path) -> None:
    assert compile_rules(FOLDERS) == compiled.read_text(encoding="utf-8")


def test_a_mistake_in_the_yaml_stops_the_build(tmp_path: Path) -> None:
    room = tmp_path / "rules" / "INV999-x"
    room.mkdir(parents=True)
    (room / "rule.yaml").write_text("id: 1\nid: 2\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^rules/INV999-x/rule.yaml:2:1: duplicate key"):
        compile_rules(tmp_path / "rules")


def test_no_rules_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no rules"):
        compile_rules(tmp_path)


def test_reading_them_imports_no_yaml(compiled: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from invocation_lint.contracts.loader import load_shipped_contracts\n"
        "from invocation_lint.data.shipped import read_compiled\n"
        "from invocation_lint.rulebook.loader import load_shipped\n"
        f"shipped = read_compiled(pathlib.Path({str(compiled)!r}))\n"
        "assert load_shipped(shipped).rules and load_shipped_contracts(shipped).functions\n"
        "print([name for name in ('yaml', 'libcst') if name in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_compiling_imports_nothing_that_a_build_lacks() -> None:
    program = (
        "import sys\n"
        "for name in ('libcst', 'click', 'rich', 'pathspec', 'boto3'):\n"
        "    sys.modules[name] = None\n"
        "from pathlib import Path\n"
        "from invocation_lint.rulebook.compiled import compile_rules\n"
        "print(len(compile_rules(Path('rules'))) > 1000)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "True\n"


def test_the_wheel_holds_them(tmp_path: Path, compiled: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        data = archive.read("invocation_lint/data/rulebook.json").decode("utf-8")
    assert data == compiled.read_text(encoding="utf-8")
    assert "invocation_lint/rules/contracts/storytailor.yaml" in names
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"invocation_lint"}
