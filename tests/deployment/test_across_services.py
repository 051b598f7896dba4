"""What one service of a repository names that another one sets: outputs of stacks, parameters, secrets."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.model import Function
from invocation_lint.deployment.reading import read_document
from tests.deployment.reading import content, deployed_by_cdk_python, one, shown

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


# -- names that packages of the project put together ------------------------------------------------------------------

NAMES = """
    import aws_cdk
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Names:
        worker: str

        @classmethod
        def of(cls, app: str) -> "Names":
            return Names(worker=f"/shop/{app}/worker/arn")

    def setting(name: str) -> str:
        return f"{{{{resolve:ssm:{name}}}}}"
"""
OF_WORK = """
    from aws_cdk import CfnParameter, Stack, aws_lambda as _lambda, aws_ssm as ssm
    from shop_common.names import Names

    class Work(Stack):
        def __init__(self, scope, id):
            super().__init__(scope, id)
            app = CfnParameter(self, "App").value_as_string
            worker = _lambda.Function(self, "Worker", runtime=_lambda.Runtime.PYTHON_3_12, handler="work.handler",
                                      code=_lambda.Code.from_asset("worker"))
            ssm.StringParameter(self, "Setting", parameter_name=Names.of(app).worker, string_value=worker.function_arn)
"""
OF_FRONT = """
    from aws_cdk import CfnParameter, Stack, aws_lambda as _lambda, aws_ssm as ssm
    from shop_common.names import Names, setting

    class Front(Stack):
        def __init__(self, scope, id):
            super().__init__(scope, id)
            app = CfnParameter(self, "App").value_as_string
            _lambda.Function(self, "Front", runtime=_lambda.Runtime.PYTHON_3_12, handler="front.handler",
                             code=_lambda.Code.from_asset("front"), environment={"WORKER": VALUE})
"""


@pytest.mark.parametrize(
    "value",
    [
        "setting(Names.of(app).worker)",
        'f"{{{{resolve:ssm:/shop/{app}/worker/arn}}}}"',
        "ssm.StringParameter.value_for_string_parameter(self, Names.of(app).worker)",
    ],
)
@pytest.mark.parametrize("beside", ["pyproject.toml", "setup.py"])
def test_a_package_that_is_installed_from_the_project_names_a_parameter(value: str, beside: str) -> None:
    found = deployed_by_cdk_python({
        "lib/shop_common/names.py": NAMES, "lib/shop_common/__init__.py": "",
        f"lib/{beside}": "", "lib/__init__.py": "",
        "modules/jobs/stack.py": OF_WORK, "modules/front/stack.py": OF_FRONT.replace("VALUE", value),
    })  # fmt: skip
    named = one(found, Function, "Front/Front").environment["WORKER"]
    (meant,) = found.functions_of(named)
    assert meant.function.key.id == "Work/Worker"
    assert named.reasons  # another stack may set the parameter: the two stacks' App may differ


def test_two_packages_of_one_name_are_none() -> None:
    found = deployed_by_cdk_python({
        "a/shop_common/names.py": NAMES, "a/shop_common/__init__.py": "",
        "b/shop_common/__init__.py": "import aws_cdk\n",
        "modules/front/stack.py": OF_FRONT.replace("VALUE", "setting(Names.of(app).worker)"),
    })  # fmt: skip
    assert shown(one(found, Function, "Front/Front").environment["WORKER"]) == "?"
