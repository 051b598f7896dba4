"""What one service of a repository names that another one sets: outputs of stacks, parameters, secrets."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.model import Function
from invocation_lint.deployment.reading import read_document
from tests.deployment.reading import content

CALLER = """
    service: caller
    provider: {name: aws, runtime: python3.12, stage: "${opt:stage, 'dev'}"}
    functions:
      ask: {handler: ask.handler, environment: {WORKER: "VALUE"}}
"""
WORKER = """
    service: worker
    provider: {name: aws, runtime: python3.12, stage: "${opt:stage, 'dev'}"}
    functions:
      work: {handler: work.handler}
    resources:
      Outputs: {WorkArn: {Value: !GetAtt WorkLambdaFunction.Arn}}
      Resources:
        Name:
          Type: AWS::SSM::Parameter
          Properties: {Type: String, Name: "/worker/${sls:stage}/name", Value: !Ref WorkLambdaFunction}
        Plain:
          Type: AWS::SSM::Parameter
          Properties: {Type: String, Name: /worker/name, Value: !Ref WorkLambdaFunction}
"""
ARN, NAME = ["${WorkLambdaFunction.arn}"], ["${WorkLambdaFunction.name}"]


def deployed(**services: str) -> Deployed:
    files = {f"/project/{name}/serverless.yml": dedent(text).encode() for name, text in services.items()}
    found = (read_document(path, data, files.get) for path, data in files.items())
    return Deployed(template for template in found if template is not None)


def told(of: Deployed, variable: str = "WORKER") -> list[object]:
    """The cases of a variable of the caller."""
    (caller,) = (one for one in of.all(Function) if variable in one.environment)
    return [content(case.content) for case in caller.environment[variable].cases]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${cf:worker-${opt:stage, 'dev'}.WorkArn}", ARN),
        ("${cf:worker-${sls:stage}.WorkLambdaFunctionQualifiedArn}", ARN),
        ("${cf:worker-dev.WorkArn}", ARN),  # the stage that is deployed where none is given
        ("${cf.us-east-1:worker-${sls:stage}.WorkArn}", ARN),
        ("${cf(eu-west-1):worker-${sls:stage}.WorkArn}", ARN),
        ("${cf:worker-${sls:stage}.WorkArn, 'none'}", ARN),
        ("${cf:worker-${env:STAGE}.WorkArn}", [*ARN, "?"]),  # a stage, which may be another
        ("${cf:worker-prod.WorkArn}", [*ARN, "?"]),
        ("${cf:other-${sls:stage}.WorkArn}", ["${cf:other-${stage}.WorkArn}"]),
        ("${cf:worker-${sls:stage}.Other}", ["${cf:worker-${stage}.Other}"]),
        ("${ssm:/worker/name}", NAME),
        ("${ssm(eu-west-1):/worker/name}", NAME),
        ("${ssm:/worker/${sls:stage}/name}", NAME),
        ("${ssm:/worker/${sls:stage}/name~true}", NAME),
        ("${ssm:/worker/${env:STAGE}/name}", [*NAME, "?"]),
        ("${ssm:/other/${sls:stage}/name, 'none'}", ["${ssm:/other/${stage}/name}"]),
        ("{{resolve:ssm:/worker/name}}", NAME),
        ("{{resolve:ssm:/worker/name:3}}", NAME),
    ],
)
def test_what_another_service_sets(value: str, expected: list[str]) -> None:
    assert told(deployed(caller=CALLER.replace("VALUE", value), worker=WORKER)) == expected


def test_the_default_counts_where_nobody_sets_it() -> None:
    of = deployed(caller=CALLER.replace("VALUE", "${cf:gone-${sls:stage}.Arn, ssm:/${sls:stage}/gone, 'shop-work'}"))
    (caller,) = of.all(Function)
    assert caller.environment["WORKER"].text == "shop-work"


@pytest.mark.parametrize("is_named", [True, False])
def test_a_stack_may_have_a_name_of_its_own(is_named: bool) -> None:
    named = WORKER.replace("{name: aws,", "{name: aws, stackName: 'shop-${sls:stage}',") if is_named else WORKER
    of = deployed(caller=CALLER.replace("VALUE", "${cf:shop-${sls:stage}.WorkArn}"), worker=named)
    assert told(of) == (ARN if is_named else ["${cf:shop-${stage}.WorkArn}"])


TEMPLATE = """
    Parameters: {Stage: {Type: String}}
    Resources:
      Work: {Type: AWS::Lambda::Function, Properties: {FunctionName: FIRST}}
      Ask:
        Type: AWS::Lambda::Function
        Properties: {Environment: {Variables: {WORKER: SECOND}}}
      Named:
        Type: AWS::SSM::Parameter
        Properties: {Name: !Sub "/teams/${Stage}/name", Value: !Ref Work}
    Outputs: {WorkArn: {Value: !GetAtt Work.Arn}}
"""
SECRET = "'{{resolve:secretsmanager:names:SecretString:KEY}}'"


@pytest.mark.parametrize(("key", "is_same"), [("work", True), ("other", False)])
def test_a_secret_has_a_value_for_each_key(key: str, is_same: bool) -> None:
    text = TEMPLATE.replace("FIRST", SECRET.replace("KEY", "work")).replace("SECOND", SECRET.replace("KEY", key))
    of = deployed(app=text)
    ask = next(one for one in of.all(Function) if one.environment)
    found = [one for one in of.functions_of(ask.environment["WORKER"]) if one.certain]
    assert bool(found) is is_same


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Sub '{{resolve:ssm:/teams/${Stage}/name}}'", ["${Work.name}"]),
        ("!Sub 'a-{{resolve:ssm:/teams/${Stage}/name:1}}-b'", ["a-${Work.name}-b"]),
        ("!Join ['', ['{{resolve:ssm:/teams/', !Ref Stage, '/name}}']]", ["${Work.name}"]),
        ("!Sub '{{resolve:ssm:/other/${Stage}/name}}'", ["${ssm:/other/${Stage}/name}"]),
        ("!Sub '{{resolve:ssm:/teams/${Stage}'", ["{{resolve:ssm:/teams/${Stage}"]),
    ],
)
def test_references_to_parameters_with_open_names(value: str, expected: list[str]) -> None:
    assert told(deployed(app=TEMPLATE.replace("FIRST", "work").replace("SECOND", value))) == expected


def test_a_stack_whose_name_is_given_at_deployment_may_be_another() -> None:
    app = TEMPLATE.replace("FIRST", "work").replace("SECOND", "none").replace("WORKER:", "OTHER:")
    of = deployed(caller=CALLER.replace("VALUE", "${cf:shop.WorkArn}"), app=app)
    assert told(of) == ["${Work.arn}", "?"]
