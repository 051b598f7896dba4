"""`invocation-lint init` on small repositories."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.command import run_lint

CONTRACT = "version: 1\nfunctions:\n  - name: f\n    match: {names: ['f-*']}\n    fields: {x: {required: true}}\n"


def test_it_writes_yaml_where_there_is_no_pyproject(folder: Path) -> None:
    ran = run_lint("init", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[0] == ".invocation-lint.yaml: written"
    assert lines[1].startswith("1 error; 2 files scanned")
    assert lines[2].startswith("next: invocation-lint check --write-baseline")
    assert run_lint("config", "show", "bad.py", cwd=folder).returncode == 0
    assert run_lint("check", cwd=folder).returncode == 1


def test_it_adds_a_table_to_pyproject(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\n\n[tool.ruff]\nline-length = 100\n')
    ran = run_lint("init", cwd=folder)
    assert "pyproject.toml: written" in ran.stdout and "for ruff" in ran.stdout
    text = (folder / "pyproject.toml").read_text()
    assert text.startswith('[project]\nname = "x"\n') and "\n[tool.invocation-lint]\n" in text
    assert run_lint("check", cwd=folder).returncode == 1


@pytest.mark.parametrize("name", ["pyproject.toml", ".invocation-lint.yaml"])
def test_every_line_that_it_offers_is_accepted(folder: Path, name: str) -> None:
    (folder / "tests").mkdir()
    (folder / "contracts.yaml").write_text(CONTRACT)
    if name == "pyproject.toml":
        (folder / name).touch()
    assert run_lint("init", cwd=folder).returncode == 0
    text = (folder / name).read_text()
    offered = re.sub(r"(?m)^# (?=[\[\]\w-]+(?: =|:)|\[\[| )", "", text)
    assert offered.count("\n# ") < text.count("\n# ")
    (folder / name).write_text(offered)
    shown = run_lint("config", "show", "tests/x.py", cwd=folder)
    assert shown.returncode == 0, shown.stderr + offered
    assert 'profile = "strict"' in shown.stdout and 'ignore = ["INV3"]' in shown.stdout


def test_it_names_the_contracts_that_could_be_used(folder: Path) -> None:
    (folder / "deploy").mkdir()
    (folder / "deploy" / "contracts.yml").write_text(CONTRACT)
    (folder / "deploy" / "template.yaml").write_text("functions:\n  match: 1\n")
    call = "client.invoke(FunctionName={}, Payload=b'{{}}')\n"
    (folder / "more.py").write_text(
        "import boto3, os\nclient = boto3.client('lambda')\n"
        + call.format("'printer'")
        + call.format("os.environ['CONTENT_AGENT_FUNCTION']")
    )
    text = run_lint("init", "--print", cwd=folder).stdout
    assert '\ncontracts: ["deploy/contracts.yml"]\n' in text
    assert "# Invoked here, but not in any contract: printer\n" in text
    assert "# The contract of content-agent is included" in text
    assert not (folder / ".invocation-lint.yaml").exists()


def test_it_names_the_functions_of_templates(folder: Path) -> None:
    (folder / "deploy").mkdir()
    (folder / "deploy" / "template.yaml").write_text(
        "Globals: {Function: {Timeout: 3}}\nResources:\n"
        "  Printer:\n    # makes paper\n    Condition: Paper\n    Type: AWS::Serverless::Function\n"
        "    Properties:\n      Role: !GetAtt Role.Arn\n"
        "  Role:\n    Type: AWS::IAM::Role\n"
        '  Sender:\n    Properties:\n      Role: x\n    Type: "AWS::Lambda::Function"  # old\n'
    )
    (folder / "other.yaml").write_text("a: AWS::Lambda::Function\n")
    text = run_lint("init", "--print", cwd=folder).stdout
    assert "# Deployed by deploy/template.yaml: Printer, Sender\n" in text
    assert text.count("Deployed by") == 1


def test_a_configuration_that_is_there_is_never_changed(folder: Path) -> None:
    run_lint("init", cwd=folder)
    before = (folder / ".invocation-lint.yaml").read_text()
    ran = run_lint("init", cwd=folder)
    assert ran.returncode == 2
    assert ".invocation-lint.yaml already configures invocation-lint" in ran.stderr
    assert (folder / ".invocation-lint.yaml").read_text() == before


def test_a_folder_without_python_is_exit_2(folder: Path) -> None:
    (folder / "empty").mkdir()
    assert run_lint("init", "empty", cwd=folder).returncode == 2
