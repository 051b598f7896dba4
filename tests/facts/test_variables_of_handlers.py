"""Whether the variable that names an invoked function is set for the function whose handler reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.invocation import Function
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration
from invocation_lint.source.parsing.tree import parse

HEAD = 'import os\n\nimport boto3\n\nclient = boto3.client("lambda")\n\n\ndef handler(event, context):\n'
CALL = '    client.invoke(FunctionName=os.environ["MAIL"], InvocationType="Event", Payload=b"{}")\n'
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.12
      Environment: {Variables: {MAIL_FUNCTION: mail, STAGE: test}}
"""


def function(folder: Path, code: str = HEAD + CALL, template: str = TEMPLATE, **files: str) -> Function:
    """What is known of the function that `app.py` invokes, in a project with these files."""
    (found,) = functions(folder, code, template, **files)
    return found


def functions(folder: Path, code: str, template: str, **files: str) -> list[Function]:
    """The same for each way to the call."""
    (folder / ".git").mkdir(exist_ok=True)
    for name, text in {"app.py": code, "template.yaml": template, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    programs = Project(Configuration()).programs
    assert programs is not None
    app = folder / "app.py"
    programs.note([("app.py", app, None)])
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions(), programs.program(app), app)
    return [fact.data.function for fact in told.facts if fact.kind == "invocation"]


def test_a_variable_of_which_nothing_speaks(tmp_path: Path) -> None:
    found = function(tmp_path)
    assert (found.variable_set, found.reader, found.near_variable) == ("no", "Shop", "MAIL_FUNCTION")
    assert found.then == "reading it raises KeyError"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env", "MAIL=mail\n"),
        ("deploy.sh", "aws lambda update-function-configuration --environment Variables={MAIL=mail}\n"),
        ("Dockerfile", "ENV MAIL=mail\n"),
        ("README.md", "Set `MAIL` in the console.\n"),
        ("setup/set.py", 'VARIABLES = {"MAIL": "mail"}\n'),
        ("setup/set.py", 'import os\n\nos.environ["MAIL"] = "mail"\n'),
        ("infra/stack.ts", "fn.addEnvironment('MAIL', other.functionName);\n"),
        ("other.yaml", TEMPLATE.replace("STAGE", "MAIL").replace("app.handler", "other.handler")),
        ("serverless.yml", "service: a\nplugins: [serverless-dotenv-plugin]\n"),
        ("macro.yaml", "Resources:\n  M: {Type: AWS::CloudFormation::Macro}\n"),
    ],
)
def test_whatever_speaks_of_it_may_set_it(tmp_path: Path, name: str, text: str) -> None:
    assert isinstance(function(tmp_path, **{name: text}).variable_set, Unknown)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tests/test_app.py", 'import os\n\nos.environ["MAIL"] = "mail"\n'),
        ("other.py", 'import os\n\nprint(os.environ["MAIL"], os.environ.get("MAIL"), os.getenv("MAIL"))\n'),
        (".env", "MAIL_FUNCTION=mail\nEMAIL=a@b.c\n"),
    ],
)
def test_tests_and_readers_do_not_set_it(tmp_path: Path, name: str, text: str) -> None:
    assert function(tmp_path, **{name: text}).variable_set == "no"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("MAIL_FUNCTION: mail", "MAIL: mail"),
        ("Resources:", "Globals: {Function: {Environment: {Variables: {MAIL: mail}}}}\nResources:"),
    ],
)
def test_the_template_sets_it(tmp_path: Path, before: str, after: str) -> None:
    assert function(tmp_path, template=TEMPLATE.replace(before, after)).variable_set == "yes"


@pytest.mark.parametrize(
    "environment",
    [
        "!If [A, {Variables: {MAIL: mail}}, !Ref AWS::NoValue]",
        "{Fn::Transform: {Name: AWS::Include}}",
        "!Ref Variables",
    ],
)
def test_an_environment_that_is_not_told(tmp_path: Path, environment: str) -> None:
    template = TEMPLATE.replace("{Variables: {MAIL_FUNCTION: mail, STAGE: test}}", environment)
    assert function(tmp_path, template=template).variable_set != "no"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('    client.invoke(FunctionName=os.environ.get("MAIL"), Payload=b"{}")\n', "no"),
        ('    client.invoke(FunctionName=os.getenv("MAIL"), Payload=b"{}")\n', "no"),
        ('    if event:\n        client.invoke(FunctionName=os.getenv("MAIL"), Payload=b"{}")\n', None),
        ('    client.invoke(FunctionName=os.getenv("MAIL", "mail"), Payload=b"{}")\n', None),
        ('    client.invoke(FunctionName=os.environ["AWS_LAMBDA_FUNCTION_NAME"], Payload=b"{}")\n', None),
        ('    client.invoke(FunctionName="mail", Payload=b"{}")\n', None),
        ('    client.invoke(FunctionName=f"{os.environ[\'MAIL\']}-x", Payload=b"{}")\n', None),
    ],
)
def test_how_it_is_read(tmp_path: Path, body: str, expected: str | None) -> None:
    assert function(tmp_path, HEAD + body).variable_set == expected


@pytest.mark.parametrize(
    "code",
    [
        HEAD + '    if "MAIL" in os.environ:\n    ' + CALL,
        HEAD + "    try:\n    " + CALL + "    except KeyError:\n        print('no mail')\n",
        HEAD.replace("client =", "load_dotenv()\nclient =") + CALL,
    ],
)
def test_a_module_that_looks_whether_it_is_there(tmp_path: Path, code: str) -> None:
    assert isinstance(function(tmp_path, code).variable_set, Unknown)


def test_two_functions_with_one_handler(tmp_path: Path) -> None:
    other = TEMPLATE.split("Resources:\n")[1].replace("Shop:", "Second:").replace("STAGE", "MAIL")
    assert isinstance(function(tmp_path, template=TEMPLATE + other).variable_set, Unknown)


def test_no_template_deploys_it(tmp_path: Path) -> None:
    assert function(tmp_path, template=TEMPLATE.replace("app.handler", "app.other")).variable_set is None


OTHER = """\
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: orders
      Handler: main.handler
      Runtime: python3.12
      Environment: {Variables: {MAIL: !Ref Mail}}
"""
GET = '    client.invoke(FunctionName=os.environ.get("MAIL"), InvocationType="Event", Payload=b"{}")\n'
PROGRAM = """\
from aws_cdk import App, Stack, aws_lambda as lambda_


class Shop(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        self.mail = self.function("Mail", "mail.handler", {})
        self.shop = self.function("Shop", "app.handler", {"STAGE": "test"})
        self.orders = self.function("Orders", "main.handler", {"STAGE": "test", "MAIL": self.mail.function_name})

    def function(self, id, handler, environment):
        return lambda_.Function(
            self,
            id,
            runtime=lambda_.Runtime.PYTHON_3_12,
            handler=handler,
            code=lambda_.Code.from_asset("."),
            environment=environment,
        )


Shop(App(), "Shop")
"""
READER = """\
import os

import boto3

client = boto3.client("lambda")


def tell(order):
    if order["paid"]:
        client.invoke(FunctionName=os.environ.get("MAIL"), InvocationType="Event", Payload=b"{}")


def handler(event, context):
    if event["path"] == "/orders":
        tell(event["order"])
"""


@pytest.mark.parametrize("call", [CALL, GET, f"    if event['to'] == 'mail':\n    {CALL}", f"    if event:\n    {GET}"])
def test_another_function_of_the_template_has_it(tmp_path: Path, call: str) -> None:
    assert function(tmp_path, HEAD + call, TEMPLATE + OTHER).variable_set == "no"


@pytest.mark.parametrize(
    ("code", "template", "files"),
    [
        (HEAD + CALL, TEMPLATE + OTHER.replace("main.", "app.").replace("CodeUri: orders", "CodeUri: ."), {}),
        (HEAD + CALL, TEMPLATE + OTHER + "# MAIL of Shop is set by hand\n", {}),
        (HEAD + CALL, TEMPLATE + OTHER + "Outputs: {Mail: {Value: MAIL}}\n", {}),
        (HEAD + CALL, TEMPLATE + OTHER, {"deploy.sh": "set MAIL\n"}),
        (HEAD + f'    if os.environ["STAGE"] == "live":\n    {CALL}', TEMPLATE + OTHER, {}),
        (HEAD.replace("def h", "LIVE = read()\n\n\ndef h") + f"    if LIVE:\n    {CALL}", TEMPLATE + OTHER, {}),
        (HEAD + f"    if not settings.mails:\n        return\n{CALL}", TEMPLATE + OTHER, {}),
        (HEAD + f"    if event.get('x') and is_enabled('mail'):\n    {GET}", TEMPLATE + OTHER, {}),
        (HEAD + f"    if event:\n    {GET.replace('os.environ.get', 'os.environ.get')}    print(os.getenv('MAIL'))\n",
         TEMPLATE + OTHER, {}),
    ],
)  # fmt: skip
def test_where_the_other_function_tells_too_little(
    tmp_path: Path, code: str, template: str, files: dict[str, str]
) -> None:
    assert function(tmp_path, code, template, **files).variable_set != "no"


def is_unset(folder: Path, program: str) -> bool:
    """Whether it is certain that a program of the CDK does not set the variable for the function that reads it."""
    found = functions(folder, READER, "# none\n", **{"stack.py": program})
    return any(one.variable_set == "no" for one in found)


@pytest.mark.parametrize(
    "program",
    [
        PROGRAM,
        PROGRAM.replace(
            ', "MAIL": self.mail.function_name})',
            '})\n        self.orders.add_environment("MAIL", self.mail.function_name)',
        ),
        PROGRAM.replace(
            "\n    def function", '        self.shop.add_environment("REGION", self.region)\n\n    def function'
        ),
    ],
)
def test_another_function_of_the_program_has_it(tmp_path: Path, program: str) -> None:
    assert is_unset(tmp_path, program)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"STAGE": "test"})', 'read("shop.json"))'),
        ('{"STAGE": "test"})', '{"STAGE": "test", **read("shop.json")})'),
        ('{"STAGE": "test"})', '{"STAGE": "test", "MAIL": read()})'),
        ('"main.handler"', '"app.handler"'),
        ("\n    def function", '        self.shop.add_environment(read(), "mail")\n\n    def function'),
        ("\n    def function", "        self.say(MAIL)\n\n    def function"),
        ('Shop(App(), "Shop")', 'if read():\n    Shop(App(), "Shop")'),
    ],
)
def test_where_the_program_tells_too_little(tmp_path: Path, before: str, after: str) -> None:
    assert before in PROGRAM
    assert not is_unset(tmp_path, PROGRAM.replace(before, after, 1))


def test_a_program_that_sets_it_nowhere_tells_nothing(tmp_path: Path) -> None:
    assert not is_unset(tmp_path, PROGRAM.replace(', "MAIL": self.mail.function_name', ""))
