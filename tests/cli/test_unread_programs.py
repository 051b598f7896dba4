"""Programs that deploy functions and are not read are named by the commands that show what is deployed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import run_lint

TROPOSPHERE = "from troposphere import Template\nfrom troposphere.awslambda import Function\n"
HANDLER = "def handler(event, context):\n    return event['order']\n"


def project(folder: Path, name: str, text: str) -> Path:
    for path, content in {name: text, ".git/HEAD": "", "src/app.py": HANDLER}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    return folder


@pytest.mark.parametrize(
    ("name", "text", "tool"),
    [
        ("infra/stack.py", TROPOSPHERE, "Troposphere"),
        ("infra/stack.py", "import troposphere.awslambda as awslambda\n", "Troposphere"),
        ("__main__.py", "import pulumi\nimport pulumi_aws as aws\n\naws.lambda_.Function('f')\n", "Pulumi"),
        ("infra/Pulumi.yaml", "name: shop\nruntime: nodejs\n", "Pulumi"),
        ("main.py", "from cdktf import App\nfrom imports.aws.lambda_function import LambdaFunction\n",
         "CDK for Terraform"),
        ("sst.config.ts", "export default {}\n", "SST"),
        ("cdk.json", '{"app": "mvn -e -q compile exec:java"}', "CDK in Java"),
        ("cdk.json", '{"app": "go mod download && go run shop.go"}', "CDK in Go"),
        ("cdk.json", '{"app": "dotnet run --project src/Shop.csproj"}', "CDK in C#"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", [["links"], ["graph"], ["graph", "."], ["links", "src/app.py"], ["contracts"]])
def test_it_is_said(tmp_path: Path, command: list[str], name: str, text: str, tool: str) -> None:
    ran = run_lint(*command, cwd=project(tmp_path, name, text))
    assert ran.stderr.startswith(f"note: not read, so what they deploy is not known: {name} ({tool})\n")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("infra/stack.py", "from troposphere.s3 import Bucket\n"),  # no function
        ("infra/stack.py", "# as troposphere.awslambda does\nimport boto3\n"),
        ("infra/stack.py", "import pulumina\nkey = lambda one: one\n"),
        ("cdk.json", '{"app": "python3 app.py"}'),
        ("cdk.json", '{"app": "npx ts-node --prefer-ts-exts bin/dotnetted.ts"}'),
        ("Pulumi.md", "name: shop\n"),
    ],
)
def test_nothing_is_said(tmp_path: Path, name: str, text: str) -> None:
    assert run_lint("links", cwd=project(tmp_path, name, text)).stderr == ""


@pytest.mark.parametrize("command", ["links", "graph", "contracts"])
def test_a_template_that_cannot_be_read(tmp_path: Path, command: str) -> None:
    text = "Resources:\n  F: {Type: AWS::Lambda::Function, Properties: [\n"
    ran = run_lint(command, cwd=project(tmp_path, "infra/template.yaml", text))
    said = "note: not read, so what they deploy is not known: infra/template.yaml (it cannot be parsed)\n"
    assert ran.stderr.startswith(said)
