"""What the workers of a run share is loaded before they are forked, and only where it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from invocation_lint.processes import FORKS

_RUN = """
import sys
from pathlib import Path
from invocation_lint.engine import lint
from invocation_lint.outcome import Input
from invocation_lint.processes import pool
from invocation_lint.project import Project
with pool(2) as executor:
    run = lint([Input(path.name, path) for path in map(Path, sys.argv[1:])], Project(), executor=executor, jobs=2)
print(run.report.summary.files_analysed, "libcst" in sys.modules, "invocation_lint.analysis.interpreter" in sys.modules)
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import boto3\nboto3.client('lambda').invoke(FunctionName='f')\n", f"1 {FORKS} {FORKS}"),
        ("import json\nprint(json.dumps({}))\n", "0 False False"),
    ],
)
def test_the_analysis_is_loaded_before_workers_are_forked_where_a_file_needs_it(
    tmp_path: Path, text: str, expected: str
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.invocation-lint]\n")
    (tmp_path / "plain.py").write_text("import os\n")
    (tmp_path / "app.py").write_text(text)
    paths = [str(tmp_path / name) for name in ("missing.py", "plain.py", "app.py")]
    run = subprocess.run([sys.executable, "-c", _RUN, *paths], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == expected
