"""README says what is so: its derived parts, its configuration and its contract."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.command import clean_environment
from tests.package.readme import README, filled

TEXT = README.read_text(encoding="utf-8")


OWN_RULE = """
id: INX001
name: direct-invocation
summary: a function is invoked by its literal name
severity: advice
fact: invocation
when: {function.name: {is: known}, caller.kind: {not: test}}
message: "{function.name} is invoked by its literal name"
"""


def block(language: str, mark: str) -> str:
    """The code block of a language that holds a text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)
    (found,) = [code for code in blocks if mark in code]
    return found


def run(*given: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "invocation_lint", *given]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=clean_environment(), check=False)


def test_terminal_copy_and_table_of_rules_are_true() -> None:
    assert filled(TEXT) == TEXT, "run: python -m tests.package.readme"


def test_configuration_and_contract_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(block("toml", "[tool.invocation-lint]"), encoding="utf-8")
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "thumbnails.yaml").write_text(block("yaml", "thumbnailer"), encoding="utf-8")
    own = tmp_path / "lint" / "rules" / "INX001-direct-invocation" / "rule.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(OWN_RULE, encoding="utf-8")
    (tmp_path / "app.py").write_text(
        "import boto3, json, os\n"
        'client = boto3.client("lambda")\n'
        "def render(key):\n"
        '    name = os.environ["THUMBNAILER_FUNCTION"]\n'
        '    client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps({"action": "render"}))\n',
        encoding="utf-8",
    )
    done = run("check", ".", "--output", "concise", cwd=tmp_path)
    assert "INV204" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1


def test_commands_that_it_names_are_there() -> None:
    for words in set(re.findall(r"`invocation-lint ([a-z]+)", TEXT)):
        assert run(words, "--help", cwd=README.parent).returncode == 0, words
