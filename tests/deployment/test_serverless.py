"""What a serverless.yml deploys."""

from __future__ import annotations

import pytest

from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.gaps import gaps_of
from invocation_lint.deployment.model import (
    EventSourceMapping,
    Function,
    Layer,
    Queue,
    Role,
    Rule,
    Schedule,
    StateMachine,
    Subscription,
    Trigger,
)
from tests.deployment.reading import deployed_by, one, shown

SERVICE = """
    service: shop
    provider:
      name: aws
      runtime: python3.12
      stage: ${opt:stage, 'test'}
      timeout: 20
      environment: {LEVEL: INFO, STAGE: '${self:provider.stage}'}
    functions:
      take-order:
        handler: src/orders.handler
        memorySize: 256
        environment: {LEVEL: DEBUG, MAIL: '${self:service}-${sls:stage}-send_mail', QUEUE: !Ref Jobs}
      send_mail:
        handler: src/mail.handler
        name: ${self:service}-${opt:stage}-send_mail
    resources:
      Resources:
        Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: '${self:service}-jobs'}}
      Outputs:
        Jobs: {Value: !Ref Jobs, Export: {Name: shop-jobs}}
"""


def service(text: str = SERVICE, **files: str) -> Deployed:
    """What a service deploys; `files` are beside it, `_` in their names standing for a dot."""
    return deployed_by({"serverless.yml": text, **{name.replace("_", "."): one for name, one in files.items()}})


def test_functions_have_what_the_provider_says_and_their_own() -> None:
    deployed = service()
    orders = one(deployed, Function, "TakeDashorderLambdaFunction")
    assert (orders.called, shown(orders.name), shown(orders.handler)) == (
        "take-order", "shop-${stage}-take-order", "src/orders.handler",
    )  # fmt: skip
    assert (shown(orders.timeout_seconds), shown(orders.memory_mb), shown(orders.runtime)) == (20, 256, "python3.12")
    assert {name: shown(value) for name, value in orders.environment.items()} == {
        "LEVEL": "DEBUG", "STAGE": "${stage}", "MAIL": "shop-${stage}-send_mail", "QUEUE": "${Jobs.url}",
    }  # fmt: skip
    assert orders.name is not None
    assert (orders.name.text, orders.code.folder, orders.place.line) == ("shop-test-take-order", "/project", 11)


def test_a_name_in_an_environment_means_the_function() -> None:
    deployed = service()
    mail = one(deployed, Function, "SendUnderscoremailLambdaFunction")
    (meant,) = deployed.functions_of(one(deployed, Function, "TakeDashorderLambdaFunction").environment["MAIL"])
    assert (meant.function.key, meant.certain) == (mail.key, True)
    assert deployed.known_as(mail) == {"MAIL"}


def test_what_the_framework_gives_where_nothing_is_told() -> None:
    deployed = service("service: shop\nprovider: {name: aws}\nfunctions: {a: {handler: a.b}}\n# Resources\n")
    function = one(deployed, Function)
    assert (shown(function.timeout_seconds), shown(function.memory_mb)) == (6, 1024)
    assert shown(function.name) == "shop-${stage}-a"
    assert shown(function.role) == "${IamRoleLambdaExecution.arn}"


def test_another_cloud_deploys_no_functions() -> None:
    assert not list(service(SERVICE.replace("name: aws", "name: azure")).all(Function))


def test_the_resources_beside_and_what_they_hand_out() -> None:
    deployed = service()
    assert shown(one(deployed, Queue).name) == "shop-jobs"
    outputs = deployed.templates["/project/serverless.yml"].outputs
    (output,) = (one for one in outputs if not one.name.endswith("LambdaFunctionQualifiedArn"))
    assert (output.name, shown(output.value), shown(output.export)) == ("Jobs", "${Jobs.url}", "shop-jobs")


VARIABLES = """
    service: {name: shop}
    # Resources
    provider: {name: aws, stage: dev}
    custom:
      table: jobs
      nested: {list: [a, b]}
      stages:
        dev: {size: 1}
        prod: {size: 10}
      loops: {one: '${self:custom.loops.other}', other: '${self:custom.loops.one}'}
      default: {size: 5}
    params:
      default: {color: red}
      prod: {color: blue}
    functions:
      asked: {handler: a.b, environment: {X: VALUE}}
"""
CONFIG = "queue: jobs\nmore: {name: '${self:custom.table}-x'}\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${self:custom.table}", "jobs"),
        ("a-${self:custom.table}-b", "a-jobs-b"),
        ("${self:custom.nested}", {"list": ["a", "b"]}),
        ("${self:custom.nested.list.1}", "b"),
        ("${self:custom.gone}", "?"),
        ("${self:custom.gone, 'x'}", "x"),
        ("${self:custom.gone, self:custom.table}", "jobs"),
        ("${self:custom.gone, 12}", 12),
        ("${self:custom.gone, null}", None),
        ("${self:service.name}", "shop"),
        ("${opt:stage}", "${stage}"),
        ("${sls:stage}", "${stage}"),
        ("${self:provider.stage}", "${stage}"),
        ("${opt:name, 'x'}", "${opt:name}"),
        ("${env:NAME}", "${env:NAME}"),
        ("${ssm:/shop/key~true}", "${ssm:/shop/key}"),
        ("${aws:accountId}-${aws:region}", "${AWS::AccountId}-${AWS::Region}"),
        ("arn:${AWS::Region}", "arn:${AWS::Region}"),
        ("${self:custom.stages.${opt:stage}.size}", {"stage=dev": 1, "stage=prod": 10}),
        ("${self:custom.${opt:stage}.size, self:custom.default.size}", {"stage=default": 5}),
        ("${param:color}", {"stage=default": "red", "stage=prod": "blue"}),
        ("${file(config.yml):queue}", "jobs"),
        ("${file(./config.yml):more.name}", "jobs-x"),
        ("${file(config.${opt:stage}.yml):queue}", "dev-jobs"),
        ("${file(gone.yml):queue}", "?"),
        ("${file(gone.yml):queue, 'x'}", "x"),
        ("${file(config.js):queue}", "?"),
        ("${strToBool(true)}", True),
        ("${cf:other.Queue}", "${cf:other.Queue}"),
        ("${self:custom.loops.one}", "?"),
        ("{Fn::Sub: '${AWS::StackName}-${self:custom.table}'}", "${AWS::StackName}-jobs"),
        ("!GetAtt [asked, Arn]", "${AskedLambdaFunction.arn}"),
    ],
)
def test_variables(value: str, expected: object) -> None:
    text = VARIABLES.replace("VALUE", value if value[0] in "{!" else f'"{value}"')
    files = {"serverless.yml": text, "config.yml": CONFIG, "config.dev.yml": "queue: dev-jobs\n"}
    found = one(deployed_by(files), Function).environment["X"]
    told = shown(found)
    if isinstance(expected, dict) and any("=" in key for key in expected):
        told = {" ".join(f"{key.id}={word}" for key, word in case.when): shown_of(case.content) for case in found.cases}
    assert told == expected


def shown_of(content: object) -> object:
    """The content of a case."""
    from tests.deployment.reading import content as shown_content

    return shown_content(content)


def test_defaults_of_what_is_set_at_deployment() -> None:
    text = VARIABLES.replace("VALUE", "\"${opt:name, 'x'}-${env:AREA, self:custom.table}\"")
    assert one(service(text), Function).environment["X"].text == "x-jobs"


@pytest.mark.parametrize(
    ("stage", "named"),
    [
        ("${env:ENV}", "${env:ENV}"),
        ("${env:ENV, 'test'}", "${env:ENV}"),
        ("${self:custom.stage}", "${env:ENV, 'test'}"),
        ("${self:custom.stage}", "${self:custom.stage}"),
    ],
)
def test_what_the_stage_is_taken_from_is_the_stage_wherever_it_is_named(stage: str, named: str) -> None:
    mail = one(service(_of_stage(stage, named)), Function, "MailLambdaFunction")
    assert mail.name is not None and mail.environment["MAIL"].content == mail.name.content


def test_another_variable_than_the_stage_is_no_stage() -> None:
    mail = one(service(_of_stage("${env:ENV}", "${env:REALM}")), Function, "MailLambdaFunction")
    assert shown(mail.environment["MAIL"]) == "shop-${env:REALM}-mail"


def _of_stage(stage: str, named: str) -> str:
    return f"""
    service: shop
    custom: {{stage: "${{env:ENV, 'test'}}"}}
    provider:
      name: aws
      stage: {stage}
      environment: {{MAIL: "shop-{named}-mail"}}
    functions:
      mail: {{handler: mail.handler}}
    resources: {{Resources: {{}}}}
    """


def test_functions_and_resources_of_other_files() -> None:
    files = {
        "serverless.yml": """
            service: shop
            provider: {name: aws, environment: '${file(config/env.yml)}'}
            functions:
              - ${file(config/orders.yml)}
              - mail: {handler: mail.handler}
            resources:
              - ${file(config/queues.yml)}
              - Resources: {News: {Type: AWS::SNS::Topic}}
        """,
        "config/env.yml": "LEVEL: INFO\nTABLE: ${self:service}-jobs\n",
        "config/orders.yml": "orders: {handler: orders.handler, environment: {QUEUE: !Ref Jobs, NEWS: !Ref News}}\n",
        "config/queues.yml": "Resources: {Jobs: {Type: AWS::SQS::Queue}}\n",
    }
    deployed = deployed_by(files)
    orders = one(deployed, Function, "OrdersLambdaFunction")
    assert {name: shown(value) for name, value in orders.environment.items()} == {
        "LEVEL": "INFO", "TABLE": "shop-jobs", "QUEUE": "${Jobs.url}", "NEWS": "${News.arn}",
    }  # fmt: skip
    assert [one.called for one in deployed.all(Function)] == ["orders", "mail"]
    jobs = one(deployed, Queue)  # once, though its file looks like a template
    assert (jobs.key.template, jobs.place.path) == ("/project/serverless.yml", "/project/config/queues.yml")


EVENTS = """
    service: shop
    provider: {name: aws}
    # Resources
    functions:
      orders: {handler: a.b, events: [EVENT]}
"""


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("http: POST /orders", "rest_api"),
        ("{http: {path: orders, method: post, async: true}}", "event"),
        ("httpApi: 'POST /orders'", "http_api"),
        ("websocket: $connect", "http"),
        ("alb: {listenerArn: a, priority: 1}", "load_balancer"),
        ("sqs: arn:aws:sqs:eu-west-1:1:jobs", "queue"),
        ("{stream: {type: dynamodb, arn: a}}", "stream"),
        ("kafka: {topic: a}", "stream"),
        ("s3: files", "s3"),
        ("sns: news", "sns"),
        ("schedule: rate(1 day)", "schedule"),
        ("{eventBridge: {pattern: {source: [shop]}}}", "eventbridge"),
        ("{cloudwatchEvent: {event: {source: [shop]}}}", "eventbridge"),
        ("cloudwatchLog: /aws/a", "event"),
        ("{iot: {sql: a}}", "event"),
        ("{cognitoUserPool: {pool: a, trigger: PreSignUp}}", "cognito"),
        ("alexaSkill: amzn1", "service"),
    ],
)
def test_events_invoke_their_function(event: str, kind: str) -> None:
    deployed = service(EVENTS.replace("EVENT", event))
    assert deployed.invoked_by(one(deployed, Function)) == {kind}


def test_a_queue_that_is_polled() -> None:
    event = """{sqs: {arn: !GetAtt [Jobs, Arn], batchSize: 5, maximumBatchingWindow: 2, maximumConcurrency: 3,
        functionResponseType: ReportBatchItemFailures, filterPatterns: [{body: {a: [1]}}], enabled: false}}"""
    text = EVENTS.replace("EVENT", " ".join(event.split()))
    mapping = one(service(text + "    resources: {Resources: {Jobs: {Type: AWS::SQS::Queue}}}\n"), EventSourceMapping)
    found = (mapping.batch_size, mapping.window_seconds, mapping.max_concurrency, mapping.is_enabled)
    assert [shown(value) for value in found] == [5, 2, 3, False]
    assert (shown(mapping.source), shown(mapping.reports_item_failures)) == ("${Jobs.arn}", "ReportBatchItemFailures")
    assert [shown(pattern) for pattern in mapping.filters] == [{"body": {"a": [1]}}]


def test_a_stream_that_is_polled() -> None:
    event = """{stream: {type: dynamodb, arn: a, batchWindow: 1, bisectBatchOnFunctionError: true,
        maximumRetryAttempts: 2, maximumRecordAgeInSeconds: 60, destinations: {onFailure: {arn: b, type: sqs}}}}"""
    mapping = one(service(EVENTS.replace("EVENT", " ".join(event.split()))), EventSourceMapping)
    found = (mapping.window_seconds, mapping.bisects, mapping.max_attempts, mapping.max_age_seconds, mapping.on_failure)
    assert [shown(value) for value in found] == [1, True, 2, 60, "b"]
    assert shown(mapping.starting_position) == "TRIM_HORIZON"


def test_rules_schedules_and_subscriptions_behind_events() -> None:
    rule = one(service(EVENTS.replace("EVENT", "{eventBridge: {eventBus: shop, pattern: {a: [b]}}}")), Rule)
    assert (shown(rule.bus), shown(rule.pattern)) == ("shop", {"a": ["b"]})
    schedule = one(service(EVENTS.replace("EVENT", "{schedule: {rate: [rate(1 day)], method: scheduler}}")), Schedule)
    assert shown(schedule.expression) == ["rate(1 day)"]
    news = one(service(EVENTS.replace("EVENT", "{sns: {topicName: news, filterPolicy: {a: [b]}}}")), Subscription)
    assert (shown(news.topic), shown(news.filter_policy)) == ("news", {"a": ["b"]})


def test_how_a_function_fails_and_what_it_may_do() -> None:
    text = """
        service: shop
        # Resources
        provider:
          name: aws
          iam: {role: {statements: [{Effect: Allow, Action: 'sqs:*', Resource: '*'}], managedPolicies: [arn:a]}}
        functions:
          orders:
            handler: a.b
            onError: arn:aws:sqs:eu-west-1:1:dead
            maximumRetryAttempts: 1
            destinations: {onFailure: mail, onSuccess: {type: sqs, arn: b}}
            reservedConcurrency: 2
            url: true
          mail: {handler: b.c, iamRoleStatements: [{Effect: Allow, Action: ['ses:SendEmail'], Resource: '*'}]}
          other: {handler: c.d, role: arn:aws:iam::1:role/x}
    """
    deployed = service(text)
    orders, mail = one(deployed, Function, "OrdersLambdaFunction"), one(deployed, Function, "MailLambdaFunction")
    assert orders.retries is not None
    found = (orders.dead_letter, orders.concurrency, orders.retries.attempts, orders.retries.on_failure)
    assert [shown(value) for value in found] == [
        "arn:aws:sqs:eu-west-1:1:dead", 2, 1, "${MailLambdaFunction.arn}",
    ]  # fmt: skip
    assert shown(orders.retries.on_success) == "b"
    assert deployed.invoked_by(orders) == {"event", "function_url"}
    access = deployed.access_of(orders)
    assert [shown(one.actions[0]) for one in access.statements] == ["sqs:*"]
    assert access.open == ("the managed policy arn:a",)
    assert [shown(one.actions[0]) for one in deployed.access_of(mail).statements] == ["ses:SendEmail"]
    assert deployed.access_of(one(deployed, Function, "OtherLambdaFunction")).open
    assert one(deployed, Role).access == access


def test_state_machines_of_the_plugin() -> None:
    text = """
        service: shop
        # Resources
        provider: {name: aws}
        functions: {orders: {handler: a.b}}
        stepFunctions:
          stateMachines:
            flow:
              name: shopFlow
              type: EXPRESS
              definition: ${file(flow.yml)}
    """
    flow = "StartAt: A\nStates: {A: {Type: Task, Resource: {Fn::GetAtt: [orders, Arn]}, End: true}}\n"
    deployed = service(text, flow_yml=flow)
    machine = one(deployed, StateMachine)
    assert machine.definition is not None
    assert (machine.key.id, shown(machine.kind)) == ("ShopFlow", "EXPRESS")
    assert shown(machine.definition.states[0].function) == "${OrdersLambdaFunction.arn}"
    assert deployed.invoked_by(one(deployed, Function)) == {"state_machine"}


def test_layers_images_and_archives() -> None:
    text = """
        service: shop
        # Resources
        provider: {name: aws, ecr: {images: {worker: {path: ./worker}}}}
        layers: {common: {path: layers/common}}
        functions:
          a: {handler: a.b, layers: [!Ref CommonLambdaLayer], module: src/a}
          b: {image: {name: worker, command: [app.handler]}}
          c: {handler: c.d, package: {artifact: build/c.zip}}
    """
    deployed = service(text)
    a, b, c = deployed.all(Function)
    assert [(one.code.kind, one.code.folder) for one in (a, b, c)] == [
        ("folder", "/project/src/a"), ("image", "/project/worker"), ("archive", None),
    ]  # fmt: skip
    assert (shown(a.layers[0]), shown(b.handler)) == ("${CommonLambdaLayer.arn}", "app.handler")
    assert one(deployed, Layer).code.folder == "/project/layers/common"


def test_an_image_runs_what_its_dockerfile_says() -> None:
    text = """
        service: shop
        # Resources
        provider: {name: aws, ecr: {images: {worker: {path: ./worker}, other: {path: ./worker, file: Other.docker}}}}
        functions:
          a: {image: {name: worker}}
          b: {image: other}
          c: {image: {name: worker, command: [app.second]}}
          d: {image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop}
    """
    files = {
        "worker/Dockerfile": 'FROM public.ecr.aws/lambda/python:3.12\nCOPY src/app.py ./\nCMD ["app.handler"]\n',
        "worker/Other.docker": 'FROM public.ecr.aws/lambda/python:3.12\nCMD ["other.handler"]\n',
        "worker/src/app.py": "",
    }
    a, b, c, d = service(text, **files).all(Function)
    assert [shown(one.handler) if one.handler else None for one in (a, b, c, d)] == [
        "app.handler", "other.handler", "app.second", None,
    ]  # fmt: skip
    assert a.code.handler_folders == c.code.handler_folders == ("/project/worker/src",)


def test_what_plugins_make_is_told_to_be_unknown() -> None:
    text = "service: a\nprovider: {name: aws}\nconstructs: {jobs: {type: queue}}\nfunctions: {}\n# Resources\n"
    template = service(text).templates["/project/serverless.yml"]
    assert any("Lift" in reason for reason, _ in gaps_of(template))


@pytest.mark.parametrize(
    "event",
    [
        "sqs: {arn: !GetAtt Jobs.Arn}",
        "sqs:\n          arn: !GetAtt Jobs.Arn",
        "sqs:  # of the shop\n\n          # long\n          arn: !GetAtt Jobs.Arn",
        "http:\n          path: /\n          method: get",
        "schedule: rate(1 hour)",
    ],
)
def test_an_event_stands_where_its_kind_is_named(event: str) -> None:
    head = "service: shop\nprovider: {name: aws}\nfunctions:\n  worker:\n    handler: app.handler\n    events:\n"
    (found,) = deployed_by({"serverless.yml": f"{head}      - {event}\nresources: {{Resources: {{}}}}\n"}).all(Trigger)
    assert (found.place.line, found.place.column) == (7, 9)
