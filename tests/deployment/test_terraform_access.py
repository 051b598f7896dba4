"""Configurations of Terraform: roles and policies, and state machines."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.model import (
    Function,
    StateMachine,
)
from tests.deployment.reading import deployed_by_terraform, one, shown

FUNCTION = """
resource "aws_lambda_function" "orders" {
  function_name = "shop-orders"
  handler       = "app.handler"
  runtime       = "python3.12"
  role          = aws_iam_role.orders.arn
}
"""


def deployed(text: str, **files: str) -> Deployed:
    """What a configuration with one function deploys."""
    return deployed_by_terraform({"main.tf": FUNCTION + dedent(text), **files})


def kinds(text: str) -> set[str]:
    """What invokes the function."""
    found = deployed(text)
    return set(found.invoked_by(one(found, Function)))


ARN = "aws_lambda_function.orders.arn"

POLICIES = {
    "of the role": """
        resource "aws_iam_role_policy" "p" {
          role   = aws_iam_role.orders.id
          policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = "*" }] })
        }
    """,
    "in the role": """
        resource "aws_iam_role" "orders" {
          inline_policy {
            policy = jsonencode({ Statement = { Action = ["sqs:SendMessage"], Effect = "Allow", Resource = ["*"] } })
          }
        }
    """,
    "attached": """
        resource "aws_iam_policy" "p" {
          policy = data.aws_iam_policy_document.d.json
        }
        resource "aws_iam_role_policy_attachment" "a" {
          role       = aws_iam_role.orders.name
          policy_arn = aws_iam_policy.p.arn
        }
        data "aws_iam_policy_document" "d" {
          statement {
            actions   = ["sqs:SendMessage"]
            resources = ["*"]
          }
        }
    """,
    "as a text": """
        resource "aws_iam_role_policy" "p" {
          role   = aws_iam_role.orders.id
          policy = <<-E
            {"Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}
          E
        }
    """,
}


@pytest.mark.parametrize("text", POLICIES.values(), ids=POLICIES)
def test_what_a_function_may_do(text: str) -> None:
    role = "" if '"aws_iam_role" "orders"' in text else '\nresource "aws_iam_role" "orders" {\n}\n'
    found = deployed(dedent(text) + role)
    access = found.access_of(one(found, Function))
    (statement,) = access.statements
    assert (statement.allows, access.open) == (True, ())
    assert ([shown(value) for value in statement.actions], [shown(value) for value in statement.resources]) == (
        ["sqs:SendMessage"],
        ["*"],
    )


def test_managed_policies_are_open() -> None:
    found = deployed("""
        resource "aws_iam_role" "orders" {
        }
        resource "aws_iam_role_policy_attachment" "a" {
          role       = aws_iam_role.orders.name
          policy_arn = "arn:aws:iam::aws:policy/AWSLambda_FullAccess"
        }
    """)
    assert found.access_of(one(found, Function)).open == (
        "the managed policy arn:aws:iam::aws:policy/AWSLambda_FullAccess",
    )


ASL = (
    '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", '
    '"Parameters": {"FunctionName": "%s", "Payload": {"id": 1}}, "End": true}}}'
)
STATES = """jsonencode({
  StartAt = "A"
  States = {
    A = {
      Type       = "Task"
      Resource   = "arn:aws:states:::lambda:invoke"
      Parameters = { FunctionName = aws_lambda_function.orders.arn, Payload = { id = 1 } }
      End        = true
    }
  }
})"""
MACHINES = {
    "encoded": (STATES, "main.tf"),
    "a heredoc": ("<<E\n" + ASL % "${aws_lambda_function.orders.arn}" + "\nE", "main.tf"),
    "a template": (
        'templatefile("${path.module}/flow.json", { target = aws_lambda_function.orders.arn })',
        "flow.json",
    ),
    "a file": ('file("literal.json")', "literal.json"),
}


@pytest.mark.parametrize(("definition", "path"), MACHINES.values(), ids=MACHINES)
def test_state_machines(definition: str, path: str) -> None:
    found = deployed(
        f'resource "aws_sfn_state_machine" "m" {{\n  type = "EXPRESS"\n  definition = {definition}\n}}\n',
        **{"flow.json": ASL % "${target}", "literal.json": ASL % "shop-orders"},
    )
    machine = one(found, StateMachine)
    assert machine.definition is not None
    (state,) = machine.definition.states
    assert (shown(state.payload), shown(machine.kind), state.place.path) == ({"id": 1}, "EXPRESS", f"/project/{path}")
    assert found.invoked_by(one(found, Function)) == {"state_machine"}


def test_a_definition_that_is_not_read_still_names_its_functions() -> None:
    definition = "templatefile(var.file, { target = aws_lambda_function.orders.arn })"
    found = deployed(
        f'resource "aws_sfn_state_machine" "m" {{\n  definition = {definition}\n}}\nvariable "file" {{}}\n'
    )
    assert one(found, StateMachine).definition is None
    assert found.invoked_by(one(found, Function)) == {"state_machine"}
