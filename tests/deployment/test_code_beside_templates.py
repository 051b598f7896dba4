"""Which of several files of one name is the code of a function whose archive is made by a build."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.deployment.model import Function
from invocation_lint.source.project_files import ProjectFiles

TEMPLATE = """
Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.12, Handler: work.handler, Code: {S3Bucket: built, S3Key: work.zip}}
"""


def codes(folder: Path, templates: list[str], modules: list[str]) -> dict[str, str | None]:
    """The module that is the code of the function of each template."""
    for name in templates:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(TEMPLATE)
    for name in modules:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("def handler(event, context):\n    return event\n")
    deployments = ProjectFiles(folder).deployments
    found = {}
    for function in deployments.deployed.all(Function):
        entry = deployments.entry_of(function)
        path = str(Path(entry[0]).relative_to(folder)) if entry is not None else None
        found[str(Path(function.key.template).relative_to(folder))] = path
    return found


@pytest.mark.parametrize(
    ("templates", "modules", "expected"),
    [
        (["cfn/main.yaml"], ["code/work.py"], ["code/work.py"]),
        (["cfn/main.yaml", "gov/cfn/main.yaml"], ["code/work.py", "gov/code/work.py"],
         ["code/work.py", "gov/code/work.py"]),
        (["a/cfn/main.yaml", "b/cfn/main.yaml"], ["a/code/work.py", "b/code/work.py"],
         ["a/code/work.py", "b/code/work.py"]),
        (["cfn/main.yaml"], ["a/work.py", "b/work.py"], [None]),
        (["cfn/a.yaml", "cfn/b.yaml"], ["a/work.py", "b/work.py"], [None, None]),
        (["a/cfn/main.yaml"], ["a/code/work.py", "a/old/work.py", "b/work.py"], [None]),
    ],
)  # fmt: skip
def test_the_file_beside_the_template(
    tmp_path: Path, templates: list[str], modules: list[str], expected: list[str | None]
) -> None:
    assert codes(tmp_path, templates, modules) == dict(zip(templates, expected, strict=True))
