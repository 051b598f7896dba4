"""A subscription invokes the function that it names, in whatever language it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.model import Function, Subscription, Trigger
from tests.deployment.reading import deployed_by, deployed_by_cdk, deployed_by_cdk_python, deployed_by_terraform, one

CLOUDFORMATION = """
    Resources:
      News: {Type: AWS::SNS::Topic}
      Work: {Type: AWS::Lambda::Function}
      Lost: {Type: AWS::SQS::Queue}
      Told:
        Type: AWS::SNS::Subscription
        Properties:
          TopicArn: !Ref News
          Protocol: PROTOCOL
          Endpoint: !GetAtt Work.Arn
          FilterPolicy: {kind: [new]}
          RedrivePolicy: {deadLetterTargetArn: !GetAtt Lost.Arn}
    """
TERRAFORM = """
    resource "aws_sns_topic" "news" {}
    resource "aws_sqs_queue" "lost" {}
    resource "aws_lambda_function" "work" {}
    resource "aws_sns_topic_subscription" "told" {
      topic_arn      = aws_sns_topic.news.arn
      protocol       = "PROTOCOL"
      endpoint       = aws_lambda_function.work.arn
      filter_policy  = jsonencode({kind = ["new"]})
      redrive_policy = jsonencode({deadLetterTargetArn = aws_sqs_queue.lost.arn})
    }
    """
TYPESCRIPT = """
import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';

export class Shop extends Stack {
  constructor(scope: any, id: string, props?: any) {
    super(scope, id, props);
    const lost = new sqs.Queue(this, 'Lost');
    const work = new lambda.Function(this, 'Work', {
      runtime: lambda.Runtime.PYTHON_3_12, handler: 'work.handler', code: lambda.Code.fromAsset('work'),
    });
    const news = new sns.Topic(this, 'News');
    new sns.Subscription(this, 'Told', {
      topic: news, protocol: sns.SubscriptionProtocol.PROTOCOL, endpoint: work.functionArn,
      filterPolicy: { kind: sns.SubscriptionFilter.stringFilter({ allowlist: ['new'] }) }, deadLetterQueue: lost,
    });
  }
}
new Shop(new App(), 'Shop');
"""
PYTHON = """
from aws_cdk import App, Stack, aws_lambda as lambda_, aws_sns as sns, aws_sns_subscriptions as subs, aws_sqs as sqs

class Shop(Stack):
    def __init__(self, scope, id, **kwargs):
        super().__init__(scope, id, **kwargs)
        lost = sqs.Queue(self, "Lost")
        work = lambda_.Function(
            self, "Work", runtime=lambda_.Runtime.PYTHON_3_12, handler="work.handler",
            code=lambda_.Code.from_asset("work"),
        )
        news = sns.Topic(self, "News")
        news.add_subscription(subs.LambdaSubscription(work, dead_letter_queue=lost, filter_policy={"kind": ["new"]}))

Shop(App(), "Shop")
"""
WAYS: list[tuple[Callable[[Mapping[str, str]], Deployed], str, str]] = [
    (deployed_by, "template.yaml", CLOUDFORMATION),
    (deployed_by_terraform, "main.tf", TERRAFORM),
    (deployed_by_cdk, "shop.ts", TYPESCRIPT),
]


def triggers_by(deployed: Deployed) -> tuple[Trigger, ...]:
    return tuple(each for each in deployed.triggers_of(one(deployed, Function)) if each.kind == "sns")


@pytest.mark.parametrize(("read", "name", "text"), [*WAYS, (deployed_by_cdk_python, "app.py", PYTHON)])
def test_the_function_is_invoked_with_what_the_subscription_says(
    read: Callable[[Mapping[str, str]], Deployed], name: str, text: str
) -> None:
    deployed = read({name: text.replace("PROTOCOL", "LAMBDA" if "cdk" in text else "lambda")})
    subscription = one(deployed, Subscription)
    (trigger,) = triggers_by(deployed)
    assert trigger.source == subscription.topic
    assert trigger.dead_letter == subscription.dead_letter
    assert trigger.dead_letter is not None
    assert trigger.pattern == subscription.filter_policy
    assert trigger.pattern is not None


@pytest.mark.parametrize(("read", "name", "text"), WAYS)
def test_another_protocol_invokes_nothing(read: Callable[[Mapping[str, str]], Deployed], name: str, text: str) -> None:
    deployed = read({name: text.replace("PROTOCOL", "HTTPS" if "cdk" in text else "https")})
    assert one(deployed, Subscription).endpoint is not None
    assert triggers_by(deployed) == ()
