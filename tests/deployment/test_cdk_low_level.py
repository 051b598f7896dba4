"""Constructs of the CDK that are resources of CloudFormation as they are."""

from __future__ import annotations

import pytest

from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.model import EventSourceMapping, Function, Queue, Trigger
from tests.deployment.reading import deployed_by_cdk, deployed_by_cdk_python, one, shown

TYPESCRIPT = """
import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sam from 'aws-cdk-lib/aws-sam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';

export class Shop extends Stack {
  constructor(scope: any, id: string, props?: any) {
    super(scope, id, props);
    const jobs = new sqs.CfnQueue(this, 'Jobs', { visibilityTimeout: 60 });
    const work = new lambda.CfnFunction(this, 'Work', {
      runtime: 'python3.12', handler: 'work.handler', role: props.role, timeout: 30, functionName: 'shop-work',
      code: { s3Bucket: 'built', s3Key: 'work.zip' }, environment: { variables: { lowerCase: 'x', ...props.more } },
    });
    new lambda.CfnFunction(this, 'Ask', {
      runtime: 'python3.12', handler: 'ask.handler', role: props.role, code: { zipFile: 'pass' },
      environment: { variables: { WORK: work.ref, ARN: work.attrArn } },
    });
    new lambda.CfnEventSourceMapping(this, 'Polls', {
      functionName: work.ref, eventSourceArn: jobs.attrArn, batchSize: 5,
    });
    new sam.CfnFunction(this, 'Api', {
      runtime: 'python3.12', handler: 'api.handler', codeUri: 'api/', environment: { variables: { WORK: work.ref } },
      events: { Get: { type: 'Api', properties: { method: 'GET', path: '/x' } } },
    });
    new cloudfront.CfnFunction(this, 'Edge', { functionCode: 'x', name: 'edge' });
  }
}
new Shop(new App(), 'Shop');
"""
PYTHON = """
from aws_cdk import App, Stack, aws_lambda as lambda_, aws_sam as sam, aws_sqs as sqs

class Shop(Stack):
    def __init__(self, scope, id, **kwargs):
        super().__init__(scope, id, **kwargs)
        jobs = sqs.CfnQueue(self, "Jobs", visibility_timeout=60)
        work = lambda_.CfnFunction(
            self, "Work", runtime="python3.12", handler="work.handler", role="r", timeout=30, function_name="shop-work",
            code=lambda_.CfnFunction.CodeProperty(s3_bucket="built", s3_key="work.zip"),
        )
        lambda_.CfnFunction(
            self, "Ask", runtime="python3.12", handler="ask.handler", role="r",
            code=lambda_.CfnFunction.CodeProperty(zip_file="pass"),
            environment=lambda_.CfnFunction.EnvironmentProperty(variables={"WORK": work.ref, "ARN": work.attr_arn}),
        )
        lambda_.CfnEventSourceMapping(
            self, "Polls", function_name=work.ref, event_source_arn=jobs.attr_arn, batch_size=5
        )
        sam.CfnFunction(
            self, "Api", runtime="python3.12", handler="api.handler", code_uri="api/",
            environment=sam.CfnFunction.FunctionEnvironmentProperty(variables={"WORK": work.ref}),
            events={"Get": sam.CfnFunction.EventSourceProperty(
                type="Api", properties=sam.CfnFunction.ApiEventProperty(method="GET", path="/x"))},
        )

Shop(App(), "Shop")
"""


@pytest.fixture(params=["typescript", "python"])
def shop(request: pytest.FixtureRequest) -> Deployed:
    config = {"cdk.json": '{"app": "npx ts-node bin/shop.ts"}', "api/api.py": "def handler(event, context): ...\n"}
    if request.param == "typescript":
        return deployed_by_cdk({"bin/shop.ts": TYPESCRIPT, **config})
    return deployed_by_cdk_python({"app.py": PYTHON, **config})


def test_functions_have_their_settings(shop: Deployed) -> None:
    found = {function.key.id: function for function in shop.all(Function)}
    assert sorted(found) == ["Shop/Api", "Shop/Ask", "Shop/Work"]
    work, ask, api = found["Shop/Work"], found["Shop/Ask"], found["Shop/Api"]
    assert [shown(value) for value in (work.name, work.handler, work.timeout_seconds)] == [
        "shop-work", "work.handler", 30,
    ]  # fmt: skip
    assert (work.code.kind, ask.code.kind, api.code.folder) == ("archive", "inline", "/project/api")
    assert {name: shown(value) for name, value in ask.environment.items()} == {
        "WORK": "${Shop/Work.name}",
        "ARN": "${Shop/Work.arn}",
    }
    assert shown(api.environment["WORK"]) == "${Shop/Work.name}"
    assert shop.functions_called("shop-work")[0].function == work


def test_what_invokes_them(shop: Deployed) -> None:
    mapping = one(shop, EventSourceMapping)
    assert (shown(mapping.function), shown(mapping.batch_size), mapping.kind) == ("${Shop/Work.name}", 5, "queue")
    assert shown(one(shop, Queue).visibility_seconds) == 60
    assert shown(mapping.source) == "${Shop/Jobs.arn}"
    kinds = {trigger.kind: shown(trigger.function) for trigger in shop.all(Trigger) if trigger.function is not None}
    assert kinds["rest_api"] == "${Shop/Api.arn}"


def test_variables_that_are_given_from_outside_are_open() -> None:
    text = TYPESCRIPT.replace("new App(), 'Shop'", "new App(), 'Shop', { more: asked() }")
    work = one(deployed_by_cdk({"bin/shop.ts": text, "cdk.json": "{}"}), Function, "Shop/Work")
    assert work.environment_open
