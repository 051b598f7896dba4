"""`invocation-lint links` where the value of a name is not known: its expression, files of settings and
scripts suggest a function, never surely."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.cli.test_suggested_links import WORKER, links, project, targets

HEAD = """
import json
import os
import boto3

client = boto3.client("lambda")
"""
CALL = """

def handler(event, context):
    client.invoke(FunctionName=NAME, Payload=json.dumps({"other": 1}))
"""
OPTIONS = """
import argparse
p = argparse.ArgumentParser()
p.add_argument("--to-function", default="price-orders")
args = p.parse_args()
"""
PICK = """
def pick(part):
    for one in client.list_functions()["Functions"]:
        if part in one["FunctionName"]:
            return one["FunctionName"]
"""


def sender(name: str, before: str = "") -> str:
    return HEAD + before + CALL.replace("NAME", name)


@pytest.mark.parametrize(
    ("name", "before", "path", "text"),
    [
        ('known["steps"]["next"]', 'import yaml\nknown = yaml.safe_load(open("steps.yaml"))', "sender/steps.yaml",
         "steps:\n  next: price-orders\n"),
        ('known["next"]', 'with open("steps.json") as f:\n    known = json.load(f)', "sender/steps.json",
         '{"next": "price-orders"}'),
        ('known.get("steps", "next")', "import configparser\nknown = configparser.ConfigParser()", "steps.ini",
         "[steps]\nnext = price-orders\n"),
        ("settings.NEXT", "from django.conf import settings", "shop/settings.py", 'NEXT = "price-orders"\n'),
        ('current_app.config["NEXT"]', "from flask import current_app", "shop/config.py",
         'class Config:\n    NEXT = "price-orders"\n'),
        ("name", 'name = boto3.client("ssm").get_parameter(Name="/acme/next")["Parameter"]["Value"]', "deploy.sh",
         "aws ssm put-parameter --type String --name /acme/next --value price-orders\n"),
        ("name", 'name = boto3.client("ssm").get_parameter(Name="/acme/next")["Parameter"]["Value"]', "deploy.py",
         'ssm.put_parameter(Name="/acme/next", Value="price-orders", Type="String")\n'),
    ],
)  # fmt: skip
def test_a_file_of_settings_says_what_a_key_is(tmp_path: Path, name: str, before: str, path: str, text: str) -> None:
    files = {**project(""), "sender/app.py": sender(name, before), path: text}
    (link,) = links(tmp_path, files)
    assert (targets(link), link["certain"]) == (["worker"], False)
    assert f"{path} has price-orders for " in link["reason"]


@pytest.mark.parametrize(
    ("name", "before", "text"),
    [
        ('known["next"]', "known = load()", "next: billing\n"),  # no function is like it
        ('known["next"]', "known = load()", "next: Order\n"),  # it is less than the name of a function
        ('known["next"]', "known = load()", "the-next: price-orders\n"),
        ('known["name"]', "known = load()", "name: price-orders\n"),  # everything is called a name
        ("known[event['next']]", "known = load()", "other: price-orders\n"),
        ("one", "def load(one):\n    return one", "two: price-orders\n"),
    ],
)
def test_a_file_of_settings_that_does_not_say_it(tmp_path: Path, name: str, before: str, text: str) -> None:
    (link,) = links(tmp_path, {**project(""), "sender/app.py": sender(name, before), "steps.yaml": text})
    assert link["targets"] == []


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ('event.get("to", "price-orders")', ""),
        ("args.to_function", OPTIONS),
        ("'-'.join([os.environ['A'], os.environ['B'], 'worker'])", ""),
        ("os.environ['AWS_LAMBDA_FUNCTION_NAME'].replace('sender', 'worker')", ""),
        ("Template('acme-$stage-worker').substitute(stage=os.environ['A'])", "from string import Template"),
        ("get_parameter('/acme/worker-arn')", "from aws_lambda_powertools.utilities.parameters import get_parameter"),
        ("get(f\"/acme/{os.environ['STAGE']}/price-orders\")",
         "def get(name):\n    return boto3.client('ssm').get_parameter(Name=name)['Parameter']['Value']"),
        ("pick('worker')", PICK),
        ("price_orders_name", "price_orders_name = load()"),
    ],
)  # fmt: skip
def test_the_expression_of_a_name_suggests_a_function(tmp_path: Path, name: str, before: str) -> None:
    (link,) = links(tmp_path, {**project(""), "sender/app.py": sender(name, before)})
    assert (targets(link), link["certain"]) == (["worker"], False)


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("event['to']", ""),
        ("event.get('to', 'billing')", ""),
        ("load(open('worker.yaml'))['to']", ""),  # the name of a file is none of a function
        ("json.loads(event['body'])['function']", ""),
        ("args.to", "import argparse\np = argparse.ArgumentParser()\np.add_argument('--other', default='worker')"),
    ],
)
def test_an_expression_that_suggests_none(tmp_path: Path, name: str, before: str) -> None:
    (link,) = links(tmp_path, {**project(""), "sender/app.py": sender(name, before)})
    assert link["targets"] == []


def test_what_is_handed_to_a_helper_suggests_a_function(tmp_path: Path) -> None:
    helper = "import boto3\n\n\ndef send(payload, to):\n    boto3.client('lambda').invoke(FunctionName=to)\n"
    caller = (
        "from helper import send\n\n\ndef handler(event, context):\n    send({}, event.get('to') or 'acme-worker')\n"
    )
    files = {**project(""), "sender/app.py": caller, "sender/helper.py": helper}
    (link,) = links(tmp_path, files)
    assert (targets(link), link["certain"]) == (["worker"], False)


@pytest.mark.parametrize(
    ("names", "call"),
    [
        ('["price-orders", "acme-Reporter"]', "for name in NAMES:\n        client.invoke(FunctionName=name)"),
        ('{"a": "price-orders", "b": "acme-Reporter"}',
         "for _, name in NAMES.items():\n        client.invoke(FunctionName=name)"),
        ('{"a": "price-orders", "b": "acme-Reporter"}', "client.invoke(FunctionName=NAMES[event['kind']])"),
        ('{"a": {"to": "price-orders"}, "b": {"to": "acme-Reporter"}}',
         "client.invoke(FunctionName=NAMES[event['kind']]['to'])"),
    ],
)  # fmt: skip
def test_each_name_of_a_list_is_looked_for(tmp_path: Path, names: str, call: str) -> None:
    code = f"{HEAD}\nNAMES = {names}\n\n\ndef handler(event, context):\n    {call}\n"
    found = links(tmp_path, {**project(""), "sender/app.py": code})
    assert sorted({one for link in found for one in targets(link)}) == ["reporter", "worker"]
    assert len(found) == 1 + call.startswith("for")


BY_FUNCTION = """
upload() {
  aws lambda update-function-code --function-name $1
}
upload next-step worker
upload last-step reporter
"""
BY_LIST = """
FUNCTIONS = [
    {"name": "next-step", "folder": "worker"},
    {"name": "last-step", "folder": "reporter"},
]
"""
TABLE = """
| Lambda function | Code |
|---|---|
| last-step | `reporter/work.py` |
| next-step | `worker/work.py` |
"""
UPLOAD = "aws lambda update-function-code --function-name next-step --zip-file fileb://code.zip\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("deploy.sh", f"cd worker && zip -r ../code.zip .\n{UPLOAD}"),
        ("deploy.sh", f"cd worker\nzip -r ../code.zip .\n{UPLOAD}\ncd reporter\nzip -r ../code.zip .\n"),
        ("deploy.sh", BY_FUNCTION),
        ("Makefile", f"deploy:\n\tcd worker && zip -r ../code.zip .\n\t{UPLOAD}"),
        (".github/workflows/deploy.yml", f"jobs:\n  a:\n    steps:\n    - run: |\n        cd worker\n        {UPLOAD}"),
        ("deploy.py", BY_LIST),
        ("deploy.py", 'client.create_function(FunctionName="next-step", Code=read("worker.zip"))'),
        ("README.md", TABLE),
    ],
)  # fmt: skip
def test_a_script_names_a_function_and_its_code(tmp_path: Path, path: str, text: str) -> None:
    files = {"sender/app.py": sender('"next-step"'), "worker/work.py": WORKER, "reporter/work.py": WORKER, path: text}
    (link,) = links(tmp_path, files)
    assert (targets(link), link["certain"]) == (["worker"], False)
    assert link["reason"] == f"no template names next-step; {path} names both"


@pytest.mark.parametrize(
    "text",
    [
        UPLOAD,
        UPLOAD + "# more\n" * 20 + "cd worker\n",  # far away
        UPLOAD.replace("next-step", "next-step-2").replace("code.zip", "worker.zip"),
        UPLOAD.replace("code.zip", "co-worker.zip"),
        "echo next-step worker\n",  # nothing of Lambda
    ],
)
def test_a_script_that_names_no_code(tmp_path: Path, text: str) -> None:
    files = {"sender/app.py": sender('"next-step"'), "worker/work.py": WORKER, "reporter/work.py": WORKER}
    (link,) = links(tmp_path, {**files, "deploy.sh": text})
    assert link["targets"] == []


def test_a_value_of_which_a_part_is_open_suggests_a_function(tmp_path: Path) -> None:
    text = 'aws lambda update-function-configuration --environment "Variables={NEXT=${PROJECT}-worker,OTHER=$NEXT}"\n'
    (link,) = links(tmp_path, {**project('os.environ["NEXT"]'), "deploy.sh": text})
    assert (targets(link), link["certain"]) == (["worker"], False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("module.worker.function_name", ["worker"]),
        ("var.worker_function", ["worker"]),
        ("aws_lambda_alias.worker.arn", ["worker"]),
        ("data.aws_ssm_parameter.worker_arn.value", ["worker"]),
        ("var.name", []),
        ("module.billing.function_name", []),
    ],
)
def test_what_a_template_refers_to_suggests_a_function(tmp_path: Path, value: str, expected: list[str]) -> None:
    terraform = """
        variable "package" {}
        variable "name" {}
        variable "worker_function" {}
        module "worker" { source = "git::https://example.org/modules" }
        module "billing" { source = "git::https://example.org/modules" }
        data "aws_ssm_parameter" "worker_arn" { name = "/acme/worker-arn" }
        resource "aws_lambda_function" "sender" {
          function_name = "sender"
          filename      = var.package
          handler       = "app.handler"
          environment { variables = { NEXT = VALUE } }
        }
    """
    files = {"sender/app.py": sender('os.environ["NEXT"]'), "worker/work.py": WORKER}
    (link,) = links(tmp_path, {**files, "main.tf": dedent(terraform).replace("VALUE", value)})
    assert (targets(link), link["certain"]) == (expected, False)


FIELDS = """
    import json, os, boto3

    def handler(event, context):
        payload = {"action": "index_pages", "document": event["d"], "pages": 3}
        boto3.client("lambda").invoke(FunctionName=os.environ["NEXT"], Payload=json.dumps(payload))
"""
READS = """
    def handler(event, context):
        if event["action"] == "index_pages":
            return [event["document"], event["pages"]]
"""


@pytest.mark.parametrize(
    ("worker", "reporter", "expected"),
    [
        (READS, WORKER, ["worker"]),
        (READS.replace('event["pages"]', "1"), WORKER, []),  # one is not read
        (READS, READS, []),  # two read them
        (READS.replace('"index_pages"', '"other"'), WORKER, []),  # for another action
    ],
)
def test_the_fields_that_are_sent_suggest_a_function(
    tmp_path: Path, worker: str, reporter: str, expected: list[str]
) -> None:
    files = {"sender/app.py": FIELDS, "worker/work.py": worker, "reporter/work.py": reporter}
    (link,) = links(tmp_path, files)
    assert (targets(link), link["certain"]) == (expected, False)


def test_fields_that_all_read_suggest_none(tmp_path: Path) -> None:
    sent = FIELDS.replace(
        '"action": "index_pages", "document": event["d"], "pages": 3', '"id": 1, "type": 2, "data": 3'
    )
    reads = "def handler(event, context):\n    return event['id'], event['type'], event['data']\n"
    (link,) = links(tmp_path, {"sender/app.py": sent, "worker/work.py": reads})
    assert link["targets"] == []


@pytest.mark.parametrize(
    ("help", "expected"),
    [
        ("Name of the function (acme-worker)", ["worker"]),
        ("the output worker_function_name of the stack", ["worker"]),
        ("the worker, or another function", []),
    ],
)
def test_the_help_of_an_option_suggests_a_function(tmp_path: Path, help: str, expected: list[str]) -> None:
    script = f"""
        import argparse
        import boto3

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--target", required=True, help="{help}")
            args = parser.parse_args()
            asked = {{"FunctionName": args.target, "Payload": b"{{}}"}}
            boto3.client("lambda").invoke(**asked)
    """
    (link,) = links(tmp_path, {**project(""), "sender/app.py": "", "scripts/run.py": script})
    assert (targets(link), link["certain"]) == (expected, False)


def test_names_in_code_that_uploads_nothing_belong_to_nothing(tmp_path: Path) -> None:
    other = 'STEPS = ["next-step"]\n\n# then the worker lambda\nprint("worker")\n'
    files = {"sender/app.py": sender('"next-step"'), "worker/work.py": WORKER, "reporter/work.py": WORKER}
    (link,) = links(tmp_path, {**files, "other.py": other})
    assert link["targets"] == []


def test_keys_that_many_files_set_say_nothing(tmp_path: Path) -> None:
    """`stage` tells no function from another, whatever stands behind it."""
    files = {**project(""), "sender/app.py": sender('load(event["stage"])'), "config.yaml": "stage: price-orders\n"}
    (link,) = links(tmp_path, files)
    assert link["targets"] == []


def test_templates_are_no_scripts(tmp_path: Path) -> None:
    files = project('"next-step"')
    said = "# next-step is behind reporter/work.py\nOutputs: {One: {Value: next-step, Description: reporter/work.py}}\n"
    files["template.yaml"] = dedent(files["template.yaml"]) + said
    (link,) = links(tmp_path, files)
    assert link["targets"] == []


def test_callers_that_say_what_the_helper_says_are_left_out(tmp_path: Path) -> None:
    code = """
        import boto3

        worker_name = load()

        def send(payload):
            boto3.client("lambda").invoke(FunctionName=worker_name, Payload=payload)

        def handler(event, context):
            send(event["a"])
            send(event["b"])
    """
    (link,) = links(tmp_path, {**project(""), "sender/app.py": code})
    assert (link["call"]["line"], targets(link), link["certain"]) == (7, ["worker"], False)
