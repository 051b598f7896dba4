"""INV504 is advice where a handler is not deployed and others are, nothing calls the helper, or items expire."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.engine import Input, lint
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

HANDLER = """
import boto3
table = boto3.resource("dynamodb").Table("stories")

def lambda_handler(event, context):
    found = table.scan()["Items"]
    return {"statusCode": 200, "stories": found}
"""


def warned(folder: Path, files: dict[str, str]) -> list[str]:
    """The files with a warning."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    paths = sorted(folder.rglob("*.py"))
    given = [Input(path.relative_to(folder).as_posix(), path) for path in paths]
    found = lint(given, Project(Configuration())).report.findings
    return [one.place.path for one in found if one.id == "INV504" and one.severity.value == "warning"]


def template(*functions: tuple[str, str]) -> str:
    lines = ["Transform: AWS::Serverless-2016-10-31", "Resources:"]
    for index, (uri, handler) in enumerate(functions):
        lines += [
            f"  F{index}:",
            "    Type: AWS::Serverless::Function",
            f"    Properties: {{Handler: {handler}.lambda_handler, Runtime: python3.12, CodeUri: {uri}}}",
        ]
    return "\n".join(lines) + "\n"


IN_FOLDERS = {f"functions/{name}/app.py": HANDLER for name in ("titles", "stories", "spare")}
IN_ONE = {f"src/{name}.py": HANDLER.replace("found", name) for name in ("titles", "stories", "spare")}


def test_a_handler_in_a_folder_that_no_template_names(tmp_path: Path) -> None:
    told = template(("functions/titles/", "app"), ("functions/stories/", "app"))
    assert warned(tmp_path, {**IN_FOLDERS, ".git/HEAD": "", "template.yaml": told}) == [
        "functions/stories/app.py",
        "functions/titles/app.py",
    ]


def test_a_handler_beside_those_that_a_template_names(tmp_path: Path) -> None:
    told = template(("src/", "titles"), ("src/", "stories"))
    found = warned(tmp_path, {**IN_ONE, ".git/HEAD": "", "template.yaml": told})
    assert found == ["src/stories.py", "src/titles.py"]


@pytest.mark.parametrize(
    "also",
    [
        {"deploy.tf": '# spare is packed by hand\nresource "aws_lambda_function" "one" {}\n'},
        {"src/other.py": HANDLER},  # there are more that no template names
        {"src/app.py": "import spare\ndef lambda_handler(event, context):\n    return spare.answer()\n"},
    ],
)
def test_a_handler_that_may_be_deployed(tmp_path: Path, also: dict[str, str]) -> None:
    told = template(("src/", "titles"), ("src/", "stories"))
    assert "src/spare.py" in warned(tmp_path, {**IN_ONE, **also, ".git/HEAD": "", "template.yaml": told})


def test_handlers_without_a_template(tmp_path: Path) -> None:
    assert len(warned(tmp_path, {**IN_FOLDERS, ".git/HEAD": ""})) == 3


def test_a_copy_of_one_that_is_deployed(tmp_path: Path) -> None:
    other = HANDLER.replace("found", "others").replace("stories", "orders")
    files = {"functions/titles/app.py": HANDLER, "functions/first/app.py": HANDLER, "functions/more/app.py": other}
    told = template(("functions/titles/", "app"))
    found = warned(tmp_path, {**files, ".git/HEAD": "", "template.yaml": told})
    assert found == ["functions/more/app.py", "functions/titles/app.py"]


HELPER = """
import boto3
table = boto3.resource("dynamodb").Table("stories")

def every_story():
    return table.scan()["Items"]

def lambda_handler(event, context):
    return {body}
"""


@pytest.mark.parametrize(
    ("body", "other", "is_warned"),
    [
        ("None", "", False),
        ("every_story()", "", True),
        ("None", "import app\nnames = app.every_story()\n", True),
        ("None", "def every_story():\n    return []\n", False),
        ('globals()["every_story"]()', "", True),
    ],
)
def test_a_helper_that_nothing_calls(tmp_path: Path, body: str, other: str, is_warned: bool) -> None:
    files = {"app.py": HELPER.replace("{body}", body), "other.py": other, ".git/HEAD": ""}
    assert bool(warned(tmp_path, files)) == is_warned


SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  App:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.lambda_handler
      Runtime: python3.12
      CodeUri: .
      Environment: {Variables: {STORIES: !Ref Stories}}
  Stories:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: stories
      TimeToLiveSpecification: {AttributeName: until, Enabled: ON}
"""
TERRAFORM = """
resource "aws_lambda_function" "app" {
  function_name = "app"
  handler       = "app.lambda_handler"
  runtime       = "python3.12"
  filename      = "app.zip"
}
resource "aws_dynamodb_table" "stories" {
  name     = "stories"
  hash_key = "id"
  ttl {
    attribute_name = "until"
    enabled        = ON
  }
}
"""
CDK = """
from aws_cdk import Stack, aws_dynamodb as dynamodb, aws_lambda as lambda_

class App(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        runtime, code = lambda_.Runtime.PYTHON_3_12, lambda_.Code.from_asset(".")
        lambda_.Function(self, "App", runtime=runtime, handler="app.lambda_handler", code=code)
        key = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
        dynamodb.Table(self, "Stories", table_name="stories", partition_key=key, time_to_live_attribute="until")
"""


@pytest.mark.parametrize(
    ("name", "text", "is_warned"),
    [
        ("template.yaml", SAM.replace("ON", "true"), False),
        ("template.yaml", SAM.replace("ON", "false"), True),
        ("template.yaml", SAM.replace("ON", "true").replace("TableName: stories", "TableName: other"), True),
        ("main.tf", TERRAFORM.replace("ON", "true"), False),
        ("main.tf", TERRAFORM.replace("ON", "false"), True),
        ("stack.py", CDK, False),
        ("stack.py", CDK.replace("time_to_live_attribute", "removal_policy"), True),
    ],
)
def test_a_table_whose_items_expire(tmp_path: Path, name: str, text: str, is_warned: bool) -> None:
    assert ("app.py" in warned(tmp_path, {"app.py": HANDLER, ".git/HEAD": "", name: text})) == is_warned


def test_a_table_that_a_variable_names(tmp_path: Path) -> None:
    code = HANDLER.replace('"stories")', 'os.environ["STORIES"])').replace("import boto3", "import os\nimport boto3")
    sam = SAM.replace("ON", "true").replace("      TableName: stories\n", "")
    assert warned(tmp_path, {"app.py": code, ".git/HEAD": "", "template.yaml": sam}) == []
    assert warned(tmp_path, {"template.yaml": sam.replace("Enabled: true", "Enabled: false")}) == ["app.py"]
