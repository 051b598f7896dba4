"""What a comment suppresses, over which lines, and what is told of one that does nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.engine import Input, lint
from invocation_lint.findings import Finding
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration


def findings(code: str, **settings: object) -> list[Finding]:
    values = {"select": ["INV107", "INV002", "INV003"], **settings}
    project = Project(Configuration(isolated=True, values=values))
    source = "import boto3\nclient = boto3.client('lambda')\n" + code
    return lint([Input("a.py", Path("a.py"), source.encode())], project).report.findings


def outcome(code: str, **settings: object) -> list[str]:
    """Ids with lines; a suppressed one in brackets."""
    shown = [(f"{one.id}:{one.place.line}", one.suppressed_by) for one in findings(code, **settings)]
    return [f"({word})" if by else word for word, by in shown]


CALL = "client.invoke(FunctionName='f', InvocationType='Async')"


@pytest.mark.parametrize(
    "comment",
    ["# noqa", "# noqa: INV107", "# noqa: INV1", "# invocation-lint: ignore[INV107]",
     "# invocation-lint: ignore[invalid-invocation-type] why", "# invocation-lint: ignore[INV1xx]"],
)  # fmt: skip
def test_a_comment_suppresses_what_it_names(comment: str) -> None:
    assert outcome(f"{CALL}  {comment}\n") == ["(INV107:3)"]


@pytest.mark.parametrize("comment", ["# noqa: E501", "# a note"])
def test_other_comments_do_not(comment: str) -> None:
    assert outcome(f"{CALL}  {comment}\n") == ["INV107:3"]


@pytest.mark.parametrize("line", [0, 1, 2, 3])
def test_every_line_of_the_statement_counts(line: int) -> None:
    lines = ["client.invoke(", "    FunctionName='f',", "    InvocationType='Async',", ")"]
    lines[line] += "  # noqa: INV107"
    assert outcome("\n".join(lines) + "\n") == ["(INV107:3)"]


def test_the_statement_above_or_below_does_not() -> None:
    assert outcome(f"x = 1  # noqa: INV107\n{CALL}\ny = 2  # noqa: INV107\n") == ["INV002:3", "INV107:4", "INV002:5"]


def test_a_line_of_its_own_above_covers_the_statement_if_it_says_ignore() -> None:
    assert outcome(f"# invocation-lint: ignore[INV107] why\n{CALL}\n{CALL}\n") == ["(INV107:4)", "INV107:5"]
    assert outcome(f"# noqa: INV107\n{CALL}\n") == ["INV002:3", "INV107:4"]
    assert outcome(f"# invocation-lint: ignore[INV107]\n\n{CALL}\n") == ["INV002:3", "INV107:5"]


def test_of_a_compound_statement_only_the_header() -> None:
    body = f"with open('x') as file, {CALL}:\n    {CALL}\n"
    commented = body.replace("):\n", "):  # noqa: INV107\n", 1)
    assert outcome(commented) == ["(INV107:3)", "INV107:4"]


def test_a_comment_in_a_string_suppresses_nothing() -> None:
    assert outcome(CALL.replace("'f'", "'# noqa: INV107'") + "\n") == ["INV107:3"]


def test_an_unused_one_is_told_where_it_stands() -> None:
    (unused,) = findings("x = 1  # noqa: INV107\n")
    assert (unused.id, unused.place.column, unused.place.end_column) == ("INV002", 8, 22)
    assert "unused suppression: INV107 is not reported here" in unused.message


def test_an_unused_one_is_told_in_a_file_without_invocations() -> None:
    project = Project(Configuration(isolated=True))
    run = lint([Input("a.py", Path("a.py"), b"x = 1  # noqa: INV107\n")], project)
    assert [one.id for one in run.report.findings] == ["INV002"]
    assert run.status == 1


def test_one_for_a_rule_that_did_not_run_may_be_right() -> None:
    assert outcome("x = 1  # noqa: INV101\n") == []
    assert outcome("x = 1  # noqa: INV1\n") == []


def test_a_bare_one_is_never_unused() -> None:
    assert outcome("x = 1  # noqa\n") == []


def test_one_that_suppresses_what_is_only_possible_is_used() -> None:
    code = "def f(mode):\n    client.invoke(FunctionName='f', InvocationType=mode)  # noqa: INV102\n"
    rules = ["INV102", "INV002"]
    assert outcome(code, select=rules) == []
    assert outcome(code, select=rules, possible=True) == ["(INV102:4)"]
    assert outcome(code.replace("=mode)", "='Event')"), select=rules) == ["INV002:4"]


def test_an_unknown_one_is_told_and_the_known_one_beside_it_works() -> None:
    code = f"{CALL}  # invocation-lint: ignore[INV999, invalid-invocation-typ, INV107]\n"
    told = findings(code)
    assert [one.id for one in told if one.suppressed_by is None] == ["INV003", "INV003"]
    assert sum(one.suppressed_by is not None for one in told) == 1
    assert any("did you mean 'invalid-invocation-type'" in one.message for one in told)


def test_malformed_ones_are_told() -> None:
    assert outcome(f"{CALL}  # invocation-lint: ignore\n") == ["INV107:3", "INV003:3"]


@pytest.mark.parametrize("code", ["INV001", "INV000", "unreadable-file"])
def test_what_was_not_checked_cannot_be_suppressed(code: str) -> None:
    assert outcome(f"x = 1  # invocation-lint: ignore[{code}]\n") == ["INV003:3"]


def test_findings_about_comments_can_be_switched_off() -> None:
    assert outcome("x = 1  # noqa: INV107, INV999\n", select=["INV107"]) == []
