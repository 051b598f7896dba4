"""Configurations of Terraform: their values, and their functions with handlers, code and environments."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import hcl2.parser
import pytest

from invocation_lint.deployment.model import Function
from invocation_lint.deployment.terraform import parsing
from tests.deployment.reading import deployed_by_terraform, one, shown, terraform_function


def test_a_function_has_its_handler_and_limits() -> None:
    found = terraform_function("""
        function_name = "shop-orders"
        handler       = "app.handler"
        runtime       = "python3.12"
        timeout       = 2 * 60
        memory_size   = 256
        reserved_concurrent_executions = 1
        role          = aws_iam_role.orders.arn
        layers        = [aws_lambda_layer_version.shared.arn]
        dead_letter_config {
          target_arn = aws_sqs_queue.letters.arn
        }
    """)
    told = (found.name, found.handler, found.runtime, found.timeout_seconds, found.memory_mb, found.concurrency)
    assert [shown(each) for each in told] == ["shop-orders", "app.handler", "python3.12", 120, 256, 1]
    assert (shown(found.role), shown(found.dead_letter)) == (
        "${aws_iam_role.orders.arn}",
        "${aws_sqs_queue.letters.arn}",
    )
    assert [shown(each) for each in found.layers] == ["${aws_lambda_layer_version.shared.arn}"]
    assert (found.place.path, found.place.line) == ("/project/main.tf", 1)


ARCHIVE = 'data "archive_file" "a" {\n  type = "zip"\n  source_dir = "%s"\n}'
CODE = {
    "a folder": ("filename = data.archive_file.a.output_path", ARCHIVE % "${path.module}/a", "folder", "/project/a"),
    "beside the root": ("filename = data.archive_file.a.output_path", ARCHIVE % "../src", "folder", "/src"),
    "a file": (
        "filename = data.archive_file.a.output_path",
        'data "archive_file" "a" {\n  source_file = "${path.root}/src/app.py"\n}',
        "folder",
        "/project/src",
    ),
    "by its hash": (
        'filename = "a.zip"\nsource_code_hash = data.archive_file.a.output_base64sha256',
        ARCHIVE % "src",
        "folder",
        "/project/src",
    ),
    "by a hash that is calculated": (
        'filename = "a.zip"\nsource_code_hash = filebase64sha256(data.archive_file.a.output_path)',
        ARCHIVE % "src",
        "folder",
        "/project/src",
    ),
    "an object of a bucket": (
        "s3_bucket = aws_s3_object.o.bucket\ns3_key = aws_s3_object.o.key",
        'resource "aws_s3_object" "o" {\n  source = data.archive_file.a.output_path\n}\n' + ARCHIVE % "src",
        "folder",
        "/project/src",
    ),
    "an archive that a build makes": ('filename = "build/a.zip"', "", "archive", None),
    "in a bucket": ('s3_bucket = "b"\ns3_key = "a.zip"', "", "archive", None),
    "an image": ('image_uri = "${var.repository}:latest"', "", "image", None),
    "no image": ('image_uri = null\nfilename = "build/a.zip"', "", "archive", None),
    "a variable": ("filename = var.archive", 'variable "archive" {}', "archive", None),
}


@pytest.mark.parametrize(("body", "beside", "kind", "folder"), CODE.values(), ids=CODE)
def test_where_the_code_lies(body: str, beside: str, kind: str, folder: str | None) -> None:
    code = terraform_function(body, beside).code
    assert (code.kind, code.folder) == (kind, folder)


def test_an_archive_of_files() -> None:
    beside = """
        data "archive_file" "a" {
          type = "zip"
          source {
            content  = file("${path.module}/src/app.py")
            filename = "app.py"
          }
          source {
            content  = "{}"
            filename = "settings.json"
          }
        }
    """
    assert terraform_function("filename = data.archive_file.a.output_path", beside).code.handler_folders == (
        "/project/src",
    )


SEVERAL = """
    resource "aws_lambda_function" "one" {
      %s
      function_name = "shop-%s"
      handler       = "app.handler"
    }
    resource "aws_lambda_function" "caller" {
      environment {
        variables = { A = %s }
      }
    }
"""
KEYED = ('for_each = toset(["a", "b"])', "${each.key}", {'["a"]': "shop-a", '["b"]': "shop-b"})
COUNTED = ("count = 2", "${count.index}", {"[0]": "shop-0", "[1]": "shop-1"})
OPEN = ("for_each = var.names", "${each.key}", {"": "shop-${each.key of aws_lambda_function.one}"})


@pytest.mark.parametrize(
    ("several", "target", "value"),
    [
        (KEYED, 'aws_lambda_function.one["b"].arn', '${aws_lambda_function.one["b"].arn}'),
        (KEYED, "join(\",\", [for f in aws_lambda_function.one : f.arn])",
         '${aws_lambda_function.one["a"].arn},${aws_lambda_function.one["b"].arn}'),
        (KEYED, "aws_lambda_function.one[var.name].arn", "?"),
        (COUNTED, "aws_lambda_function.one[1].arn", "${aws_lambda_function.one[1].arn}"),
        (COUNTED, "aws_lambda_function.one[*].arn",
         ["${aws_lambda_function.one[0].arn}", "${aws_lambda_function.one[1].arn}"]),
        (COUNTED, "aws_lambda_function.one.0.arn", "${aws_lambda_function.one[0].arn}"),
        (OPEN, 'aws_lambda_function.one["x"].arn', "${aws_lambda_function.one.arn}"),
        (("count = var.on ? 1 : 0", "x", {"[0]": "shop-x"}), "one(aws_lambda_function.one[*].arn)",
         "${aws_lambda_function.one[0].arn}"),
        (("count = 0", "x", {}), "try(aws_lambda_function.one[0].arn, \"none\")", "none"),
    ],
)  # fmt: skip
def test_several_of_one_block(several: tuple[str, str, dict[str, str]], target: str, value: object) -> None:
    how, name, made = several
    variables = 'variable "names" {}\nvariable "name" {}\nvariable "on" { default = true }\n'
    deployed = deployed_by_terraform({"main.tf": SEVERAL % (how, name, target), "variables.tf": variables})
    found = {each.key.id: each for each in deployed.all(Function)}
    caller = found.pop("aws_lambda_function.caller")
    assert {key.removeprefix("aws_lambda_function.one"): shown(each.name) for key, each in found.items()} == made
    assert shown(caller.environment["A"]) == value


def test_a_resource_that_is_there_by_a_condition() -> None:
    text = SEVERAL % ("count = var.on ? 1 : 0", "x", '""') + 'variable "on" { default = true }\n'
    found = one(deployed_by_terraform({"main.tf": dedent(text)}), Function, "aws_lambda_function.one[0]")
    assert [(key.id, holds) for key, holds in found.when] == [("var.on", True)]


MODULE = {
    "main.tf": """
        module "orders" {
          source  = "./modules/function"
          name    = "orders"
          targets = { MAILS = module.mails.arn }
        }
        module "mails" {
          source = "./modules/function"
          name   = "mails"
        }
    """,
    "modules/function/main.tf": """
        variable "name" {}
        variable "stage" {
          default = "dev"
        }
        variable "targets" {
          default = {}
        }
        data "archive_file" "code" {
          source_dir = "${path.root}/src/${var.name}"
        }
        resource "aws_lambda_function" "this" {
          function_name = "shop-${var.name}-${var.stage}"
          filename      = data.archive_file.code.output_path
          environment {
            variables = var.targets
          }
        }
        output "arn" {
          value = aws_lambda_function.this.arn
        }
    """,
}


def test_modules_are_made_as_often_as_they_are_called() -> None:
    found = {each.key.id: each for each in deployed_by_terraform(MODULE).all(Function)}
    orders = found["module.orders.aws_lambda_function.this"]
    assert set(found) == {"module.orders.aws_lambda_function.this", "module.mails.aws_lambda_function.this"}
    assert (shown(orders.name), orders.code.folder) == ("shop-orders-dev", "/project/src/orders")
    assert shown(orders.environment["MAILS"]) == "${module.mails.aws_lambda_function.this.arn}"
    assert orders.key.template == "/project/main.tf"
    assert orders.place.path == "/project/modules/function/main.tf"


def test_modules_for_each() -> None:
    text = """
        module "all" {
          source   = "./modules/function"
          for_each = { orders = "src-orders", mails = "src-mails" }
          name     = each.key
          stage    = each.value
        }
        resource "aws_lambda_function" "caller" {
          environment {
            variables = { A = module.all["mails"].arn, B = join(" ", values(module.all)[*].arn) }
          }
        }
    """
    deployed = deployed_by_terraform({**MODULE, "main.tf": text})
    found = {each.key.id: each for each in deployed.all(Function)}
    assert shown(found['module.all["orders"].aws_lambda_function.this'].name) == "shop-orders-src-orders"
    environment = found["aws_lambda_function.caller"].environment
    assert shown(environment["A"]) == '${module.all["mails"].aws_lambda_function.this.arn}'
    assert "orders" in str(shown(environment["B"]))


def test_configurations_side_by_side_that_call_the_same_modules_are_alternatives() -> None:
    call = 'module "a" {\n source = "../modules/function"\n name = "a"\n%s}'
    deployed = deployed_by_terraform({
        **{name: text for name, text in MODULE.items() if name != "main.tf"},
        "dev/main.tf": call % "", "prod/main.tf": call % ' stage = "prod"\n targets = { A = "x" }\n',
    })  # fmt: skip
    found = one(deployed, Function)
    key = "the configuration that is deployed"
    assert {case.content: [(of.id, name) for of, name in case.when] for case in found.name.cases if found.name} == {
        "shop-a-dev": [(key, "dev")],
        "shop-a-prod": [(key, "prod")],
    }
    assert found.environment["A"].contents == (None, "x")


def test_configurations_of_functions_of_their_own_are_different_ones() -> None:
    text = 'resource "aws_lambda_function" "this" {\n  function_name = "%s"\n}\n'
    deployed = deployed_by_terraform({"a/main.tf": text % "a", "b/main.tf": text % "b"})
    assert sorted(str(shown(each.name)) for each in deployed.all(Function)) == ["a", "b"]


def test_configurations_that_call_modules_differently_are_different_ones() -> None:
    call = 'module "%s" {\n source = "../modules/function"\n name = "%s"\n}'
    deployed = deployed_by_terraform({
        **{name: text for name, text in MODULE.items() if name != "main.tf"},
        "one/main.tf": call % ("one", "a"), "two/main.tf": call % ("two", "b"),
    })  # fmt: skip
    assert sorted(str(shown(each.name)) for each in deployed.all(Function)) == ["shop-a-dev", "shop-b-dev"]


def test_modules_that_call_each_other_end() -> None:
    call = 'module "other" {\n  source = "../%s"\n}\nresource "aws_lambda_function" "f" {}\n'
    deployed = deployed_by_terraform({"a/main.tf": call % "b", "b/main.tf": call % "a"})
    assert list(deployed.all(Function))


PACKAGE = """
    module "orders" {
      source        = "terraform-aws-modules/lambda/aws"
      function_name = "shop-orders"
      handler       = "app.handler"
      runtime       = "python3.12"
      source_path   = %s
      timeout       = 20
      environment_variables = { MAILS = module.mails.lambda_function_arn }
    }
    module "mails" {
      source      = "terraform-aws-modules/lambda/aws"
      handler     = "mails.handler"
      source_path = "src"
    }
"""


@pytest.mark.parametrize("path", ['"src"', '["src"]', '[{ path = "${path.module}/src", pip_requirements = true }]'])
def test_the_module_of_the_registry_that_makes_functions(path: str) -> None:
    found = {each.key.id: each for each in deployed_by_terraform({"main.tf": PACKAGE % path}).all(Function)}
    orders = found["module.orders"]
    told = (orders.name, orders.handler, orders.timeout_seconds, orders.environment["MAILS"])
    assert [shown(each) for each in told] == ["shop-orders", "app.handler", 20, "${module.mails.arn}"]
    assert orders.code.folder == "/project/src"


def test_a_block_that_is_no_hcl_is_said_and_others_are_read() -> None:
    text = 'resource "aws_lambda_function" "a" {\n  timeout = 5 5\n}\nresource "aws_lambda_function" "b" {\n}\n'
    deployed = deployed_by_terraform({"main.tf": text, "other.tf": 'resource "aws_lambda_function" "c" {}'})
    assert {each.key.id for each in deployed.all(Function)} == {"aws_lambda_function.b", "aws_lambda_function.c"}
    (problem,) = [each for template in deployed.templates.values() for each in template.problems]
    assert (problem.message, problem.place.path, problem.place.line) == ("it is not expected: 5", "/project/main.tf", 2)


@pytest.mark.parametrize(
    "text",
    [
        'resource "aws_lambda_function" "a" { timeout = 5 }',
        '  resource "aws_lambda_function" "a" {\n  timeout = 5\n  }\n',
        'resource "aws_lambda_function" "a"\n{\n  timeout = 5\n}\n',
        '# {\n/* } */ // {\nresource "aws_lambda_function" "a" { # {\n  timeout = 5 # }\n}\n',
        "resource aws_lambda_function a {\r\n  timeout = 5\r\n}\r\n",
        'resource "aws_lambda_function" "a" {\n  description = <<E\n}\nE\n  timeout = 5\n}\n',
        'resource "aws_lambda_function" "a" {\n  description = <<E\n}\nE  \n  timeout = 5\n}\n',
        '\ufeffresource "aws_lambda_function" "a" {\n  timeout = 5\n}',
    ],
)
def test_how_blocks_may_be_laid_out(text: str) -> None:
    found = one(deployed_by_terraform({"main.tf": text}), Function)
    assert shown(found.timeout_seconds) == 5


@pytest.mark.parametrize(
    "text",
    [
        '"${aws_s3_bucket.b.arn}/*"',
        '"arn:aws:s3:::b/*", "x */ y"',
        '"${replace("a/*", "\\"", join("/*", ["x}"]))}/*"',
        '"$${a/*", "%%{b/*"',
        'jsonencode({ a = "${{ b = "/*" }.b}" }) # "/* }',
        '"//", "#", "/*" // "/*',
    ],
)
def test_what_stands_in_strings_is_no_comment(text: str) -> None:
    before = f'resource "aws_iam_policy" "p" {{\n  policy = [\n    {text}\n  ]\n}}\n'
    after = 'resource "aws_iam_policy" "q" {\n  policy = "*/*"\n}\n'
    function = 'resource "aws_lambda_function" "a" {\n  timeout = 5\n}\n'
    found = one(deployed_by_terraform({"main.tf": before + function + after}), Function)
    assert shown(found.timeout_seconds) == 5


def test_the_grammar_is_kept_for_the_user_where_the_package_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hcl2.parser, "PARSER_FILE", tmp_path / "package" / "grammar.bin")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    monkeypatch.setattr("os.access", lambda *_: False)
    parsing.keep_grammar.cache_clear()
    hcl2.parser.parser.cache_clear()
    try:
        parsing.parse("a = 1")
    finally:
        parsing.keep_grammar.cache_clear()
        hcl2.parser.parser.cache_clear()
    assert [file.name for file in (tmp_path / "cache").iterdir()] == ["terraform-grammar.bin"]
