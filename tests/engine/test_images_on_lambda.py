"""Functions that are deployed as images: what their Dockerfile runs is what Lambda invokes."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.engine import Input, lint
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

APP = """
import json
import boto3

client = boto3.client("lambda")

def go(one, two):
    client.invoke(FunctionName="teller", InvocationType="Event", Payload=json.dumps({"a": 1}))
    return {"statusCode": 202}
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Front:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      Events: {Tell: {Type: Api, Properties: {Path: /, Method: post}}}
    Metadata: {DockerContext: ./api, Dockerfile: NAME}
"""
IMAGE = """
FROM public.ecr.aws/lambda/python:3.12
COPY src/app.py ${LAMBDA_TASK_ROOT}/
CMD ["app.go"]
"""
STORE = """
import boto3
table = boto3.resource("dynamodb").Table("stories")

def items():
    return table.scan()["Items"]

EVERY = items()
"""


def _found(folder: Path, files: dict[str, str]) -> list[tuple[str, str, str]]:
    (folder / ".git").mkdir()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    paths = sorted(folder.rglob("*.py"))
    inputs = [Input(path.relative_to(folder).as_posix(), path) for path in paths]
    run = lint(inputs, Project(Configuration()))
    return sorted((one.place.path, one.id, one.severity.value) for one in run.report.findings)


@pytest.mark.parametrize(
    ("name", "image", "told"),
    [
        ("Dockerfile", IMAGE, True),
        ("Dockerfile.api", IMAGE, True),
        ("Dockerfile", IMAGE.replace("src/app.py", "src/"), True),
        ("Dockerfile", IMAGE.replace("app.go", "app.come"), False),
        ("Dockerfile", IMAGE.replace("CMD", "# CMD"), False),
    ],
)
def test_the_command_of_an_image_is_its_handler(tmp_path: Path, name: str, image: str, told: bool) -> None:
    files = {"template.yaml": TEMPLATE.replace("NAME", name), f"api/{name}": image, "api/src/app.py": APP}
    assert _found(tmp_path, files) == ([("api/src/app.py", "INV301", "warning")] if told else [])


@pytest.mark.parametrize(
    ("dockerfile", "on_lambda"),
    [
        ("FROM public.ecr.aws/lambda/python:3.12\n", True),
        ("FROM python:3.12\nCOPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.0 /a /opt/extensions/a\n", True),
        ("FROM python:3.12\nRUN pip install awslambdaric\n", True),
        ("FROM python:3.12\n# not built like aws-lambda-adapter\n", False),
        ("FROM python:3.12\nCMD python store.py\n", False),
    ],
)
def test_what_an_image_for_lambda_holds_runs_there(tmp_path: Path, dockerfile: str, on_lambda: bool) -> None:
    files = {"api/Dockerfile": dockerfile, "api/app/store.py": STORE, "worker/store.py": STORE}
    expected = [("api/app/store.py", "INV504", "warning")] if on_lambda else []
    assert [one for one in _found(tmp_path, files) if one[2] == "warning"] == expected
