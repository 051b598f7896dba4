"""What the settings of `sam deploy` give the stack of a template: its name and its parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.deployment.model import Function
from invocation_lint.source.files.project_files import ProjectFiles
from tests.deployment.reading import shown

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String, Default: test}, Level: {Type: String, Default: INFO}}
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub "${AWS::StackName}-${Stage}-worker"
      Handler: work.handler
      Environment: {Variables: {LEVEL: !Ref Level}}
"""
ONE = """
version = 0.1
[default.deploy.parameters]
stack_name = "shop"
parameter_overrides = OVERRIDES
"""
SEVERAL = """
[dev.global.parameters]
stack_name = "shop-dev"
[dev.deploy.parameters]
parameter_overrides = ["Stage=dev", "Level=DEBUG"]
[prod.deploy.parameters]
stack_name = "shop-prod"
parameter_overrides = "Stage=prod"
[local.local_start_api.parameters]
warm_containers = "EAGER"
"""


def worker(folder: Path, configs: dict[str, str], template: str = "template.yaml") -> Function:
    for name, text in {template: TEMPLATE, **configs}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (found,) = ProjectFiles(folder).deployments.deployed.all(Function)
    return found


def name_of(function: Function) -> list[str]:
    assert function.name is not None
    return sorted(str(one) if isinstance(one, str) else "?" for one in function.name.contents)


@pytest.mark.parametrize(
    "overrides",
    [
        '"Stage=live"',
        '["Stage=live", "Other=x"]',
        '["Stage=live Other=x"]',
        "'ParameterKey=Stage,ParameterValue=live ParameterKey=Other,ParameterValue=\"a b\"'",
        '\'Other="a b" Stage="live"\'',
        '{ Stage = "live" }',
    ],
)
def test_one_environment_tells_names_and_values(tmp_path: Path, overrides: str) -> None:
    found = worker(tmp_path, {"samconfig.toml": ONE.replace("OVERRIDES", overrides)})
    assert name_of(found) == ["shop-live-worker"]
    assert shown(found.environment["LEVEL"]) == "${Level}"  # it is as it was: the default is only that


def test_several_environments_are_alternatives(tmp_path: Path) -> None:
    found = worker(tmp_path, {"samconfig.toml": SEVERAL})
    assert name_of(found) == ["shop-dev-dev-worker", "shop-prod-prod-worker"]
    assert shown(found.environment["LEVEL"]) == "${Level}"  # one of them sets it: of the other the default counts


@pytest.mark.parametrize(
    ("where", "template"),
    [
        ('template_file = "infra/app.yaml"', "infra/app.yaml"),
        ('template = "infra/app.yaml"', "infra/app.yaml"),
        ('template_file = ".aws-sam/build/template.yaml"', "template.yml"),
        ('template_file = "app/.aws-sam/build/template.yaml"', "app/template.yaml"),
    ],
)
def test_which_template_is_deployed(tmp_path: Path, where: str, template: str) -> None:
    text = ONE.replace("OVERRIDES", f'"Stage=live"\n{where}')
    assert name_of(worker(tmp_path, {"samconfig.toml": text}, template)) == ["shop-live-worker"]


def test_settings_in_yaml(tmp_path: Path) -> None:
    text = "default: {deploy: {parameters: {stack_name: shop, parameter_overrides: [Stage=live]}}}\n"
    assert name_of(worker(tmp_path, {"samconfig.yaml": text})) == ["shop-live-worker"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not = toml = at all",
        ONE.replace("OVERRIDES", "3").replace("stack_name", "s3_prefix"),
        "default = 1",
        "\ufffe",
    ],
)
def test_what_tells_nothing(tmp_path: Path, text: str) -> None:
    assert name_of(worker(tmp_path, {"samconfig.toml": text})) == ["?"]


def test_settings_of_another_template_say_nothing(tmp_path: Path) -> None:
    text = ONE.replace("OVERRIDES", '"Stage=live"\ntemplate_file = "other.yaml"')
    assert name_of(worker(tmp_path, {"samconfig.toml": text, "other.yaml": "a: 1\n"})) == ["?"]


def test_what_a_stack_around_gives_counts_before(tmp_path: Path) -> None:
    stack = "{TemplateURL: app/template.yaml, Parameters: {Stage: up}}"
    root = f"Resources: {{App: {{Type: AWS::CloudFormation::Stack, Properties: {stack}}}}}\n"
    files = {"root.yaml": root, "app/samconfig.toml": ONE.replace("OVERRIDES", '"Stage=live"')}
    found = worker(tmp_path, files, "app/template.yaml")
    assert found.name is not None
    assert [shown(found.name)] == ["${AWS::StackName}-up-worker"]
