"""Stacks within stacks, exports, and functions that a name means."""

from __future__ import annotations

import pytest

from invocation_lint.deployment.model import (
    Function,
    Stack,
)
from tests.deployment.reading import content, deployed_by, one, shown

ROOT = """
    Resources:
      Orders: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}
      Jobs:
        Type: AWS::CloudFormation::Stack
        Properties: {TemplateURL: WHERE, Parameters: {OrdersArn: !GetAtt Orders.Arn, Level: INFO}}
      Mail:
        Type: AWS::Serverless::Function
        Properties: {Environment: {Variables: {QUEUE: !GetAtt Jobs.Outputs.Queue, TOPIC: !ImportValue shop-news}}}
"""
NESTED = """
    Parameters:
      OrdersArn: {Type: String}
      Level: {Type: String, Default: DEBUG}
      Size: {Type: Number, Default: 5}
    Resources:
      Queue: {Type: AWS::SQS::Queue}
      Worker:
        Type: AWS::Serverless::Function
        Properties: {MemorySize: !Ref Size, Environment: {Variables: {ORDERS: !Ref OrdersArn, LEVEL: !Ref Level}}}
      Mapping:
        Type: AWS::Lambda::EventSourceMapping
        Properties: {FunctionName: !Ref OrdersArn, EventSourceArn: !GetAtt Queue.Arn}
    Outputs:
      Queue: {Value: !Ref Queue}
"""
NEWS = """
    Resources:
      News: {Type: AWS::SNS::Topic}
    Outputs:
      News: {Value: !Ref News, Export: {Name: shop-news}}
"""


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("jobs/template.yaml", "jobs/template.yaml"),
        ("./jobs/.aws-sam/packaged.yaml", "jobs/template.yaml"),
        ("jobs/.aws-sam/build/template.yaml", "jobs/template.yaml"),
        ("https://s3.amazonaws.com/bucket/jobs/template.yaml", "bucket/jobs/template.yaml"),
        ("!Sub 'https://shop-${AWS::Region}.s3.amazonaws.com/jobs.yaml'", "jobs.yaml"),
    ],
)
def test_nested_stacks_are_given_parameters_and_give_outputs(url: str, path: str) -> None:
    deployed = deployed_by({"template.yaml": ROOT.replace("WHERE", url), path: NESTED, "news/stack.yml": NEWS})
    assert one(deployed, Stack).template == f"/project/{path}"
    worker, mail = one(deployed, Function, "Worker"), one(deployed, Function, "Mail")
    assert {name: shown(value) for name, value in worker.environment.items()} == {
        "ORDERS": "${Orders.arn}", "LEVEL": "INFO",
    }  # fmt: skip
    assert (shown(worker.memory_mb), worker.memory_mb and worker.memory_mb.number) == ("${Size}", 5)
    assert {name: shown(value) for name, value in mail.environment.items()} == {
        "QUEUE": "${Queue.url}", "TOPIC": "${News.arn}",
    }  # fmt: skip
    orders = one(deployed, Function, "Orders")
    assert (deployed.invoked_by(orders), deployed.known_as(orders)) == ({"queue"}, {"ORDERS"})


def test_a_stack_that_two_stacks_nest_has_what_both_give() -> None:
    other = ROOT.replace("Level: INFO", "Level: WARNING")
    url = "../jobs/template.yaml"
    deployed = deployed_by(
        {"a/t.yaml": ROOT.replace("WHERE", url), "b/t.yaml": other.replace("WHERE", url), "jobs/template.yaml": NESTED}
    )
    level = one(deployed, Function, "Worker").environment["LEVEL"]
    assert level.texts == ("INFO", "WARNING")


def test_a_nested_stack_that_is_not_there_is_told() -> None:
    deployed = deployed_by({"template.yaml": ROOT.replace("WHERE", "gone.yaml")})
    assert one(deployed, Stack).reason
    assert shown(one(deployed, Function, "Mail").environment["QUEUE"]) == "${Jobs.Outputs.Queue}"


def test_names_with_equal_open_parts_are_exported_and_imported() -> None:
    texts = {
        "template.yaml": ROOT.replace("!ImportValue shop-news", "{Fn::ImportValue: !Sub '${Stage}-news'}").replace(
            "WHERE", "gone.yaml"
        ),
        "news.yaml": "\n    Parameters: {Prefix: {Type: String}}" + NEWS.replace("shop-news", "!Sub '${Prefix}-news'"),
    }
    mail = one(deployed_by(texts), Function, "Mail")
    assert shown(mail.environment["TOPIC"]) == "?"  # the parameter is none of this template
    texts["template.yaml"] = "\n    Parameters: {Stage: {Type: String}}" + texts["template.yaml"]
    assert shown(one(deployed_by(texts), Function, "Mail").environment["TOPIC"]) == "${News.arn}"


@pytest.mark.parametrize(
    ("exports", "expected"),
    [
        (["shop-news"], ["${One.arn}"]),
        (["shop-news", "shop-news"], ["${One.arn}", "${One.arn}"]),  # which of them is deployed is not known
        (["!Sub '${AWS::StackName}-news'"], ["${One.arn}", "?"]),  # another stack may be meant
        (["!Sub '${AWS::StackName}-topic'"], ["${import ${Stack}-news}"]),
    ],
)
def test_what_is_exported_under_a_name(exports: list[str], expected: list[str]) -> None:
    """Of names that may be equal it is not said that they are, unless the resource is in them."""
    imported = "shop-news" if "shop-news" in exports else "{Fn::Sub: '${Stack}-news'}"
    root = "\n    Parameters: {Stack: {Type: String}}" + ROOT.replace("shop-news", imported).replace(
        "WHERE", "gone.yaml"
    )
    news = [NEWS.replace("News: {Type", "One: {Type").replace("!Ref News", "!Ref One") for _ in exports]
    texts = {
        f"news{number}.yaml": text.replace("shop-news", name)
        for number, (text, name) in enumerate(zip(news, exports, strict=True))
    }
    topic = one(deployed_by({"template.yaml": root, **texts}), Function, "Mail").environment["TOPIC"]
    told = [content(case.content) for case in topic.cases]
    assert told == expected


@pytest.mark.parametrize(
    ("name", "certain"),
    [("shop-orders", True), ("arn:aws:lambda:eu-west-1:1:function:shop-orders:live", True), ("prod-mail", False),
     ("other", None)],
)  # fmt: skip
def test_functions_that_a_name_means(name: str, certain: bool | None) -> None:
    text = """
        Parameters: {Stage: {Type: String}}
        Resources:
          Orders: {Type: AWS::Lambda::Function, Properties: {FunctionName: shop-orders}}
          Mail: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Sub '${Stage}-mail'}}
    """
    found = deployed_by({"template.yaml": text}).functions_called(name)
    assert [one.certain for one in found] == ([] if certain is None else [certain])
