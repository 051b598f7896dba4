"""State machines, roles and settings of SAM and CloudFormation templates."""

from __future__ import annotations

import pytest

from invocation_lint.deployment.model import (
    Function,
    Role,
    Setting,
    StateMachine,
)
from tests.deployment.reading import deployed_by, one, shown
from tests.deployment.test_cdk_python import CODE, PLAIN
from tests.deployment.test_cdk_python import deployed as deployed_by_stack

DEFINITION = """{"StartAt": "Work", "TimeoutSeconds": 60, "States": {"Work": {
    "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "HeartbeatSeconds": 5,
    "Parameters": {"FunctionName": "${Orders}", "Payload": {"id.$": "$.id", "kind": "order"}},
    "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestsException", "States.Timeout"]}],
    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}], "Next": "Each"},
    "Each": {"Type": "Map", "ItemProcessor": {"StartAt": "Item", "States": {"Item": {"Type": "Task",
    "Resource": "${Orders}", "End": true}}}, "End": true}, "Failed": {"Type": "Fail"}}}"""


@pytest.mark.parametrize(
    "properties",
    [
        f"{{Type: EXPRESS, Definition: {DEFINITION.replace('${Orders}', 'ORDERS')}}}".replace(
            '"ORDERS"', "!GetAtt Orders.Arn"
        ),
        f"{{Type: EXPRESS, Definition: {DEFINITION}, DefinitionSubstitutions: {{Orders: !GetAtt Orders.Arn}}}}",
        "{Type: EXPRESS, DefinitionUri: flow.asl.json, DefinitionSubstitutions: {Orders: !GetAtt Orders.Arn}}",
    ],
)
def test_a_state_machine_of_sam(properties: str) -> None:
    text = f"""
        Resources:
          Orders: {{Type: AWS::Serverless::Function}}
          Flow: {{Type: AWS::Serverless::StateMachine, Properties: {" ".join(properties.split())}}}
    """
    _check_machine({"template.yaml": text, "flow.asl.json": DEFINITION})


def test_a_state_machine_of_cloudformation() -> None:
    text = f"""
        Resources:
          Orders: {{Type: AWS::Lambda::Function}}
          Flow:
            Type: AWS::StepFunctions::StateMachine
            Properties:
              StateMachineType: EXPRESS
              DefinitionString: !Sub |
                {" ".join(DEFINITION.split()).replace("${Orders}", "${Orders.Arn}")}
    """
    _check_machine({"template.yaml": text})


def _check_machine(texts: dict[str, str]) -> None:
    deployed = deployed_by(texts)
    machine = one(deployed, StateMachine)
    assert machine.definition is not None, machine.definition_unknown
    work, each, item, failed = machine.definition.states
    assert (shown(machine.kind), machine.definition.start, shown(machine.definition.timeout_seconds)) == (
        "EXPRESS", "Work", 60,
    )  # fmt: skip
    assert (work.path, each.path, item.path, failed.type) == (("Work",), ("Each",), ("Each", "Item"), "Fail")
    assert (shown(work.function), work.waits_for_token, shown(work.heartbeat_seconds)) == ("${Orders.arn}", True, 5)
    assert shown(work.payload) == {"id.$": "$.id", "kind": "order"}
    assert [shown(one) for one in work.retried_errors] == ["Lambda.TooManyRequestsException", "States.Timeout"]
    assert ([shown(one) for one in work.caught_errors], work.next) == (["States.ALL"], ("Each", "Failed"))
    assert (shown(item.function), item.retried_errors) == ("${Orders.arn}", ())
    assert deployed.invoked_by(one(deployed, Function)) == {"state_machine"}


def test_a_definition_that_is_not_there_is_told() -> None:
    text = """
        Resources:
          Flow: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: gone.asl.json}}
    """
    machine = one(deployed_by({"template.yaml": text}), StateMachine)
    assert (machine.definition, machine.definition_unknown) == (None, "gone.asl.json: there is no file gone.asl.json")


def test_roles_and_policies() -> None:
    text = """
        Resources:
          Orders: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Worker.Arn}}
          Mail: {Type: AWS::Lambda::Function, Properties: {Role: 'arn:aws:iam::1:role/other'}}
          Worker:
            Type: AWS::IAM::Role
            Properties:
              ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
              Policies:
                - PolicyDocument:
                    Statement: {Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt Mail.Arn}
          More:
            Type: AWS::IAM::Policy
            Properties:
              Roles: [!Ref Worker]
              PolicyDocument:
                Statement: [{Effect: Deny, Action: ['sqs:*'], Resource: '*', Condition: {Bool: {a: b}}}]
    """
    deployed = deployed_by({"template.yaml": text})
    first, second = deployed.access_of(one(deployed, Function, "Orders")).statements
    assert (first.allows, [shown(one) for one in first.actions]) == (True, ["lambda:InvokeFunction"])
    assert [shown(one) for one in first.resources] == ["${Mail.arn}"]
    assert (second.allows, second.is_conditional) == (False, True)
    assert "AWSLambdaBasicExecutionRole" in deployed.access_of(one(deployed, Function, "Orders")).open[0]
    assert deployed.access_of(one(deployed, Function, "Mail")).open
    assert one(deployed, Role).access.statements == (first,)


def test_what_policy_templates_of_sam_allow() -> None:
    text = """
        Resources:
          Orders:
            Type: AWS::Serverless::Function
            Properties:
              Policies:
                - LambdaInvokePolicy: {FunctionName: !Ref Mail}
                - DynamoDBCrudPolicy: {TableName: jobs}
                - AWSLambdaExecute
                - Statement: [{Effect: Allow, Action: 'sns:Publish', Resource: '*'}]
          Mail: {Type: AWS::Serverless::Function}
    """
    deployed = deployed_by({"template.yaml": text})
    access = deployed.access_of(one(deployed, Function, "Orders"))
    assert [shown(one.actions[0]) for one in access.statements] == ["lambda:InvokeFunction", "sns:Publish"]
    assert str(shown(access.statements[0].resources[0])).endswith(":function:${Mail.name}")
    assert access.open == ("the managed policy AWSLambdaExecute",)


def test_settings_and_custom_resources() -> None:
    text = """
        Resources:
          Name: {Type: AWS::SSM::Parameter, Properties: {Name: /shop/orders, Value: !Ref Orders}}
          Orders: {Type: AWS::Lambda::Function}
          Made: {Type: Custom::Made, Properties: {ServiceToken: !GetAtt Orders.Arn}}
    """
    deployed = deployed_by({"template.yaml": text})
    setting = one(deployed, Setting)
    assert (shown(setting.name), shown(setting.value)) == ("/shop/orders", "${Orders.name}")
    orders = one(deployed, Function)
    assert [trigger.kind for trigger in deployed.triggers_of(orders)] == ["custom_resource"]
    assert deployed.invoked_by(orders) == set()


MACHINE = "sfn.StateMachine(self, 'NAME', definition_body=sfn.DefinitionBody.from_chainable(task))"


@pytest.mark.parametrize(
    ("machines", "source"),
    [
        ([MACHINE.replace("NAME", "M")], "${Shop/M.arn}"),
        ([MACHINE.replace("NAME", "M"), MACHINE.replace("NAME", "N")], None),  # of which it is a task, is not known
        ([MACHINE.replace("self", "Construct(self, 'Other')").replace("NAME", "M")], None),
        ([], None),
    ],
)
def test_a_task_belongs_to_the_machine_that_is_made_beside_it(machines: list[str], source: str | None) -> None:
    body = [
        f"f = _lambda.Function(self, 'F', {PLAIN}, {CODE})",
        "task = tasks.LambdaInvoke(self, 'Task', lambda_function=f)",
        *machines,
    ]
    found = deployed_by_stack("\n".join(body))
    (trigger,) = found.triggers_of(one(found, Function))
    assert (shown(trigger.source) if trigger.source is not None else None) == source
