"""What a file is for is told by the folders of its project, not by those above it."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.configuration import Configuration
from invocation_lint.engine import Input, lint
from invocation_lint.project import Project

SOURCE = b"""
import boto3

def refresh(name):
    boto3.client("lambda").invoke(FunctionName=name, Payload=b"{}")
"""


@pytest.mark.parametrize(("name", "found"), [("app.py", True), ("tests/app.py", False), ("test_app.py", False)])
def test_a_checkout_below_a_folder_called_test_is_not_a_test_for_that(tmp_path: Path, name: str, found: bool) -> None:
    root = tmp_path / "test" / "shop"
    path = root / name
    path.parent.mkdir(parents=True)
    (root / ".git").mkdir()
    path.write_bytes(SOURCE)
    run = lint([Input(str(path), path)], Project(Configuration()))
    assert ("INV102" in {finding.id for finding in run.report.findings}) is found
