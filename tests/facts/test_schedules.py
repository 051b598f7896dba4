"""How often a schedule starts a function, as its expression tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.facts.base import Unknown
from invocation_lint.facts.building.templates.facts_at import facts_of_template
from invocation_lint.facts.deployed.schedule import Schedule
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.12
      Events:
        It: {Type: Schedule, Properties: {Schedule: "EXPRESSION"}}
"""


def every(expression: str, folder: Path) -> object:
    path = folder / "template.yaml"
    text = TEMPLATE.replace("EXPRESSION", expression)
    path.write_text(text)
    programs = Project(Configuration()).programs
    assert programs is not None
    programs.note([("template.yaml", path, None)])
    sites = facts_of_template(path, "template.yaml", text.encode(), programs.program(path), {"schedule"})
    (found,) = (fact.data for site in sites for fact in site)
    assert isinstance(found, Schedule)
    return found.every_seconds


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("rate(5 minutes)", 300),
        ("rate(1 day)", 86400),
        ("cron(0/5 * * * ? *)", 300),
        ("cron(*/15 * * * ? *)", 900),
        ("cron(* * * * ? *)", 60),
        ("cron(0 * * * ? *)", 3600),
        ("cron(0,10,40 * * * ? *)", 600),
        ("cron(0 3 * * ? *)", 86400),
        ("cron(0 3,4 * * ? *)", 3600),
        ("cron(55,0 0,23 * * ? *)", 300),
        ("cron(0/30 8-18 ? * MON-FRI *)", 1800),
        ("cron(10-14/2 9 1 * ? *)", 120),
    ],
)
def test_the_shortest_time_between_two_events(expression: str, seconds: int, tmp_path: Path) -> None:
    assert every(expression, tmp_path) == seconds


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 3 1 * ? *)",
        "cron(0 3 ? * MON *)",
        "cron(61 * * * ? *)",
        "cron(0/0 * * * ? *)",
        "cron(x * * * ? *)",
        "at(2026-01-01T00:00:00)",
    ],
)
def test_what_is_not_told_by_hours_and_minutes_is_not_known(expression: str, tmp_path: Path) -> None:
    assert isinstance(every(expression, tmp_path), Unknown)
