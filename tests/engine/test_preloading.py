"""What the workers of a run share is loaded before they are forked, and only where it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_LOOK = """
import sys
from pathlib import Path
from invocation_lint.outcome import Input
from invocation_lint.preloading import preload
from invocation_lint.project import Project
preload([Input(path.name, path) for path in map(Path, sys.argv[1:])], Project())
print("libcst" in sys.modules, "invocation_lint.analysis.interpreter" in sys.modules)
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import boto3\nboto3.client('lambda').invoke(FunctionName='f')\n", "True True"),
        ("import json\nprint(json.dumps({}))\n", "False False"),
    ],
)
def test_the_analysis_is_loaded_where_a_file_needs_it(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "plain.py").write_text("import os\n")
    (tmp_path / "app.py").write_text(text)
    paths = [str(tmp_path / name) for name in ("missing.py", "plain.py", "app.py")]
    run = subprocess.run([sys.executable, "-c", _LOOK, *paths], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == expected
