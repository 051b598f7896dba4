"""What SAM lets a function or a state machine do: the property Policies, with SAM's own policy templates.

AWS: AWS SAM developer guide, policy templates. Of those that are about invoking, sending and publishing the statements
are known; of the others, that they allow none of that.
"""

from __future__ import annotations

from invocation_lint.deployment.cloudformation.access import statements_of
from invocation_lint.deployment.cloudformation.made import Made
from invocation_lint.deployment.cloudformation.parts import Part
from invocation_lint.deployment.model import Access, Statement
from invocation_lint.deployment.values import Case, Hole, Piece, Value, known, pieces_of, text

_TEMPLATES = {
    "LambdaInvokePolicy": ("lambda:InvokeFunction", "FunctionName", "lambda", "function:"),
    "SQSSendMessagePolicy": ("sqs:SendMessage*", "QueueName", "sqs", ""),
    "SQSPollerPolicy": ("sqs:ReceiveMessage", "QueueName", "sqs", ""),
    "SNSPublishMessagePolicy": ("sns:Publish", "TopicName", "sns", ""),
    "SNSCrudPolicy": ("sns:Publish", "TopicName", "sns", ""),
    "StepFunctionsExecutionPolicy": ("states:StartExecution", "StateMachineName", "states", "stateMachine:"),
    "EventBridgePutEventsPolicy": ("events:PutEvents", "EventBusName", "events", "event-bus/"),
}  # fmt: skip
"""Policy templates: what they allow, the parameter with the name of the resource, and its ARN."""


def sam_access(made: Made) -> Access:
    """What the role may do that SAM makes; with a role of its own, the property Policies is not read."""
    if made.properties.get("Role").is_there:
        return Access()
    statements: list[Statement] = []
    unknown: dict[str, None] = {}
    for one in made.properties.get("Policies").elements():
        if one.unknown or one.text():
            name = one.text()
            unknown[f"the managed policy {name}" if name else one.unknown] = None
            continue
        if one.get("Statement").is_there:
            found, why = statements_of(one)
            statements += found
            unknown.update(dict.fromkeys(why))
            continue
        for name, given in one.entries():
            statement = _of_template(name, given)
            if statement is not None:
                statements.append(statement)
    return Access(tuple(statements), tuple(unknown))


def _of_template(name: str, given: Part) -> Statement | None:
    if name not in _TEMPLATES:
        return None
    action, parameter, service, prefix = _TEMPLATES[name]
    target = given.value(parameter)
    resources = () if target is None else (_arn(target, service, prefix),)
    return Statement(True, (known(action, given.place),), resources, given.place)


def _arn(name: Value, service: str, prefix: str) -> Value:
    """The ARN of a resource of which the name is given."""
    region, account = (Hole(one, "", f"{one} is known at deployment") for one in ("AWS::Region", "AWS::AccountId"))
    start: tuple[Piece, ...] = (f"arn:aws:{service}:", region, ":", account, f":{prefix}")
    cases = []
    for case in name.cases:
        pieces = pieces_of(case.content)
        cases.append(case if pieces is None else Case(text((*start, *pieces)), case.when))
    return Value(tuple(cases), name.place)
