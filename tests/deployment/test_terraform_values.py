"""Configurations of Terraform: what expressions stand for, and what the environment of a function holds."""

from __future__ import annotations

import pytest

from tests.deployment.reading import shown, terraform_function

VALUES = {
    "a text": ('"one"', "one"),
    "an escape": (r'"a\n\"b\" $${c} \u00e9"', 'a\n"b" ${c} é'),
    "an interpolation": ('"a-${1 + 2}-${true}"', "a-3-true"),
    "only an interpolation": ('"${local.one}"', "1"),
    "nested quotes": ('"${lookup({ a = "x" }, "a")}"', "x"),
    "a local value": ("local.joined", "1-${var.stage}"),
    "a variable": ("var.stage", "${var.stage}"),
    "a variable with a part": ("var.settings.name", "${var.settings.name}"),
    "a mapping by default": ('var.names["orders"]', "shop-orders"),
    "a function": ("aws_lambda_function.mails.function_name", "${aws_lambda_function.mails.name}"),
    "its ARN": ("aws_lambda_function.mails.arn", "${aws_lambda_function.mails.arn}"),
    "a version of it": (
        "aws_lambda_function.mails.qualified_arn",
        "${aws_lambda_function.mails.arn}:${version of aws_lambda_function.mails}",
    ),
    "an argument of it": ("aws_lambda_function.mails.timeout", 30),
    "a queue": ("aws_sqs_queue.q.id", "${aws_sqs_queue.q.url}"),
    "another resource": ("random_pet.p.id", "${random_pet.p.id}"),
    "what is elsewhere": (
        "data.aws_lambda_function.other.arn",
        "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:other",
    ),
    "its name": ("data.aws_lambda_function.other.function_name", "other"),
    "a setting": ("data.aws_ssm_parameter.p.value", "${ssm:/shop/x}"),
    "an ARN": (
        '"arn:aws:lambda:${data.aws_region.r.name}:${data.aws_caller_identity.c.account_id}:function:x"',
        "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:x",
    ),
    "format": ('format("%s-%03d%%", var.stage, 7)', "${var.stage}-007%"),
    "join": ('join("-", ["a", var.stage, "b"])', "a-${var.stage}-b"),
    "lower": ('lower("A-${var.stage}-B")', "a-${var.stage}-b"),
    "replace": ('replace("a_b_c", "_", "-")', "a-b-c"),
    "split": ('split("/", "a/b")[1]', "b"),
    "trimsuffix": ('trimsuffix("${var.stage}.py", ".py")', "${var.stage}"),
    "basename": ('basename("a/b.py")', "b.py"),
    "coalesce": ('coalesce("", null, "x")', "x"),
    "try": ('try(local.names.none, "x")', "x"),
    "try that holds": ("try(local.names.orders, null)", "o"),
    "element": ('element(["a", "b"], 3)', "b"),
    "jsonencode": ('jsonencode({ a = [1, "x", var.stage], b = null })', '{"a": [1, "x", "${var.stage}"], "b": null}'),
    "jsondecode": ('jsondecode("{\\"a\\": {\\"b\\": 5}}").a.b', 5),
    "for over a list": ('join(",", [for n in ["a", "b", "c"] : upper(n) if n != "b"])', "A,C"),
    "for over a mapping": ("{ for k, v in local.names : v => k }.m", "mails"),
    "grouped": ('{ for n in ["a1", "a2", "b1"] : substr(n, 0, 1) => n... }.a[1]', "a2"),
    "a splat": ("local.list[*].name", ["x", "y"]),
    "an old splat": ("local.list.*.name[1]", "y"),
    "a condition": ('local.one == "1" ? "yes" : "no"', "yes"),
    "a condition that is open": (
        'var.stage == "prod" ? "a" : "b"',
        {'${var.stage} is "prod"=yes': "a", '${var.stage} is "prod"=no': "b"},
    ),
    "its opposite": (
        'var.stage != "prod" ? "b" : "a"',
        {'${var.stage} is "prod"=yes': "a", '${var.stage} is "prod"=no': "b"},
    ),
    "a switch": ('var.on ? "a" : "b"', {"var.on=yes": "a", "var.on=no": "b"}),
    "a switch in a local value": ('!local.off && true ? "a" : "b"', {"var.on=yes": "a", "var.on=no": "b"}),
    "a heredoc": ("<<E\na\n  ${var.stage}\nE", "a\n  ${var.stage}\n"),
    "an indented heredoc": ("<<-E\n    a\n      b\n    E", "a\n  b\n"),
    "a workspace": ("terraform.workspace", "${terraform.workspace}"),
    "what is not followed": ('cidrsubnet("10.0.0.0/8", 8, 1)', "?"),
    "itself": ("local.itself", "?"),
    "a file": ('file("${path.module}/name.txt")', "shop"),
    "a template": ('templatefile("name.tpl", { name = var.stage })', "shop-${var.stage}"),
}
BESIDE = """
locals {
  one    = "1"
  joined = "${local.one}-${var.stage}"
  names  = { orders = "o", mails = "m" }
  list   = [{ name = "x" }, { name = "y" }]
  off    = !var.on
  itself = "${local.itself}"
}
variable "stage" {
  default = "dev"
}
variable "on" { default = true }
variable "settings" {}
variable "names" {
  default = {
    orders = "shop-orders"
  }
}
resource "aws_lambda_function" "mails" {
  timeout = 30
}
data "aws_lambda_function" "other" {
  function_name = "other"
}
data "aws_ssm_parameter" "p" {
  name = "/shop/x"
}
"""


@pytest.mark.parametrize(("text", "value"), VALUES.values(), ids=VALUES)
def test_values(text: str, value: object) -> None:
    files = {"name.txt": "shop", "name.tpl": "shop-${name}"}
    body = f"environment {{\n  variables = {{\n    A = {text}\n  }}\n}}"
    assert shown(terraform_function(body, BESIDE, files).environment["A"]) == value


ENVIRONMENTS = {
    "merged": ('environment {\n variables = merge({ A = "1" }, { A = "2", B = "3" })\n}', {"A": "2", "B": "3"}, False),
    "with a part that is not known": ("environment {\n variables = merge({ A = 1 }, var.more)\n}", {}, True),
    "with a part that is known behind it": (
        'environment {\n variables = merge({ A = 1 }, var.more, { B = "2" }, { C = "3" })\n}',
        {"B": "2", "C": "3"},
        True,
    ),
    "of a mapping that is known in part": (
        'environment {\n variables = merge({ A = 1 }, merge(var.more, { B = "2" }), { C = "3" })\n}',
        {"B": "2", "C": "3"},
        True,
    ),
    "with a key that the part may override": (
        'environment {\n variables = merge(merge(var.more, { B = "2" }), var.more)\n}',
        {},
        True,
    ),
    "with a minus behind a number": (
        'environment {\n variables = { A = 1024-128, B = "a 5-3 b", C = 2*(8 -1) } # 5-3\n}',
        {"A": 896, "B": "a 5-3 b", "C": 14},
        False,
    ),
    "with parentheses": ('environment {\n variables = { ("${"A"}B") = "1", C : "2" }\n}', {"AB": "1", "C": "2"}, False),
    "dynamic": (
        'dynamic "environment" {\n for_each = [{ A = "1" }]\n content {\n variables = environment.value\n }\n}',
        {"A": "1"},
        False,
    ),
    "dynamic with an iterator": (
        'dynamic "environment" {\n for_each = ["x"]\n iterator = e\n content {\n variables = { A = e.value }\n }\n}',
        {"A": "x"},
        False,
    ),
    "dynamic by a condition": (
        'dynamic "environment" {\n for_each = var.on ? [1] : []\n content {\n variables = { A = "x" }\n }\n}',
        {"A": {"var.on=yes": "x", "var.on=no": None}},
        False,
    ),
    "none": ("", {}, False),
}


@pytest.mark.parametrize(("body", "variables", "is_open"), ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_environments(body: str, variables: dict[str, object], is_open: bool) -> None:
    found = terraform_function(body, 'variable "more" {}\nvariable "on" { default = true }')
    assert {name: shown(value) for name, value in found.environment.items()} == variables
    assert bool(found.environment_open) is is_open


def test_values_that_files_set() -> None:
    beside = 'variable "stage" { default = "dev" }\nvariable "sizes" { type = map(number) }'
    files = {"terraform.tfvars": 'stage = "test"\nsizes = { orders = 512 }\n'}
    found = terraform_function("function_name = var.stage\nmemory_size = var.sizes.orders", beside, files)
    assert found.name is not None and found.memory_mb is not None
    assert (found.name.text, found.memory_mb.number) == ("test", 512)


@pytest.mark.parametrize(
    "files",
    [
        {"stage.auto.tfvars": 'stage = "test"\nsizes = { orders = 512 }\n'},
        {"terraform.tfvars": 'stage = "x"\nsizes = { orders = 512 }\n', "a.auto.tfvars": 'stage = "test"\n'},
        {"a.auto.tfvars": 'stage = "x"\n', "b.auto.tfvars": 'stage = "test"\nsizes = { orders = 512 }\n'},
        {"terraform.tfvars.json": '{"stage": "test", "sizes": {"orders": 512}}'},
        {"z.auto.tfvars.json": '{"stage": "test", "sizes": {"orders": 512}}', "stage.auto.tfvars": 'stage = "x"'},
        {"stage.auto.tfvars": 'stage = "test"\nsizes = { orders = 512 }\n', "prod.tfvars": 'stage = "prod"\n'},
        {"stage.auto.tfvars": 'stage = "test"\nsizes = { orders = 512 }\n', "z.auto.tfvars.json": "{"},
    ],
)
def test_files_of_values_in_their_order(files: dict[str, str]) -> None:
    beside = 'variable "stage" { default = "dev" }\nvariable "sizes" { type = map(number) }'
    found = terraform_function("function_name = var.stage\nmemory_size = var.sizes.orders", beside, files)
    assert found.name is not None and found.memory_mb is not None
    assert (found.name.text, found.memory_mb.number) == ("test", 512)


def test_attributes_that_are_optional_have_their_defaults() -> None:
    beside = """
        variable "functions" {
          type = map(object({
            memory   = optional(number, 512)
            settings = optional(object({ seconds = optional(number, 20), name = optional(string) }), {})
          }))
          default = {
            orders = {}
          }
        }
    """
    found = terraform_function(
        "memory_size = var.functions.orders.memory\ntimeout = var.functions.orders.settings.seconds", beside
    )
    assert (shown(found.memory_mb), shown(found.timeout_seconds)) == (512, 20)
