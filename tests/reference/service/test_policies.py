"""What statements of policies allow."""

from __future__ import annotations

import pytest

from invocation_lint.reference.service.policies import judged, statements_of

ARN = "arn:aws:lambda:us-east-1:123456789012:function:worker"
INVOKE = "lambda:InvokeFunction"


def allow(action=INVOKE, resource=ARN, **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    ("statements", "answer"),
    [
        ([], "not allowed"),
        ([allow()], "allowed"),
        ([allow("LAMBDA:invoke*")], "allowed"),
        ([allow(["sqs:*", "lambda:*"], ["x", "*"])], "allowed"),
        ([allow("*", "arn:aws:lambda:*:*:function:work?r")], "allowed"),
        ([allow(resource=f"{ARN}:*")], "not allowed"),
        ([allow(resource=ARN.upper())], "not allowed"),
        ([allow("lambda:InvokeAsync")], "not allowed"),
        ([allow(resource="arn:aws:lambda:*:*:function:[w]orker")], "not allowed"),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "allowed"),
        ([{"Effect": "Allow", "NotAction": "lambda:*", "Resource": "*"}], "not allowed"),
        ([{"Effect": "Allow", "Action": "lambda:*", "NotResource": ARN}], "not allowed"),
        ([{"Effect": "Allow", "Action": "lambda:*", "NotResource": "other"}], "allowed"),
        ([allow(), {"Effect": "Deny", "Action": "*", "Resource": "*"}], "denied"),
        ([{"Effect": "Deny", "Action": "*", "Resource": "*"}, allow()], "denied"),
        ([allow(), {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a": "b"}}}], "allowed"),
        ([allow(Condition={"Bool": {"a": "b"}})], "allowed"),
    ],
)
def test_statements(statements, answer):
    assert judged(statements, INVOKE, ARN) == answer


def test_a_single_statement_needs_no_list():
    assert statements_of({"Statement": allow()}) == statements_of({"Statement": [allow()]}) == [allow()]
    assert statements_of({}) == []
