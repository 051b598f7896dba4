"""Applications of the CDK in TypeScript: their functions, handlers, code and environments."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

import pytest

from invocation_lint.deployment.model import Function, Layer
from tests.deployment.reading import deployed_by_cdk, one, shown

IMPORTS = """
import * as path from 'path';
import { App, Duration, Stack, StackProps } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { PythonFunction } from '@aws-cdk/aws-lambda-python-alpha';
import { Construct } from 'constructs';
"""


def stack(body: str) -> str:
    """The text of a stack with this in its constructor."""
    return f"""{IMPORTS}
export class Shop extends Stack {{
  constructor(scope: Construct, id: string, props?: StackProps) {{
    super(scope, id, props);
{dedent(body)}
  }}
}}
"""


def function(body: str, files: Mapping[str, str] | None = None, id: str = "") -> Function:
    """The only function of a stack, or that of an id."""
    texts = {"lib/shop.ts": stack(body), "lambda/app.py": "def handler(event, context): ...", **(files or {})}
    return one(deployed_by_cdk(texts), Function, f"Shop/{id}" if id else "")


PLAIN = "handler: 'app.handler', runtime: lambda.Runtime.PYTHON_3_12"


def test_a_function_has_its_handler_code_and_limits() -> None:
    found = function(f"""
        new lambda.Function(this, 'Orders', {{
          {PLAIN}, functionName: 'shop-orders', timeout: Duration.minutes(2), memorySize: 256,
          code: lambda.Code.fromAsset(path.join(__dirname, '..', 'lambda')), reservedConcurrentExecutions: 1,
        }});
    """)
    assert found.key.id == "Shop/Orders"
    assert [shown(one) for one in (found.name, found.handler, found.runtime)] == [
        "shop-orders",
        "app.handler",
        "python3.12",
    ]
    assert (shown(found.timeout_seconds), shown(found.memory_mb), shown(found.concurrency)) == (120, 256, 1)
    assert (found.code.kind, found.code.folder) == ("folder", "/project/lambda")
    assert (found.place.path, found.place.line) == ("/project/lib/shop.ts", 12)


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ("lambda.Code.fromAsset('lambda')", "/project/lambda"),
        ("lambda.Code.fromAsset('./lambda/')", "/project/lambda"),
        ("lambda.Code.fromAsset(path.resolve(__dirname, '../lambda'))", "/project/lambda"),
        ("lambda.Code.fromAsset(`${__dirname}/../lambda`)", "/project/lambda"),
        ("new lambda.AssetCode('lambda')", "/project/lambda"),
        ("lambda.Code.fromAsset('lambda', { bundling: { image: lambda.Runtime.PYTHON_3_12.bundlingImage } })",
         "/project/lambda"),
        ("lambda.Code.fromInline('def handler(event, context): pass')", None),
        ("lambda.Code.fromBucket(bucket, 'orders.zip')", None),
        ("codeOf('orders')", None),
    ],
)  # fmt: skip
def test_the_folder_of_the_code(given: str, folder: str | None) -> None:
    files = {"cdk.json": '{"app": "npx ts-node bin/app.ts"}'}
    body = f"declare const bucket: any; new lambda.Function(this, 'F', {{ {PLAIN}, code: {given} }});"
    assert function(body, files).code.folder == folder


@pytest.mark.parametrize(
    ("command", "folders"),
    [
        ("['bash', '-c', 'cp -r /asset-input/shared /asset-output/ && cp /asset-input/jobs/a/app.py /asset-output/']",
         ("/project/src/jobs/a",)),
        ("['bash', '-c', `mkdir x && ` + `cp jobs/${'a'}/app.py /asset-output`]", ("/project/src/jobs/a",)),
        ("['bash', '-c', 'pip install -r r.txt -t /asset-output && cp -au jobs/a/. /asset-output']",
         ("/project/src/jobs/a",)),
        ("['sh', '-c', 'cp -r ./jobs/a/* /asset-output/']", ("/project/src/jobs/a",)),
        ("['sh', '-c', 'cp /asset-input/jobs/a/app.py /asset-output/sub/']", ()),
        ("['sh', '-c', 'cp /asset-input/jobs/b/app.py /asset-output/']", ()),
        ("['sh', '-c', 'cp -r jobs/a /asset-output/']", ()),
        ("['make', 'build']", ()),
        ("command", ()),
    ],
)  # fmt: skip
def test_a_handler_that_a_bundling_copies(command: str, folders: tuple[str, ...]) -> None:
    files = {"cdk.json": '{"app": "npx ts-node bin/app.ts"}', "src/jobs/a/app.py": ""}
    options = f"{{ bundling: {{ image: lambda.Runtime.PYTHON_3_12.bundlingImage, command: {command} }} }}"
    code = f"lambda.Code.fromAsset('src', {options})"
    body = f"declare const command: any; new lambda.Function(this, 'F', {{ {PLAIN}, code: {code} }});"
    assert function(body, files).code.handler_folders == folders


@pytest.mark.parametrize(
    ("given", "handler"),
    [
        ("{ entry: 'lambda' }", "index.handler"),
        ("{ entry: 'lambda', index: 'app.py', handler: 'main' }", "app.main"),
        ("{ entry: path.join(__dirname, '../lambda'), index: 'sub/app.py' }", "sub/app.handler"),
    ],
)
def test_a_python_function_is_named_by_entry_and_index(given: str, handler: str) -> None:
    found = function(f"new PythonFunction(this, 'F', {given});", {"package.json": "{}"})
    assert (shown(found.handler), found.code.folder) == (handler, "/project/lambda")


@pytest.mark.parametrize(
    ("options", "handler"),
    [("{ cmd: ['worker.handler'] }", "worker.handler"), ("{ file: 'Other' }", "other.handler"), ("", "app.handler")],
)
def test_an_image_is_named_by_its_command(options: str, handler: str) -> None:
    files = {"lambda/Dockerfile": 'FROM a\nCMD ["app.handler"]\n', "lambda/Other": '\nCMD [ "other.handler" ]\n'}
    code = f"lambda.DockerImageCode.fromImageAsset('lambda', {options})"
    body = f"new lambda.DockerImageFunction(this, 'F', {{ code: {code} }});"
    found = function(body, {**files, "cdk.json": "{}"})
    assert (shown(found.handler), found.code.kind, found.code.folder) == (handler, "image", "/project/lambda")


ENVIRONMENTS = {
    "texts": ("environment: { A: 'one', B: `two-${1 + 1}` }", {"A": "one", "B": "two-2"}),
    "shorthand": ("environment: { STAGE }", {"STAGE": "test"}),
    "spread": ("environment: { ...shared, B: '2' }", {"A": "1", "B": "2"}),
    "overridden": ("environment: { A: '0', ...shared }", {"A": "1"}),
    "a constant": ("environment: shared", {"A": "1"}),
    "a function": ("environment: { T: other.functionName }", {"T": "${Shop/Other.name}"}),
    "its ARN": ("environment: { T: other.functionArn }", {"T": "${Shop/Other.arn}"}),
    "a version": ("environment: { T: other.currentVersion.functionArn }", {"T": "${Shop/Other.arn}"}),
    "an enumeration": ("environment: { A: Names.ORDERS }", {"A": "orders"}),
    "a condition": ("environment: { A: props?.env ? 'x' : 'y' }", {"A": {"props?.env (line 19)=yes": "x",
                                                                        "props?.env (line 19)=no": "y"}}),
    "a setting": ("environment: { A: process.env.STAGE ?? 'dev' }", {"A": "${env:STAGE}"}),
    "context": ("environment: { A: this.node.tryGetContext('stage') }", {"A": "${context:stage}"}),
    "the region": ("environment: { A: `x-${this.region}-${Stack.of(this).account}` }",
                   {"A": "x-${AWS::Region}-${AWS::AccountId}"}),
    "computed": ("environment: { [`A_${STAGE}`]: '1' }", {"A_test": "1"}),
    "JSON": ("environment: { A: JSON.stringify({ a: other.functionArn, b: [1, 'x'] }) }",
             {"A": '{"a": "${Shop/Other.arn}", "b": [1, "x"]}'}),
    "JSON of what is not known": ("environment: { A: JSON.stringify({ a: lambda.somethingNew(1) }) }", {"A": "?"}),
    "what a library makes": ("environment: { A: lambda.somethingNew(1) }", {"A": "?"}),
}  # fmt: skip


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_environment_of_a_function(name: str) -> None:
    given, variables = ENVIRONMENTS[name]
    found = function(
        f"""
        const shared = {{ A: '1' }};
        const STAGE = 'test';
        enum Names {{ ORDERS = 'orders' }}
        const other = new lambda.Function(this, 'Other', {{ {PLAIN}, code: lambda.Code.fromAsset('lambda') }});


        const held = {{
          {PLAIN}, {given} }};
        new lambda.Function(this, 'F', {{ ...held, code: lambda.Code.fromAsset('lambda') }});
    """,
        id="F",
    )
    assert {key: shown(value) for key, value in found.environment.items()} == variables
    assert found.environment_open == ""


def test_variables_are_added_later() -> None:
    found = function(
        f"""
        const env: Record<string, string> = {{ A: '1' }};
        const f = new lambda.Function(this, 'F', {{ {PLAIN}, code: lambda.Code.fromAsset('l'), environment: env }});
        f.addEnvironment('B', f.functionName);
        env.C = 'too late';
        if (props?.description) {{ f.addEnvironment('D', 'maybe'); }}
    """
    )
    told = {key: shown(value) for key, value in found.environment.items()}
    key = "props?.description (line 16)"
    assert told == {"A": "1", "B": "${Shop/F.name}", "D": {f"{key}=no": None, f"{key}=yes": "maybe"}}


def test_entries_that_are_not_known_leave_an_environment_open() -> None:
    found = function(f"new lambda.Function(this, 'F', {{ {PLAIN}, environment: {{ ...props!.tags, A: '1' }} }});")
    assert shown(found.environment["A"]) == "1"
    assert "made outside" in found.environment_open


APPLICATION = {
    "cdk.json": '{"app": "npx ts-node --prefer-ts-exts bin/app.ts"}',
    "bin/app.ts": """
        import { App } from 'aws-cdk-lib';
        import { Shop } from '../lib/shop';
        const app = new App();
        for (const stage of ['dev', 'prod']) {
          new Shop(app, `shop-${stage}`, { stage, timeout: stage === 'prod' ? 60 : 10 });
        }
    """,
    "lib/shop.ts": """
        import * as cdk from 'aws-cdk-lib';
        import { Orders } from './orders';
        import { makeFunction } from './make';
        export interface ShopProps extends cdk.StackProps { stage: string; timeout: number }
        export class Shop extends cdk.Stack {
          constructor(scope: cdk.App, id: string, private readonly props: ShopProps) {
            super(scope, id, props);
            const orders = new Orders(this, 'Orders', { seconds: props.timeout });
            const names = ['mail', 'print'];
            names.forEach((name) => makeFunction(this, name, { TARGET: orders.handlerFunction.functionName }));
            this.add({ ORDERS: orders.nested?.arn ?? '' });
          }
          private add(environment: Record<string, string>): void {
            makeFunction(this, `report`, { ...environment, STAGE: this.props.stage });
          }
        }
    """,
    "lib/orders.ts": """
        import { Construct } from 'constructs';
        import { Function, Runtime, Code } from 'aws-cdk-lib/aws-lambda';
        import { Duration } from 'aws-cdk-lib';
        import { Defaults } from './constants';
        class PythonDefault extends Function {
          constructor(scope: Construct, id: string, props: { handler: string; seconds?: number }) {
            super(scope, id, {
              runtime: Runtime.PYTHON_3_13, code: Code.fromAsset(Defaults.code), handler: props.handler,
              timeout: Duration.seconds(props.seconds ?? 3),
            });
          }
        }
        export class Orders extends Construct {
          public readonly handlerFunction: Function;
          readonly nested: { arn: string };
          constructor(scope: Construct, id: string, props: { seconds: number }) {
            super(scope, id);
            this.handlerFunction = new PythonDefault(this, 'Handler', { handler: 'app.handler', ...props });
            this.nested = { arn: this.handlerFunction.functionArn };
          }
        }
    """,
    "lib/constants.ts": "export const Defaults = { code: 'lambda' };",
    "lib/make.ts": """
        import { Construct } from 'constructs';
        import { aws_lambda as lambda } from 'aws-cdk-lib';
        export const makeFunction = (scope: Construct, id: string, environment: { [key: string]: string }) =>
          new lambda.Function(scope, id, {
            runtime: lambda.Runtime.PYTHON_3_12, handler: `${id}.handler`, environment,
            code: lambda.Code.fromAsset('lambda'),
          });
    """,
    "lambda/app.py": "",
}  # fmt: skip


def test_an_application_is_followed_from_file_to_file() -> None:
    deployed = deployed_by_cdk(APPLICATION)
    found = {function.key.id: function for function in deployed.all(Function)}
    assert set(found) == {"Shop/Orders/Handler", "Shop/mail", "Shop/print", "Shop/report"}
    handler = found["Shop/Orders/Handler"]
    assert (shown(handler.handler), handler.code.folder) == ("app.handler", "/project/lambda")
    assert shown(found["Shop/mail"].handler) == "mail.handler"
    assert shown(found["Shop/print"].environment["TARGET"]) == "${Shop/Orders/Handler.name}"
    assert shown(found["Shop/report"].environment["ORDERS"]) == "${Shop/Orders/Handler.arn}"
    (meant,) = deployed.functions_of(found["Shop/report"].environment["ORDERS"])
    assert meant.certain
    assert meant.function == handler


def test_what_differs_between_deployments_of_a_stack_are_alternatives() -> None:
    deployed = deployed_by_cdk(APPLICATION)
    key = "the stack that is deployed"
    (handler,) = [one for one in deployed.all(Function) if one.key.id == "Shop/Orders/Handler"]
    assert handler.timeout_seconds is not None
    assert handler.timeout_seconds.numbers == (10, 60)
    (report,) = [one for one in deployed.all(Function) if one.key.id == "Shop/report"]
    assert {case.content: dict(case.when) for case in report.environment["STAGE"].cases} == {
        "dev": {next(k for k, _ in report.environment["STAGE"].cases[0].when): "shop-dev"},
        "prod": {next(k for k, _ in report.environment["STAGE"].cases[0].when): "shop-prod"},
    }
    assert report.environment["STAGE"].cases[0].when[0][0].id == key


def test_a_layer_has_its_folder() -> None:
    body = f"""
        const layer = new lambda.LayerVersion(this, 'Shared', {{ code: lambda.Code.fromAsset('layer') }});
        new lambda.Function(this, 'F', {{ {PLAIN}, layers: [layer], code: lambda.Code.fromAsset('lambda') }});
    """
    deployed = deployed_by_cdk({"lib/shop.ts": stack(body), "cdk.json": "{}", "lambda/app.py": ""})
    assert one(deployed, Layer).code.folder == "/project/layer"
    assert [shown(layer) for layer in one(deployed, Function).layers] == ["${Shop/Shared.arn}"]


def test_what_is_broken_is_passed_over() -> None:
    found = function(f"""
        const x = {{ a: ;
        new lambda.Function(this, 'F', {{ {PLAIN}, code: lambda.Code.fromAsset('lambda') }});
    """)
    assert shown(found.handler) == "app.handler"


@pytest.mark.parametrize(
    "body",
    [
        "while (true) { new Foo(); }",
        "const f = () => f(); f();",
        "function f(n: number): number { return f(n + 1) + f(n + 2); } f(0);",
        "for (let i = 0; i >= 0; i++) { for (let j = 0; j >= 0; j++) { for (let k = 0; k >= 0; k++) { g(i); } } }",
        "const a: any = {}; a.a = a; console.log(a.a.a.a, { ...a });",
        "const x = " + "(" * 400 + "1" + ")" * 400 + ";",
        "let x = '';" + "x = x + (props ? 'a' : 'b');" * 40,
        "const x = a" + ".b()" * 900 + ";",
    ],
)
def test_what_does_not_end_is_left(body: str) -> None:
    texts = {"lib/shop.ts": stack(f"new lambda.Function(this, 'F', {{ {PLAIN} }});\n{body}")}
    (made,) = deployed_by_cdk(texts).all(Function)
    assert shown(made.handler) == "app.handler"
