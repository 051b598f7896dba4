"""Applications of the CDK in Python: their functions, handlers, code, environments, and what invokes them."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent, indent

import pytest

from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.model import Bucket, EventSourceMapping, Function, Layer, Queue, Rule, StateMachine
from tests.deployment.reading import deployed_by_cdk_python, one, shown

IMPORTS = """
import os, json
from pathlib import Path
from enum import Enum
from aws_cdk import Aws, Duration, Fn, Stack, aws_dynamodb as dynamodb, aws_events as events, aws_iam as iam
from aws_cdk import aws_apigateway as apigw, aws_events_targets as targets, aws_lambda as _lambda, aws_s3 as s3
from aws_cdk import aws_lambda_destinations as destinations, aws_lambda_event_sources as sources, aws_sns as sns
from aws_cdk import aws_s3_notifications as s3n, aws_sns_subscriptions as subs, aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks
from aws_cdk.aws_lambda_python_alpha import PythonFunction
from constructs import Construct
"""
PLAIN = "runtime=_lambda.Runtime.PYTHON_3_12, handler='app.handler'"
CODE = "code=_lambda.Code.from_asset('lambda')"


def stack(body: str, above: str = "") -> str:
    """The text of a stack with this in its constructor."""
    text = f"{IMPORTS}\n{dedent(above)}\n\nclass Shop(Stack):\n"
    text += "    def __init__(self, scope: Construct, construct_id: str, *, stage: str = 'dev', **kwargs) -> None:\n"
    return text + "        super().__init__(scope, construct_id, **kwargs)\n" + indent(dedent(body), " " * 8)


def deployed(body: str, files: Mapping[str, str] | None = None, above: str = "") -> Deployed:
    """What a stack with this in its constructor deploys."""
    texts = {"shop/stack.py": stack(body, above), "lambda/app.py": "", "cdk.json": '{"app": "python3 app.py"}'}
    return deployed_by_cdk_python({**texts, **(files or {})})


def function(body: str, files: Mapping[str, str] | None = None, above: str = "", id: str = "") -> Function:
    """The only function of a stack, or that of an id."""
    return one(deployed(body, files, above), Function, f"Shop/{id}" if id else "")


def test_a_function_has_its_handler_code_and_limits() -> None:
    found = function(f"""
        _lambda.Function(
            self, "Orders", {PLAIN}, function_name="shop-orders", timeout=Duration.minutes(2), memory_size=256,
            code=_lambda.Code.from_asset(os.path.join(os.path.dirname(__file__), "..", "lambda")),
            reserved_concurrent_executions=1,
        )
    """)
    assert found.key.id == "Shop/Orders"
    told = (found.name, found.handler, found.runtime, found.timeout_seconds, found.memory_mb, found.concurrency)
    assert [shown(value) for value in told] == ["shop-orders", "app.handler", "python3.12", 120, 256, 1]
    assert (found.code.kind, found.code.folder) == ("folder", "/project/lambda")
    assert (found.place.path, found.place.line) == ("/project/shop/stack.py", 19)


FOLDERS = {
    "from the application": "_lambda.Code.from_asset('lambda')",
    "with a dot": "_lambda.Code.from_asset('./lambda/')",
    "by name": "_lambda.Code.from_asset(path='lambda')",
    "by the file": "_lambda.Code.from_asset(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../lambda'))",
    "by a path": "_lambda.Code.from_asset(str(Path(__file__).resolve().parent.parent / 'lambda'))",
    "by parents": "_lambda.Code.from_asset(str(Path(__file__).parents[1].joinpath('lambda')))",
    "by a text": "_lambda.Code.from_asset(f'{os.path.dirname(__file__)}/../lambda')",
    "as an asset": "_lambda.AssetCode('lambda')",
}


@pytest.mark.parametrize("code", FOLDERS.values(), ids=FOLDERS)
def test_the_folder_of_the_code(code: str) -> None:
    assert function(f"_lambda.Function(self, 'F', {PLAIN}, code={code})").code.folder == "/project/lambda"


@pytest.mark.parametrize(
    ("given", "handler"),
    [
        ("entry='lambda'", "index.handler"),
        ("entry='lambda', index='app.py', handler='main'", "app.main"),
        ("entry=str(Path(__file__).parent.parent / 'lambda'), index='sub/app.py'", "sub/app.handler"),
    ],
)
def test_a_python_function_is_named_by_entry_and_index(given: str, handler: str) -> None:
    found = function(f"PythonFunction(self, 'F', runtime=_lambda.Runtime.PYTHON_3_12, {given})")
    assert (shown(found.handler), found.code.folder) == (handler, "/project/lambda")


@pytest.mark.parametrize(
    ("options", "handler"),
    [(", cmd=['worker.handler']", "worker.handler"), (", file='Other'", "other.handler"), ("", "app.handler")],
)
def test_an_image_is_named_by_its_command(options: str, handler: str) -> None:
    files = {"lambda/Dockerfile": 'FROM a\nCMD ["app.handler"]\n', "lambda/Other": '\nCMD [ "other.handler" ]\n'}
    code = f"_lambda.DockerImageCode.from_image_asset('lambda'{options})"
    found = function(f"_lambda.DockerImageFunction(self, 'F', code={code})", files)
    assert (shown(found.handler), found.code.kind, found.code.folder) == (handler, "image", "/project/lambda")


def test_a_function_of_an_image_has_no_runtime_of_its_own() -> None:
    body = """
        code = _lambda.EcrImageCode.from_asset_image(directory=os.path.join(os.getcwd(), "lambda"))
        image = {"runtime": _lambda.Runtime.FROM_IMAGE, "handler": _lambda.Handler.FROM_IMAGE}
        _lambda.Function(self, "F", code=code, **image)
    """
    found = function(body, {"lambda/Dockerfile": 'CMD ["app.handler"]\n'})
    assert (shown(found.handler), shown(found.runtime), found.code.folder) == ("app.handler", None, "/project/lambda")


ABOVE = """
STAGE = "test"
SHARED = {"A": "1"}

class Names(str, Enum):
    ORDERS = "orders"
"""
ENVIRONMENTS = {
    "texts": ('{"A": "one", "B": f"two-{1 + 1}"}', {"A": "one", "B": "two-2"}),
    "unpacked": ('{**SHARED, "B": "2"}', {"A": "1", "B": "2"}),
    "overridden": ('{"A": "0", **SHARED}', {"A": "1"}),
    "joined": ('SHARED | {"B": "2"}', {"A": "1", "B": "2"}),
    "dict": ("dict(SHARED, B='2')", {"A": "1", "B": "2"}),
    "a constant": ("SHARED", {"A": "1"}),
    "a function": ('{"T": other.function_name}', {"T": "${Shop/Other.name}"}),
    "its ARN": ('{"T": other.function_arn}', {"T": "${Shop/Other.arn}"}),
    "a version": ('{"T": other.current_version.function_arn}', {"T": "${Shop/Other.arn}"}),
    "a queue": ('{"T": queue.queue_url}', {"T": "${Shop/Queue.url}"}),
    "an enumeration": ('{"A": Names.ORDERS.value, "B": Names.ORDERS}', {"A": "orders", "B": "orders"}),
    "a condition": ('{"A": "x" if stage == "p" else "y"}', {"A": {"stage == 'p' (line 27)=yes": "x",
                                                                  "stage == 'p' (line 27)=no": "y"}}),
    "a setting": ('{"A": os.environ["STAGE"], "B": os.getenv("B", "eu")}', {"A": "${env:STAGE}", "B": "${env:B}"}),
    "context": ('{"A": self.node.try_get_context("stage")}', {"A": "${context:stage}"}),
    "context that is told": ('{"A": self.node.try_get_context("names")["orders"]}', {"A": "shop-orders"}),
    "the region": ('{"A": f"x-{self.region}-{Aws.ACCOUNT_ID}"}', {"A": "x-${AWS::Region}-${AWS::AccountId}"}),
    "computed": ('{f"A_{STAGE}": "1"}', {"A_test": "1"}),
    "comprehended": ('{f"A_{n}": n.upper() for n in ["x", "y"] if n != "y"}', {"A_x": "X"}),
    "formatted": ('{"A": "{}-{b}".format("x", b=STAGE), "B": "%s-%s" % ("x", STAGE)}', {"A": "x-test", "B": "x-test"}),
    "joined texts": ('{"A": "-".join(["a", self.region, "b"])}', {"A": "a-${AWS::Region}-b"}),
    "JSON of functions": ('{"A": json.dumps({n: [f.function_arn] for n, f in {"a": other}.items()})}',
                          {"A": '{"a": ["${Shop/Other.arn}"]}'}),
    "JSON of what is not known": ('{"A": json.dumps({"a": _lambda.something_new(1)})}', {"A": "?"}),
    "imported": ('{"A": Fn.import_value("shop-orders")}', {"A": "${import shop-orders}"}),
    "what a library makes": ('{"A": _lambda.something_new(1)}', {"A": "?"}),
}  # fmt: skip


@pytest.mark.parametrize(("given", "variables"), ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_the_environment_of_a_function(given: str, variables: dict[str, object]) -> None:
    found = function(
        f"""
        other = _lambda.Function(self, "Other", {PLAIN}, {CODE})
        queue = sqs.Queue(self, "Queue")
        environment = {given}
        _lambda.Function(self, "F", {PLAIN}, {CODE}, environment=environment)
        """,
        {"cdk.json": '{"context": {"names": {"orders": "shop-orders"}}}'},
        ABOVE,
        id="F",
    )
    assert {key: shown(value) for key, value in found.environment.items()} == variables
    assert found.environment_open == ""


def test_variables_are_added_later() -> None:
    found = function(f"""
        env = {{"A": "1"}}
        f = _lambda.Function(self, "F", {PLAIN}, {CODE}, environment=env)
        f.add_environment("B", f.function_name)
        f.add_environment(key="C", value="3")
        env["E"] = "too late"
        if kwargs.get("description"):
            f.add_environment("D", "maybe")
    """)
    told = {key: shown(value) for key, value in found.environment.items()}
    maybe = told.pop("D")
    assert told == {"A": "1", "B": "${Shop/F.name}", "C": "3"}
    assert isinstance(maybe, dict)
    assert sorted(maybe.values(), key=str) == [None, "maybe"]


APPLICATION = {
    "cdk.json": '{"app": "python3 app.py"}',
    "app.py": """
        import aws_cdk as cdk
        from shop.stack import Shop

        app = cdk.App()
        for stage in ("dev", "prod"):
            Shop(app, f"shop-{stage}", stage=stage, timeout=60 if stage == "prod" else 10)
        app.synth()
    """,
    "shop/__init__.py": "",
    "shop/stack.py": """
        import aws_cdk as cdk
        from .orders import Orders, OrdersProps
        from shop.make import make_function

        class Shop(cdk.Stack):
            def __init__(self, scope, construct_id, stage, timeout, **kwargs):
                super().__init__(scope, construct_id, **kwargs)
                self.stage = stage
                orders = Orders(self, "Orders", OrdersProps(seconds=timeout))
                for name in ["mail", "print"]:
                    make_function(self, name, {"TARGET": orders.handler_function.function_name})
                self._add({"ORDERS": orders.arn})

            def _add(self, environment):
                make_function(self, "report", {**environment, "STAGE": self.stage})
    """,
    "shop/orders.py": """
        from dataclasses import dataclass
        from aws_cdk import Duration
        from aws_cdk.aws_lambda import Code, Function, Runtime
        from constructs import Construct
        from shop import constants

        class PythonDefault(Function):
            def __init__(self, scope, id, *, handler, seconds=3):
                super().__init__(
                    scope, id, runtime=Runtime.PYTHON_3_13, code=Code.from_asset(constants.CODE), handler=handler,
                    timeout=Duration.seconds(seconds),
                )

        @dataclass
        class OrdersProps:
            seconds: int
            handler: str = "app.handler"

        class Orders(Construct):
            def __init__(self, scope, id, props: OrdersProps):
                super().__init__(scope, id)
                self.handler_function = PythonDefault(self, "Handler", handler=props.handler, seconds=props.seconds)

            @property
            def arn(self):
                return self.handler_function.function_arn
    """,
    "shop/constants.py": 'CODE = "lambda"\n',
    "shop/make.py": """
        from aws_cdk import aws_lambda as lambda_

        def make_function(scope, name, environment):
            return lambda_.Function(
                scope, name, runtime=lambda_.Runtime.PYTHON_3_12, handler=f"{name}.handler",
                environment=environment, code=lambda_.Code.from_asset("lambda"),
            )
    """,
    "lambda/app.py": "",
}


def test_an_application_is_followed_from_file_to_file() -> None:
    deployed = deployed_by_cdk_python(APPLICATION)
    found = {function.key.id: function for function in deployed.all(Function)}
    assert set(found) == {"Shop/Orders/Handler", "Shop/mail", "Shop/print", "Shop/report"}
    handler = found["Shop/Orders/Handler"]
    assert (shown(handler.handler), handler.code.folder) == ("app.handler", "/project/lambda")
    assert shown(found["Shop/mail"].handler) == "mail.handler"
    assert shown(found["Shop/print"].environment["TARGET"]) == "${Shop/Orders/Handler.name}"
    (meant,) = deployed.functions_of(found["Shop/report"].environment["ORDERS"])
    assert (meant.certain, meant.function) == (True, handler)


def test_what_differs_between_deployments_of_a_stack_are_alternatives() -> None:
    found = {function.key.id: function for function in deployed_by_cdk_python(APPLICATION).all(Function)}
    timeout = found["Shop/Orders/Handler"].timeout_seconds
    assert timeout is not None
    assert timeout.numbers == (10, 60)
    assert found["Shop/report"].environment["STAGE"].texts == ("dev", "prod")


def test_a_stack_that_nobody_makes_is_made_with_what_is_open() -> None:
    text = stack(f'_lambda.Function(self, "F", {PLAIN}, {CODE}, function_name=f"shop-{{stage}}-orders")')
    found = one(deployed_by_cdk_python({"stack.py": text, "lambda/app.py": ""}), Function)
    assert shown(found.name) == "shop-${Shop.stage}-orders"


def test_a_construct_that_is_made_in_one_of_two_branches_is_one() -> None:
    found = function("""
        props = {"handler": "handler", "entry": "lambda"}
        if "CI" in os.environ:
            props["handler"] = "app.handler"
            del props["entry"]
            _lambda.Function(self, "F", runtime=runtime, code=_lambda.Code.from_asset("dist"), **props)
        else:
            PythonFunction(self, "F", runtime=runtime, index="app.py", **props)
    """)
    assert (shown(found.handler), found.code.folder, found.when) == ("app.handler", "/project/lambda", ())


def test_names_from_a_file_of_json() -> None:
    body = f"""
        with open("names.json") as file:
            names = json.load(file)
        for name, settings in names.items():
            _lambda.Function(self, name, {PLAIN}, {CODE}, memory_size=settings["memory"])
    """
    files = {"names.json": '{"one": {"memory": 256}, "two": {"memory": 512}}'}
    found = deployed(body, files, "import json")
    assert {each.key.id: shown(each.memory_mb) for each in found.all(Function)} == {"Shop/one": 256, "Shop/two": 512}


def test_a_layer_has_its_folder() -> None:
    found = deployed(f"""
        layer = _lambda.LayerVersion(self, "Shared", code=_lambda.Code.from_asset("layer"))
        _lambda.Function(self, "F", {PLAIN}, {CODE}, layers=[layer])
    """)
    assert one(found, Layer).code.folder == "/project/layer"
    assert [shown(layer) for layer in one(found, Function).layers] == ["${Shop/Shared.arn}"]


INVOKED = {
    "a queue": ("f.add_event_source(sources.SqsEventSource(queue, batch_size=5))", {"queue"}),
    "a queue by name": ("f.add_event_source(sources.SqsEventSource(queue=queue))", {"queue"}),
    "a table": ("f.add_event_source(sources.DynamoEventSource(table, starting_position=1))", {"stream"}),
    "a mapping": ("f.add_event_source_mapping('M', event_source_arn=queue.queue_arn)", {"queue"}),
    "a topic": ("sns.Topic(self, 'T').add_subscription(subs.LambdaSubscription(f))", {"sns"}),
    "a bucket made elsewhere": (
        's3.Bucket.from_bucket_name(self, "In", "files").add_object_created_notification(s3n.LambdaDestination(f))',
        {"s3"},
    ),
    "a bucket made elsewhere, by an event": (
        's3.Bucket.from_bucket_arn(self, "In", "arn").add_event_notification("*", s3n.LambdaDestination(f))',
        {"s3"},
    ),
    "a queue that a bucket made elsewhere tells": (
        's3.Bucket.from_bucket_name(self, "In", "files").add_object_created_notification(s3n.SqsDestination(queue))',
        set(),
    ),
    "a bucket": ("bucket.add_event_notification(s3.EventType.OBJECT_CREATED, s3n.LambdaDestination(f))", {"s3"}),
    "a rule": ("events.Rule(self, 'R', targets=[targets.LambdaFunction(f)])", {"eventbridge"}),
    "a rule by a call": ("events.Rule(self, 'R').add_target(targets.LambdaFunction(handler=f))", {"eventbridge"}),
    "a schedule": (
        "events.Rule(self, 'R', schedule=events.Schedule.rate(Duration.hours(1)), targets=[targets.LambdaFunction(f)])",
        {"schedule"},
    ),
    "an API": ("apigw.LambdaRestApi(self, 'A', handler=f)", {"rest_api"}),
    "an integration": ("apigw.LambdaIntegration(f, proxy=True)", {"rest_api"}),
    "a task": ("tasks.LambdaInvoke(self, 'Task', lambda_function=f)", {"state_machine"}),
    "a URL": ("f.add_function_url(auth_type=_lambda.FunctionUrlAuthType.NONE)", {"function_url"}),
    "a permission": (
        "f.add_permission('P', principal=iam.ServicePrincipal('ses.amazonaws.com'))",
        {"event"},
    ),
    "another function": ("f.grant_invoke(f)", set()),
}


@pytest.mark.parametrize(("use", "kinds"), INVOKED.values(), ids=INVOKED)
def test_what_invokes_a_function(use: str, kinds: set[str]) -> None:
    found = deployed(f"""
        f = _lambda.Function(self, "F", {PLAIN}, {CODE})
        queue = sqs.Queue(self, "Q")
        table = dynamodb.Table(self, "T1", partition_key=dynamodb.Attribute(name="id"))
        bucket = s3.Bucket(self, "B")
        {use}
    """)
    assert found.invoked_by(one(found, Function)) == kinds


def test_event_sources_queues_rules_and_buckets_have_their_settings() -> None:
    found = deployed(f"""
        f = _lambda.Function(self, "F", {PLAIN}, {CODE}, on_failure=destinations.SqsDestination(
            sqs.Queue(self, "Failed")), retry_attempts=0)
        letters = sqs.Queue(self, "Letters")
        queue = sqs.Queue(
            self, "Q", visibility_timeout=Duration.minutes(3), fifo=True,
            dead_letter_queue=sqs.DeadLetterQueue(queue=letters, max_receive_count=3),
        )
        f.add_event_source(sources.SqsEventSource(queue, batch_size=5, report_batch_item_failures=True))
        events.Rule(
            self, "R", event_pattern=events.EventPattern(source=["shop"], detail_type=["placed"]),
            targets=[targets.LambdaFunction(f, dead_letter_queue=letters)],
        )
        bucket = s3.Bucket(self, "B", bucket_name="pictures")
        bucket.add_object_created_notification(s3n.LambdaDestination(f), s3.NotificationKeyFilter(suffix=".png"))
    """)
    mapping, queue = one(found, EventSourceMapping), one(found, Queue, "Shop/Q")
    assert (shown(mapping.batch_size), shown(mapping.reports_item_failures)) == (5, ["ReportBatchItemFailures"])
    assert (shown(mapping.source), shown(queue.visibility_seconds)) == ("${Shop/Q.arn}", 180)
    assert (shown(queue.dead_letter), shown(queue.max_receives)) == ("${Shop/Letters.arn}", 3)
    rule = one(found, Rule)
    assert shown(rule.pattern) == {"source": ["shop"], "detail-type": ["placed"]}
    assert [shown(target.dead_letter) for target in rule.targets] == ["${Shop/Letters.arn}"]
    (told,) = one(found, Bucket).notifications
    assert ([shown(event) for event in told.events], shown(told.suffix)) == (["s3:ObjectCreated:*"], ".png")
    retries = one(found, Function).retries
    assert retries is not None
    assert (shown(retries.attempts), shown(retries.on_failure)) == (0, "${Shop/Failed.arn}")


def test_what_a_function_may_do() -> None:
    found = deployed(f"""
        f = _lambda.Function(self, "F", {PLAIN}, {CODE})
        g = _lambda.Function(self, "G", {PLAIN}, {CODE})
        g.grant_invoke(f)
        f.add_to_role_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=["*"]))
    """)
    statements = found.access_of(one(found, Function, "Shop/F")).statements
    assert {(shown(each.actions[0]), shown(each.resources[0])) for each in statements} == {
        ("lambda:InvokeFunction", "${Shop/G.arn}"),
        ("sqs:SendMessage", "*"),
    }


ASL = (
    '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", '
    '"Parameters": {"FunctionName": "${Target}", "Payload": {"id": 1}}, "End": true}}}'
)
MACHINES = {
    "a file": "sfn.StateMachine(self, 'M', definition_body=sfn.DefinitionBody.from_file('flow.asl.json'), "
    "definition_substitutions={'Target': f.function_arn}, state_machine_type=sfn.StateMachineType.EXPRESS)",
    "a text": "sfn.CfnStateMachine(self, 'M', definition_string=TEXT, state_machine_type='EXPRESS', "
    "definition_substitutions={'Target': f.function_arn})",
}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_state_machines_whose_definition_is_a_file_or_a_text(machine: str) -> None:
    body = f"f = _lambda.Function(self, 'F', {PLAIN}, {CODE})\n{machine}"
    found = deployed(body, {"flow.asl.json": ASL}, f"TEXT = {ASL!r}")
    made = one(found, StateMachine)
    assert made.definition is not None
    (state,) = made.definition.states
    assert (shown(state.function), shown(state.payload), shown(made.kind)) == ("${Shop/F.arn}", {"id": 1}, "EXPRESS")
    assert [trigger.kind for trigger in found.triggers_of(one(found, Function))] == ["state_machine"]


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n    Foo()",
        "f = lambda: f()\nf()",
        "def f(n):\n    return f(n + 1) + f(n + 2)\nf(0)",
        "for a in range(10 ** 9):\n    for b in range(10 ** 9):\n        for c in range(10 ** 9):\n            g(a)",
        "a = {}\na['a'] = a\nprint(a['a']['a'], {**a})",
        "x = ''\n" + "x = x + ('a' if kwargs else 'b')\n" * 40,
        "x = a" + ".b()" * 300,
        "x = [1]\nfor y in x:\n    x.append(y)",
        "x = 'a' * 10 ** 12",
        "x = [0] * 10 ** 12",
        "x = 10 ** 10 ** 10",
        "class A(A): pass\nA()",
        "from .stack import *\nfrom . import stack\nimport shop.stack",
    ],
)
def test_what_does_not_end_is_left(body: str) -> None:
    (made,) = deployed(f'_lambda.Function(self, "F", {PLAIN})\n{body}').all(Function)
    assert shown(made.handler) == "app.handler"


def test_a_file_that_is_no_python_is_passed_over() -> None:
    files = {"shop/broken.py": "import aws_cdk\ndef (:\n", "shop/__init__.py": ""}
    found = deployed(f'_lambda.Function(self, "F", {PLAIN}, {CODE})', files, "from shop.broken import x")
    assert len(list(found.all(Function))) == 1


ENUMERATION = """
class Names(Enum):
    ORDERS = "orders"
    MAILS = "mails"

    @property
    def full(self) -> str:
        return f"shop-{self.value}"
"""


@pytest.mark.parametrize(
    ("name", "shown_as"),
    [
        ("Names.ORDERS.value", "orders"),
        ("Names.ORDERS.name", "ORDERS"),
        ("Names.MAILS.full", "shop-mails"),
        ("Names.MAILS.other", "?"),
    ],
)
def test_members_of_an_enumeration_have_properties(name: str, shown_as: str) -> None:
    found = function(f"_lambda.Function(self, 'F', {PLAIN}, {CODE}, function_name={name})", above=ENUMERATION)
    assert shown(found.name) == shown_as


def test_a_handler_that_a_bundling_copies() -> None:
    options = "bundling={}(image=_lambda.Runtime.PYTHON_3_12.bundling_image, command=['sh', '-c', '{}'])"
    copied = "cp /asset-input/jobs/a/app.py /asset-output/"
    code = f"_lambda.Code.from_asset('src', {options.format('BundlingOptions', copied)})"
    above = "from aws_cdk import BundlingOptions"
    found = function(f"_lambda.Function(self, 'F', {PLAIN}, code={code})", {"src/jobs/a/app.py": ""}, above)
    assert found.code.handler_folders == ("/project/src/jobs/a",)
