"""A chain of calls that begins in a test says nothing of the product: tests patch what they test."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.engine import Input, lint
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration
from invocation_lint.source.parsing.tree import parse

PRODUCT = """
import boto3

def send(name, mode="Event"):
    boto3.client("lambda").invoke(FunctionName=name, InvocationType=mode, Payload=b"{}")
"""
THROUGH_PRODUCT = """
from sending import send

def test_send():
    send("story", mode="Async")
"""
OWN_CALL = """
import boto3

def test_call():
    boto3.client("lambda").invoke(FunctionName="story", InvocationType="Async", Payload=b"{}")
"""
HELPER = """
import boto3

def call(mode):
    boto3.client("lambda").invoke(FunctionName="story", InvocationType=mode, Payload=b"{}")
"""
THROUGH_HELPER = """
from tests.helper import call

def test_call():
    call("Async")
"""


def linted(folder: Path, files: dict[str, str]) -> tuple[list[tuple[str, str]], Project]:
    (folder / ".git").mkdir()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    project = Project(Configuration())
    run = lint([Input(name, folder / name) for name in files], project)
    return [(f.place.path, f.id) for f in run.report.findings], project


@pytest.mark.parametrize("test", ["tests/test_send.py", "test/send.py", "send_test.py", "tests/unit/conftest.py"])
def test_what_a_test_hands_to_the_product_is_not_reported(tmp_path: Path, test: str) -> None:
    found, project = linted(tmp_path, {"sending.py": PRODUCT, test: THROUGH_PRODUCT})
    assert (test, "INV107") not in found
    assert project.programs is not None
    files = project.programs.program(tmp_path / "sending.py").modules.reach.outlined
    assert str(tmp_path / test) not in files, "a caller in a test is not paid for"


def test_the_same_call_in_the_product_is_reported(tmp_path: Path) -> None:
    found, _ = linted(tmp_path, {"sending.py": PRODUCT, "app.py": THROUGH_PRODUCT.replace("test_send", "go")})
    assert ("app.py", "INV107") in found


def test_the_own_call_of_a_test_is_reported(tmp_path: Path) -> None:
    found, _ = linted(tmp_path, {"sending.py": PRODUCT, "tests/test_own.py": OWN_CALL})
    assert ("tests/test_own.py", "INV107") in found


def test_a_call_through_what_tests_share_is_reported(tmp_path: Path) -> None:
    found, _ = linted(
        tmp_path, {"tests/__init__.py": "", "tests/helper.py": HELPER, "tests/test_it.py": THROUGH_HELPER}
    )
    assert ("tests/test_it.py", "INV107") in found


def test_a_test_with_a_call_of_its_own_tells_nothing_of_the_product_either(tmp_path: Path) -> None:
    both = OWN_CALL + THROUGH_PRODUCT
    found, _ = linted(tmp_path, {"sending.py": PRODUCT, "tests/test_both.py": both})
    assert found.count(("tests/test_both.py", "INV107")) == 1


def test_a_module_of_the_product_that_is_named_like_a_test_is_no_test(tmp_path: Path) -> None:
    shipped = THROUGH_PRODUCT.replace("test_send", "probe")
    found, _ = linted(tmp_path, {"sending.py": PRODUCT, "test_connection.py": shipped})
    assert ("test_connection.py", "INV107") in found


PRICE = """
import json
import boto3

{head}
    answer = boto3.client("lambda").invoke(FunctionName="price", Payload=json.dumps(user))
    price = json.loads(answer["Payload"].read())["price"]
    {last}
{more}
"""
METHOD = "class Prices:\n  def test_price(self, user):"


@pytest.mark.parametrize(
    ("head", "last", "more", "expected"),
    [
        ("def test_price(user):", "return price", "", "test"),
        ("def test_price(user):", "return price", "def check(user):\n    return test_price(user) > 3", "library"),
        ("def test_price(user):", "assert price == 3", "", "test"),
        (METHOD, "return price", "", "library"),
        (METHOD, "self.assertEqual(price, 3)", "", "test"),
        (METHOD.replace("Prices", "Prices(TestCase)"), "return price", "", "test"),
        (METHOD.replace("Prices", "Prices(helpers.Test_Helper)"), "self.result = price", "", "test"),
        (METHOD.replace("Prices", "Prices(BaseTest)"), "return price", "", "test"),
        (METHOD, "return price", "  def setUp(self):\n    self.result = None", "test"),
        (METHOD.replace("Prices", "Prices(TestedHook)"), "return price", "", "library"),
        (METHOD, "return price", "  def set_up(self):\n    self.result = None", "library"),
        ("def check_price(user):", "assert price == 3", "", "library"),
    ],
)
def test_a_function_of_the_product_is_no_test_by_its_name(
    tmp_path: Path, head: str, last: str, more: str, expected: str
) -> None:
    source = parse(PRICE.format(head=head, last=last, more=more).encode(), "prices.py")
    found = facts_of(source, ContractBook(), AnalysisOptions()).facts
    own = [fact.data.caller.kind for fact in found if "test_price" in fact.function or "check_price" in fact.function]
    assert own == [expected]


HOOK = """
import boto3

def lambda_handler(event, context):
    boto3.client("lambda").invoke(FunctionName="story", Payload=b"{}")
    return True
"""
TEMPLATE = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Hook:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: CODE
      Handler: hook.lambda_handler
      Runtime: python3.12
"""


@pytest.mark.parametrize(
    ("template", "code", "hook", "expected"),
    [
        ("template.yaml", "tests/hooks", HOOK, ["INV102"]),
        ("tests/template.yaml", "hooks", HOOK, []),
        ("template.yaml", "src", HOOK, []),
        ("template.yaml", "tests/hooks", HOOK + "\ndef test_it():\n    lambda_handler({}, None)\n", []),
    ],
)
def test_a_hook_of_a_deployment_may_stand_among_the_tests(
    tmp_path: Path, template: str, code: str, hook: str, expected: list[str]
) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / template).write_text(TEMPLATE.replace("CODE", code))
    found, _ = linted(
        tmp_path, {"tests/hooks/hook.py": hook, "src/hook.py": "def lambda_handler(event, context): ...\n"}
    )
    assert [rule for path, rule in found if path == "tests/hooks/hook.py" and rule == "INV102"] == expected
