"""What templates say of a file: which of its functions are handlers, and what invokes them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from invocation_lint.deployment.model import Function, StateMachine
from invocation_lint.source.files.project_files import ProjectFiles


def told(folder: Path, texts: Mapping[str, str], key: str = "orders/app.py") -> dict[str, set[str]] | None:
    """The handlers of a module, with what invokes them; None when no template names one."""
    for name, text in {"orders/app.py": "", **texts}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    found = ProjectFiles(folder).deployments.handlers_of(f"{folder}/{key}")
    return None if found is None else {name: set(kinds) for name, kinds in found.invoked_by.items()}


SAM = """
    Globals:
      Function: {Runtime: python3.12, Timeout: 3}
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: orders/
          Handler: app.handler
          Events:
            One: EVENT
"""


@pytest.mark.parametrize(
    ("event", "kinds"),
    [
        ("{Type: Api, Properties: {Path: /orders, Method: post}}", {"rest_api"}),
        ("{Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}", {"queue"}),
        ("{Type: DynamoDB, Properties: {Stream: !GetAtt T.StreamArn}}", {"stream"}),
        ("{Type: Schedule, Properties: {Schedule: rate(1 minute)}}", {"schedule"}),
        ("{Type: EventBridgeRule, Properties: {Pattern: {200: x}}}", {"eventbridge"}),
        ("{Type: Cognito, Properties: {UserPool: !Ref Pool}}", {"cognito"}),
        ("{Type: SomethingNew}", set()),
    ],
)
def test_sam_tells_the_events_of_a_function(tmp_path: Path, event: str, kinds: set[str]) -> None:
    assert told(tmp_path, {"template.yaml": SAM.replace("EVENT", event)}) == {"handler": kinds}


FUNCTION = """
    Resources:
      Orders:
        Type: AWS::Lambda::Function
        Properties: {Runtime: python3.12, Handler: app.handler, Code: ../orders, FunctionName: shop-orders}
"""
DEFINITION = '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "RESOURCE", "End": true}}}'


RESOURCES = [
    ("{Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Orders}}", {"queue"}),
    ("{Type: AWS::Lambda::EventSourceMapping, Properties: {StartingPosition: LATEST, FunctionName: !Ref Orders}}",
     {"stream"}),
    ("{Type: AWS::Events::Rule, Properties: {ScheduleExpression: x, Targets: [{Arn: !GetAtt [Orders, Arn]}]}}",
     {"schedule"}),
    ("{Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref Orders, Principal: sns.amazonaws.com}}", {"sns"}),
    ('{Type: AWS::ApiGatewayV2::Integration, Properties: {IntegrationUri: !Sub "FRONT/${Orders.Arn}/b"}}', {"http"}),
    ("{Type: AWS::Lambda::EventInvokeConfig, Properties: {FunctionName: !Ref Orders}}", {"event"}),
    ("{Type: AWS::IAM::Policy, Properties: {Resource: !GetAtt Orders.Arn}}", set()),
    ("{Type: AWS::StepFunctions::StateMachine, Properties: {Text: !Sub 'X${Orders.Arn}'}}", {"state_machine"}),
    ("{Type: AWS::StepFunctions::StateMachine, Properties: {S: {A: !GetAtt Orders.Arn}}}", {"state_machine"}),
    ("{Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: literal.asl.json}}", {"state_machine"}),
    ("{Type: AWS::Serverless::StateMachine, Properties: {Definition: {F: !GetAtt Orders.Arn}}}", {"state_machine"}),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "kinds"), RESOURCES)
def test_what_refers_to_a_function_of_cloudformation_invokes_it(tmp_path: Path, resource: str, kinds: set[str]) -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:shop-orders"
    front = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
    texts = {"deploy/stack.template": f"{FUNCTION}      Other: {resource.replace('FRONT', front)}\n"}
    if "literal" in resource:
        texts["deploy/literal.asl.json"] = DEFINITION.replace("RESOURCE", arn)
    assert told(tmp_path, texts) == {"handler": kinds}


def test_a_definition_beside_the_template_names_the_function(tmp_path: Path) -> None:
    texts = {
        "template.yaml": SAM.replace("EVENT", "{Type: SomethingNew}"),
        "flows/order.asl.yaml": "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: ${OrdersFunctionArn}\n",
    }
    assert told(tmp_path, texts) == {"handler": {"state_machine"}}
    texts["flows/order.asl.yaml"] = texts["flows/order.asl.yaml"].replace("Orders", "Mail")
    assert told(tmp_path, texts) == {"handler": set()}


SERVERLESS = """
    service: shop
    provider: {name: aws, runtime: python3.12}
    functions:
      take-order:
        handler: orders/app.handler
        events: EVENTS
    stepFunctions:
      stateMachines:
        flow:
          definition:
            StartAt: A
            States: {A: {Type: Task, Resource: {Fn::GetAtt: [TASK, Arn]}}}
"""


@pytest.mark.parametrize(
    ("events", "task", "kinds"),
    [
        ("[{http: POST /orders}]", "other", {"rest_api"}),
        ("[{sqs: {arn: 1}}, schedule: rate(1 day)]", "other", {"queue", "schedule"}),
        ("[]", "take-order", {"state_machine"}),
        ("[]", "TakeDashorderLambdaFunction", {"state_machine"}),
        ("3", "other", set()),
    ],
)
def test_serverless_yml(tmp_path: Path, events: str, task: str, kinds: set[str]) -> None:
    text = SERVERLESS.replace("EVENTS", events).replace("TASK", task)
    assert told(tmp_path, {"serverless.yml": text}) == {"handler": kinds}


TYPESCRIPT = """
    import * as lambda from 'aws-cdk-lib/aws-lambda';
    // const orders = new lambda.Function(this, 'Old', { handler: 'app.old', code: lambda.Code.fromAsset('orders') });
    export class Shop extends Stack {
      constructor(scope: Construct, id: string) {
        super(scope, id);
        const orders: lambda.Function = new lambda.Function(this, 'Orders', {
          runtime: lambda.Runtime.PYTHON_3_12, handler: 'app.handler',
          code: lambda.Code.fromAsset(path.join(__dirname, '..', 'orders')), // ) the code
        });
        const web = new lambda.Function(this, 'Web', {
          runtime: lambda.Runtime.NODEJS_20_X, handler: 'app.other', code: lambda.Code.fromAsset('orders'),
        });
        USE
      }
    }
"""


USES = [
    ("new tasks.LambdaInvoke(this, 'Take (one)', { lambdaFunction: orders, a: '$.b' });", {"state_machine"}),
    ("new sfn.StateMachine(this, 'F', { substitutions: { arn: orders.functionArn } });", {"state_machine"}),
    ("new OrderStepFunctionsStateMachineConstruct(this, 'F', { take: orders });", {"state_machine"}),
    ("new StateMachineStack(this, 'F', { take: orders });", set()),
    ("orders.addEventSource(new SqsEventSource(queue, { batchSize: 1 }));", {"queue"}),
    ("rule.addTarget(new targets.LambdaFunction(orders));", {"eventbridge"}),
    ("new apigateway.LambdaRestApi(this, 'Api', { handler: orders });", {"rest_api"}),
    ("orders.addFunctionUrl();", {"function_url"}),
    ("new tasks.LambdaInvoke(this, 'Take', { lambdaFunction: web });", set()),
    ("new Thing(this, { orders: 1 });", set()),
]


@pytest.mark.parametrize(("use", "kinds"), USES)
def test_the_cdk_in_typescript(tmp_path: Path, use: str, kinds: set[str]) -> None:
    assert told(tmp_path, {"lib/shop.ts": TYPESCRIPT.replace("USE", use)}) == {"handler": kinds}


PYTHON = """
    from aws_cdk import Stack, aws_apigateway as apigw, aws_lambda as _lambda, aws_lambda_event_sources as sources
    from aws_cdk import aws_stepfunctions_tasks as tasks

    class Shop(Stack):
        def __init__(self, scope, id):
            self.orders = _lambda.Function(
                self, "Orders", runtime=_lambda.Runtime.PYTHON_3_12, handler="app.handler",
                code=_lambda.Code.from_asset("orders"),  # built (before
            )
            USE
"""


@pytest.mark.parametrize(
    ("use", "kinds"),
    [
        ('tasks.LambdaInvoke(self, "Take", lambda_function=self.orders)', {"state_machine"}),
        ("self.orders.add_event_source(sources.KinesisEventSource(stream))", {"stream"}),
        ("apigw.LambdaIntegration(self.orders, proxy=True)", {"rest_api"}),
        ("total = 7 // 2", set()),
    ],
)
def test_the_cdk_in_python(tmp_path: Path, use: str, kinds: set[str]) -> None:
    assert told(tmp_path, {"infra/shop_stack.py": PYTHON.replace("USE", use)}) == {"handler": kinds}


TERRAFORM = """
    data "archive_file" "orders" {
      type       = "zip"
      source_dir = "${path.module}/../orders"
    }
    resource "aws_lambda_function" "orders" { # { the function
      filename      = data.archive_file.orders.output_path
      function_name = "shop-orders"
      handler       = "app.handler"
      runtime       = "python3.12"
    }
"""
BLOCKS = [
    ("aws_lambda_event_source_mapping", "function_name = aws_lambda_function.orders.arn", {"queue"}),
    (
        "aws_lambda_event_source_mapping",
        'function_name = aws_lambda_function.orders.arn\nstarting_position = "LATEST"',
        {"stream"},
    ),
    ("aws_cloudwatch_event_target", "arn = aws_lambda_function.orders.arn", {"eventbridge"}),
    ("aws_sfn_state_machine", 'definition = <<E\n{"A": "${aws_lambda_function.orders.arn}"}\nE', {"state_machine"}),
    ("aws_apigatewayv2_integration", "integration_uri = aws_lambda_function.orders.invoke_arn", {"http"}),
    (
        "aws_lambda_permission",
        'principal = "s3.amazonaws.com"\nfunction_name = aws_lambda_function.orders.function_name',
        {"s3"},
    ),
    ("aws_iam_policy", "policy = aws_lambda_function.orders.arn", set()),
    ("aws_sfn_state_machine", "definition = aws_lambda_function.mails.arn", set()),
]


@pytest.mark.parametrize(("block", "body", "kinds"), BLOCKS)
def test_terraform(tmp_path: Path, block: str, body: str, kinds: set[str]) -> None:
    other = f'resource "{block}" "other" {{\n{body}\n}}\n'
    assert told(tmp_path, {"deploy/lambda.tf": TERRAFORM, "deploy/other.tf": other}) == {"handler": kinds}
    assert told(tmp_path, {"deploy/other.tf": "", "elsewhere/other.tf": other}) == {"handler": set()}


def test_a_module_of_terraform_that_packs_a_function(tmp_path: Path) -> None:
    text = """
        module "orders" {
          source      = "terraform-aws-modules/lambda/aws"
          handler     = "app.handler"
          runtime     = "python3.12"
          source_path = "../orders"
          environment_variables = { MAILS = module.mails.lambda_function_arn }
        }
        module "mails" {
          handler     = "mails.handler"
          source_path = "../orders"
        }
        resource "aws_sfn_state_machine" "flow" {
          definition = templatefile("flow.json", { orders = module.orders.lambda_function_arn })
        }
    """
    assert told(tmp_path, {"deploy/main.tf": text, "orders/mails.py": ""}) == {"handler": {"state_machine"}}
    found = ProjectFiles(tmp_path).deployments.handlers_of(f"{tmp_path}/orders/mails.py")
    assert found is not None
    assert (found.invoked_by, found.known_as) == ({"handler": set()}, {"handler": {"MAILS"}})


def test_a_function_that_stands_in_its_task(tmp_path: Path) -> None:
    text = """
        import { PythonFunction } from '@aws-cdk/aws-lambda-python-alpha';
        new LambdaInvoke(this, 'Take', {
          lambdaFunction: new PythonFunction(this, 'F', { entry: 'orders', index: 'app.py', handler: 'take' }),
        });
    """
    assert told(tmp_path, {"lib/shop.ts": text}) == {"take": {"state_machine"}}


@pytest.mark.parametrize("template", ["template.yaml", "deploy/template.yaml"])
def test_code_in_an_archive_is_the_only_file_of_its_name(tmp_path: Path, template: str) -> None:
    text = SAM.replace("orders/", "./build/orders.zip").replace("EVENT", "{Type: SQS}")
    assert told(tmp_path, {template: text}) == {"handler": {"queue"}}
    assert told(tmp_path, {template: text, "mail/app.py": ""}) is None


def test_code_in_an_archive_is_rather_below_the_template(tmp_path: Path) -> None:
    text = SAM.replace("orders/", "./build/orders.zip").replace("EVENT", "{Type: SQS}")
    assert told(tmp_path, {"orders/template.yaml": text, "mail/app.py": ""}) == {"handler": {"queue"}}


VARIABLE = "      Environment: {Variables: {ORDERS_FUNCTION: !GetAtt Orders.Arn, OTHER: text}}"


TAKER = "new lambda.Function(this, 'Taker', { environment: { 'TAKER': orders.functionName } });"


ADDED = 'self.orders.add_environment("TAKER", self.orders.function_arn)'


@pytest.mark.parametrize(
    ("name", "text", "known_as"),
    [
        ("template.yaml", SAM.replace("Timeout: 3}", f"Timeout: 3, {VARIABLE.strip()}}}"), {"ORDERS_FUNCTION"}),
        ("deploy/stack.yaml", FUNCTION, {"shop-orders"}),
        ("serverless.yml", SERVERLESS + "    environment: {A: 1}\n", set()),
        (
            "serverless.yml",
            SERVERLESS.replace("python3.12}", "python3.12, environment: {TAKER: !Ref TakeDashorderLambdaFunction}}"),
            {"TAKER"},
        ),
        ("shop.ts", TYPESCRIPT.replace("USE", TAKER), {"TAKER"}),
        (
            "stack.py",
            PYTHON.replace("USE", 'self.orders.add_environment("TAKER", self.orders.function_arn)'),
            {"TAKER"},
        ),
    ],
)
def test_the_names_by_which_code_knows_a_function(tmp_path: Path, name: str, text: str, known_as: set[str]) -> None:
    told(tmp_path, {name: text})
    found = ProjectFiles(tmp_path).deployments.handlers_of(f"{tmp_path}/orders/app.py")
    assert found is not None
    assert found.known_as == {"handler": known_as}


@pytest.mark.parametrize(
    "text",
    [
        SAM.replace("python3.12", "nodejs22.x"),
        SAM.replace("CodeUri: orders/", "CodeUri: mail/").replace("app.handler", "mail.handler"),
        SAM.replace("app.handler", "[app.handler]"),
        SAM.replace("Events:", "Events: ["),
        SAM.replace("CodeUri: orders/", "InlineCode: pass").replace("app.", "index."),
        "Resources: {A: {Type: AWS::Serverless::Function, Properties: text}, app.: 1}",
        "Resources: &a {app.: 1, A: {Type: AWS::Serverless::Function, Properties: *a}}",
        "functions: {a: {handler: orders/app.handler}}\n",
    ],
)
def test_a_template_that_tells_nothing_of_the_file(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, {"template.yaml": text.replace("EVENT", "{Type: SQS}")}) is None


def test_a_stack_whose_brackets_do_not_match_is_read_all_the_same(tmp_path: Path) -> None:
    text = TYPESCRIPT.replace("USE", "new tasks.LambdaInvoke(this, { lambdaFunction: orders })));")
    assert told(tmp_path, {"lib/shop.ts": text}) == {"handler": {"state_machine"}}
    assert told(tmp_path, {"lib/shop.ts": "aws-cdk Function(" + "(" * 100_000 + "handler: 'app.handler'"}) is None


HUGE = {
    "many.ts": "new Function(this, { handler: 'app.handler', code: Code.fromAsset('orders') });" * 8_000,
    "nested.ts": "Function(handler: 'app.handler', code: x.fromAsset(" * 3_000 + ")" * 6_000,
    "blank.ts": "Function(" + " " * 600_000 + "handler: 'app.handler')",
    "quotes.py": "Function(" + "'" * 600_000,
    "blocks.tf": 'resource "aws_lambda_function" "a" {\n handler = "app.handler"\n' * 10_000 + "}" * 10_000,
    "comments.tf": "/*" * 300_000 + "app.",
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_template_ends(tmp_path: Path, name: str) -> None:
    started = time.process_time()
    told(tmp_path, {name: f"aws_cdk {HUGE[name]}"})
    assert time.process_time() - started < 10


def test_several_functions_of_one_handler(tmp_path: Path) -> None:
    texts = {"template.yaml": SAM.replace("EVENT", "{Type: SQS}"), "deploy/other.yaml": FUNCTION}
    assert told(tmp_path, texts) == {"handler": {"queue"}}


def test_templates_are_read_through_the_files_of_the_project(tmp_path: Path) -> None:
    told(tmp_path, {"template.yaml": SAM.replace("EVENT", "{Type: SQS}")})
    changed = dedent(SAM.replace("EVENT", "{Type: Api}")).encode()
    files = ProjectFiles(tmp_path, {tmp_path / "template.yaml": changed})
    found = files.deployments.handlers_of(f"{tmp_path}/orders/app.py")
    assert found is not None
    assert found.invoked_by == {"handler": {"rest_api"}}


ALONE = (
    '{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true, '
    '"Resource": "arn:aws:lambda:eu-west-1:123456789012:function:shop-orders"}}}'
)


@pytest.mark.parametrize("name", ["flow.asl.json", "flow.asl.yaml"])
def test_a_definition_to_which_no_template_refers(tmp_path: Path, name: str) -> None:
    told(tmp_path, {"deploy/stack.yaml": FUNCTION, name: ALONE})
    deployed = ProjectFiles(tmp_path).deployments.deployed
    (machine,) = deployed.all(StateMachine)
    (function,) = deployed.all(Function)
    assert (machine.key.template, machine.place.line) == (f"{tmp_path}/{name}", 1)
    assert deployed.invoked_by(function) == {"state_machine"}


def test_a_definition_to_which_a_template_refers_is_read_once(tmp_path: Path) -> None:
    machine = "  Flow: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: ../flow.asl.json}}"
    told(tmp_path, {"deploy/stack.yaml": dedent(FUNCTION) + machine, "flow.asl.json": ALONE})
    (machine_of_template,) = ProjectFiles(tmp_path).deployments.deployed.all(StateMachine)
    assert machine_of_template.key.id == "Flow"


def test_a_definition_to_which_no_template_refers_counts_where_nothing_else_is_told(tmp_path: Path) -> None:
    mapping = "{Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Orders}}"
    texts = {"deploy/stack.yaml": f"{FUNCTION}      Other: {mapping}\n", "flow.asl.json": ALONE}
    assert told(tmp_path, texts) == {"handler": {"queue"}}
