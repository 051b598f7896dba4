"""Findings in the definition of a state machine that is a text of a template: where they stand, what silences them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import run_lint

JSON = """\
{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "${Charge.Arn}",
      "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestException"]}],
      "End": true
    }
  }
}"""
YAML = """\
StartAt: Charge
States:
  Charge:
    Type: Task
    Resource: ${Charge.Arn}
    Retry:
      - ErrorEquals: [Lambda.TooManyRequestException]
    End: true"""
HEAD = """\
Resources:
  Charge: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Runtime: python3.12, Code: {S3Bucket: a, S3Key: b}}}
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
"""
TAIL = """
      StateMachineName: flow  # behind the text
"""


def indented(text: str, by: int) -> str:
    return "\n".join(" " * by + line if line else line for line in text.split("\n"))


def found(folder: Path, properties: str) -> tuple[list[tuple[str, int, str]], list[str]]:
    """The id of each finding about the machine, its line, and the text from its column on; the ids of all others."""
    template = HEAD + properties + TAIL
    (folder / ".git").mkdir()
    (folder / "template.yaml").write_text(template)
    ran = run_lint("check", "--no-cache", "--output", "json", cwd=folder)
    assert ran.returncode in (0, 1), ran.stderr
    told, others, lines = [], [], template.splitlines()
    for one in json.loads(ran.stdout)["findings"]:
        if one.get("suppressed_by"):
            continue
        place = one["place"]
        if one["id"] == "INV914":
            told.append((one["id"], place["line"], lines[place["line"] - 1][place["column"] - 1 :]))
        else:
            others.append(one["id"])
    return told, others


@pytest.mark.parametrize(
    ("properties", "line", "text"),
    [
        (f"      DefinitionString: !Sub |\n{indented(JSON, 8)}", 10, '"Charge":'),
        (f"      DefinitionString:\n        !Sub |-\n{indented(JSON, 12)}", 11, '"Charge":'),
        (f"      DefinitionString:\n        Fn::Sub: |\n{indented(JSON, 10)}", 11, '"Charge":'),
        (f"      DefinitionString: !Sub\n      - |+\n{indented(JSON, 8)}\n      - {{}}", 11, '"Charge":'),
        (f"      DefinitionString: !Sub |  # a comment\n\n{indented(JSON, 7)}", 11, '"Charge":'),
        (f"      DefinitionString: !Sub |2\n{indented(JSON, 8)}", 10, '"Charge":'),
        (f"      DefinitionString: !Sub |\n{indented(YAML, 8)}", 9, "Charge:"),
    ],
)  # fmt: skip
def test_it_stands_in_the_line_of_a_literal_block(tmp_path: Path, properties: str, line: int, text: str) -> None:
    ((_, at, there),), others = found(tmp_path, properties)
    assert (at, there[: len(text)], others) == (line, text, [])


@pytest.mark.parametrize(
    "properties",
    [
        f"      DefinitionString: !Sub >\n{indented(JSON, 8)}",  # folded: lines are joined
        f"      DefinitionString: !Sub '{' '.join(JSON.split())}'",
        "      DefinitionString: !Sub " + json.dumps(JSON),
    ],
)
def test_it_stands_where_any_other_text_begins(tmp_path: Path, properties: str) -> None:
    ((_, at, _),), others = found(tmp_path, properties)
    assert (at, others) == (6, [])


@pytest.mark.parametrize("comment", ["# noqa: INV914", "# invocation-lint: ignore[INV914] it is only shown"])
def test_a_comment_where_the_block_begins_silences_it(tmp_path: Path, comment: str) -> None:
    assert found(tmp_path, f"      DefinitionString: !Sub |  {comment}\n{indented(JSON, 8)}") == ([], [])


def test_a_comment_above_the_block_silences_it(tmp_path: Path) -> None:
    comment = "      # invocation-lint: ignore[INV914] it is only shown\n"
    assert found(tmp_path, f"{comment}      DefinitionString: !Sub |\n{indented(JSON, 8)}") == ([], [])


def test_a_comment_behind_the_block_is_unused(tmp_path: Path) -> None:
    properties = (
        f"      DefinitionString: !Sub |\n{indented(JSON, 8)}\n      StateMachineType: STANDARD  # noqa: INV914"
    )
    told, others = found(tmp_path, properties)
    assert ([line for _, line, _ in told], others) == ([10], ["INV002"])
