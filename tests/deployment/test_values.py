"""What the functions and conditions of a template come to."""

from __future__ import annotations

import pytest

from invocation_lint.deployment.model import Function
from invocation_lint.deployment.names import are_equal, called_function
from invocation_lint.deployment.values import Attribute, Case, Hole, Key, Text, Unknown, Value, known, text, value_of
from invocation_lint.findings import Place
from tests.deployment.reading import deployed_by, one, shown

PLACE = Place("/project/template.yaml", 1, 1, 1, 1)
STAGE = Hole("Stage", "/project/template.yaml", "set at deployment")

TEMPLATE = """
    Parameters:
      Stage: {Type: String}
      Color: {Type: String, Default: blue}
      Table: {Type: AWS::SSM::Parameter::Value<String>, Default: /shop/table}
    Mappings:
      Sizes:
        eu-west-1: {Small: 1, Large: 8}
        us-east-1: {Small: 1, Large: 16}
    Conditions:
      Live: !Equals [!Ref Stage, prod]
      Test: !Not [!Condition Live]
      AlsoLive: !Equals [!Ref Stage, prod]
      Always: !Equals [a, a]
      Both: !And [!Condition Always, !Equals [b, c]]
    Resources:
      Queue: {Type: AWS::SQS::Queue}
      Topic: {Type: AWS::SNS::Topic}
      Jobs: {Type: AWS::DynamoDB::Table}
      Other: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: live}}
      Asked:
        Type: AWS::Lambda::Function
        Properties:
          Environment:
            Variables:
              X: VALUE
"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("12", 12),
        ("!Ref Stage", "${Stage}"),
        ("!Ref Color", "${Color}"),
        ("{Ref: Queue}", "${Queue.url}"),
        ("!Ref Topic", "${Topic.arn}"),
        ("!Ref Jobs", "${Jobs.name}"),
        ("!Ref Other", "${Other.name}"),
        ("!Ref Other.Alias", "${Other.arn}"),
        ("!Ref Nowhere", "?"),
        ("!GetAtt Queue.QueueName", "${Queue.name}"),
        ("!GetAtt [Jobs, StreamArn]", "${Jobs.stream_arn}"),
        ("{Fn::GetAtt: Topic.TopicArn}", "${Topic.arn}"),
        ("!GetAtt OtherRole.Arn", "${OtherRole.arn}"),
        ("!Sub shop-${Stage}-orders", "shop-${Stage}-orders"),
        ("!Sub 'a-${!Stage}'", "a-${Stage}"),
        ("!Sub ['${A}-${Queue.Arn}', {A: !Ref Color}]", "${Color}-${Queue.arn}"),
        ("!Sub arn:aws:sqs:${AWS::Region}:1:x", "arn:aws:sqs:${AWS::Region}:1:x"),
        ("!Join ['-', [a, !Ref Stage, b]]", "a-${Stage}-b"),
        ("!Join ['', [a, b]]", "ab"),
        ("!Select [1, [a, b]]", "b"),
        ("!Select [1, !Split ['/', 'a/b']]", "b"),
        ("!Select [6, !Split [':', !GetAtt Other.Arn]]", "${Other.name}"),
        ("!Select [9, [a, b]]", "?"),
        ("!FindInMap [Sizes, eu-west-1, Large]", 8),
        ("!FindInMap [Sizes, !Ref AWS::Region, Small]", 1),
        ("!GetAZs ''", "?"),
        ("!ImportValue shop-queue", "${import shop-queue}"),
        ("!If [Live, a, b]", {"Live=yes": "a", "Live=no": "b"}),
        ("!If [Test, a, b]", {"Live=no": "a", "Live=yes": "b"}),
        ("!If [AlsoLive, a, b]", {"Live=yes": "a", "Live=no": "b"}),
        ("!If [Live, same, same]", "same"),
        ("!If [Always, a, b]", "a"),
        ("!If [Both, a, b]", "b"),
        ("!If [Live, !If [Test, x, y], z]", {"Live=yes": "y", "Live=no": "z"}),
        ("!If [Live, a, !Ref AWS::NoValue]", {"Live=yes": "a", "Live=no": None}),
        ("!Sub ['${A}!', {A: !If [Live, a, b]}]", {"Live=yes": "a!", "Live=no": "b!"}),
        ("[!Ref Stage, b]", ["${Stage}", "b"]),
        ("{a: {b: !Ref Stage}}", {"a": {"b": "${Stage}"}}),
        ("!Transform {Name: AWS::Include}", "?"),
        ("!Length [1, 2, 3]", 3),
    ],
)
def test_what_a_value_comes_to(value: str, expected: object) -> None:
    deployed = deployed_by({"template.yaml": TEMPLATE.replace("VALUE", value)})
    assert shown(one(deployed, Function, "Asked").environment["X"]) == expected


def test_a_default_fills_a_text_that_is_open() -> None:
    deployed = deployed_by({"template.yaml": TEMPLATE.replace("VALUE", "!Sub '${Color}-x'")})
    value = one(deployed, Function, "Asked").environment["X"]
    assert isinstance(value.content, Text)
    assert value.text == "blue-x"


def test_a_parameter_of_systems_manager_has_no_default() -> None:
    deployed = deployed_by({"template.yaml": TEMPLATE.replace("VALUE", "!Ref Table")})
    value = one(deployed, Function, "Asked").environment["X"]
    assert value.text is None
    assert str(shown(value)).startswith("${ssm:")


def test_numbers_and_truths_are_read_from_texts() -> None:
    assert known("30", PLACE).number == 30
    assert known(Text((Hole("Wait", "", "", "45"),)), PLACE).number == 45
    assert known("true", PLACE).truth is True
    assert known(True, PLACE).number is None


def test_a_value_of_several_cases_has_all_of_them() -> None:
    yes, no = ((Key("t", "Live"), True),), ((Key("t", "Live"), False),)
    value = value_of([Case(10, yes), Case("20", no)], PLACE)
    assert (value.number, value.numbers, value.texts) == (None, (10, 20), ("10", "20"))
    assert value_of([Case(10, yes), Case(Unknown("why"), no)], PLACE).numbers is None
    assert value_of([Case(10, yes), Case(None, no)], PLACE).is_set is None
    assert value_of([Case(number, yes) for number in range(99)], PLACE).reasons


ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"
FUNCTION = Attribute(Key("t", "Orders"), "arn")
FRONT = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"


@pytest.mark.parametrize(
    ("given", "name", "qualifier"),
    [
        ("orders", "orders", ""),
        ("orders:live", "orders", "live"),
        (f"{ARN}orders", "orders", ""),
        (f"{ARN}orders:live", "orders", "live"),
        ("123456789012:function:orders", "orders", ""),
        (text(("shop-", STAGE, "-orders:7")), text(("shop-", STAGE, "-orders")), "7"),
        (text((ARN, "shop-", STAGE)), text(("shop-", STAGE)), ""),
        (Text((FUNCTION,)), FUNCTION, ""),
        (text((FUNCTION, ":live")), FUNCTION, "live"),
        (text((FRONT, FUNCTION, "/invocations")), FUNCTION, ""),
        (f"{FRONT}{ARN}orders/invocations", "orders", ""),
    ],
)
def test_the_function_that_a_text_means(given: object, name: object, qualifier: str) -> None:
    assert called_function(given) == (name, qualifier)


@pytest.mark.parametrize("given", [None, ("a",), {"a": 1}, "arn:aws:sqs:eu-west-1:123456789012:orders"])
def test_what_means_no_function(given: object) -> None:
    assert called_function(given) is None


OTHER = Hole("Stage", "/project/other.yaml", "set at deployment")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("a", "a", True),
        ("a", "b", False),
        (text((STAGE, "-orders")), text((STAGE, "-orders")), True),
        (text((STAGE, "-orders")), text((STAGE, "-items")), False),
        (text((STAGE, "-orders")), "prod-orders", None),
        (text((STAGE, "-orders")), "prod-orders-dlq", False),
        (text((STAGE, "-orders")), text((OTHER, "-orders")), None),
        (text(("shop-", STAGE)), text(("store-", OTHER)), False),
        (text((STAGE, "-x-item")), text((OTHER, "-x-items")), False),
        (text((STAGE, "-x-item")), text((OTHER, "-role-item")), False),
        (text(("a", STAGE, "b")), "ab", None),
        (text(("a", STAGE, "b")), "acb", None),
        (text(("a", STAGE, "b")), "acd", False),
        (text((STAGE,)), "", None),
        (Unknown("why"), "a", None),
    ],
)
def test_whether_two_texts_are_equal(first: object, second: object, expected: bool | None) -> None:
    assert are_equal(first, second) is expected
    assert are_equal(second, first) is expected


def test_lists_that_a_parameter_holds_stay_open() -> None:
    value: Value = known(Text((STAGE,)), PLACE)
    assert value.items == ()
    assert not value.reasons
