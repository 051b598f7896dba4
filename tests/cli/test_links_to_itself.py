"""`invocation-lint links` for a function that invokes itself and is deployed in several ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_suggested_links import links

AGAIN = """
    import json
    import boto3

    def again(context, order):
        boto3.client("lambda").invoke(FunctionName=context.function_name, Payload=json.dumps({"order": order}))
"""
HANDLER = """
    from again import again

    def handler(event, context):
        again(context, event["order"])
"""
TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Globals: {Function: {Runtime: python3.12, CodeUri: src/}}
    Resources:
      Small: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler, MemorySize: 128}}
      Large: {Type: AWS::Serverless::Function, Properties: {Handler: OTHER, MemorySize: 1024}}
"""


@pytest.mark.parametrize(
    ("other", "files", "expected"),
    [
        ("app.handler", {}, {(("app.py",), True)}),  # whichever runs it, its handler is the same
        (
            "other.handler",
            {"src/other.py": HANDLER},
            {(("app.py",), True), (("other.py",), True)},
        ),
        ("other.handler", {"src/other.py": "def handler(event, context): ...\n"}, {(("app.py",), True)}),
    ],
)
def test_the_function_that_runs_it(
    tmp_path: Path, other: str, files: dict[str, str], expected: set[tuple[tuple[str, ...], bool]]
) -> None:
    every = {"src/again.py": AGAIN, "src/app.py": HANDLER, "template.yaml": TEMPLATE.replace("OTHER", other), **files}
    found = links(tmp_path, every)
    told = {
        (tuple(sorted({target["handler"]["path"].rpartition("/")[2] for target in one["targets"]})), one["certain"])
        for one in found
    }
    assert {one["named_by"] for one in found} == {"self"}
    assert {one for one in told if one[1]} == expected
    assert all(one["call"]["path"].endswith("again.py") for one in found if not one["certain"])
