"""Definitions in JSONata."""

from __future__ import annotations

import json
import uuid

import pytest

from invocation_lint.reference.machines.expressions import declarations, evaluate

FAILS_THEN_TELLS = "def handler(event, context):\n    return {'total': sum(event['prices']), 'name': event['name']}\n"


def test_arguments_output_and_variables_are_expressions(hall):
    function = hall.function(FAILS_THEN_TELLS)
    states = {
        "Sum": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {
                "FunctionName": function,
                "Payload": {
                    "prices": "{% $states.input.items.price %}",
                    "name": "{% $uppercase($states.input.name) %}",
                },
            },
            "Assign": {"total": "{% $states.result.Payload.total %}"},
            "Output": "{% $states.result.Payload %}",
            "Next": "Which",
        },
        "Which": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $total > 5 %}", "Next": "Much"}],
            "Default": "Little",
        },
        "Much": {
            "Type": "Pass",
            "Output": {
                "much": "{% $total %}",
                "who": "{% $states.input.name %}",
                "in": "{% $states.context.State.Name %}",
            },
            "End": True,
        },
        "Little": {"Type": "Succeed"},
    }
    given = {"items": [{"price": 2}, {"price": 4}], "name": 'a "quoted"\nname'}
    output = hall.output(states, given, QueryLanguage="JSONata")
    assert output == {"much": 6, "who": 'A "QUOTED"\nNAME', "in": "Much"}
    assert hall.output(states, {"items": [{"price": 1}, {"price": 1}], "name": "b"}, QueryLanguage="JSONata") == {
        "total": 2,
        "name": "B",
    }


def test_a_caught_error_is_known_to_expressions(hall):
    function = hall.function("def handler(event, context):\n    raise KeyError('k')\n")
    states = {
        "Try": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": function},
            "Catch": [
                {"ErrorEquals": ["KeyError"], "Output": "{% {'was': $states.errorOutput.Error} %}", "Next": "After"}
            ],
            "End": True,
        },
        "After": {"Type": "Pass"},
    }
    assert hall.output(states, QueryLanguage="JSONata") == {"was": "KeyError"}


@pytest.mark.parametrize("expression", ["1 + 'a'", "$states.input.nothing", "$nosuch()"])
def test_a_wrong_or_empty_expression_fails_the_execution(hall, expression):
    states = {"Make": {"Type": "Pass", "Output": f"{{% {expression} %}}"}}
    assert hall.run(states, QueryLanguage="JSONata").error == "States.QueryEvaluationError"


def test_functions_of_step_functions():
    assert evaluate("$partition([1,2,3], 2)") == [[1, 2], [3]]
    assert evaluate("$range(0, 10, 5)") == [0, 5, 10]
    assert evaluate("$range(3, 1, -1)") == [3, 2, 1]
    assert evaluate("$range(1, 0, 1)") == []
    assert evaluate("$hash('a', 'SHA-256')") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert evaluate("""$parse('{"a": [1]}').a[0]""") == 1
    assert uuid.UUID(evaluate("$uuid()")).version == 4
    assert evaluate("$random(7)") == evaluate("$random(7)")
    assert 0 <= evaluate("$random()") < 1
    with pytest.raises(Exception, match="CRC"):
        evaluate("$hash('a', 'CRC')")


@pytest.mark.parametrize("value", ['"', "a\nb", "\\", "{% x %}", "ü", [1, {"a": None}], 1.5, True, None])
def test_any_value_can_be_bound(value):
    assert evaluate(f"({declarations({'$v': {'held': value}})}$v)") == json.loads(json.dumps({"held": value}))
